/* Tables and figures of accelerated failure time models. */
#include "study/analyses/aft_view.h"

#include "math/math.h"

/* ---- Coefficients ---- */

/* Differences have a kind of their own: they are no ratios. */
static an_value difference(const an_aft_view *v, const an_effect *e)
{
    an_value value =
        an_estimate_at(AN_KIND_NUMBER, e->ratio, e->lower, e->upper, v->r.conf_level);

    value.reason = e->reason;
    value.unit = v->frame.time_unit;
    return value;
}

static void add_row(const an_aft_view *v, const an_regression_row *row)
{
    const an_index t = row->term - v->frame.design.terms, first = row->term->first;
    an_value cells[6], hazard[2];

    an_regression_label_cells(row, cells);
    an_regression_cells(&v->r, row, v->r.effect + first, v->r.term_p[t], cells + 3);
    if (!v->fit->log_time && row->column >= 0)
        cells[3] = difference(v, &v->r.effect[row->column]);
    if (!v->fit->log_time && row->reference) cells[3] = an_text("0 (reference)");
    if (v->hazard) {
        an_regression_cells(&v->r, row, v->hazard + first, v->r.term_p[t], hazard);
        cells[5] = hazard[0];
    }
    an_doc_row_add(v->r.doc, row->key, row->indent, cells);
}

void an_aft_show_coefficients(const an_aft_view *v)
{
    const an_doc_column columns[] = {{"label", "Covariate"},
                                     {"n", an_rows_title(&v->frame)},
                                     {"events", "Events"},
                                     {"tr", v->r.ratio},
                                     {"p", "p"},
                                     {"hr", "Hazard ratio"}};

    an_doc_table(v->r.doc, "coefficients", an_doc_printf(v->r.doc, "%ss", v->r.ratio),
                 v->r.method, v->hazard ? 6 : 5, columns);
    for (an_index i = 0; i < v->r.n_rows; i++) add_row(v, &v->r.rows[i]);
    an_doc_table_end(
        v->r.doc,
        an_doc_printf(
            v->r.doc,
            "%s. Compared with the reference level of a factor, or per unit of a number. p "
            "of a factor with more than two levels: Wald test of all its levels.%s",
            v->fit->log_time ? "Time ratios above 1: times are longer by this factor, at "
                               "every percentile"
                             : "Differences above 0: times are longer by so much",
            v->hazard ? " Hazard ratios are of the same model: above 1, the event comes "
                        "earlier."
                      : ""));
}

an_status an_aft_show_forest(const an_aft_view *v)
{
    const an_aft *fit = v->fit;

    return an_regression_forest(
        &v->r, "shorter time", "longer time",
        an_doc_printf(v->r.doc, "%s, %s", an_rows_all(v->r.doc, &v->frame),
                      an_events_count(v->r.doc, (double)(fit->n - fit->n_right), "")));
}

/* ---- The model as a whole ---- */

static void show_kinds(const an_aft_view *v)
{
    const an_doc_column columns[] = {{"kind", "What is known of the time"},
                                     {"n", an_rows_title(&v->frame)}};
    const an_index n[] = {v->fit->n_exact, v->fit->n_interval, v->fit->n_left,
                          v->fit->n_right};
    const char *const label[] = {"The time itself", "Between two visits",
                                 "Before the first visit (left-censored)",
                                 "After the last visit (right-censored)"};
    const char *const key[] = {"exact", "interval", "left", "right"};

    an_doc_table(v->r.doc, "kinds", "Kinds of times", v->r.method, 2, columns);
    for (int k = 0; k < 4; k++) {
        const an_value cells[] = {an_text(label[k]),
                                  an_number(AN_KIND_COUNT, (double)n[k])};

        an_doc_row_add(v->r.doc, key[k], 0, cells);
    }
    an_doc_table_end(v->r.doc, NULL);
}

static void show_scales(const an_aft_view *v)
{
    for (an_index k = 0; k < v->fit->n_scales; k++) {
        const an_index at = 1 + v->fit->p + k;
        const bool known = v->fit->scale_known;
        const char *level =
            v->frame.strata ? v->frame.strata->levels[v->fit->stratum[k]] : NULL;

        an_doc_value(
            v->r.doc,
            level ? an_doc_printf(v->r.doc, "scale_%s", an_doc_key(v->r.doc, level))
                  : "scale",
            level ? an_doc_printf(v->r.doc, "Scale (sigma): %s", level) : "Scale (sigma)",
            an_estimate_at(AN_KIND_COEFFICIENT, v->fit->scale[k],
                           known ? NAN : exp(v->fit->lower[at]),
                           known ? NAN : exp(v->fit->upper[at]), v->r.conf_level),
            v->r.method);
    }
}

