/* Residuals and predictions of every row of a Cox model, as data: tables for files more than for readers. */
#include "study/analyses/cox_view.h"
#include "study/profile.h"

enum { MOST_TABLE_COLUMNS = 256 };

/* In the order of the bits of an_cox_residual_kind. */
static const char *const residual_names[] = {
    "martingale", "deviance",          "score", "dfbeta", "dfbetas",
    "schoenfeld", "scaled_schoenfeld", NULL};
enum { MARTINGALE, DEVIANCE, SCORE, DFBETA, DFBETAS, SCHOENFELD, SCALED, N_RESIDUALS };

static const char *const prediction_names[] = {"lp",       "risk",  "expected",
                                               "survival", "terms", NULL};
enum { LP, RISK, EXPECTED, SURVIVAL, TERMS, N_PREDICTIONS };

/* ---- Lists of words ---- */

static an_status fail_word(const an_cox_view *v, const char *option, const char *word,
                           an_index n, const char *const *names)
{
    const char *nearest = an_nearest(word, names, n), *list = "";
    char what[200];

    for (an_index k = 0; k < n; k++) list = an_join(v->r.doc, list, names[k]);
    snprintf(what, sizeof what, "%s has no choice \"%.60s\"", option, word);
    return an_fail_with(
        v->r.ctx, AN_ERR_ARGUMENT,
        &(an_problem){.severity = AN_ERROR,
                      .code = "U104",
                      .what = what,
                      .advice = nearest
                                    ? an_doc_printf(v->r.doc, "did you mean %s?", nearest)
                                    : an_doc_printf(v->r.doc, "choices: %s", list)});
}

/* "martingale, score" to wanted[n]; "all" is all of them. */
static an_status read_words(const an_cox_view *v, const char *option, const char *text,
                            an_index n, const char *const *names, bool *wanted)
{
    while (*text) {
        const size_t blank = strspn(text, " ,"), size = strcspn(text + blank, " ,");
        const char *word = an_doc_printf(v->r.doc, "%.*s", (int)size, text + blank);
        bool known = size == 0;

        if (an_doc_status(v->r.doc) != AN_OK) return an_doc_status(v->r.doc);
        for (an_index k = 0; k < n && size > 0; k++)
            if (an_same_word(word, names[k]) || an_same_word(word, "all"))
                known = wanted[k] = true;
        if (!known) return fail_word(v, option, word, n, names);
        text += blank + size;
    }
    return an_doc_status(v->r.doc);
}

/* ---- Columns ---- */

typedef struct columns {
    const an_cox_view *v;
    an_index n;
    an_doc_column head[MOST_TABLE_COLUMNS];
    const double *x[MOST_TABLE_COLUMNS]; /* NULL: the number of the row */
    bool full;                           /* one more was asked for */
} columns;

static void add_column(columns *c, const char *key, const char *label, const double *x)
{
    c->full |= c->n == MOST_TABLE_COLUMNS;
    if (c->full) return;
    c->head[c->n] = (an_doc_column){key, label};
    c->x[c->n++] = x;
}

/* One column for each of the design: "score_age". */
static void add_columns(columns *c, const char *key, an_index rows, const double *x)
{
    const an_design *design = &c->v->r.frame->design;
    an_doc *const doc = c->v->r.doc;

    for (an_index k = 0; k < design->n_columns; k++)
        add_column(c, an_doc_printf(doc, "%s_%s", key, an_doc_key(doc, design->names[k])),
                   an_doc_printf(doc, "%s: %s", key, design->names[k]), x + k * rows);
}

static void start_columns(columns *c)
{
    add_column(c, "row", "Row of the file", NULL);
}

