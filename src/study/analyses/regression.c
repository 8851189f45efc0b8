/* Rows, cells and tests of the regression tables: a line per number, a heading and a line per level of a
 * factor. */
#include "study/analyses/regression.h"

#include "math/math.h"

an_effect an_effect_missing(int towards)
{
    static const char *const reasons[] = {"no finite estimate (towards 0)",
                                          "not estimable",
                                          "no finite estimate (towards infinity)"};

    return (an_effect){NAN, NAN, NAN, NAN, towards, reasons[towards + 1]};
}

an_status an_regression_need_events(const an_regression *r)
{
    for (an_index i = 0; i < r->frame->n; i++)
        if (r->frame->surv.event[i] == 1) return AN_OK;
    return an_fail(r->ctx, AN_ERR_ESTIMATE, "none of the %s had %s: %s cannot be done",
                   an_rows_all(r->doc, r->frame), r->event, r->method);
}

/* ---- Rows ---- */

const char *an_one_unit(an_doc *doc, const char *unit)
{
    const size_t size = unit ? strlen(unit) : 0;

    if (size == 0) return "unit";
    if (unit[0] >= '0' && unit[0] <= '9') return unit; /* "10 years" */
    if (size < 4 || unit[size - 1] != 's' || strchr(unit, '/')) return unit;
    return an_doc_printf(doc, "%.*s", (int)size - 1, unit);
}

static const char *number_label(const an_regression *r, const an_term *term)
{
    if (!term->vector) return r->frame->design.labels[term->first];
    return an_doc_printf(r->doc, "%s (per %s)", term->label,
                         an_one_unit(r->doc, term->unit));
}

static const char *unique_key(const an_regression *r, const char *label, an_index t)
{
    const char *key = an_doc_key(r->doc, label);

    for (an_index i = 0; i < t; i++)
        if (strcmp(r->term_key[i], key) == 0)
            return an_doc_printf(r->doc, "%s_%lld", key, (long long)t + 1);
    return key;
}

static an_regression_row *next_row(an_regression *r, const an_term *term, const char *key)
{
    an_regression_row *row = &r->rows[r->n_rows++];

    *row = (an_regression_row){
        .key = key, .term = term, .column = -1, .n = NAN, .n_events = NAN};
    return row;
}

static void count_level(const an_regression *r, const an_vector *factor, an_index level,
                        an_regression_row *row)
{
    row->n = row->n_events = 0;
    for (an_index i = 0; i < r->frame->n; i++)
        if (factor->code[i] == level) {
            row->n++;
            row->n_events += r->frame->surv.event[i] == 1;
        }
}

static void add_factor(an_regression *r, const an_term *term, const char *key)
{
    const an_vector *factor = term->vector;
    an_index column = term->first;
    an_regression_row *row = next_row(r, term, key);

    row->heading = true;
    row->label = term->label;
    for (an_index l = 0; l < factor->n_levels; l++) {
        row = next_row(
            r, term,
            an_doc_printf(r->doc, "%s_%s", key, an_doc_key(r->doc, factor->levels[l])));
        row->label = factor->levels[l];
        row->indent = 1;
        row->reference = l == factor->reference;
        if (!row->reference) row->column = column++;
        count_level(r, factor, l, row);
    }
}

/* The coefficients of a spline mean nothing one by one: its test, and a table of its own. */
static void add_spline(an_regression *r, const an_term *term, const char *key)
{
    an_regression_row *row = next_row(r, term, key);

    row->heading = true;
    row->label = an_doc_printf(r->doc, "%s (spline)", term->label);
}

static void add_columns(an_regression *r, const an_term *term, const char *key)
{
    for (an_index k = 0; k < term->n_columns; k++) {
        const bool one = term->n_columns == 1;
        an_regression_row *row = next_row(
            r, term, one ? key : an_doc_printf(r->doc, "%s_%lld", key, (long long)k + 1));

        row->label =
            one ? number_label(r, term) : r->frame->design.labels[term->first + k];
        row->column = term->first + k;
    }
}

const struct an_spline *an_term_spline(const an_term *term)
{
    return term->vector ? term->vector->spline : NULL;
}

static bool is_factor(const an_term *term)
{
    return term->vector && term->vector->code;
}

an_status an_regression_start(an_regression *r)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_design *design = &r->frame->design;
    an_index most = 0;

    for (an_index t = 0; t < design->n_terms; t++)
        most +=
            design->terms[t].n_columns +
            (is_factor(&design->terms[t]) ? design->terms[t].vector->n_levels + 1 : 0);
    AN_ALLOC(r->rows, r->mem, most);
    AN_ALLOC(r->term_key, r->mem, design->n_terms);
    AN_ALLOC(r->effect, r->mem, design->n_columns);
    for (an_index t = 0; t < design->n_terms; t++) {
        const an_term *term = &design->terms[t];

        r->term_key[t] = unique_key(r, term->name, t);
        if (is_factor(term))
            add_factor(r, term, r->term_key[t]);
        else if (an_term_spline(term))
            add_spline(r, term, r->term_key[t]);
        else
            add_columns(r, term, r->term_key[t]);
    }
done:
    return st;
}

/* ---- Tests of terms ---- */

an_status an_regression_term_of(const an_regression *r, an_index **out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_design *design = &r->frame->design;

    AN_ALLOC(*out, r->mem, design->n_columns);
    for (an_index t = 0; t < design->n_terms; t++)
        for (an_index k = 0; k < design->terms[t].n_columns; k++)
            (*out)[design->terms[t].first + k] = t;
done:
    return st;
}

static bool separates(const an_effect *effect, an_index n)
{
    for (an_index k = 0; k < n; k++)
        if (effect[k].towards != 0) return true;
    return false;
}

