/* Exact conditional distribution of a rank sum with ties. Kernels. */
#ifndef AN_STAT_RANK_SUM_H
#define AN_STAT_RANK_SUM_H

#include <anodyne/types.h>

/* The sum of k of n scores drawn without replacement. */
typedef struct an_rank_sum {
    an_index n, k;
    int64_t base, divisor; /* scores were base + divisor * score */
    int64_t m;             /* largest sum after that */
    int64_t total;         /* of all n scores after that */
} an_rank_sum;

typedef struct an_rank_sum_tails {
    double less, greater; /* P(T <= t), P(T >= t) */
    double distance;      /* P(|T - E| >= |t - E|) */
} an_rank_sum_tails;

/* Reduces sorted scores, in place, to the smallest whole numbers. */
an_rank_sum an_rank_sum_new(an_index n, an_index k, int64_t *sorted);
double an_rank_sum_cost(const an_rank_sum *r);   /* additions */
an_index an_rank_sum_size(const an_rank_sum *r); /* doubles of work */
/* t in the original scores; h from an_draw_distribution(). */
an_rank_sum_tails an_rank_sum_at(const an_rank_sum *r, const double *h, int64_t t);

#endif