/* row[n]: rows of the frame; NULL: all of them in order. */
static an_status show_columns(const columns *c, const char *key, const char *title,
                              an_index n, const int64_t *row, const char *foot)
{
    an_doc *const doc = c->v->r.doc;
    an_value cells[MOST_TABLE_COLUMNS];

    if (c->full)
        return an_fail(c->v->r.ctx, AN_ERR_ARGUMENT,
                       "%s: that would be a table of more than %d columns; ask for fewer "
                       "kinds at a time",
                       title, MOST_TABLE_COLUMNS);
    an_doc_table(doc, key, title, "Cox regression", c->n, c->head);
    an_doc_table_single(doc);
    for (an_index i = 0; i < n; i++) {
        const an_index line = an_frame_source_row(c->v->r.frame, row ? row[i] : i);

        for (an_index k = 0; k < c->n; k++)
            cells[k] = c->x[k] ? an_number(AN_KIND_NUMBER, c->x[k][i])
                               : an_number(AN_KIND_COUNT, (double)line);
        an_doc_row_add(doc, an_doc_printf(doc, "row_%lld", (long long)line), 0, cells);
    }
    an_doc_table_end(doc, foot);
    return an_doc_status(doc);
}

/* ---- Residuals ---- */

static an_status show_by_row(const an_cox_view *v, const an_cox_residuals *r,
                             const bool *wanted)
{
    columns c = {.v = v};

    start_columns(&c);
    if (wanted[MARTINGALE]) add_column(&c, "martingale", "Martingale", r->martingale);
    if (wanted[DEVIANCE]) add_column(&c, "deviance", "Deviance", r->deviance);
    if (wanted[SCORE]) add_columns(&c, "score", r->n, r->score);
    if (wanted[DFBETA]) add_columns(&c, "dfbeta", r->n, r->dfbeta);
    if (wanted[DFBETAS]) add_columns(&c, "dfbetas", r->n, r->dfbetas);
    if (c.n == 1) return AN_OK;
    return show_columns(
        &c, "residuals", "Residuals of every row", r->n, NULL,
        "dfbeta: change of the coefficient by the row; dfbetas: in standard "
        "errors. Only these two are weighted.");
}

static an_status show_by_event(const an_cox_view *v, const an_cox_residuals *r,
                               const bool *wanted)
{
    columns c = {.v = v};

    if (!wanted[SCHOENFELD] && !wanted[SCALED]) return AN_OK;
    start_columns(&c);
    add_column(&c, "time", "Time", r->time);
    if (wanted[SCHOENFELD]) add_columns(&c, "schoenfeld", r->n_events, r->schoenfeld);
    if (wanted[SCALED])
        add_columns(&c, "scaled_schoenfeld", r->n_events, r->scaled_schoenfeld);
    return show_columns(&c, "schoenfeld", "Schoenfeld residuals of every event",
                        r->n_events, r->row,
                        "Scaled: number of events times variance times residual, plus "
                        "the coefficient.");
}

static an_status show_residuals(const an_cox_view *v)
{
    an_status st = AN_OK;
    bool wanted[N_RESIDUALS] = {false};
    unsigned kinds = 0;
    an_cox_residuals *r = NULL;

    AN_TRY(read_words(v, "residuals", v->params->residuals, N_RESIDUALS, residual_names,
                      wanted));
    for (int k = 0; k < N_RESIDUALS; k++) kinds |= (unsigned)wanted[k] << k;
    if (kinds == 0) return AN_OK;
    AN_TRY(an_cox_residuals_of(v->r.ctx, &v->data, v->fit, kinds, &r));
    AN_TRY(show_by_row(v, r, wanted));
    AN_TRY(show_by_event(v, r, wanted));
done:
    an_cox_residuals_free(r);
    return st;
}

/* ---- Predictions ---- */

/* exp(x) and its standard error by the delta method. */
static an_status exponential(const an_cox_view *v, an_index n, const double *x,
                             const double *se, double sign, double **out, double **out_se)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;

    AN_ALLOC(*out, v->r.mem, n);
    AN_ALLOC(*out_se, v->r.mem, n);
    for (an_index i = 0; i < n; i++) {
        (*out)[i] = exp(sign * x[i]);
        (*out_se)[i] = (*out)[i] * se[i];
    }
done:
    return st;
}

