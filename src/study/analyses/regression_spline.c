/* What a spline of a regression model says: ratios at some values against the median, whether
 * there is an effect, whether it is a straight line, and the curve. */
#include <anodyne/spline.h>

#include "study/analyses/regression.h"

#include "math/math.h"

enum { N_VALUES = 7, MEDIAN = 3, N_POINTS = 241 };
static const double quantiles[N_VALUES] = {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95};

typedef struct curve {
    const an_regression *r;
    const an_term *term;
    const an_spline *spline;
    const char *key;
    double coef[AN_SPLINE_MOST_DF], vcov[AN_SPLINE_MOST_DF * AN_SPLINE_MOST_DF];
    double value[N_VALUES];
    double at_reference[AN_SPLINE_MOST_DF];
} curve;

static void take_block(curve *c)
{
    const double *coef = c->r->coef, *vcov = c->r->vcov;
    const an_index p = c->r->frame->design.n_columns, q = c->spline->df;
    const an_index first = c->term->first;

    for (an_index j = 0; j < q; j++) {
        c->coef[j] = coef[first + j];
        for (an_index k = 0; k < q; k++)
            c->vcov[k + j * q] = vcov[first + k + (first + j) * p];
    }
}

static an_status find_values(curve *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = c->r->ctx;
    const an_index n = c->r->frame->n;
    int64_t *order;
    double *sorted;

    AN_ALLOC(order, c->r->mem, n);
    AN_ALLOC(sorted, c->r->mem, n);
    AN_TRY(an_order_double(ctx, n, c->term->vector->x, order));
    for (an_index i = 0; i < n; i++) sorted[i] = c->term->vector->x[order[i]];
    for (int k = 0; k < N_VALUES; k++)
        c->value[k] = an_quantile(n, sorted, quantiles[k], 7);
    an_spline_basis(c->spline, c->value[MEDIAN], c->at_reference);
done:
    return st;
}

/* Ratio at x against the median, with Wald's limits. */
static an_effect effect_at(const curve *c, double x)
{
    const double z = an_normal_quantile(1 - (1 - c->r->conf_level) / 2);
    double basis[AN_SPLINE_MOST_DF], log_ratio = 0, se;

    an_spline_basis(c->spline, x, basis);
    for (an_index j = 0; j < c->spline->df; j++) {
        basis[j] -= c->at_reference[j];
        log_ratio += basis[j] * c->coef[j];
    }
    se = sqrt(fmax(0, an_quadratic(c->spline->df, c->vcov, basis, basis)));
    return (an_effect){.ratio = exp(log_ratio),
                       .lower = exp(log_ratio - z * se),
                       .upper = exp(log_ratio + z * se)};
}

static const char *number(const curve *c, double x)
{
    return an_doc_format(c->r->doc, an_number(AN_KIND_NUMBER, x));
}

static const char *unit_after(const curve *c)
{
    return c->term->unit ? an_doc_printf(c->r->doc, " %s", c->term->unit) : "";
}

static void show_table(const curve *c)
{
    an_doc *doc = c->r->doc;
    const an_doc_column columns[] = {
        {"value",
         an_doc_printf(doc, "%s%s%s%s", c->term->label, c->term->unit ? " (" : "",
                       c->term->unit ? c->term->unit : "", c->term->unit ? ")" : "")},
        {"quantile", "Quantile"},
        {"ratio", c->r->ratio}};

    an_doc_table(doc, an_doc_printf(doc, "spline_%s", c->key),
                 an_doc_printf(doc, "%s: against %s%s", c->term->label,
                               number(c, c->value[MEDIAN]), unit_after(c)),
                 c->r->method, 3, columns);
    for (int k = 0; k < N_VALUES; k++) {
        const an_effect e = effect_at(c, c->value[k]);
        const an_value cells[] = {an_number(AN_KIND_NUMBER, c->value[k]),
                                  an_number(AN_KIND_PROPORTION, quantiles[k]),
                                  k == MEDIAN ? an_text("1 (reference)")
                                              : an_effect_value(c->r, &e)};

        an_doc_row_add(doc, an_doc_printf(doc, "q%g", 100 * quantiles[k]), 0, cells);
    }
    an_doc_table_end(doc,
                     an_term_in_product(c->r, c->term)
                         ? "The model has a product with this covariate: these ratios "
                           "are those where the other part is 0 or at its reference "
                           "level."
                         : NULL);
}