/* work[q (q + 2)] for a term of q columns */
static void test_term(an_regression *r, an_index t, double *work)
{
    const an_term *term = &r->frame->design.terms[t];
    const double *coef = r->coef, *vcov = r->vcov;
    const an_index p = r->frame->design.n_columns, q = term->n_columns;
    double *block = work, *b = work + q * q, *scratch = b + q;
    an_index df = 0;

    r->term_chisq[t] = r->term_p[t] = NAN;
    if (separates(r->effect + term->first, q)) return;
    for (an_index k = 0; k < q; k++) {
        const an_index c = term->first + k;
        const bool estimated = !r->effect[c].reason;

        b[k] = estimated ? coef[c] : 0;
        df += estimated;
        for (an_index l = 0; l < q; l++) {
            const double v = vcov[c + (term->first + l) * p];

            block[k + l * q] = isnan(v) ? 0 : v;
        }
    }
    r->term_df[t] = (double)df;
    if (df == 0) return;
    an_ldl_factor(q, block, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
    r->term_chisq[t] = an_ldl_quadratic(q, block, b, scratch);
    r->term_p[t] = an_chisq_upper(r->term_chisq[t], (double)df);
}

an_status an_regression_test_terms(an_regression *r, const double *coef,
                                   const double *vcov)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_design *design = &r->frame->design;
    double *work;

    r->coef = coef;
    r->vcov = vcov;
    r->term_test = "Wald";
    AN_ALLOC(r->term_p, r->mem, design->n_terms);
    AN_ALLOC(r->term_chisq, r->mem, design->n_terms);
    AN_ALLOC(r->term_df, r->mem, design->n_terms);
    AN_ALLOC(work, r->mem, design->n_columns * (design->n_columns + 2));
    for (an_index t = 0; t < design->n_terms; t++) test_term(r, t, work);
done:
    return st;
}

/* ---- Cells ---- */

an_value an_effect_value(const an_regression *r, const an_effect *e)
{
    an_value value =
        an_estimate_at(AN_KIND_RATIO, e->ratio, e->lower, e->upper, r->conf_level);

    value.reason = e->reason;
    return value;
}

static an_value p_value(const an_effect *e)
{
    return an_number_or(AN_KIND_P, e->p, e->reason ? e->reason : "not estimable");
}

void an_regression_cells(const an_regression *r, const an_regression_row *row,
                         const an_effect *effect, double term_p, an_value cells[2])
{
    const an_index q = row->term->n_columns;

    cells[0] = an_text(row->reference ? "1 (reference)" : "");
    cells[1] = an_text("");
    if (row->heading && q > 1)
        cells[1] =
            an_number_or(AN_KIND_P, term_p,
                         separates(effect, q) ? "no finite estimate" : "not estimable");
    if (row->column < 0) return;
    effect += row->column - row->term->first;
    cells[0] = an_effect_value(r, effect);
    cells[1] = p_value(effect);
}

static an_value count(double n)
{
    return isnan(n) ? an_text("") : an_number(AN_KIND_COUNT, n);
}

void an_regression_label_cells(const an_regression_row *row, an_value cells[3])
{
    cells[0] = an_text(row->label);
    cells[1] = count(row->n);
    cells[2] = count(row->n_events);
}

const char *an_regression_foot(const an_regression *r, const char *test)
{
    const char *factor = "";

    for (an_index i = 0; i < r->n_rows; i++)
        if (r->rows[i].heading && r->rows[i].term->n_columns > 1)
            factor = an_doc_printf(r->doc,
                                   " p of a factor with more than two levels: %s of all "
                                   "its levels.",
                                   test);
    return an_doc_printf(
        r->doc,
        "Ratios above 1: a higher %s of %s. Compared with the reference "
        "level of a factor, or per unit of a number.%s%s",
        r->rate, r->event, factor,
        an_regression_over_time(r)
            ? " The ratio of a covariate that also stands in a product with time is the one "
              "where that function of time is 0; see its effect over time."
            : "");
}

/* ---- The model as a whole ---- */

void an_regression_size(const an_regression *r, an_index n, an_index n_events,
                        an_index n_competing, an_index n_coefficients)
{
    const double epv =
        n_coefficients > 0 ? (double)n_events / (double)n_coefficients : NAN;

    an_doc_value(r->doc, "n", an_rows_title(r->frame),
                 an_number(AN_KIND_COUNT, (double)n), r->method);
    an_doc_value(r->doc, "events", "Events", an_number(AN_KIND_COUNT, (double)n_events),
                 r->method);
    if (n_competing >= 0)
        an_doc_value(r->doc, "competing", "Competing events",
                     an_number(AN_KIND_COUNT, (double)n_competing), r->method);
    an_doc_value(r->doc, "epv", "Events per coefficient",
                 an_number_or(AN_KIND_NUMBER, epv, "no coefficient"), r->method);
}

void an_regression_tests_open(const an_regression *r, const char *key, const char *title,
                              const char *of)
{
    const an_doc_column columns[] = {
        {"test", of}, {"chisq", "Chi-squared"}, {"df", "Degrees of freedom"}, {"p", "p"}};

    an_doc_table(r->doc, key, title, r->method, 4, columns);
}

void an_regression_test_row(const an_regression *r, const char *key, const char *label,
                            double chisq, double df, double p, const char *reason)
{
    const an_value cells[] = {
        an_text(label), an_number_or(AN_KIND_STATISTIC, chisq, reason),
        an_number(AN_KIND_COUNT, df), an_number_or(AN_KIND_P, p, reason)};

    an_doc_row_add(r->doc, key, 0, cells);
}
