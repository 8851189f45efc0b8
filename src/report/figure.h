/*
 * What the layouts share: the drawing in progress, axes, numbers, colours, legends. A
 * layout turns an an_figure into items of a scene and sets the scene's height.
 */
#ifndef AN_REPORT_FIGURE_H
#define AN_REPORT_FIGURE_H

#include "report/scene.h"

/* The few words that a figure does not bring along. */
typedef struct an_words {
    const char *language, *at_risk, *events, *assessed, *patients, *reference,
        *not_estimable, *events_of_n, *log_scale, *p, *left, *n_format;
} an_words;

typedef struct an_drawing {
    an_scene *scene;
    const an_figure *figure;
    const an_words *words;
    an_ink ink, strong, faint; /* text; headings; second rank */
    double height;             /* mm asked for; 0: free */
    double em, line;           /* mm: size of the text; distance of two baselines */
} an_drawing;

void an_draw_curves(an_drawing *d);
void an_draw_forest(an_drawing *d);
void an_draw_flow(an_drawing *d);
void an_draw_trajectory(an_drawing *d);

/* ---- Pens ---- */

#define AN_AXIS_PT (0.25 / AN_MM_PER_PT) /* 0.25 mm */
#define AN_BLACK 0x000000u
#define AN_GREY 0x707070u

an_pen an_pen_axis(void);
/* Colour and dash of the i-th series of `figure`: the k-th that is not secondary has the
 * k-th colour, secondary ones are thin, grey and dashed. */
an_pen an_pen_series(const an_figure *figure, an_index i);

/* ---- Numbers ---- */

enum { AN_NUMBER_SIZE = 40 };

/* One number by the rounding rules of documents (doc.h); NaN as a dash. */
void an_put_number(an_kind kind, double x, char text[AN_NUMBER_SIZE]);

/* ---- Axes ---- */

enum { AN_MOST_NICE_TICKS = 32, AN_MOST_TITLE_LINES = 4 };

typedef struct an_axis {
    double min, max; /* data; min < max */
    double from, to; /* mm on the sheet of min and max */
    bool log;
    an_index n_ticks;
    double *tick;         /* [n_ticks] */
    an_index *source;     /* [n_ticks] which tick of the figure; NULL: none of them */
    double label_scale;   /* labels show tick times this: 100 for per cent */
    an_index title_lines; /* room that a y axis keeps for its title */
} an_axis;

double an_axis_at(const an_axis *axis, double value);
bool an_axis_has(const an_axis *axis, double value);
/* The figure's ticks that are on the axis. */
void an_axis_given_ticks(const an_drawing *d, an_axis *axis);
/* Multiples of 1, 2 or 5 times a power of ten inside [min, max], at most `most`. */
void an_axis_nice_ticks(const an_drawing *d, an_axis *axis, int most);
/* Moves min and max outwards to the next multiple of the step that at most `most` ticks
 * have, so that the axis ends in ticks. */
void an_axis_nice_limits(an_axis *axis, int most);
void an_axis_label(const an_axis *axis, an_index tick, char text[AN_NUMBER_SIZE]);
/* Range of finite values, grown; start from {INFINITY, -INFINITY}. */
typedef struct an_range {
    double min, max;
} an_range;
void an_range_add(an_range *range, an_index n, const double *x);

/* Room left of the axis for labels and a title of y->title_lines lines. */
double an_y_axis_width(const an_drawing *d, const an_axis *y);
/* Whether the title needs no more lines than that, once the axis has its length. */
bool an_y_title_fits(const an_drawing *d, const an_axis *y);
/* Line, ticks and labels, and the figure's y_label beside them; x is the axis' place. */
void an_draw_y_axis(const an_drawing *d, const an_axis *y, double x);
/* The same below; every stride-th tick has a label. */
void an_draw_x_axis(const an_drawing *d, const an_axis *x, double y, int stride,
                    double size_pt);
double an_x_axis_height(const an_drawing *d, const an_axis *x);

/* ---- Numbers below an axis ---- */

/* One block per heading ("Number at risk"), one row per series, a number per tick. */
typedef struct an_count_table {
    double left;     /* mm from the sheet's edge to the panel that its labels ask for */
    bool stacked;    /* labels on lines of their own, above their numbers */
    bool unnamed;    /* one row only: the heading says what it is */
    bool has_events; /* a second block */
    int stride;      /* every stride-th tick has numbers */
    double size_pt;
    an_index n_rows;
    double height; /* mm */
} an_count_table;

/* Whether labels stand beside or above their numbers; first of the two steps. */
an_count_table an_count_table_plan(const an_drawing *d, const an_axis *x,
                                   double axis_width);
/* Size and stride so that no two numbers touch, once the axis has its place. */
void an_count_table_fit(const an_drawing *d, const an_axis *x, an_count_table *table);
void an_draw_count_table(const an_drawing *d, const an_axis *x,
                         const an_count_table *table, const char *heading, double y);
/* Widest half of a number or label at the last tick: what the right margin must hold. */
double an_count_table_overhang(const an_drawing *d, const an_axis *x);

/* ---- Legend ---- */

#define AN_KEY_MM 6.0 /* length of the sample of a line */

typedef struct an_legend_entry {
    const char *label;
    an_pen pen;
    bool dot; /* a point in the middle of the sample */
} an_legend_entry;

/* Entries side by side, in as many rows as needed, from (x, y) downwards within width;
 * returns the height. draw false: measures only. */
double an_draw_legend(const an_drawing *d, an_index n, const an_legend_entry *entry,
                      double x, double y, double width, bool draw);
void an_draw_key(const an_drawing *d, double x, double y, const an_pen *pen, bool dot);

/* Lines of text from baseline y downwards, `line` apart. */
void an_draw_lines(const an_drawing *d, const char *name, const an_lines *lines, double x,
                   double y, an_anchor anchor, const an_ink *ink);

#endif
