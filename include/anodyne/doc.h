/**
 * @file doc.h
 * The result document: what an analysis found, once, in typed numbers.
 *
 * An analysis describes itself in sections, values, tables, figures, sentences and notes,
 * each with a stable key. Renderers (text, JSON, HTML, CSV) know documents and no
 * analysis; they decide how a kind of number looks, in one place. A document never holds
 * a formatted number, except inside a sentence written with an_doc_text(), whose numbers
 * come from an_doc_format().
 *
 * Building calls return nothing: the first failure is kept and returned by
 * an_doc_status(). Texts and arrays are copied.
 */
#ifndef ANODYNE_DOC_H
#define ANODYNE_DOC_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

/** How a number is meant, hence how it is rounded. lower and upper are limits, except
 *  where a line says otherwise. NaN is "not estimable": a note says why. */
typedef enum an_kind {
    AN_KIND_TEXT,         /**< text only */
    AN_KIND_NUMBER,       /**< measurement; about 3 significant digits */
    AN_KIND_COUNT,        /**< whole number */
    AN_KIND_TIME,         /**< in `unit`: "days", "months"; NaN reads "not reached" */
    AN_KIND_PROPORTION,   /**< 0..1, shown in per cent with one decimal */
    AN_KIND_POINTS,       /**< difference of proportions, in percentage points */
    AN_KIND_RATIO,        /**< hazard, odds, risk ratio; two decimals */
    AN_KIND_COEFFICIENT,  /**< regression coefficient, three decimals */
    AN_KIND_P,            /**< p-value: "< 0.001", never 0 */
    AN_KIND_STATISTIC,    /**< test statistic; two decimals */
    AN_KIND_DOSE,         /**< Gy, one decimal */
    AN_KIND_COUNT_OF,     /**< value of upper: "12/58 (20.7 %)" */
    AN_KIND_MEAN_SD,      /**< value (lower = standard deviation) */
    AN_KIND_MEDIAN_RANGE, /**< value (lower-upper), quartiles */
    AN_KIND_SMD,          /**< standardised mean difference; two decimals */
    AN_KIND_RANGE         /**< value (smallest) to upper (largest): "4.5 to 10.0" */
} an_kind;

/** One number, or a composite that belongs in one cell. */
typedef struct an_value {
    an_kind kind;
    double value, lower, upper; /**< NaN where not applicable */
    const char *text;           /**< AN_KIND_TEXT; otherwise NULL */
    const char *unit;           /**< or NULL */
    const char *reason; /**< why value is NaN, for example "not reached"; or NULL */
    double level;       /**< confidence level of the limits; 0: 0.95 */
    bool bare;          /**< AN_KIND_COUNT_OF: "12/58", its per cent stands beside it */
} an_value;

AN_API an_value an_text(const char *text); /**< "": an empty cell */
/** One number; a number with limits at 0.95. NaN: not estimable. */
AN_API an_value an_number(an_kind kind, double value);
AN_API an_value an_estimate(an_kind kind, double value, double lower, double upper);
/** Limits of another level than 0.95. */
AN_API an_value an_estimate_at(an_kind kind, double value, double lower, double upper,
                               double level);
/** A difference of two proportions, each 0..1, in percentage points: -0.295 is -29.5. */
AN_API an_value an_points(double difference, double lower, double upper, double level);
/** A time with limits, "not reached" where NaN; 49 of 58. */
AN_API an_value an_time_value(double value, double lower, double upper, const char *unit);
AN_API an_value an_count_of(double count, double total);
AN_API an_value an_bare_count_of(double count, double total); /**< "49/58" */
/** No number, and why. */
AN_API an_value an_not_estimable(an_kind kind, const char *reason);
/** The number, or not estimable for this reason where it is NaN. */
AN_API an_value an_number_or(an_kind kind, double value, const char *reason);

/** What the renderers of a value agree on. Level of its limits: 0.95 unless it says so. */
AN_API double an_value_level(const an_value *value);
/** Unit as shown; NULL: none. A dose that names none is in Gy, a difference of proportions
 *  in percentage points. */
AN_API const char *an_value_unit(const an_value *value);
/** Why value is NaN: its reason, else "not reached" (a time) or "not estimable". */
AN_API const char *an_value_reason(const an_value *value);

/** The value as a reader sees it, in UTF-8, by the one set of rounding rules
 *  (docs/methods/numbers.md); returns the bytes needed, as snprintf does. Limits and unit
 *  are included: "2.33 (95 % CI 1.22 to 4.42)", "7.4 months (95 % CI 5.1 to 11.0)". */
