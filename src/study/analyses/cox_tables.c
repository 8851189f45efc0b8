/* Tables and figure of the Cox analysis. */
#include "study/analyses/cox_view.h"

#include "math/math.h"

/* ---- Coefficients ---- */

static void add_row(const an_cox_view *v, const an_regression_row *row)
{
    const an_index t = row->term - v->r.frame->design.terms, first = row->term->first;
    an_value cells[7];

    an_regression_label_cells(row, cells);
    an_regression_cells(&v->r, row, v->r.effect + first, v->r.term_p[t], cells + 3);
    cells[5] = cells[6] = an_text("");
    if (v->alone_p && row->term->vector)
        an_regression_cells(&v->r, row, v->alone_effect + first, v->alone_p[t],
                            cells + 5);
    an_doc_row_add(v->r.doc, row->key, row->indent, cells);
}

static bool has_product(const an_cox_view *v)
{
    for (an_index i = 0; i < v->r.n_rows; i++)
        if (!v->r.rows[i].term->vector) return true;
    return false;
}

void an_cox_show_coefficients(const an_cox_view *v)
{
    const an_doc_column columns[] = {{"label", "Covariate"},
                                     {"n", an_rows_title(v->r.frame)},
                                     {"events", "Events"},
                                     {"hr", v->r.ratio},
                                     {"p", "p"},
                                     {"hr_alone", "Alone (univariable)"},
                                     {"p_alone", "p alone"}};

    an_doc_table(v->r.doc, "coefficients", an_doc_printf(v->r.doc, "%ss", v->r.ratio),
                 v->r.method, v->alone_p ? 7 : 5, columns);
    for (an_index i = 0; i < v->r.n_rows; i++) add_row(v, &v->r.rows[i]);
    an_doc_table_end(
        v->r.doc,
        an_doc_printf(
            v->r.doc, "%s%s%s",
            an_regression_foot(&v->r, v->firth ? "penalised likelihood-ratio test"
                                               : "Wald test"),
            v->alone_p ? an_doc_printf(v->r.doc,
                                       " Alone: a model with this covariate "
                                       "only, on the same %s.",
                                       an_rows_noun(v->r.frame, 2))
                       : "",
            v->alone_p && has_product(v) ? " A product has no model without its parts."
                                         : ""));
}

an_status an_cox_show_forest(const an_cox_view *v)
{
    return an_regression_forest(
        &v->r, "lower hazard", "higher hazard",
        an_doc_printf(v->r.doc, "%s, %s", an_rows_all(v->r.doc, v->r.frame),
                      an_events_count(v->r.doc, (double)v->fit->n_events, "")));
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

    an_regression_test_row(&v->r, key, label, chisq, df,
                           df > 0 ? an_chisq_upper(chisq, df) : NAN,
                           isnan(chisq) ? "no finite estimate" : "not estimable");
}

static void show_tests(const an_cox_view *v)
{
    const an_cox *fit = v->fit;

    an_regression_tests_open(&v->r, "tests", "Tests of the model",
                             "Test of all covariates");
    add_test(v, "lrt", "Likelihood ratio", fit->lrt);
    add_test(v, "wald", fit->robust ? "Wald (robust)" : "Wald", fit->wald);
    add_test(v, "score", "Score", fit->score);
    if (fit->robust) add_test(v, "robust_score", "Score (robust)", fit->robust_score);
    an_doc_table_end(v->r.doc, fit->robust
                                   ? "The likelihood-ratio and score tests assume "
                                     "independent rows; prefer the robust ones."
                                   : NULL);
}

void an_cox_show_concordance(const an_cox_view *v, const an_concordance *found)
{
    const double z = an_normal_quantile(1 - (1 - v->r.conf_level) / 2);
    const double spread = z * found->se;
    an_value c = an_estimate_at(AN_KIND_NUMBER, found->c, fmax(0, found->c - spread),
                                fmin(1, found->c + spread), v->r.conf_level);

    if (isnan(c.value)) c.reason = "no pair can be compared";
    an_doc_value(v->r.doc, "concordance", "Concordance (Harrell's C)", c, "Concordance");
    an_doc_value(v->r.doc, "concordance_se", "Standard error of the concordance",
                 an_number(AN_KIND_NUMBER, found->se), "Concordance");
}

void an_cox_show_model(const an_cox_view *v)
{
    const an_cox *fit = v->fit;

    an_regression_size(&v->r, fit->n, fit->n_events, -1, fit->df);
    show_tests(v);
    if (!an_regression_over_time(&v->r)) an_cox_show_concordance(v, &fit->concordance);
    an_doc_value(v->r.doc, "loglik", "Log partial likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik), v->r.method);
    an_doc_value(v->r.doc, "aic", "AIC", an_number(AN_KIND_STATISTIC, fit->aic),
                 v->r.method);
}

/* ---- Proportional hazards ---- */

void an_cox_show_zph(const an_cox_view *v)
{
    an_ph_show(&v->r, v->zph, v->zph_reason, v->fit->n_events,
               "Look at the curves, stratify by it, or split the follow-up.");
}
