/* The variance of a model of restricted means, which knows that the weights for censoring
 * are estimated: Tian, Zhao and Wei 2014. docs/methods/rmst.md. */
#include "stat/rmst_model.h"

#include "math/math.h"

void an_rmst_information(const an_rmst_work *m, const double *weight, double *a)
{
    const bool log_scale = m->scale != AN_RMST_DIFFERENCE;

    for (an_index j = 0; j < m->p; j++)
        for (an_index k = j; k < m->p; k++) {
            const double *const x = m->z + j * m->n, *const y = m->z + k * m->n;
            double sum = 0;

            for (an_index i = 0; i < m->n; i++)
                sum += weight[i] * (log_scale ? m->fitted[i] : 1) * x[i] * y[i];
            a[j + k * m->p] = a[k + j * m->p] = sum;
        }
}

double an_rmst_cases(const an_rmst_work *m, an_index first, an_index last)
{
    double sum = 0;

    for (an_index i = first; i < last; i++) sum += m->cases[m->order.by_time[i]];
    return sum;
}

/* rest[k + j n_rows] = sum of the scores of rows k and later, in one group. */
static void sum_from_the_end(const an_rmst_work *m, an_index first, an_index last,
                             double *rest)
{
    const an_index n = last - first;

    for (an_index j = 0; j < m->p; j++) {
        double sum = 0;

        for (an_index k = n - 1; k >= 0; k--) {
            const int64_t row = m->order.by_time[first + k];

            sum += m->weight[row] * m->z[row + j * m->n] * (m->y[row] - m->fitted[row]);
            rest[k + j * n] = sum;
        }
    }
}

/* Adds case weight times kappa of the rows of one group to their clusters' sum[n_clusters x
 * p]; kappa is the score of a row and what its censoring does to the weights of the others.
 * Of frequencies the squares add, not their roots. rest[(last - first) p], gone[p]. */
static void add_group(const an_rmst_work *m, an_index first, an_index last, double *rest,
                      double *gone, double *sum)
{
    const an_index n = last - first;
    double at_risk = an_rmst_cases(m, first, last);

    sum_from_the_end(m, first, last, rest);
    for (an_index j = 0; j < m->p; j++) gone[j] = 0;
    for (an_index i = 0, next; i < n; i = next) {
        const double t = m->shortened[m->order.by_time[first + i]];
        double lost = 0, gone_by = 0;

        for (next = i; next < n; next++) {
            const int64_t row = m->order.by_time[first + next];

            if (m->shortened[row] != t) break;
            lost += m->known[row] ? 0 : m->cases[row];
            gone_by += m->cases[row];
        }
        for (an_index j = 0; j < m->p; j++)
            gone[j] += lost > 0 ? lost * rest[i + j * n] / (at_risk * at_risk) : 0;
        for (an_index k = i; k < next; k++) {
            const int64_t row = m->order.by_time[first + k];
            const double c = m->cases[row], share = m->frequency ? 1 / sqrt(c) : 1;
            const double error = m->weight[row] * (m->y[row] - m->fitted[row]);
            double *const to = sum + (m->cluster ? m->cluster[row] : row);

            for (an_index j = 0; j < m->p && c > 0; j++)
                to[j * m->n_clusters] +=
                    share * (error * m->z[row + j * m->n] - c * gone[j] +
                             (m->known[row] ? 0 : c * rest[i + j * n] / at_risk));
        }
        at_risk -= gone_by;
    }
}

static void square(const an_rmst_work *m, const double *sum, double *meat)
{
    for (an_index a = 0; a < m->p; a++)
        for (an_index b = 0; b < m->p; b++)
            for (an_index i = 0; i < m->n_clusters; i++)
                meat[a + b * m->p] +=
                    sum[i + a * m->n_clusters] * sum[i + b * m->n_clusters];
}

an_status an_rmst_variance(an_rmst_work *m, double *vcov)
{
    an_status st = AN_OK;
    an_ctx *const ctx = m->ctx;
    const an_index pp = m->p * m->p;
    double *bread = NULL, *inverse = NULL, *meat = NULL, *rest = NULL, *gone = NULL;
    double *scratch = NULL, *sum = NULL;

    AN_ALLOC(bread, m->work, pp);
    AN_ALLOC(inverse, m->work, pp);
    AN_ALLOC(meat, m->work, pp);
    AN_ALLOC(scratch, m->work, pp);
    AN_ALLOC(rest, m->work, m->n * m->p);
    AN_ALLOC(sum, m->work, m->n_clusters * m->p);
    AN_ALLOC(gone, m->work, m->p);
    for (an_index g = 0; g < m->order.n_groups; g++)
        add_group(m, m->order.first[g], m->order.first[g + 1], rest, gone, sum);
    square(m, sum, meat);
    an_rmst_information(m, m->cases, bread);
    for (an_index j = 0; j < m->p; j++)
        for (an_index k = 0; m->aliased[j] && k < m->p; k++)
            bread[j + k * m->p] = bread[k + j * m->p] = 0;
    an_ldl_factor(m->p, bread, AN_RANK_TOLERANCE, m->aliased);
    an_ldl_invert(m->p, bread, inverse);
    an_sandwich(m->p, inverse, meat, vcov, scratch);
done:
    return st;
}
