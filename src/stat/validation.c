/* Validation of a Cox model, or of one for each cause: predictions, their scores, and
 * the optimism of scores on the data that made the model. */
#include "stat/calibration.h"
#include "stat/cause_models.h"

an_validation_options an_validation_defaults(void)
{
    return (an_validation_options){.conf_level = 0.95, .n_boot = 200, .seed = 1};
}

typedef struct validating {
    an_ctx *ctx;
    an_arena *work;
    const an_cox_data *data;
    const an_validation_options *options;
    an_index n_times, n_causes;
    const double *time;
    double *risk, *by_row, *eta; /* scratch: [n x n_times], the transpose, [n] */
    an_score *score;             /* [n_times] scratch */
} validating;

/* What a horizon has one of. */
enum { BRIER, IPA, AUC, RATIO, SLOPE, ICI, E50, E90, N_INDICES };

/* What one model is worth on one set of rows. */
typedef struct worth {
    double concordance, concordance_se, slope;
    double *at; /* [N_INDICES x n_times] column-major */
} worth;

/* ---- Predictions for the rows of v->data ---- */

/* eta[n] of the model of cause 1, about the means of its own sample. */
static void predict_eta(const validating *v, const an_cox *fit, double *eta)
{
    const an_index n = v->data->surv.n;

    for (an_index i = 0; i < n; i++) {
        eta[i] = v->data->offset ? v->data->offset[i] : 0;
        for (an_index k = 0; k < fit->p; k++)
            if (fit->beta[k] != 0)
                eta[i] += (v->data->x[i + k * n] - fit->means[k]) * fit->beta[k];
    }
}

/* A model on its way to infinity may predict nothing: a finding, as of any sample that is
 * too small. */
static an_status predict(validating *v, const an_cause_models *t, double *risk)
{
    const an_index n = v->data->surv.n;
    const an_cox_profiles rows = {n, v->data->x, v->data->offset, v->data->strata.code};
    const an_status st =
        an_cox_absolute_risk(v->ctx, &t->data, (const an_cox *const *)t->fit, &rows,
                             AN_COX_EXPONENTIAL, v->n_times, v->time, v->by_row);

    for (an_index i = 0; st == AN_OK && i < n; i++)
        for (an_index k = 0; k < v->n_times; k++) {
            risk[i + k * n] = v->by_row[k + i * v->n_times];
            if (!isfinite(risk[i + k * n]))
                return an_fail(v->ctx, AN_ERR_ESTIMATE,
                               "the model separates the data, and predicts no finite "
                               "risk");
        }
    return st;
}

/* ---- What they are worth ---- */

/* Coefficient of eta[n] as the only covariate. */
static an_status slope_of(validating *v, const an_surv *surv, const double *eta,
                          double *slope)
{
    an_cox_options o = an_cox_defaults();
    an_cox *fit = NULL;
    const an_cox_data data = {.surv = *surv, .p = 1, .x = eta, .strata = v->data->strata};
    an_status st;

    o.concordance = false;
    o.variance = AN_COX_VARIANCE_MODEL;
    if (v->options->breslow) o.ties = AN_COX_BRESLOW;
    st = an_cox_fit(v->ctx, &data, &o, &fit);
    if (st == AN_OK) *slope = fit->coef[0];
    an_cox_free(fit);
    return st;
}

/* t's model on the rows of v->data, whose outcomes are surv. */
static an_status judge(validating *v, an_cause_models *t, const an_surv *surv,
                       double *risk, an_score *score, worth *w)
{
    an_status st = AN_OK;
    an_surv first = *surv;
    const an_predicted p = {*surv, v->n_times, v->time, risk};
    an_concordance c;
    int32_t *event = t->of_cause;

    AN_TRY(predict(v, t, risk));
    AN_TRY(an_score_of(v->ctx, &p, score));
    for (an_index k = 0; k < v->n_times; k++) {
        an_calibration_indices cal;

        AN_TRY(an_calibration_indices_of(v->ctx, &p, k, &cal));
        memcpy(w->at + k * N_INDICES,
               (double[N_INDICES]){score[k].brier, score[k].ipa, score[k].auc, cal.ratio,
                                   cal.slope, cal.ici, cal.e50, cal.e90},
               N_INDICES * sizeof *w->at);
    }
    predict_eta(v, t->fit[0], v->eta);
    for (an_index i = 0; i < surv->n; i++) event[i] = surv->event[i] == 1;
    first.event = event;
    first.n_causes = 1;
    AN_TRY(an_concordance_of(v->ctx, &first, v->eta, v->data->strata, (an_grouping){0},
                             AN_CONCORDANCE_N, &c));
    w->concordance = c.c;
    w->concordance_se = c.se;
    AN_TRY(slope_of(v, &first, v->eta, &w->slope));
done:
    return st;
}

/* ---- Resamples ---- */

static an_status new_worth(validating *v, worth *w)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;

    *w = (worth){0};
    AN_ALLOC(w->at, v->work, N_INDICES * v->n_times);
done:
    return st;
}

typedef struct tally {
    double sum, n;
} tally;

static void add(tally *t, double own, double all)
{
    if (!isfinite(own - all)) return;
    t->sum += own - all;
    t->n++;
}

static an_corrected correct(double apparent, const tally *t)
{
    const double optimism = t->n > 0 ? t->sum / t->n : NAN;

    return (an_corrected){apparent, optimism, apparent - optimism};
}

typedef struct optimism {
    tally concordance, slope;
    tally *at; /* [N_INDICES x n_times] as worth has them */
} optimism;

/* The resample's model on the resample, and on all rows. A resample without an estimate
 * is left out. */
