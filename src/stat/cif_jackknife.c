/*
 * Infinitesimal jackknife of the Aalen-Johansen probabilities: the derivative of every
 * probability with respect to the weight of one row, summed within clusters, squared.
 * With S before a time, hazards h_c and h = sum of h_c, a row at risk adds
 *
 *     dS / S  = A,  A += h / (Y - d) - [event here] / (Y - d)
 *     dF_c   += S (A h_c + ([event of c here] - h_c) / Y)
 *
 * and after its exit keeps A. Valid with any weights and any dependence within clusters.
 */
#include "stat/cif.h"

typedef struct curve {
    const an_cif_counts *c;
    const double *prob;
} curve;

static double before(const curve *v, an_index k)
{
    return k > 0 ? v->prob[k - 1] : 1;
}

/* Adds weight times the influence of one row on every state at every time to sum. */
static void add_influence(const curve *v, const an_surv *surv, int64_t i, double weight,
                          double *sum)
{
    const an_index m = v->c->n_times, n_causes = v->c->n_causes;
    const int32_t own = surv->event[i];

    for (an_index state = 0; state <= n_causes; state++) {
        const double *d_own = state > 0 ? v->c->event + (state - 1) * m : NULL;
        double a = 0, influence = 0;

        for (an_index k = 0; k < m; k++) {
            const double t = v->c->time[k], y = v->c->at_risk[k], s = before(v, k);
            const bool at_risk =
                t <= surv->time[i] && (!surv->entry || t > surv->entry[i]);
            const bool leaves = own && t == surv->time[i];
            const double d = v->c->any[k];

            if (d > 0 && state > 0) {
                const double h = d_own[k] / y;

                influence += s * a * h;
                if (at_risk) influence += s * ((leaves && own == state) - h) / y;
            }
            if (at_risk && d > 0 && y > d) a += (d / y - leaves) / (y - d);
            sum[k + state * m] += weight * (state > 0 ? influence : v->prob[k] * a);
        }
    }
}

static void add_squares(an_index n_cells, double *sum, double *variance)
{
    for (an_index k = 0; k < n_cells; k++) {
        variance[k] += sum[k] * sum[k];
        sum[k] = 0;
    }
}

an_status an_cif_jackknife(an_ctx *ctx, const an_surv *surv, const an_grouping *cluster,
                           an_index n, const int64_t *rows, const an_cif_counts *c,
                           const double *prob, double *variance)
{
    an_status st = AN_OK;
    const curve v = {c, prob};
    const an_index n_cells = c->n_times * (c->n_causes + 1);
    const bool clustered = cluster && cluster->code;
    an_cif_rows by_cluster = {.n_levels = n};
    double *sum;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_ALLOC(sum, mem, n_cells);
    if (clustered) AN_TRY(an_cif_rows_new(ctx, mem, cluster, n, rows, &by_cluster));
    for (an_index g = 0; g < by_cluster.n_levels; g++) {
        const an_index first = clustered ? by_cluster.first[g] : g;
        const an_index last = clustered ? by_cluster.first[g + 1] : g + 1;

        for (an_index k = first; k < last; k++) {
            const int64_t i = clustered ? by_cluster.rows[k] : rows[k];

            add_influence(&v, surv, i, surv->weight ? surv->weight[i] : 1, sum);
        }
        add_squares(n_cells, sum, variance);
    }
done:
    an_arena_free(mem);
    return st;
}