AN_API size_t an_value_format(const an_value *value, char *text, size_t size);

/** The same for a table whose head names level and unit: "2.33 (1.22 to 4.42)". */
AN_API size_t an_value_format_cell(const an_value *value, char *text, size_t size);

/* ---- Figures: what is drawn, not how ---- */

typedef enum an_figure_type {
    AN_FIGURE_CURVES,    /**< step curves over time with numbers at risk below */
    AN_FIGURE_FOREST,    /**< ratios with limits, a row each */
    AN_FIGURE_FLOW,      /**< patients: who was left out at which step, and why */
    AN_FIGURE_TRAJECTORY /**< one line per patient, and the mean with its limits */
} an_figure_type;

/** One curve. For AN_FIGURE_CURVES a right-continuous step function that has the value
 *  y[i] from x[i] on. For AN_FIGURE_TRAJECTORY points joined by straight lines. */
typedef struct an_series {
    const char *label;
    an_index n;
    const double *x, *y, *lower, *upper; /**< [n]; lower and upper may be NULL */
    an_index n_marks;
    const double *mark_x, *mark_y; /**< [n_marks] censorings */
    const double *at_risk;         /**< [n_ticks of the figure] or NULL */
    const double *n_events;        /**< [n_ticks] cumulative events, or NULL */
    bool secondary; /**< drawn thin and grey: a comparison that is not the result */
    bool joined;    /**< AN_FIGURE_CURVES: points joined by straight lines, no steps */
} an_series;

typedef struct an_forest_row {
    const char *label;          /**< "KPS (per 10 points)", "Dose: < 5 Gy vs >= 5 Gy" */
    double ratio, lower, upper; /**< NaN: not estimable, or a reference or heading row */
    double p;
    double n, n_events; /**< in this level; NaN: not shown */
    bool reference;     /**< "reference" is written in place of the ratio */
    bool heading;       /**< variable name above its levels */
    bool level;         /**< of the heading above: indented */
} an_forest_row;

typedef struct an_flow_step {
    const char *label;              /**< "Treated with HFRT" */
    double n;                       /**< patients that remain */
    an_index n_left;                /**< reasons by which patients left after this box */
    const char *const *left_reason; /**< [n_left] */
    const double *left_n;           /**< [n_left] */
} an_flow_step;

typedef struct an_figure {
    an_figure_type type;
    const char *caption; /**< one or two sentences: what, method, denominators */
    const char *x_label, *y_label;
    double x_min, x_max, y_min, y_max; /**< NaN: from the data */
    bool y_percent;                    /**< label the y axis in per cent */
    an_index n_ticks;
    const double *ticks; /**< [n_ticks] of the x axis and the risk table; or NULL */
    an_index n_series;
    const an_series *series; /**< [n_series] */
    const char *annotation;  /**< inside the panel, for example "Gray's test p = 0.03" */
    an_index n_rows;
    const an_forest_row *rows;              /**< [n_rows] AN_FIGURE_FOREST */
    const char *favours_low, *favours_high; /**< under the axis of a forest; or NULL */
    an_index n_steps;
    const an_flow_step *steps; /**< [n_steps] AN_FIGURE_FLOW, top to bottom */
} an_figure;

/* ---- The tree, as renderers read it ---- */

typedef enum an_node_type {
    AN_NODE_SECTION,
    AN_NODE_TEXT,
    AN_NODE_VALUE,
    AN_NODE_TABLE,
    AN_NODE_FIGURE,
    AN_NODE_NOTE
} an_node_type;

typedef struct an_doc_column {
    const char *key, *label;
} an_doc_column;

typedef struct an_doc_row {
    const char *key;       /**< stable, unique in its table */
    int indent;            /**< 0, or 1 for a level under its variable */
    const an_value *cells; /**< [n_columns of the table] */
} an_doc_row;

typedef struct an_node {
    an_node_type type;
    const char *key;    /**< unique among siblings */
    const char *title;  /**< section, table, figure title; label of a value */
    const char *method; /**< of a value, table or figure: name of the method; or NULL */
    const char *text;   /**< text, note; foot of a table */
    an_value value;
    an_severity severity; /**< note */
    const char *code;     /**< note: stable, for example "M310" */
    an_index n_columns, n_rows;
    const an_doc_column *columns; /**< [n_columns] */
    const an_doc_row *rows;       /**< [n_rows] */
    double n;    /**< patients of the analysis that said this; NaN: of none */
    bool detail; /**< table: the data behind a figure, for files more than for readers */
    bool single; /**< table: a row is one row of the data, so it never leaves the house */
    const an_figure *figure;
    const struct an_node *children, *next; /**< first child; next sibling */
} an_node;

