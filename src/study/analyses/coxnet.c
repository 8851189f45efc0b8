/* Penalised Cox regression: which covariates are worth keeping for prediction. */
#include <anodyne/cox_net.h>

#include "study/analyses/regression.h"

typedef struct an_coxnet_params {
    double alpha;
    int64_t lambdas, folds, seed;
    int ties;
} an_coxnet_params;

static const char *const ties_choices[] = {"efron", "breslow", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_coxnet_params, alpha, 1, 0, 1, NULL,
                  "1: lasso; 0: ridge; between: elastic net"),
    AN_PARAM_INTEGER(an_coxnet_params, lambdas, 100, 2, 1000, NULL,
                     "Number of penalties tried"),
    AN_PARAM_INTEGER(an_coxnet_params, folds, 10, 3, 100, NULL,
                     "Folds of the cross-validation; never more than there are events"),
    AN_PARAM_INTEGER(an_coxnet_params, seed, 1, 0, 1e15, NULL,
                     "Seed of the draw of folds"),
    AN_PARAM_CHOICE(an_coxnet_params, ties, 0, ties_choices,
                    "Tied event times; glmnet has Breslow"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"terms", AN_ROLE_TERMS, true, true, true, "Covariates to choose from"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata with a baseline hazard of their own: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that stay in one fold: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Tibshirani R. The lasso method for variable selection in the Cox model. Stat Med "
    "1997;16:385-395. doi:10.1002/(SICI)1097-0258(19970228)16:4<385::AID-SIM380>3.0.CO;2-"
    "3",
    "Simon N, Friedman J, Hastie T, Tibshirani R. Regularization paths for Cox's "
    "proportional hazards model via coordinate descent. J Stat Softw 2011;39(5):1-13. "
    "doi:10.18637/jss.v039.i05",
    "Zou H, Hastie T. Regularization and variable selection via the elastic net. J R "
    "Stat Soc B 2005;67:301-320. doi:10.1111/j.1467-9868.2005.00503.x",
    NULL,
};

typedef struct view {
    an_regression r;
    const an_coxnet_params *params;
    an_cox_data data;
    an_cox_net *fit;
} view;

/* ---- Tables ---- */

static double coefficient(const view *v, an_index column, an_index lambda)
{
    return v->fit->coef[column + lambda * v->fit->p];
}

/* Of a spline only how many of its columns are kept means something. */
static an_value spline_cell(const view *v, const an_term *term, an_index lambda)
{
    an_index kept = 0;

    for (an_index c = 0; c < term->n_columns; c++)
        kept += coefficient(v, term->first + c, lambda) != 0;
    return an_text(an_doc_printf(v->r.doc, "%lld of %lld columns", (long long)kept,
                                 (long long)term->n_columns));
}

static an_value ratio_cell(const view *v, const an_regression_row *row, an_index lambda)
{
    if (an_term_spline(row->term)) return spline_cell(v, row->term, lambda);
    if (row->column < 0) return an_text(row->reference ? "1 (reference)" : "");
    if (coefficient(v, row->column, lambda) == 0)
        return an_not_estimable(AN_KIND_RATIO, "left out");
    return an_number(AN_KIND_RATIO, exp(coefficient(v, row->column, lambda)));
}

static void show_coefficients(const view *v)
{
    const an_doc_column columns[] = {{"label", "Covariate"},
                                     {"n", an_rows_title(v->r.frame)},
                                     {"events", "Events"},
                                     {"hr_min", "HR, best lambda"},
                                     {"hr_1se", "HR, lambda + 1 SE"}};

    an_doc_table(v->r.doc, "coefficients", "Shrunken hazard ratios", v->r.method, 5,
                 columns);
    for (an_index i = 0; i < v->r.n_rows; i++) {
        const an_regression_row *row = &v->r.rows[i];
        an_value cells[5];

        an_regression_label_cells(row, cells);
        cells[3] = ratio_cell(v, row, v->fit->at_min);
        cells[4] = ratio_cell(v, row, v->fit->at_1se);
        an_doc_row_add(v->r.doc, row->key, row->indent, cells);
    }
    an_doc_table_end(
        v->r.doc,
        "Ratios are shrunken towards 1 on purpose: they predict better than "
        "unshrunken ones and describe single effects worse. A level of a factor "
        "that is left out is one with the reference level. There are no limits "
        "and no p-values after such a choice.");
}

