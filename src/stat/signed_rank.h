/* The conditional signed-rank test; shared by the test and by its inversion. */
#ifndef AN_STAT_SIGNED_RANK_H
#define AN_STAT_SIGNED_RANK_H

#include <anodyne/paired.h>

/* Lower tail, upper tail and point probability are of the observed sum v. */
typedef struct an_tails {
    double less, greater;
} an_tails;

/* score[n] > 0 whole numbers; v one of their partial sums. work is [2 (m + 1)] with m =
 * min(v, total - v); score is divided by its common divisor. Kernel. */
an_tails an_signed_tails(an_index n, int64_t *score, int64_t v, double *work);
int64_t an_signed_tail_size(an_index n, const int64_t *score, int64_t v); /* m + 1 */

/* Shifts not rejected at the two-sided level alpha; d sorted [n]. */
an_status an_signed_rank_limits(an_ctx *ctx, an_index n, const double *d, double alpha,
                                bool exact, double *lower, double *upper);

#endif
