/* Brier score and time-dependent AUC. */
#include "stat/calibration.h"
#include "stat/event_table.h"
#include "stat/ipcw.h"

#include <anodyne/competing.h>

typedef struct scoring {
    an_ctx *ctx;
    const an_predicted *p;
    an_arena *mem;
    an_ipcw g;
    an_cif *cif;
    double total;               /* of the case weights */
    double *weight;             /* [n] of censoring times case weight, at the horizon */
    double *direct, *slope;     /* [n] */
    double *case_of, *other_of; /* [n] weight as a case, as a control */
    int64_t *order;             /* [n] by risk */
} scoring;

static bool is_beyond(const scoring *s, an_index i, double t)
{
    return s->p->surv.time[i] > t;
}

static bool is_case(const scoring *s, an_index i, double t)
{
    return s->p->surv.event[i] == 1 && !is_beyond(s, i, t);
}

static double root_of_squares(an_index n, const double *x)
{
    double sum = 0;

    for (an_index i = 0; i < n; i++) sum += x[i] * x[i];
    return sqrt(sum);
}

/* ---- Brier score ---- */

static double brier_of(const scoring *s, double t, const double *risk, double same)
{
    double sum = 0;

    for (an_index i = 0; i < s->p->surv.n; i++) {
        const double e = (double)is_case(s, i, t) - (risk ? risk[i] : same);

        sum += s->weight[i] * e * e;
    }
    return sum / s->total;
}

static double brier_error(scoring *s, double t, const double *risk, double brier)
{
    const an_index n = s->p->surv.n;

    for (an_index i = 0; i < n; i++) {
        const double e = (double)is_case(s, i, t) - risk[i];

        s->slope[i] = s->weight[i] * e * e / s->total;
        s->direct[i] = s->slope[i] - an_row_weight(&s->p->surv, i) * brier / s->total;
    }
    an_ipcw_influence(&s->g, t, s->direct, s->slope, s->direct);
    return root_of_squares(n, s->direct);
}

/* ---- AUC ---- */

/* slope[n] of each row, to be divided by the pairs: for a case the controls below it, for
 * a control the cases above it, equal risks one half. Rows in order of risk; returns the
 * sum over cases. */
static double count_pairs(scoring *s, const double *risk)
{
    const an_index n = s->p->surv.n;
    double cases = 0, others = 0, below = 0, all_cases = 0, sum = 0;

    for (an_index i = 0; i < n; i++) all_cases += s->case_of[i];
    for (an_index j = 0; j < n;) {
        an_index end = j;

        cases = others = 0;
        for (; end < n && risk[s->order[end]] == risk[s->order[j]]; end++) {
            cases += s->case_of[s->order[end]];
            others += s->other_of[s->order[end]];
        }
        all_cases -= cases; /* above this risk */
        for (; j < end; j++) {
            const int64_t i = s->order[j];

            s->slope[i] = s->case_of[i] * (below + others / 2) +
                          s->other_of[i] * (all_cases + cases / 2);
        }
        sum += cases * (below + others / 2);
        below += others;
    }
    return sum;
}

/* case_of and other_of hold the weights; the AUC and its error. */
static void auc_of(scoring *s, double t, const double *risk, double *auc, double *se)
{
    const an_index n = s->p->surv.n;
    double cases = 0, others = 0, pairs;

    *auc = *se = NAN;
    for (an_index i = 0; i < n; i++) {
        cases += s->case_of[i];
        others += s->other_of[i];
    }
    if (!(cases > 0 && others > 0)) return;
    pairs = count_pairs(s, risk);
    *auc = pairs / (cases * others);
    for (an_index i = 0; i < n; i++)
        s->slope[i] = s->slope[i] / (cases * others) -
                      *auc * (s->case_of[i] / cases + s->other_of[i] / others);
    an_ipcw_influence(&s->g, t, s->slope, s->slope, s->direct);
    *se = root_of_squares(n, s->direct);
}