void an_aft_show_model(const an_aft_view *v)
{
    const an_aft *fit = v->fit;
    const an_index slopes = fit->df - 1 - (fit->scale_known ? 0 : fit->n_scales);

    an_regression_size(&v->r, fit->n, fit->n - fit->n_right, -1, slopes);
    if (v->interval) show_kinds(v);
    show_scales(v);
    an_regression_tests_open(&v->r, "tests", "Tests of the model",
                             "Test of all covariates");
    an_regression_test_row(&v->r, "lrt", "Likelihood ratio", fit->lrt, (double)slopes,
                           slopes > 0 ? fit->lrt_p : NAN, "not estimable");
    an_doc_table_end(v->r.doc, fit->robust ? "The likelihood-ratio test assumes "
                                             "independent rows."
                                           : NULL);
    an_doc_value(v->r.doc, "loglik", "Log-likelihood",
                 an_number(AN_KIND_STATISTIC, fit->loglik), v->r.method);
    an_doc_value(v->r.doc, "aic", "AIC", an_number(AN_KIND_STATISTIC, fit->aic),
                 v->r.method);
}

void an_aft_show_others(const an_aft_view *v)
{
    static const an_doc_column columns[] = {{"dist", "Distribution"},
                                            {"aic", "AIC"},
                                            {"loglik", "Log-likelihood"},
                                            {"parameters", "Parameters"}};

    an_doc_table(v->r.doc, "distributions", "Distributions compared", v->r.method, 4,
                 columns);
    for (int k = 0; k < AN_AFT_N_DIST; k++) {
        const an_aft *fit = k == (int)v->options.dist ? v->fit : v->other[k];

        if (!fit) continue;
        const an_value cells[] = {
            an_text(an_doc_printf(v->r.doc, "%s%s", an_aft_dist_name((an_aft_dist)k),
                                  fit == v->fit ? " (this report)" : "")),
            an_number(AN_KIND_STATISTIC, fit->aic),
            an_number(AN_KIND_STATISTIC, fit->loglik),
            an_number(AN_KIND_COUNT, (double)fit->df)};

        an_doc_row_add(v->r.doc, an_doc_key(v->r.doc, an_aft_dist_name((an_aft_dist)k)),
                       0, cells);
    }
    an_doc_table_end(v->r.doc,
                     "Same data, same covariates. Lower AIC: a better fit for the "
                     "number of parameters; differences below 2 say nothing.");
}

/* ---- Fitted curve beside Kaplan-Meier ---- */

/* Mean over patients of their fitted survival. */
static double mean_survival(const an_aft_view *v, double t, double *x)
{
    const an_index n = v->frame.n, p = v->fit->p;
    double sum = 0;

    for (an_index i = 0; i < n; i++) {
        an_index k = 0;

        while (v->data.strata.code && v->fit->stratum[k] != v->data.strata.code[i]) k++;
        for (an_index j = 0; j < p; j++) x[j] = v->data.x[i + j * n];
        sum += an_aft_survival(v->fit, x, v->data.offset ? v->data.offset[i] : 0, k, t);
    }
    return sum / (double)n;
}

enum { N_POINTS = 200 };

static an_status fill_series(const an_aft_view *v, const an_km_curve *c, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const double last = c->time[c->n_times - 1];
    double *x, *y, *fx, *fy, *row;

    AN_ALLOC(x, v->r.mem, c->n_times + 1);
    AN_ALLOC(y, v->r.mem, c->n_times + 1);
    AN_ALLOC(fx, v->r.mem, N_POINTS + 1);
    AN_ALLOC(fy, v->r.mem, N_POINTS + 1);
    AN_ALLOC(row, v->r.mem, v->fit->p);
    y[0] = 1;
    for (an_index k = 0; k < c->n_times; k++) {
        x[k + 1] = c->time[k] / v->scale.divisor;
        y[k + 1] = c->surv[k];
    }
    for (int k = 0; k <= N_POINTS; k++) {
        const double t = last * k / N_POINTS;

        fx[k] = t / v->scale.divisor;
        fy[k] = mean_survival(v, t, row);
    }
    s[0] = (an_series){.label = "Kaplan-Meier", .n = c->n_times + 1, .x = x, .y = y};
    s[1] = (an_series){
        .label = an_doc_printf(v->r.doc, "Fitted: %s", an_aft_dist_name(v->options.dist)),
        .n = N_POINTS + 1,
        .x = fx,
        .y = fy,
        .secondary = true};
done:
    return st;
}

an_status an_aft_show_curves(const an_aft_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_km *km = NULL;
    an_series series[2];
    an_figure figure = an_curves_figure(v->r.doc, &v->scale);

    AN_TRY(an_km_fit(ctx, &v->frame.surv, NULL, NULL, NULL, &km));
    AN_TRY(fill_series(v, &km->curve[0], series));
    figure.n_series = 2;
    figure.series = series;
    figure.y_max = 1;
    figure.y_percent = true;
    figure.y_label = an_doc_printf(v->r.doc, "Free of %s", v->r.event);
    figure.caption = an_doc_printf(
        v->r.doc,
        "Check of the distribution: survival fitted by the %s model, averaged over "
        "%s, beside the Kaplan-Meier estimate, which assumes none.",
        an_aft_dist_name(v->options.dist), an_rows_all(v->r.doc, &v->frame));
    an_doc_figure(v->r.doc, "fitted", "Fitted and observed", v->r.method, &figure);
done:
    an_km_free(km);
    return st;
}