static void show_path(const view *v)
{
    static const an_doc_column columns[] = {{"lambda", "Lambda"},
                                            {"covariates", "Coefficients"},
                                            {"explained", "Share of the deviance"},
                                            {"cv", "Deviance left out, per event"},
                                            {"cv_se", "Standard error"}};

    an_doc_table(v->r.doc, "path", "Path", "Cross-validation", 5, columns);
    an_doc_table_detail(v->r.doc);
    for (an_index k = 0; k < v->fit->n_lambda; k++) {
        const an_value cells[] = {
            an_number(AN_KIND_NUMBER, v->fit->lambda[k]),
            an_number(AN_KIND_COUNT, (double)v->fit->nonzero[k]),
            an_number(AN_KIND_PROPORTION, v->fit->deviance_ratio[k]),
            an_number(AN_KIND_NUMBER, v->fit->cv_mean[k]),
            an_number(AN_KIND_NUMBER, v->fit->cv_se[k])};

        an_doc_row_add(v->r.doc, an_doc_printf(v->r.doc, "l%lld", (long long)k + 1), 0,
                       cells);
    }
    an_doc_table_end(v->r.doc, NULL);
}

/* ---- Figures: over -log(lambda), the penalty weaker to the right ---- */

/* A vertical line at one lambda. */
static an_series line_at(const view *v, an_index lambda, const char *label, double low,
                         double high, double *room)
{
    room[0] = room[1] = -log(v->fit->lambda[lambda]);
    room[2] = low;
    room[3] = high;
    return (an_series){
        .label = label, .n = 2, .x = room, .y = room + 2, .secondary = true};
}

static void show_deviance(const view *v, const double *x, double *y)
{
    const an_cox_net *fit = v->fit;
    double *lower = y + fit->n_lambda, *upper = lower + fit->n_lambda;
    double low = INFINITY, high = -INFINITY, best[4], sparse[4];

    for (an_index k = 0; k < fit->n_lambda; k++) {
        y[k] = fit->cv_mean[k];
        lower[k] = y[k] - fit->cv_se[k];
        upper[k] = y[k] + fit->cv_se[k];
        low = fmin(low, lower[k]);
        high = fmax(high, upper[k]);
    }
    const an_series series[] = {
        {.label = "Left out",
         .n = fit->n_lambda,
         .x = x,
         .y = y,
         .lower = lower,
         .upper = upper},
        line_at(v, fit->at_min, "Best lambda", low, high, best),
        line_at(v, fit->at_1se, "Lambda + 1 SE", low, high, sparse)};
    const an_figure figure = {
        .type = AN_FIGURE_CURVES,
        .x_label = "−log(lambda): weaker penalty to the right",
        .y_label = "Deviance left out, per event",
        .x_min = x[0],
        .x_max = x[fit->n_lambda - 1],
        .y_min = low,
        .y_max = high,
        .n_series = 3,
        .series = series,
        .caption = an_doc_printf(
            v->r.doc,
            "Partial-likelihood deviance of patients left out, per event, in %d-fold "
            "cross-validation, with one standard error each way; lower is better.",
            fit->n_folds)};

    an_doc_figure(v->r.doc, "deviance", "Choice of the penalty", "Cross-validation",
                  &figure);
}

static an_status show_figure(const view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    double *x, *y;

    AN_ALLOC(x, v->r.mem, v->fit->n_lambda);
    AN_ALLOC(y, v->r.mem, 3 * v->fit->n_lambda);
    for (an_index k = 0; k < v->fit->n_lambda; k++) x[k] = -log(v->fit->lambda[k]);
    show_deviance(v, x, y);
done:
    return st;
}

static void show_values(const view *v)
{
    const an_cox_net *fit = v->fit;

    an_regression_size(&v->r, fit->n, fit->n_events, -1, fit->p);
    an_doc_value(v->r.doc, "lambda_min", "Best lambda (smallest deviance left out)",
                 an_number(AN_KIND_NUMBER, fit->lambda[fit->at_min]), "Cross-validation");
    an_doc_value(v->r.doc, "lambda_1se", "Largest lambda within one standard error",
                 an_number(AN_KIND_NUMBER, fit->lambda[fit->at_1se]), "Cross-validation");
    an_doc_value(v->r.doc, "chosen_min", "Coefficients at the best lambda",
                 an_number(AN_KIND_COUNT, (double)fit->nonzero[fit->at_min]),
                 v->r.method);
    an_doc_value(v->r.doc, "chosen_1se", "Coefficients at the larger lambda",
                 an_number(AN_KIND_COUNT, (double)fit->nonzero[fit->at_1se]),
                 v->r.method);
}

/* ---- Words ---- */

static const char *chosen(const view *v, an_index lambda)
{
    const char *names = "";

    for (an_index c = 0; c < v->fit->p; c++)
        if (coefficient(v, c, lambda) != 0)
            names = an_doc_printf(v->r.doc, "%s%s%s", names, *names ? ", " : "",
                                  an_regression_column_name(&v->r, c));
    return *names ? names : "none";
}

