/* Tables and figure of the Fine-Gray analysis. */
#include "study/analyses/finegray_view.h"

#include "math/math.h"

const char *an_finegray_reason(const an_fg_fit *fit, an_index c)
{
    if (fit->aliased[c]) return "not estimable";
    if (fit->infinite[c])
        return fit->coef[c] < 0 ? "no finite estimate (towards 0)"
                                : "no finite estimate (towards infinity)";
    return NULL;
}

an_value an_finegray_ratio(const an_finegray_view *v, an_index c)
{
    const an_fg_fit *fit = v->fit;
    const char *reason = an_finegray_reason(fit, c);
    an_value value = an_estimate(AN_KIND_RATIO, exp(fit->coef[c]), exp(fit->lower[c]),
                                 exp(fit->upper[c]));

    if (reason) value = an_not_estimable(AN_KIND_RATIO, reason);
    value.level = v->options.conf_level;
    return value;
}

static an_value p_value(const an_finegray_view *v, an_index c)
{
    const char *reason = an_finegray_reason(v->fit, c);

    return reason ? an_not_estimable(AN_KIND_P, reason)
                  : an_number(AN_KIND_P, v->fit->p_value[c]);
}

static an_value heading_p(double p)
{
    return isnan(p) ? an_not_estimable(AN_KIND_P, "not estimable")
                    : an_number(AN_KIND_P, p);
}

static an_value count(double n)
{
    return isnan(n) ? an_text("") : an_number(AN_KIND_COUNT, n);
}

/* ---- Coefficients ---- */