static an_status one_resample(validating *v, uint64_t replicate, an_cause_models *t,
                              worth *own, worth *all, optimism *o, an_index *n_failed)
{
    an_status st = AN_OK;
    validating there = *v;

    an_cause_models_draw(v->data, v->options->seed, replicate, t);
    there.data = &t->data;
    st = an_cause_models_train(v->ctx, v->options->breslow, t);
    if (st == AN_OK) st = judge(&there, t, &t->data.surv, v->risk, v->score, own);
    if (st == AN_OK) st = judge(v, t, &v->data->surv, v->risk, v->score, all);
    an_cause_models_clear(t);
    if (st == AN_ERR_ESTIMATE) {
        ++*n_failed;
        return AN_OK;
    }
    if (st != AN_OK) return st;
    add(&o->concordance, own->concordance, all->concordance);
    add(&o->slope, own->slope, all->slope);
    for (an_index k = 0; k < N_INDICES * v->n_times; k++)
        add(&o->at[k], own->at[k], all->at[k]);
    return AN_OK;
}

static an_status find_optimism(validating *v, optimism *o, an_index *n_failed)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_cause_models t = {0};
    worth own, all;

    AN_ALLOC(o->at, v->work, N_INDICES * v->n_times);
    AN_TRY(an_cause_models_new(ctx, v->data, true, v->work, &t));
    AN_TRY(new_worth(v, &own));
    AN_TRY(new_worth(v, &all));
    for (int64_t b = 0; b < v->options->n_boot; b++) {
        AN_TRY(an_poll(ctx));
        an_progress(ctx, (double)b / (double)v->options->n_boot, "validate: resamples");
        AN_TRY(one_resample(v, (uint64_t)b, &t, &own, &all, o, n_failed));
    }
done:
    an_cause_models_clear(&t);
    return st;
}

/* ---- The operation ---- */

static an_status new_scratch(validating *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index n = v->data->surv.n;

    AN_ALLOC(v->risk, v->work, n * v->n_times);
    AN_ALLOC(v->score, v->work, v->n_times);
    AN_ALLOC(v->eta, v->work, n);
    AN_ALLOC(v->by_row, v->work, n * v->n_times);
done:
    return st;
}

static an_status fill_result(validating *v, const worth *w, const optimism *o,
                             an_validation *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    static const tally none = {0, 0};
    an_corrected *index[N_INDICES];

    for (int j = 0; j < N_INDICES; j++) {
        AN_ALLOC(index[j], out->mem, v->n_times);
        for (an_index k = 0; k < v->n_times; k++) {
            const an_index at = j + k * N_INDICES;

            index[j][k] = correct(w->at[at], o->at ? &o->at[at] : &none);
        }
    }
    out->brier = index[BRIER];
    out->ipa = index[IPA];
    out->auc = index[AUC];
    out->ratio = index[RATIO];
    out->horizon_slope = index[SLOPE];
    out->ici = index[ICI];
    out->e50 = index[E50];
    out->e90 = index[E90];
    out->concordance = correct(w->concordance, &o->concordance);
    out->concordance_se = w->concordance_se;
    out->slope = correct(w->slope, &o->slope);
done:
    return st;
}

static an_status validate(validating *v, an_arena *mem, an_validation **out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_cause_models t = {0};
    worth w;
    optimism o = {0};
    an_validation *result;
    double *risk;
    an_score *score;

    AN_TRY(new_scratch(v));
    AN_ALLOC(result, mem, 1);
    AN_ALLOC(risk, mem, v->data->surv.n * v->n_times);
    AN_ALLOC(score, mem, v->n_times);
    *result = (an_validation){.n = v->data->surv.n,
                              .n_times = v->n_times,
                              .risk = risk,
                              .score = score,
                              .mem = mem};
    AN_TRY(an_cause_models_new(ctx, v->data, false, v->work, &t));
    AN_TRY(new_worth(v, &w));
    AN_TRY(an_cause_models_train(ctx, v->options->breslow, &t));
    AN_TRY(judge(v, &t, &v->data->surv, risk, score, &w));
    if (v->options->n_boot > 0) AN_TRY(find_optimism(v, &o, &result->n_failed));
    result->n_boot = (an_index)v->options->n_boot - result->n_failed;
    AN_TRY(fill_result(v, &w, &o, result));
    *out = result;
done:
    an_cause_models_clear(&t);
    return st;
}

an_status an_validate_cox(an_ctx *ctx, const an_cox_data *data, an_index n_times,
                          const double *time, const an_validation_options *options,
                          an_validation **out)
{
    an_status st = AN_OK;
    const an_validation_options o = options ? *options : an_validation_defaults();
    validating v = {.ctx = ctx,
                    .data = data,
                    .options = &o,
                    .n_times = n_times,
                    .n_causes = data->surv.n_causes,
                    .time = time};
    an_arena *mem = an_arena_new(ctx);
    an_validation *result = NULL;

    v.work = an_arena_new(ctx);
    if (!mem || !v.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    if (data->surv.entry) {
        st =
            an_fail(ctx, AN_ERR_ARGUMENT,
                    "predictions cannot be scored with delayed entry: the rows that were "
                    "seen are no sample of those at time zero. Validate on rows followed "
                    "from time zero; concordance and risk take delayed entry");
        goto done;
    }
    AN_TRY(an_cause_models_check(ctx, data, n_times, time, o.n_boot));
    AN_TRY(validate(&v, mem, &result));
    *out = result;
    mem = NULL;
done:
    an_arena_free(v.work);
    an_arena_free(mem);
    return st;
}

void an_validation_free(an_validation *validation)
{
    if (validation) an_arena_free(validation->mem);
}
