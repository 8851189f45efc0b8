/* Figure, sentences and notes of the regression models. */
#include "study/analyses/regression.h"

/* ---- Forest ---- */

static an_forest_row forest_row(const an_regression *r, const an_regression_row *row)
{
    static const an_effect none = {NAN, NAN, NAN, NAN, 0, NULL};
    const an_effect *e = row->column < 0 ? &none : &r->effect[row->column];

    return (an_forest_row){.label = row->label,
                           .ratio = e->ratio,
                           .lower = e->lower,
                           .upper = e->upper,
                           .p = e->p,
                           .n = row->n,
                           .n_events = row->n_events,
                           .reference = row->reference,
                           .heading = row->heading,
                           .level = row->indent > 0};
}

an_status an_regression_forest(const an_regression *r, const char *favours_low,
                               const char *favours_high, const char *counted)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const double per_cent = 100 * r->conf_level;
    an_forest_row *rows;
    an_figure figure = {.type = AN_FIGURE_FOREST,
                        .x_label =
                            an_doc_printf(r->doc, "%s (%g %% CI)", r->symbol, per_cent),
                        .x_min = NAN,
                        .x_max = NAN,
                        .y_min = NAN,
                        .y_max = NAN,
                        .n_rows = r->n_rows,
                        .favours_low = favours_low,
                        .favours_high = favours_high};

    AN_ALLOC(rows, r->mem, r->n_rows);
    for (an_index i = 0; i < r->n_rows; i++) rows[i] = forest_row(r, &r->rows[i]);
    figure.rows = rows;
    figure.caption =
        an_doc_printf(r->doc,
                      "%ss for %s with %g %% confidence limits, %s with all covariates "
                      "together: %s.",
                      r->ratio, r->event, per_cent, r->method, counted);
    an_doc_figure(r->doc, "forest", an_doc_printf(r->doc, "%ss", r->ratio), r->method,
                  &figure);
done:
    return st;
}

/* ---- A sentence per row that matters ---- */

bool an_effect_significant(const an_regression *r, const an_effect *effect)
{
    return effect->p < 1 - r->conf_level;
}

const char *an_reference_level(const an_regression_row *row)
{
    return row->term->vector->levels[row->term->vector->reference];
}

static const char *conclusion_key(const an_regression *r, const an_regression_row *row)
{
    return an_doc_printf(r->doc, "conclusion_%s", row->key);
}

static const char *ratio_text(const an_regression *r, const an_effect *e)
{
    return an_doc_format(r->doc, an_effect_value(r, e));
}

/* "stage = 2" where "2" alone would be a number of something. */
static const char *level_of(const an_regression *r, const an_regression_row *row)
{
    return an_label_of_level(r->doc, row->term->label, row->label);
}

static const char *reference_of(const an_regression *r, const an_regression_row *row)
{
    return an_label_of_level(r->doc, row->term->label, an_reference_level(row));
}

/* "0 events in 12 patients" */
static const char *events_in_rows(const an_regression *r, const an_regression_row *row)
{
    return an_doc_printf(r->doc, "%s in %s", an_events_count(r->doc, row->n_events, ""),
                         an_rows_count(r->doc, r->frame, row->n));
}

/* A level without events, or with nothing but events, has no ratio and still a finding. */
static void say_no_ratio(const an_regression *r, const an_regression_row *row,
                         const an_effect *e)
{
    const char *where =
        row->indent ? an_doc_printf(r->doc, "for %s (%s) than for %s", level_of(r, row),
                                    events_in_rows(r, row), reference_of(r, row))
                    : "with higher values";

    if (!row->term->vector) {
        an_doc_text(
            r->doc, conclusion_key(r, row),
            "The product term %s has no finite ratio; see the note on separation.",
            row->label);
        return;
    }
    an_doc_text(
        r->doc, conclusion_key(r, row),
        "%s: the %s of %s was so much %s %s that no finite ratio exists; see the note "
        "on separation.",
        row->term->label, r->rate, r->event, e->towards > 0 ? "higher" : "lower", where);
}

static const char *higher_or_lower(const an_effect *e)
{
    return e->ratio > 1 ? "higher" : "lower";
}

/* A ratio below 1 is read more easily from the other side. */
static void say_level(const an_regression *r, const an_regression_row *row,
                      const an_effect *e)
{
    const an_effect turned = {1 / e->ratio, 1 / e->upper, 1 / e->lower, NAN, 0, NULL};
    const char *other = "";

    if (e->ratio < 1)
        other = an_doc_printf(r->doc, "; the other way round %s", ratio_text(r, &turned));
    an_doc_text(r->doc, conclusion_key(r, row),
                "%s: the %s of %s was %s for %s than for %s (%s %s, reference %s%s; %s).",
                row->term->label, r->rate, r->event, higher_or_lower(e), level_of(r, row),
                reference_of(r, row), r->phrase, ratio_text(r, e),
                an_reference_level(row), other, an_doc_p(r->doc, e->p));
}

static void say_number(const an_regression *r, const an_regression_row *row,
                       const an_effect *e)
{
    an_doc_text(r->doc, conclusion_key(r, row),
                "%s: the %s of %s was %s with higher values (%s %s per %s; %s).",
                row->term->label, r->rate, r->event, higher_or_lower(e), r->phrase,
                ratio_text(r, e), an_one_unit(r->doc, row->term->unit),
                an_doc_p(r->doc, e->p));
}