/* Wald test of the estimated columns of one term; work[c (c + 2)] for c columns. */
static double test_term(const an_fg_fit *fit, const an_term *term, double *work)
{
    const an_index c = term->n_columns;
    double *block = work, *b = work + c * c, *scratch = b + c;
    an_index df = 0;

    for (an_index k = 0; k < c; k++) {
        const an_index at = term->first + k;

        if (fit->infinite[at]) return NAN;
        b[k] = fit->aliased[at] ? 0 : fit->coef[at];
        df += !fit->aliased[at];
        for (an_index l = 0; l < c; l++) {
            const double v = fit->vcov[at + (term->first + l) * fit->q];

            block[k + l * c] = isnan(v) ? 0 : v;
        }
    }
    if (df == 0) return NAN;
    an_ldl_factor(c, block, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
    return an_chisq_upper(an_ldl_quadratic(c, block, b, scratch), (double)df);
}

an_status an_finegray_test_terms(an_finegray_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_design *design = &v->frame->design;
    double *work;

    AN_ALLOC(v->term_p, v->mem, design->n_terms);
    AN_ALLOC(work, v->mem, design->n_columns * (design->n_columns + 2));
    for (an_index t = 0; t < design->n_terms; t++)
        v->term_p[t] = test_term(v->fit, &design->terms[t], work);
done:
    return st;
}

static void add_row(const an_finegray_view *v, const an_cox_row *row)
{
    an_value cells[] = {an_text(row->label), count(row->n), count(row->n_events),
                        an_text(""), an_text("")};

    if (row->heading && row->term->n_columns > 1)
        cells[4] = heading_p(v->term_p[row->term - v->frame->design.terms]);
    if (row->reference) cells[3] = an_text("1 (reference)");
    if (row->column >= 0) {
        cells[3] = an_finegray_ratio(v, row->column);
        cells[4] = p_value(v, row->column);
    }
    an_doc_row_add(v->doc, row->key, row->indent, cells);
}

void an_finegray_show_coefficients(const an_finegray_view *v)
{
    static const an_doc_column columns[] = {{"label", "Covariate"},
                                            {"n", "Patients"},
                                            {"events", "Events"},
                                            {"shr", "Subdistribution hazard ratio"},
                                            {"p", "p"}};

    an_doc_table(v->doc, "coefficients", "Subdistribution hazard ratios",
                 "Fine-Gray regression", 5, columns);
    for (an_index i = 0; i < v->table.n_rows; i++) add_row(v, &v->table.rows[i]);
    an_doc_table_end(
        v->doc, an_doc_printf(
                    v->doc,
                    "Ratios above 1: a larger share of patients with %s. "
                    "Compared with the reference level of a factor, or per unit "
                    "of a number. p of a factor with more than two levels: Wald test of "
                    "all its levels.",
                    v->event));
}

/* ---- Forest ---- */

static an_forest_row forest_row(const an_finegray_view *v, const an_cox_row *row)
{
    const an_index c = row->column;
    an_forest_row out = {.label = row->label,
                         .ratio = NAN,
                         .lower = NAN,
                         .upper = NAN,
                         .p = NAN,
                         .n = row->n,
                         .n_events = row->n_events,
                         .reference = row->reference,
                         .heading = row->heading,
                         .level = row->indent > 0};

    if (c < 0 || an_finegray_reason(v->fit, c)) return out;
    out.ratio = exp(v->fit->coef[c]);
    out.lower = exp(v->fit->lower[c]);
    out.upper = exp(v->fit->upper[c]);
    out.p = v->fit->p_value[c];
    return out;
}

an_status an_finegray_show_forest(const an_finegray_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_forest_row *rows = NULL;
    an_figure figure = {
        .type = AN_FIGURE_FOREST,
        .x_label = an_doc_printf(v->doc, "sHR (%g%% CI)", 100 * v->options.conf_level),
        .x_min = NAN,
        .x_max = NAN,
        .y_min = NAN,
        .y_max = NAN,
        .favours_low = "lower incidence",
        .favours_high = "higher incidence",
        .n_rows = v->table.n_rows};

    AN_ALLOC(rows, v->mem, v->table.n_rows);
    for (an_index i = 0; i < v->table.n_rows; i++)
        rows[i] = forest_row(v, &v->table.rows[i]);
    figure.rows = rows;
    figure.caption = an_doc_printf(
        v->doc,
        "Subdistribution hazard ratios for %s with %g %% confidence limits, Fine-Gray "
        "regression with all covariates together: %lld patients, %lld events, %lld "
        "competing events.",
        v->event, 100 * v->options.conf_level, (long long)v->fit->n,
        (long long)v->fit->n_events, (long long)v->fit->n_competing);
    an_doc_figure(v->doc, "forest", "Subdistribution hazard ratios",
                  "Fine-Gray regression", &figure);
done:
    return st;
}

/* ---- The model as a whole ---- */

static void add_test(const an_finegray_view *v, const char *key, const char *label,
                     double chisq, double p)
{
    an_value statistic = an_number(AN_KIND_STATISTIC, chisq);
    an_value probability = an_number(AN_KIND_P, p);

    if (isnan(chisq)) statistic.reason = "no finite estimate";
    if (isnan(p)) probability.reason = "not estimable";
    const an_value cells[] = {an_text(label), statistic,
                              an_number(AN_KIND_COUNT, (double)v->fit->rank),
                              probability};

    an_doc_row_add(v->doc, key, 0, cells);
}

void an_finegray_show_model(const an_finegray_view *v)
{
    static const an_doc_column columns[] = {{"test", "Test of all covariates"},
                                            {"chisq", "Chi-squared"},
                                            {"df", "Degrees of freedom"},
                                            {"p", "p"}};
    const an_fg_fit *fit = v->fit;
    const char *method = "Fine-Gray regression";
    bool finite = true;

    for (an_index c = 0; c < fit->q; c++) finite &= !fit->infinite[c];
    an_doc_value(v->doc, "n", "Patients", an_number(AN_KIND_COUNT, (double)fit->n),
                 method);
    an_doc_value(v->doc, "events", "Events",
                 an_number(AN_KIND_COUNT, (double)fit->n_events), method);
    an_doc_value(v->doc, "competing", "Competing events",
                 an_number(AN_KIND_COUNT, (double)fit->n_competing), method);
    an_doc_value(v->doc, "epv", "Events per coefficient",
                 fit->rank > 0 ? an_number(AN_KIND_NUMBER,
                                           (double)fit->n_events / (double)fit->rank)
                               : an_not_estimable(AN_KIND_NUMBER, "no coefficient"),
                 method);
    an_doc_table(v->doc, "tests", "Tests of the model", method, 4, columns);
    add_test(v, "wald", "Wald", finite ? fit->wald : NAN, finite ? fit->wald_p : NAN);
    add_test(v, "lrt", "Likelihood ratio", fit->lrt, fit->lrt_p);
    an_doc_table_end(v->doc,
                     "The likelihood is a weighted one; prefer Wald's test, which "
                     "takes the same variance as the limits.");
    an_doc_value(v->doc, "loglik", "Log pseudo-likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik), method);
}
