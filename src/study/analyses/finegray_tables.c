/* Tables and figure of the Fine-Gray analysis. */
#include "study/analyses/finegray_view.h"

static void add_row(const an_finegray_view *v, const an_regression_row *row)
{
    const an_index t = row->term - v->r.frame->design.terms;
    an_value cells[5];

    an_regression_label_cells(row, cells);
    an_regression_cells(&v->r, row, v->r.effect + row->term->first, v->r.term_p[t],
                        cells + 3);
    an_doc_row_add(v->r.doc, row->key, row->indent, cells);
}

void an_finegray_show_coefficients(const an_finegray_view *v)
{
    const an_doc_column columns[] = {{"label", "Covariate"},
                                     {"n", an_rows_title(v->r.frame)},
                                     {"events", "Events"},
                                     {"shr", v->r.ratio},
                                     {"p", "p"}};

    an_doc_table(v->r.doc, "coefficients", an_doc_printf(v->r.doc, "%ss", v->r.ratio),
                 v->r.method, 5, columns);
    for (an_index i = 0; i < v->r.n_rows; i++) add_row(v, &v->r.rows[i]);
    an_doc_table_end(v->r.doc, an_regression_foot(&v->r, "Wald test"));
}

an_status an_finegray_show_forest(const an_finegray_view *v)
{
    return an_regression_forest(
        &v->r, "lower incidence", "higher incidence",
        an_doc_printf(
            v->r.doc, "%s, %s, %s", an_rows_all(v->r.doc, v->r.frame),
            an_events_count(v->r.doc, (double)v->fit->n_events, ""),
            an_events_count(v->r.doc, (double)v->fit->n_competing, "competing ")));
}

/* ---- The model as a whole ---- */

static void add_test(const an_finegray_view *v, const char *key, const char *label,
                     double chisq, double p)
{
    an_regression_test_row(&v->r, key, label, chisq, (double)v->fit->rank, p,
                           isnan(chisq) ? "no finite estimate" : "not estimable");
}

void an_finegray_show_model(const an_finegray_view *v)
{
    const an_fg_fit *fit = v->fit;
    bool finite = true;

    for (an_index c = 0; c < fit->q; c++) finite &= !fit->infinite[c];
    an_regression_size(&v->r, fit->n, fit->n_events, fit->n_competing, fit->rank);
    an_regression_tests_open(&v->r, "tests", "Tests of the model",
                             "Test of all covariates");
    add_test(v, "wald", "Wald", finite ? fit->wald : NAN, finite ? fit->wald_p : NAN);
    add_test(v, "lrt", "Likelihood ratio", fit->lrt, fit->lrt_p);
    an_doc_table_end(v->r.doc,
                     "The likelihood is a weighted one; prefer Wald's test, which "
                     "takes the same variance as the limits.");
    an_doc_value(v->r.doc, "loglik", "Log pseudo-likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik), v->r.method);
}
