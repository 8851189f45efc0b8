/* Seeded data for the tests of Cox models, and the slow truth they are compared with. */
#ifndef COX_SAMPLE_H
#define COX_SAMPLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include <anodyne/cox.h>

enum { SAMPLE_MOST = 4 };

typedef struct sample {
    an_index n, p;
    double *time, *entry, *weight, *offset, *x;
    int32_t *event, *stratum;
} sample;

static inline void *sample_memory(an_index n, size_t size)
{
    void *memory = calloc((size_t)n + 1, size);

    assert_non_null(memory);
    return memory;
}

/* Whole-day times with ties, a third censored; entry, weights and strata are filled too. */
static inline sample sample_new(an_index n, an_index p, double days)
{
    sample s = {.n = n, .p = p};

    s.time = sample_memory(n, sizeof(double));
    s.entry = sample_memory(n, sizeof(double));
    s.weight = sample_memory(n, sizeof(double));
    s.offset = sample_memory(n, sizeof(double));
    s.x = sample_memory(n * p, sizeof(double));
    s.event = sample_memory(n, sizeof(int32_t));
    s.stratum = sample_memory(n, sizeof(int32_t));
    for (an_index i = 0; i < n; i++) {
        an_rng rng = an_rng_new(7, (uint64_t)p, (uint64_t)i);
        double eta = 0;

        for (an_index k = 0; k < p; k++) {
            s.x[i + k * n] = k % 2 ? (double)an_rng_below(&rng, 2) : an_rng_normal(&rng);
            eta += (k % 2 ? 0.5 : -0.4) * s.x[i + k * n];
        }
        s.time[i] = 1 + floor(days * exp(-eta) * an_rng_exponential(&rng));
        s.entry[i] = floor(s.time[i] * an_rng_uniform(&rng) * an_rng_uniform(&rng)) - 1;
        s.event[i] = an_rng_uniform(&rng) < 2.0 / 3;
        s.weight[i] = 1 + (double)an_rng_below(&rng, 3);
        s.stratum[i] = (int32_t)an_rng_below(&rng, 3);
        s.offset[i] = an_rng_normal(&rng);
    }
    return s;
}

static inline void sample_free(sample *s)
{
    free(s->time);
    free(s->entry);
    free(s->weight);
    free(s->offset);
    free(s->x);
    free(s->event);
    free(s->stratum);
}

static inline an_cox_data sample_plain(const sample *s)
{
    return (an_cox_data){
        .surv = {.n = s->n, .time = s->time, .event = s->event, .n_causes = 1},
        .p = s->p,
        .x = s->x};
}

static inline an_cox_data sample_full(const sample *s)
{
    an_cox_data data = sample_plain(s);

    data.surv.entry = s->entry;
    data.surv.weight = s->weight;
    data.offset = s->offset;
    data.strata = (an_grouping){.n_levels = 3, .code = s->stratum};
    return data;
}

static inline an_cox *cox_fit(const an_cox_data *data, const an_cox_options *options)
{
    const an_cox_options standard = an_cox_defaults();
    an_ctx *ctx = an_ctx_new();
    an_cox *fit = NULL;
    const an_status st = an_cox_fit(ctx, data, options ? options : &standard, &fit);

    if (st != AN_OK) print_message("%s\n", an_message(ctx));
    assert_int_equal(st, AN_OK);
    an_ctx_free(ctx);
    return fit;
}

/* ---- The definition, in long double and O(n events d): no sorting, no subtraction ---- */

typedef struct truth {
    long double loglik, score[SAMPLE_MOST], info[SAMPLE_MOST][SAMPLE_MOST];
} truth;

typedef struct truth_sums {
    long double s0, s1[SAMPLE_MOST], s2[SAMPLE_MOST][SAMPLE_MOST];
} truth_sums;

static inline void truth_add(const an_cox_data *d, an_index i, long double r,
                             truth_sums *sums)
{
    sums->s0 += r;
    for (an_index k = 0; k < d->p; k++) {
        sums->s1[k] += r * d->x[i + k * d->surv.n];
        for (an_index l = 0; l < d->p; l++)
            sums->s2[k][l] += r * d->x[i + k * d->surv.n] * d->x[i + l * d->surv.n];
    }
}

static inline bool same_stratum(const an_cox_data *d, an_index i, an_index j)
{
    return !d->strata.code || d->strata.code[i] == d->strata.code[j];
}

static inline long double truth_eta(const an_cox_data *d, const double *beta, an_index i)
{
    long double eta = d->offset ? d->offset[i] : 0;

    for (an_index k = 0; k < d->p; k++)
        eta += (long double)beta[k] * d->x[i + k * d->surv.n];
    return eta;
}

/* The deaths at the time and in the stratum of row i, when i is the first of them. */
static inline void truth_event(const an_cox_data *d, const double *beta, an_index i,
                               bool efron, truth *t)
{
    const an_surv *s = &d->surv;
    truth_sums all = {0}, tied = {0};
    long double wsum = 0, deaths = 0, highest = -INFINITY;

    for (an_index j = 0; j < s->n; j++)
        if (same_stratum(d, i, j) && s->time[j] >= s->time[i] &&
            (!s->entry || s->entry[j] < s->time[i]) && truth_eta(d, beta, j) > highest)
            highest = truth_eta(d, beta, j);
    for (an_index j = 0; j < s->n; j++) {
        const long double w = s->weight ? s->weight[j] : 1, eta = truth_eta(d, beta, j);
        const bool in = same_stratum(d, i, j) && s->time[j] >= s->time[i] &&
                        (!s->entry || s->entry[j] < s->time[i]);

        if (!in) continue;
        truth_add(d, j, w * expl(eta - highest), &all);
        if (s->event[j] != 1 || s->time[j] != s->time[i]) continue;
        if (j < i) return;
        truth_add(d, j, w * expl(eta - highest), &tied);
        wsum += w;
        deaths++;
        t->loglik += w * (eta - highest);
        for (an_index k = 0; k < d->p; k++) t->score[k] += w * d->x[j + k * s->n];
    }
    for (long double m = 0; m < deaths; m++) {
        const long double share = efron ? m / deaths : 0, phi = all.s0 - share * tied.s0;

        t->loglik -= wsum / deaths * logl(phi);
        for (an_index k = 0; k < d->p; k++) {
            const long double mean = (all.s1[k] - share * tied.s1[k]) / phi;

            t->score[k] -= wsum / deaths * mean;
            for (an_index l = 0; l < d->p; l++)
                t->info[k][l] += wsum / deaths *
                                 ((all.s2[k][l] - share * tied.s2[k][l]) / phi -
                                  mean * (all.s1[l] - share * tied.s1[l]) / phi);
        }
    }
}

static inline bool first_of_its_deaths(const an_cox_data *d, an_index i)
{
    for (an_index j = 0; j < i; j++)
        if (same_stratum(d, i, j) && d->surv.event[j] == 1 &&
            d->surv.time[j] == d->surv.time[i])
            return false;
    return d->surv.event[i] == 1;
}

static inline truth truth_at(const an_cox_data *d, const double *beta, bool efron)
{
    truth t = {0};

    for (an_index i = 0; i < d->surv.n; i++)
        if (first_of_its_deaths(d, i)) truth_event(d, beta, i, efron, &t);
    return t;
}

#endif
