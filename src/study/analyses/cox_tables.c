/* Tables and figure of the Cox analysis. */
#include "study/analyses/cox_view.h"

#include "math/math.h"

static an_value blank(void)
{
    return an_text("");
}

static an_value count(double n)
{
    return isnan(n) ? blank() : an_number(AN_KIND_COUNT, n);
}

static an_value p_value(double p, const char *reason)
{
    return isnan(p) ? an_not_estimable(AN_KIND_P, reason ? reason : "not estimable")
                    : an_number(AN_KIND_P, p);
}

static an_index term_number(const an_cox_view *v, const an_term *term)
{
    return term - v->frame->design.terms;
}

/* ---- Coefficients ---- */

static const char *term_reason(const an_term *term, const an_cox *fit, an_index first)
{
    for (an_index k = 0; k < term->n_columns; k++)
        if (fit->flag[first + k] == AN_COX_MONOTONE) return "no finite estimate";
    return NULL;
}

/* Ratio and p of one row in one model, where the columns of its term begin at first. */
static void fill_model_cells(const an_cox_view *v, const an_cox_row *row,
                             const an_cox *fit, an_index first, double heading_p,
                             an_value cells[2])
{
    const an_index column = row->column - row->term->first + first;

    cells[0] = cells[1] = blank();
    if (row->heading && row->term->n_columns > 1)
        cells[1] = p_value(heading_p, term_reason(row->term, fit, first));
    if (row->reference) cells[0] = an_text("1 (reference)");
    if (row->column < 0) return;
    cells[0] = an_cox_ratio(v, fit, column);
    cells[1] = p_value(fit->p_value[column], an_cox_reason(v, fit, column));
}

static void add_row(const an_cox_view *v, const an_cox_row *row)
{
    const an_index t = term_number(v, row->term);
    an_value cells[7] = {an_text(row->label), count(row->n), count(row->n_events)};

    fill_model_cells(v, row, v->fit, row->term->first, v->term_p[t], cells + 3);
    if (v->alone)
        fill_model_cells(v, row, v->alone[t], 0, v->alone[t]->wald_p, cells + 5);
    an_doc_row_add(v->doc, row->key, row->indent, cells);
}

void an_cox_show_coefficients(const an_cox_view *v)
{
    const an_doc_column columns[] = {
        {"label", "Covariate"}, {"n", "Patients"}, {"events", "Events"},
        {"hr", v->ratio},       {"p", "p"},        {"hr_alone", "Alone (univariable)"},
        {"p_alone", "p alone"}};

    an_doc_table(v->doc, "coefficients", an_doc_printf(v->doc, "%ss", v->ratio),
                 "Cox regression", v->alone ? 7 : 5, columns);
    for (an_index i = 0; i < v->n_rows; i++) add_row(v, &v->rows[i]);
    an_doc_table_end(
        v->doc,
        an_doc_printf(v->doc,
                      "Ratios above 1: more frequent, or earlier, %s. Compared with the "
                      "reference level of a factor, or per unit of a number. p of a "
                      "factor with more than two levels: Wald test of all its levels.%s",
                      v->event,
                      v->alone ? " Alone: a model with this covariate only, on the same "
                                 "patients."
                               : ""));
}

/* ---- Forest ---- */

an_status an_cox_show_forest(const an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_forest_row *rows = NULL;
    an_figure figure = {
        .type = AN_FIGURE_FOREST,
        .x_label = an_doc_printf(v->doc, "HR (%g%% CI)", 100 * v->options.conf_level),
        .x_min = NAN,
        .x_max = NAN,
        .y_min = NAN,
        .y_max = NAN,
        .favours_low = "lower hazard",
        .favours_high = "higher hazard"};

    AN_ALLOC(rows, v->mem, v->n_rows);
    for (an_index i = 0; i < v->n_rows; i++) {
        const an_cox_row *row = &v->rows[i];
        const an_index c = row->column;

        rows[i] = (an_forest_row){.label = row->label,
                                  .ratio = c < 0 ? NAN : v->fit->hr[c],
                                  .lower = c < 0 ? NAN : v->fit->lower[c],
                                  .upper = c < 0 ? NAN : v->fit->upper[c],
                                  .p = c < 0 ? NAN : v->fit->p_value[c],
                                  .n = row->n,
                                  .n_events = row->n_events,
                                  .reference = row->reference,
                                  .heading = row->heading,
                                  .level = row->indent > 0};
    }
    figure.n_rows = v->n_rows;
    figure.rows = rows;
    figure.caption = an_doc_printf(
        v->doc,
        "%ss for %s with %g %% confidence limits, Cox regression with all covariates "
        "together: %lld patients, %lld events.",
        v->ratio, v->event, 100 * v->params->conf_level, (long long)v->fit->n,
        (long long)v->fit->n_events);
    an_doc_figure(v->doc, "forest", an_doc_printf(v->doc, "%ss", v->ratio),
                  "Cox regression", &figure);
done:
    return st;
}

/* ---- The model as a whole ---- */

/* Coefficients in the likelihood: a monotone one has no estimate, yet was fitted. */
static double coefficients(const an_cox *fit)
{
    double n = 0;

    for (an_index c = 0; c < fit->p; c++) n += fit->flag[c] != AN_COX_ALIASED;
    return n;
}