static void say_product(const an_regression *r, const an_regression_row *row,
                        const an_effect *e)
{
    an_doc_text(r->doc, conclusion_key(r, row),
                "The product term %s differs from none (%s %s; %s): the effect of one "
                "depends on the other, and neither can be read alone.",
                row->label, r->phrase, ratio_text(r, e), an_doc_p(r->doc, e->p));
}

/* One level among many is below 0.05 by chance: the test of all of them comes first. */
static bool factor_matters(const an_regression *r, const an_regression_row *row)
{
    const double p = r->term_p[row->term - r->frame->design.terms];

    return row->term->n_columns == 1 || !(p >= 1 - r->conf_level);
}

bool an_term_in_product(const an_regression *r, const an_term *term)
{
    const an_design *design = &r->frame->design;
    const size_t size = strlen(term->name);

    if (!term->vector) return false;
    if (an_term_changes(r, term)) return true;
    for (an_index t = 0; t < design->n_terms; t++) {
        const char *part = design->terms[t].name;

        if (design->terms[t].vector) continue;
        for (; part; part = strchr(part, ':'), part = part ? part + 1 : NULL)
            if (strncmp(part, term->name, size) == 0 &&
                (part[size] == ':' || part[size] == '\0'))
                return true;
    }
    return false;
}

static bool say_row(const an_regression *r, const an_regression_row *row)
{
    const an_effect *e = &r->effect[row->column];

    if (e->towards != 0)
        say_no_ratio(r, row, e);
    else if (row->term->over_time)
        return false; /* an_regression_say_over_time() */
    else if (!an_effect_significant(r, e) || !factor_matters(r, row) ||
             an_term_in_product(r, row->term))
        return false;
    else if (row->indent)
        say_level(r, row, e);
    else if (row->term->vector)
        say_number(r, row, e);
    else
        say_product(r, row, e);
    return true;
}

static bool say_spline(const an_regression *r, an_index t)
{
    const an_term *term = &r->frame->design.terms[t];

    if (!an_term_spline(term) || an_term_in_product(r, term) || !r->term_p ||
        !(r->term_p[t] < 1 - r->conf_level))
        return false;
    an_doc_text(r->doc, an_doc_printf(r->doc, "conclusion_%s", r->term_key[t]),
                "%s goes with %s along a curve (all columns of its spline together: %s); "
                "its table shows where.",
                term->label, r->event, an_doc_p(r->doc, r->term_p[t]));
    return true;
}

an_index an_regression_say(const an_regression *r)
{
    an_index n = 0;

    for (an_index t = 0; t < r->frame->design.n_terms; t++) n += say_spline(r, t);

    for (an_index i = 0; i < r->n_rows; i++)
        if (r->rows[i].column >= 0) n += say_row(r, &r->rows[i]);
    return n;
}

/* ---- Notes ---- */

void an_regression_note_size(const an_regression *r, an_index n_events,
                             an_index n_coefficients)
{
    const double epv = (double)n_events / (double)n_coefficients;

    if (n_coefficients == 0 || epv >= 10) return;
    an_doc_note(r->doc, AN_WARNING, "M310",
                epv < 5 ? "Only %s for %s (%.1f each). With fewer "
                          "than 5 the estimates are unstable and biased away from 1, and "
                          "limits are too narrow: drop covariates, combine levels, or "
                          "report the ratios of each covariate alone."
                        : "%s for %s (%.1f each): fewer than 10, "
                          "so that estimates are less stable than their limits say.",
                an_events_count(r->doc, (double)n_events, ""),
                an_doc_printf(r->doc, "%lld coefficient%s", (long long)n_coefficients,
                              n_coefficients == 1 ? "" : "s"),
                epv);
}

static const an_regression_row *row_of(const an_regression *r, an_index column)
{
    for (an_index i = 0; i < r->n_rows; i++)
        if (r->rows[i].column == column) return &r->rows[i];
    return NULL;
}

const char *an_regression_column_name(const an_regression *r, an_index column)
{
    const an_regression_row *row = row_of(r, column);

    if (!row) return r->frame->design.names[column];
    return row->indent ? an_doc_printf(r->doc, "%s = %s", row->term->label, row->label)
                       : row->label;
}

static const char *events_text(const an_regression *r, an_index column)
{
    const an_regression_row *row = row_of(r, column);

    if (!row || !row->indent) return "";
    return an_doc_printf(r->doc, " (%s)", events_in_rows(r, row));
}

void an_regression_note_monotone(const an_regression *r, const char *advice)
{
    const char *names = "";

    for (an_index c = 0; c < r->frame->design.n_columns; c++)
        if (r->effect[c].towards != 0)
            names = an_doc_printf(r->doc, "%s%s%s%s", names, *names ? ", " : "",
                                  an_regression_column_name(r, c), events_text(r, c));
    if (*names)
        an_doc_note(r->doc, AN_WARNING, "M311",
                    "Monotone in: %s. The data separate so well that the likelihood "
                    "rises without end and no finite ratio exists. %s",
                    names, advice);
}

void an_regression_note_iterations(const an_regression *r, bool converged, int iterations)
{
    if (!converged)
        an_doc_note(r->doc, AN_WARNING, "M313",
                    "No convergence after %d iterations: do not use these numbers.",
                    iterations);
}