static void both_aucs(scoring *s, double t, const double *risk, an_score *out)
{
    const an_surv *surv = &s->p->surv;

    for (an_index i = 0; i < surv->n; i++) {
        s->case_of[i] = is_case(s, i, t) ? s->weight[i] : 0;
        s->other_of[i] = is_beyond(s, i, t) ? s->weight[i] : 0;
    }
    auc_of(s, t, risk, &out->auc, &out->auc_se);
    for (an_index i = 0; i < surv->n; i++)
        if (surv->event[i] > 1 && !is_beyond(s, i, t)) s->other_of[i] = s->weight[i];
    auc_of(s, t, risk, &out->auc_all, &out->auc_all_se);
}

/* ---- A horizon ---- */

static double incidence_at(const an_cif_group *g, double t)
{
    const an_index k = an_cif_step(g, t);

    return k < 0 ? 0 : g->prob[g->n_times + k];
}

static void count_rows(const scoring *s, double t, an_score *out)
{
    for (an_index i = 0; i < s->p->surv.n; i++) {
        const int32_t event = s->p->surv.event[i];

        if (is_beyond(s, i, t))
            out->n_beyond++;
        else if (event == 0)
            out->n_lost++;
        else if (event == 1)
            out->n_cases++;
        else
            out->n_competing++;
    }
}

static an_status score_horizon(scoring *s, an_index k, an_score *out)
{
    const an_index n = s->p->surv.n;
    const double t = s->p->time[k], *risk = s->p->risk + k * n;
    double expected = 0;
    an_status st = an_order_double(s->ctx, n, risk, s->order);

    if (st != AN_OK) return st;
    *out = (an_score){.time = t};
    an_ipcw_weights(&s->g, t, s->weight);
    for (an_index i = 0; i < n; i++) {
        s->weight[i] *= an_row_weight(&s->p->surv, i);
        expected += an_row_weight(&s->p->surv, i) * risk[i];
    }
    count_rows(s, t, out);
    out->observed = incidence_at(&s->cif->groups[0], t);
    out->expected = expected / s->total;
    out->brier = brier_of(s, t, risk, 0);
    out->brier_se = brier_error(s, t, risk, out->brier);
    out->brier_null = brier_of(s, t, NULL, out->observed);
    out->ipa = out->brier_null > 0 ? 1 - out->brier / out->brier_null : NAN;
    both_aucs(s, t, risk, out);
    return AN_OK;
}

/* ---- The operations ---- */

an_status an_predicted_check(an_ctx *ctx, const an_predicted *p)
{
    if (p->surv.entry)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "predictions cannot be scored with delayed entry");
    for (an_index k = 0; k < p->n_times; k++)
        if (!(p->time[k] >= 0 && isfinite(p->time[k])))
            return an_fail(ctx, AN_ERR_ARGUMENT,
                           "a horizon of prediction is negative or not finite");
    for (an_index k = 0; k < p->n_times; k++)
        for (an_index i = 0; i < p->surv.n; i++)
            if (!isfinite(p->risk[i + k * p->surv.n]))
                return an_fail(ctx, AN_ERR_DATA, "row %lld: its risk is not finite",
                               (long long)i + 1);
    return AN_OK;
}

static an_status new_scoring(scoring *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = s->ctx;
    const an_index n = s->p->surv.n;

    AN_ALLOC(s->weight, s->mem, n);
    AN_ALLOC(s->direct, s->mem, n);
    AN_ALLOC(s->slope, s->mem, n);
    AN_ALLOC(s->case_of, s->mem, n);
    AN_ALLOC(s->other_of, s->mem, n);
    AN_ALLOC(s->order, s->mem, n);
    for (an_index i = 0; i < n; i++) s->total += an_row_weight(&s->p->surv, i);
    AN_TRY(an_ipcw_new(ctx, &s->p->surv, s->mem, &s->g));
done:
    return st;
}

an_status an_score_of(an_ctx *ctx, const an_predicted *predicted, an_score *out)
{
    an_status st = AN_OK;
    scoring s = {.ctx = ctx, .p = predicted, .mem = an_arena_new(ctx)};

    if (!s.mem) return AN_ERR_MEMORY;
    AN_TRY(an_predicted_check(ctx, predicted));
    AN_TRY(an_cif_fit(ctx, &predicted->surv, NULL, NULL, NULL, &s.cif));
    AN_TRY(new_scoring(&s));
    for (an_index k = 0; k < predicted->n_times; k++)
        AN_TRY(score_horizon(&s, k, &out[k]));
done:
    an_cif_free(s.cif);
    an_arena_free(s.mem);
    return st;
}