static void add_test(const an_cox_view *v, const char *key, const char *label,
                     double chisq)
{
    const double df = coefficients(v->fit);
    an_value value = an_number(AN_KIND_STATISTIC, chisq);

    if (isnan(chisq)) value.reason = "no finite estimate";
    const an_value cells[] = {
        an_text(label), value, an_number(AN_KIND_COUNT, df),
        p_value(df > 0 ? an_chisq_upper(chisq, df) : NAN, value.reason)};

    an_doc_row_add(v->doc, key, 0, cells);
}

static void show_tests(const an_cox_view *v)
{
    static const an_doc_column columns[] = {{"test", "Test of all covariates"},
                                            {"chisq", "Chi-squared"},
                                            {"df", "Degrees of freedom"},
                                            {"p", "p"}};
    const an_cox *fit = v->fit;

    an_doc_table(v->doc, "tests", "Tests of the model", "Cox regression", 4, columns);
    add_test(v, "lrt", "Likelihood ratio", fit->lrt);
    add_test(v, "wald", fit->robust ? "Wald (robust)" : "Wald", fit->wald);
    add_test(v, "score", "Score", fit->score);
    if (fit->robust) add_test(v, "robust_score", "Score (robust)", fit->robust_score);
    an_doc_table_end(v->doc, fit->robust ? "The likelihood-ratio and score tests assume "
                                           "independent rows; prefer the robust ones."
                                         : NULL);
}

void an_cox_show_model(const an_cox_view *v)
{
    const an_cox *fit = v->fit;
    const double z = an_normal_quantile(1 - (1 - v->params->conf_level) / 2);
    const double spread = z * fit->concordance.se;
    an_value c = an_estimate(AN_KIND_NUMBER, fit->concordance.c,
                             fmax(0, fit->concordance.c - spread),
                             fmin(1, fit->concordance.c + spread));

    c.level = v->params->conf_level;
    if (isnan(c.value)) c.reason = "no pair of patients can be compared";
    an_doc_value(v->doc, "n", "Patients", an_number(AN_KIND_COUNT, (double)fit->n),
                 "Cox regression");
    an_doc_value(v->doc, "events", "Events",
                 an_number(AN_KIND_COUNT, (double)fit->n_events), "Cox regression");
    an_doc_value(v->doc, "epv", "Events per coefficient",
                 fit->df > 0
                     ? an_number(AN_KIND_NUMBER, (double)fit->n_events / (double)fit->df)
                     : an_not_estimable(AN_KIND_NUMBER, "no coefficient"),
                 "Cox regression");
    show_tests(v);
    an_doc_value(v->doc, "concordance", "Concordance (Harrell's C)", c, "Concordance");
    an_doc_value(v->doc, "concordance_se", "Standard error of the concordance",
                 an_number(AN_KIND_NUMBER, fit->concordance.se), "Concordance");
    an_doc_value(v->doc, "loglik", "Log partial likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik), "Cox regression");
    an_doc_value(v->doc, "aic", "AIC", an_number(AN_KIND_STATISTIC, fit->aic),
                 "Cox regression");
}

/* ---- Proportional hazards ---- */

static void add_zph_row(const an_cox_view *v, an_index t, const char *key,
                        const char *label)
{
    const an_zph *z = v->zph;
    an_value chisq = an_number(AN_KIND_STATISTIC, z->chisq[t]);

    if (isnan(z->chisq[t])) chisq.reason = "not estimable";
    const an_value cells[] = {an_text(label), chisq, an_number(AN_KIND_COUNT, z->df[t]),
                              p_value(z->p_value[t], "not estimable")};

    an_doc_row_add(v->doc, key, 0, cells);
}

static const char *verdict(const an_cox_view *v)
{
    const an_zph *z = v->zph;
    const double global = z->p_value[z->n_terms];
    const char *names = "";

    for (an_index t = 0; t < z->n_terms; t++)
        if (z->p_value[t] < 0.05)
            names = an_doc_printf(v->doc, "%s%s%s", names, *names ? ", " : "",
                                  v->frame->design.terms[t].label);
    if (*names)
        return an_doc_printf(
            v->doc,
            "The effect of %s seems to change with time (global test %s): one hazard "
            "ratio is an average over the follow-up. Look at the curves, stratify by "
            "it, or split the follow-up.",
            names, an_doc_p(v->doc, global));
    if (global < 0.05)
        return an_doc_printf(v->doc,
                             "No single covariate stands out, yet together their effects "
                             "seem to change with time (global test %s).",
                             an_doc_p(v->doc, global));
    return an_doc_printf(v->doc,
                         "No sign that hazard ratios change with time (global test %s); "
                         "with %lld events such a test finds coarse departures only.",
                         an_doc_p(v->doc, global), (long long)v->fit->n_events);
}

void an_cox_show_zph(const an_cox_view *v)
{
    static const an_doc_column columns[] = {{"term", "Covariate"},
                                            {"chisq", "Chi-squared"},
                                            {"df", "Degrees of freedom"},
                                            {"p", "p"}};

    if (v->zph_reason)
        an_doc_text(v->doc, "ph_verdict", "Proportional hazards were not tested: %s.",
                    v->zph_reason);
    if (!v->zph) return;
    an_doc_table(v->doc, "ph", "Test of proportional hazards", "Score test of x g(t)", 4,
                 columns);
    for (an_index t = 0; t < v->zph->n_terms; t++)
        add_zph_row(v, t, v->term_key[t], v->frame->design.terms[t].label);
    add_zph_row(v, v->zph->n_terms, "global", "All together");
    an_doc_table_end(v->doc, NULL);
    an_doc_text(v->doc, "ph_verdict", "%s", verdict(v));
}
