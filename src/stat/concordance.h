/* concordance: the rows of a stratum whose pairs are counted, and the walks over them. */
#ifndef AN_STAT_CONCORDANCE_H
#define AN_STAT_CONCORDANCE_H

#include "stat/cox_core.h"
#include <anodyne/cox.h>

/* Rows of a stratum in order of (time, rank of score); what is said of a row is by its
 * position. */
typedef struct an_pairs {
    const an_surv *surv;
    an_index n;
    const int64_t *row;  /* [n] row of the data */
    const int32_t *rank; /* [n] of the score among the stratum's, from 0 */
    bool *death;         /* [n] */
    double *weight;      /* [n] NULL: 1 */
    int32_t *group;      /* [n] number of its time among the distinct times */
    double *time;        /* [groups] */
    double *time_weight; /* [groups] weight of the pairs of deaths there */
    int32_t *by_entry; /* [n] positions in order of entry; NULL: all are there at first */
    double *own, *among; /* [n] concordant less discordant pairs with others; all pairs */
} an_pairs;

static inline double an_pair_weight(const an_pairs *p, an_index at)
{
    return p->weight ? p->weight[at] : 1;
}

static inline double an_pair_entry(const an_pairs *p, an_index at)
{
    return p->surv->entry[p->row[at]];
}

/* Adds the pairs of p, whose ranks are 0..n_ranks-1, to out, and to each row its share. */
an_status an_pairs_walk(an_ctx *ctx, const an_pairs *p, an_index n_ranks,
                        an_concordance *out);

#endif