static void say(const view *v)
{
    const an_cox_net *fit = v->fit;

    if (fit->nonzero[fit->at_min] == 0) {
        an_doc_text(v->r.doc, "conclusion",
                    "Cross-validation found no covariate that improves the prediction of "
                    "%s.",
                    v->r.event);
        return;
    }
    an_doc_text(v->r.doc, "conclusion",
                "The prediction of %s was best with %lld of %lld coefficients: %s. The "
                "sparest model within one standard error of it has %lld: %s.",
                v->r.event, (long long)fit->nonzero[fit->at_min], (long long)fit->p,
                chosen(v, fit->at_min), (long long)fit->nonzero[fit->at_1se],
                chosen(v, fit->at_1se));
}

static void say_method(const view *v)
{
    const double alpha = v->params->alpha;

    an_doc_text(
        v->r.doc, "methods",
        "Hazard ratios for %s are from Cox regression%s with %s penalty%s and %s method "
        "for tied times, on covariates divided by their standard deviation. The weight of "
        "the penalty was chosen among %lld by %d-fold cross-validation of the partial "
        "likelihood, folds alike in events%s (seed %lld).",
        v->r.event, v->data.strata.code ? ", stratified," : "",
        alpha == 1   ? "the lasso"
        : alpha == 0 ? "a ridge"
                     : "an elastic-net",
        alpha == 1 || alpha == 0 ? "" : an_doc_printf(v->r.doc, " (alpha %g)", alpha),
        v->params->ties == 0 ? "Efron's" : "Breslow's", (long long)v->fit->n_lambda,
        v->fit->n_folds, v->data.cluster.code ? ", clusters kept whole" : "",
        (long long)v->params->seed);
}

static void note(const view *v)
{
    an_doc_note(
        v->r.doc, AN_NOTE, "M317",
        "Covariates chosen by a penalty have no valid limits or p-values from the "
        "same data, and with few events another draw of patients chooses others. "
        "Use the model to predict; validate it on other patients.");
    if (!v->fit->converged)
        an_doc_note(v->r.doc, AN_WARNING, "M313",
                    "No convergence at some lambda: do not use these numbers.");
}

/* ---- The analysis ---- */

static an_status fit_path(view *v)
{
    an_cox_net_options o = an_cox_net_defaults();
    an_index n_events = 0;

    for (an_index i = 0; i < v->data.surv.n; i++) n_events += v->data.surv.event[i] == 1;
    if (n_events < 3)
        return an_fail(v->r.ctx, AN_ERR_ESTIMATE,
                       "%lld events are too few for cross-validation",
                       (long long)n_events);
    o.ties = v->params->ties == 0 ? AN_COX_EFRON : AN_COX_BRESLOW;
    o.alpha = v->params->alpha;
    o.n_lambda = (an_index)v->params->lambdas;
    o.n_folds = (int)(v->params->folds < n_events ? v->params->folds : n_events);
    o.seed = (uint64_t)v->params->seed;
    return an_cox_net_fit(v->r.ctx, &v->data, &o, &v->fit);
}

static an_status fill_data(view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    const an_design *design = &v->r.frame->design;

    v->data = (an_cox_data){.surv = v->r.frame->surv,
                            .p = design->n_columns,
                            .x = design->x,
                            .offset = design->offset,
                            .names = design->names};
    AN_TRY(an_vector_grouping(ctx, v->r.frame->strata, &v->data.strata));
    AN_TRY(an_vector_grouping(ctx, v->r.frame->cluster, &v->data.cluster));
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *options, an_doc *doc)
{
    an_status st = AN_OK;
    view v = {.r = {.ctx = ctx,
                    .frame = frame,
                    .doc = doc,
                    .method = "Penalised Cox regression",
                    .ratio = "Hazard ratio",
                    .symbol = "HR",
                    .phrase = "HR",
                    .event = an_event_in_words(doc, frame),
                    .conf_level = 0.95},
              .params = options};

    v.r.mem = an_arena_new(ctx);
    if (!v.r.mem) return AN_ERR_MEMORY;
    AN_TRY(fill_data(&v));
    AN_TRY(an_regression_need_events(&v.r));
    AN_TRY(fit_path(&v));
    AN_TRY(an_regression_start(&v.r));
    if (v.fit->at_min < 0)
        AN_TRY(an_fail(ctx, AN_ERR_ESTIMATE,
                       "no fold has events that others can be compared with"));
    say(&v);
    show_coefficients(&v);
    AN_TRY(show_figure(&v));
    show_values(&v);
    show_path(&v);
    note(&v);
    say_method(&v);
    st = an_doc_status(doc);
done:
    an_cox_net_free(v.fit);
    an_arena_free(v.r.mem);
    return st;
}

const an_analysis an_analysis_coxnet = {
    .id = "coxnet",
    .title = "Penalised Cox regression",
    .question = "Which of many factors are worth keeping to predict the event?",
    .method = "coxnet",
    .example = "anodyne coxnet examples/mgus2/mgus2.csv 'Surv(futime, death) ~ age + sex "
               "+ hgb + creat + mspike'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_coxnet_params),
    .references = references,
    .run = run,
};