static void add_terms(columns *c, const an_cox_predictions *p)
{
    an_doc *const doc = c->v->r.doc;

    for (an_index t = 0; t < p->n_terms; t++) {
        const char *key = c->v->r.term_key[t];
        const char *label = c->v->r.frame->design.terms[t].label;

        add_column(c, an_doc_printf(doc, "term_%s", key),
                   an_doc_printf(doc, "Term: %s", label), p->terms + t * p->n);
        add_column(c, an_doc_printf(doc, "term_%s_se", key),
                   an_doc_printf(doc, "SE of %s", label), p->terms_se + t * p->n);
    }
}

static an_status show_chosen(const an_cox_view *v, const an_cox_predictions *p,
                             const bool *wanted)
{
    an_status st = AN_OK;
    columns c = {.v = v};
    double *risk, *risk_se, *survival, *survival_se;
    const bool r = v->params->preset == AN_PACKAGE_R;
    const double *expected_se = r ? p->expected_se_r : p->expected_se;

    AN_TRY(exponential(v, p->n, p->lp, p->lp_se, 1, &risk, &risk_se));
    AN_TRY(exponential(v, p->n, p->expected, expected_se, -1, &survival, &survival_se));
    for (an_index i = 0; r && i < p->n; i++) risk_se[i] = p->lp_se[i] * sqrt(risk[i]);
    start_columns(&c);
    if (wanted[LP]) {
        add_column(&c, "lp", "Linear predictor", p->lp);
        add_column(&c, "lp_se", "SE of the linear predictor", p->lp_se);
    }
    if (wanted[RISK]) {
        add_column(&c, "risk", "Risk", risk);
        add_column(&c, "risk_se", "SE of the risk", risk_se);
    }
    if (wanted[EXPECTED]) {
        add_column(&c, "expected", "Expected events", p->expected);
        add_column(&c, "expected_se", "SE of the expected events", expected_se);
    }
    if (wanted[SURVIVAL]) {
        add_column(&c, "survival", "Survival to the end of its follow-up", survival);
        add_column(&c, "survival_se", "SE of the survival", survival_se);
    }
    if (wanted[TERMS]) add_terms(&c, p);
    if (c.n > 1)
        st =
            show_columns(&c, "predictions", "Predictions for every row", p->n, NULL,
                         r ? "The linear predictor is 0, and the risk 1, at the means of "
                             "the covariates, of its stratum in a stratified model. "
                             "Standard errors of the risk and of the expected events are "
                             "those of R's predict, preset r: the root of the risk times "
                             "the error of the linear predictor, and the root of the "
                             "variance at the end of follow-up less that at the entry."
                           : "The linear predictor is 0, and the risk 1, at the means of "
                             "the covariates, of its stratum in a stratified model.");
done:
    return st;
}

static an_status show_predictions(const an_cox_view *v)
{
    an_status st = AN_OK;
    bool wanted[N_PREDICTIONS] = {false};
    an_cox_predictions *p = NULL;

    AN_TRY(read_words(v, "predict", v->params->predict, N_PREDICTIONS, prediction_names,
                      wanted));
    AN_TRY(an_cox_predictions_of(v->r.ctx, &v->data, an_cox_predicted_by(v),
                                 AN_COX_AT_STRATA, v->r.frame->design.n_terms, v->term_of,
                                 &p));
    AN_TRY(show_chosen(v, p, wanted));
done:
    an_cox_predictions_free(p);
    return st;
}

an_status an_cox_show_rows(const an_cox_view *v)
{
    an_status st = AN_OK;

    if (!v->params->residuals && !v->params->predict) return AN_OK;
    if (v->firth && v->params->residuals)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "residuals are those of the model without penalty: leave out "
                       "penalty, or residuals");
    if (v->frailty)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "residuals and predictions are those of the model without a "
                       "frailty: leave out frailty, or residuals and predict");
    if (v->params->residuals) AN_TRY(show_residuals(v));
    if (v->params->predict) AN_TRY(show_predictions(v));
done:
    return st;
}