static void show_tests(const curve *c, double p_all)
{
    an_doc *doc = c->r->doc;
    const double chisq = an_spline_nonlinearity(c->spline, c->coef, c->vcov);
    const double p = c->spline->df > 1 && !isnan(chisq)
                         ? an_chisq_upper(chisq, (double)c->spline->df - 1)
                         : NAN;

    an_doc_value(doc, an_doc_printf(doc, "spline_%s_p", c->key),
                 an_doc_printf(doc, "%s: any effect, p", c->term->label),
                 an_number_or(AN_KIND_P, p_all, "not estimable"), c->r->method);
    an_doc_value(
        doc, an_doc_printf(doc, "spline_%s_chisq", c->key),
        an_doc_printf(doc, "%s: not a straight line, chi-squared", c->term->label),
        an_number_or(AN_KIND_STATISTIC, chisq, "not estimable"), "Wald test");
    an_doc_value(doc, an_doc_printf(doc, "spline_%s_nonlinear_p", c->key),
                 an_doc_printf(doc, "%s: not a straight line, p", c->term->label),
                 an_number_or(AN_KIND_P, p, "not estimable"), "Wald test");
}

/* From the 5 % to the 95 % quantile: beyond them few rows hold the curve. */
static an_status show_figure(const curve *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = c->r->ctx;
    an_doc *doc = c->r->doc;
    const double from = c->value[0], to = c->value[N_VALUES - 1];
    double *x, *y, *lower, *upper, highest = 1;
    an_series series[2] = {{.n = N_POINTS}, {.n = 2, .secondary = true}};

    AN_ALLOC(x, c->r->mem, N_POINTS);
    AN_ALLOC(y, c->r->mem, N_POINTS);
    AN_ALLOC(lower, c->r->mem, N_POINTS);
    AN_ALLOC(upper, c->r->mem, N_POINTS);
    for (int i = 0; i < N_POINTS; i++) {
        an_effect e;

        x[i] = from + (to - from) * i / (N_POINTS - 1);
        e = effect_at(c, x[i]);
        y[i] = e.ratio;
        lower[i] = e.lower;
        upper[i] = e.upper;
        highest = fmax(highest, fmin(e.upper, 3 * e.ratio));
    }
    series[0].label = c->r->ratio;
    series[0].x = x;
    series[0].y = y;
    series[0].lower = lower;
    series[0].upper = upper;
    series[1].label = "No difference";
    series[1].x = (double[]){from, to};
    series[1].y = (double[]){1, 1};
    const an_figure figure = {
        .type = AN_FIGURE_CURVES,
        .x_label =
            an_doc_printf(doc, "%s%s%s%s", c->term->label, c->term->unit ? " (" : "",
                          c->term->unit ? c->term->unit : "", c->term->unit ? ")" : ""),
        .y_label = c->r->ratio,
        .x_min = from,
        .x_max = to,
        .y_min = 0,
        .y_max = highest,
        .n_series = 2,
        .series = series,
        .caption = an_doc_printf(
            doc,
            "%s for %s by %s against %s%s with %g %% confidence limits, from the 5 %% "
            "to the 95 %% quantile, %s with all covariates together.",
            c->r->ratio, c->r->event, c->term->label, number(c, c->value[MEDIAN]),
            unit_after(c), 100 * c->r->conf_level, c->r->method)};

    an_doc_figure(doc, an_doc_printf(doc, "curve_%s", c->key),
                  an_doc_printf(doc, "%s by %s", c->r->ratio, c->term->label),
                  c->r->method, &figure);
done:
    return st;
}

static bool estimated(const an_regression *r, const an_term *term)
{
    for (an_index k = 0; k < term->n_columns; k++)
        if (r->effect[term->first + k].reason) return false;
    return true;
}

an_status an_regression_show_splines(const an_regression *r)
{
    an_status st = AN_OK;

    for (an_index t = 0; t < r->frame->design.n_terms; t++) {
        const an_term *term = &r->frame->design.terms[t];
        curve c = {r, term, an_term_spline(term), r->term_key[t], {0}, {0}, {0}, {0}};

        if (!c.spline) continue;
        if (!estimated(r, term)) {
            an_doc_text(r->doc, an_doc_printf(r->doc, "spline_%s", c.key),
                        "The spline of %s has no finite estimate: take fewer knots.",
                        term->label);
            continue;
        }
        take_block(&c);
        AN_TRY(find_values(&c));
        show_table(&c);
        show_tests(&c, r->term_p ? r->term_p[t] : NAN);
        AN_TRY(show_figure(&c));
    }
done:
    return st;
}