typedef struct an_doc an_doc;

/** An empty document; free with an_doc_free(). */
AN_API an_status an_doc_new(an_ctx *ctx, const char *title, an_doc **out);
AN_API void an_doc_free(an_doc *doc); /**< NULL is allowed */
AN_API const an_node *
an_doc_root(const an_doc *doc); /**< a section: title and children */
AN_API an_status an_doc_status(const an_doc *doc);

/* ---- Building ----
 * A key that a sibling has already gets "_2", "_3" ...: an id names one number. */

/** Nodes from here on are about n patients; NaN: about none in particular. */
AN_API void an_doc_patients(an_doc *doc, double n);
AN_API void an_doc_open(an_doc *doc, const char *key, const char *title);
AN_API void an_doc_close(an_doc *doc);
/** Sentences. A blank line parts paragraphs; lines that begin with "- " are a list. */
AN_API void an_doc_text(an_doc *doc, const char *key, const char *format, ...)
    AN_PRINTF(3, 4);
AN_API void an_doc_value(an_doc *doc, const char *key, const char *label, an_value value,
                         const char *method);
AN_API void an_doc_note(an_doc *doc, an_severity severity, const char *code,
                        const char *format, ...) AN_PRINTF(4, 5);
AN_API void an_doc_table(an_doc *doc, const char *key, const char *title,
                         const char *method, an_index n_columns,
                         const an_doc_column *columns);
/** The table opened last holds the data behind a figure: pages fold it, the terminal only
 *  counts its rows, files have it whole. */
AN_API void an_doc_table_detail(an_doc *doc);
/** The same, and each row is one row of the data: an_doc_suppress() leaves the table out. */
AN_API void an_doc_table_single(an_doc *doc);
/** A row of the table opened last; cells are [n_columns]. */
AN_API void an_doc_row_add(an_doc *doc, const char *key, int indent,
                           const an_value *cells);
AN_API void an_doc_table_end(an_doc *doc, const char *foot); /**< foot may be NULL */
AN_API void an_doc_figure(an_doc *doc, const char *key, const char *title,
                          const char *method, const an_figure *figure);

/** A value as text that lives as long as doc, for use in an_doc_text(). */
AN_API const char *an_doc_format(an_doc *doc, an_value value);
/** "p = 0.034" or "p < 0.001", for a sentence. */
AN_API const char *an_doc_p(an_doc *doc, double p);
/** A key from a label: "< 5 Gy" gives "lt5_gy", "Dose class" gives "dose_class". */
AN_API const char *an_doc_key(an_doc *doc, const char *label);
/** printf into memory of doc; "" on failure, which an_doc_status() keeps. */
AN_API const char *an_doc_printf(an_doc *doc, const char *format, ...) AN_PRINTF(2, 3);

/** Provenance of the document: shown at its end, in this order. Same key replaces. */
AN_API void an_doc_provenance(an_doc *doc, const char *key, const char *value);
AN_API an_index an_doc_provenance_count(const an_doc *doc);
AN_API void an_doc_provenance_at(const an_doc *doc, an_index i, const char **key,
                                 const char **value);

/** Literature that a reader needs for this document; listed once, in order of use. */
AN_API void an_doc_reference(an_doc *doc, const char *reference);
AN_API an_index an_doc_reference_count(const an_doc *doc);
AN_API const char *an_doc_reference_at(const an_doc *doc, an_index i);

/** Walks every number: id is the path of keys joined by '.', for example
 *  "overall_survival.group.lt5gy.median"; a table cell is table.row.column; limits are
 *  visited with their value. Order is document order. n: patients of the analysis. */
typedef void an_doc_visit_fn(void *self, const char *id, const an_value *value,
                             const char *label, const char *method, double n);
AN_API an_status an_doc_visit(an_ctx *ctx, const an_doc *doc, an_doc_visit_fn *visit,
                              void *self);

/** A copy that may leave the house: counts from 1 to min_cell - 1, and counts that leave
 *  such a remainder, read "< min_cell" or "suppressed"; so do the percentages beside them
 *  and, where rows or the levels of a factor add up, the next smallest count. Sentences
 *  that hold a small count, flows that do, lines and tables of single patients and censoring
 *  marks are left out. A count with the key "df" counts no patients. A note (M501) says what
 *  was done and what it does not protect.
 *  @param min_cell  2..100; 5 and 11 are usual
 *  @param out       free with an_doc_free() */
AN_API an_status an_doc_suppress(an_ctx *ctx, const an_doc *doc, int min_cell,
                                 an_doc **out);

AN_END_DECLS

#endif
