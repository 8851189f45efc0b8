/* Several samples: rank, variance and pairwise tests; repeated treatments. */
#include <anodyne/compare.h>

#include "base/base.h"
#include "math/math.h"
#include "stat/rank.h"
#include "stat/sample.h"

/* Values with a group, sorted by group. */
typedef struct groups {
    an_index n, k, n_levels; /* values, groups in use, levels */
    double *x;               /* [n] */
    an_index *first;         /* [n_levels + 1] first value of each level */
    double shift; /* one of the values: means are of x - shift, to keep digits */
    double *mean, *variance; /* [n_levels] of x - shift; NaN where not defined */
    int64_t *order, *work, *rank2;
    double *key, *sorted; /* [n] scratch */
} groups;

static an_index size_of(const groups *g, an_index level)
{
    return g->first[level + 1] - g->first[level];
}

static an_status collect(an_ctx *ctx, an_arena *mem, an_index n, const double *x,
                         an_index n_levels, const int32_t *code, groups *g)
{
    an_status st = AN_OK;
    an_index *at;

    g->n_levels = n_levels;
    AN_ALLOC(g->x, mem, n);
    AN_ALLOC(g->key, mem, n);
    AN_ALLOC(g->sorted, mem, n);
    AN_ALLOC(g->order, mem, n);
    AN_ALLOC(g->work, mem, n);
    AN_ALLOC(g->rank2, mem, n);
    AN_ALLOC(g->first, mem, n_levels + 1);
    AN_ALLOC(g->mean, mem, n_levels);
    AN_ALLOC(g->variance, mem, n_levels);
    AN_ALLOC(at, mem, n_levels);
    for (an_index i = 0; i < n; i++)
        if (!isnan(x[i]) && code[i] >= 0 && code[i] < n_levels) g->first[code[i] + 1]++;
    for (an_index j = 0; j < n_levels; j++) {
        g->k += g->first[j + 1] > 0;
        g->first[j + 1] += g->first[j];
        at[j] = g->first[j];
    }
    g->n = g->first[n_levels];
    for (an_index i = 0; i < n; i++)
        if (!isnan(x[i]) && code[i] >= 0 && code[i] < n_levels)
            g->x[at[code[i]]++] = x[i];
    g->shift = g->n > 0 ? g->x[0] : 0;
    for (an_index i = 0; i < g->n; i++) g->key[i] = g->x[i] - g->shift;
    for (an_index j = 0; j < n_levels; j++)
        an_moments(size_of(g, j), g->key + g->first[j], g->mean + j, g->variance + j);
    if (g->k < 2)
        st = an_fail(ctx, AN_ERR_ESTIMATE, "fewer than two groups hold a value");
done:
    return st;
}

static double squares_within(const groups *g)
{
    double squares = 0;

    for (an_index j = 0; j < g->n_levels; j++)
        if (size_of(g, j) > 1) squares += (double)(size_of(g, j) - 1) * g->variance[j];
    return squares;
}

static void anova(const groups *g, an_k_sample *out)
{
    const double df1 = (double)(g->k - 1), df2 = (double)(g->n - g->k);
    double mean, variance;

    an_moments(g->n, g->key, &mean, &variance); /* key: x - shift, from collect() */
    out->within = squares_within(g);
    for (an_index j = 0; j < g->n_levels; j++)
        if (size_of(g, j) > 0)
            out->between +=
                (double)size_of(g, j) * (g->mean[j] - mean) * (g->mean[j] - mean);
    out->anova_f = out->between / df1 / (out->within / df2);
    out->anova_p = df2 > 0 ? an_f_upper(out->anova_f, df1, df2) : NAN;
}

/* Welch 1951, Biometrika 38:330. */
static void welch(const groups *g, an_k_sample *out)
{
    const double k = (double)g->k;
    double sum_w = 0, sum_wx = 0, off = 0, between = 0;

    for (an_index j = 0; j < g->n_levels; j++) {
        if (size_of(g, j) == 0) continue;
        const double w = (double)size_of(g, j) / g->variance[j];

        sum_w += w;
        sum_wx += w * g->mean[j];
    }
    const double mean = sum_wx / sum_w;
    for (an_index j = 0; j < g->n_levels; j++) {
        if (size_of(g, j) == 0) continue;
        const double n = (double)size_of(g, j), w = n / g->variance[j];

        off += (1 - w / sum_w) * (1 - w / sum_w) / (n - 1);
        between += w * (g->mean[j] - mean) * (g->mean[j] - mean);
    }
    const double correction = off / (k * k - 1);

    out->welch_f = between / (k - 1) / (1 + 2 * (k - 2) * correction);
    out->welch_df = 1 / (3 * correction);
    out->welch_p =
        isfinite(out->welch_f) ? an_f_upper(out->welch_f, k - 1, out->welch_df) : NAN;
    if (!isfinite(out->welch_f)) out->welch_f = out->welch_df = NAN;
}

static void bartlett(const groups *g, an_k_sample *out)
{
    const double k = (double)g->k, df = (double)(g->n - g->k);
    const double pooled = squares_within(g) / df;
    double logs = 0, inverse = 0;

    for (an_index j = 0; j < g->n_levels; j++) {
        if (size_of(g, j) == 0) continue;
        const double v = (double)(size_of(g, j) - 1);

        logs +=
            v * log(g->variance[j]); /* NaN: one value; -Inf: all equal, p = 0 as in R */
        inverse += 1 / v;
    }
    out->bartlett = (df * log(pooled) - logs) / (1 + (inverse - 1 / df) / (3 * (k - 1)));
    out->bartlett_p = an_chisq_upper(out->bartlett, k - 1);
}

static double sum_range(const double *x, an_index from, an_index to)
{
    double sum = 0;

    for (an_index i = from; i < to; i++) sum += x[i];
    return sum;
}

static double rank_values(groups *g, const double *x)
{
    an_sort_values(g->n, x, g->order, g->work, g->sorted);
    return an_midranks2(g->n, x, g->order, g->rank2);
}

static void kruskal(groups *g, an_k_sample *out)
{
    const double n = (double)g->n, ties = rank_values(g, g->x);
    double sum = 0;

    for (an_index i = 0; i < g->n; i++) g->key[i] = (double)g->rank2[i] / 2 - (n + 1) / 2;
    for (an_index j = 0; j < g->n_levels; j++) {
        const double r = sum_range(g->key, g->first[j], g->first[j + 1]);

        if (size_of(g, j) > 0) sum += r * r / (double)size_of(g, j);
    }
    out->kruskal = 12 * sum / (n * (n + 1)) / (1 - ties / (n * n * n - n));
    if (!isfinite(out->kruskal)) out->kruskal = NAN; /* all values equal */
    out->kruskal_df = (double)(g->k - 1);
    out->kruskal_p = an_chisq_upper(out->kruskal, out->kruskal_df);
}

/* Normal scores of |x - group median|. */
static void fligner(groups *g, an_k_sample *out)
{
    double mean, variance, sum = 0;

    for (an_index j = 0; j < g->n_levels; j++) {
        const an_index m = size_of(g, j);
        const double *x = g->x + g->first[j];

        if (m == 0) continue;
        an_sort_values(m, x, g->order, g->work, g->sorted);
        const double median = an_quantile(m, g->sorted, 0.5, 7);
        for (an_index i = 0; i < m; i++) g->key[g->first[j] + i] = fabs(x[i] - median);
    }
    rank_values(g, g->key);
    for (an_index i = 0; i < g->n; i++)
        g->key[i] =
            an_normal_quantile((1 + (double)g->rank2[i] / 2 / (double)(g->n + 1)) / 2);
    an_moments(g->n, g->key, &mean, &variance);
    for (an_index j = 0; j < g->n_levels; j++) {
        const double m = (double)size_of(g, j);

        if (m == 0) continue;
        const double off = sum_range(g->key, g->first[j], g->first[j + 1]) / m - mean;
        sum += m * off * off;
    }
    out->fligner = variance > 0 ? sum / variance : NAN;
    out->fligner_p = an_chisq_upper(out->fligner, (double)(g->k - 1));
}

an_status an_k_sample_fit(an_ctx *ctx, an_index n, const double *x, an_index n_levels,
                          const int32_t *code, an_k_sample *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    groups g = {0};

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(collect(ctx, mem, n, x, n_levels, code, &g));
    *out = (an_k_sample){.n = g.n, .n_missing = n - g.n, .n_groups = g.k};
    anova(&g, out);
    kruskal(&g, out);
    welch(&g, out);
    bartlett(&g, out);
    fligner(&g, out);
done:
    an_arena_free(mem);
    return st;
}

/* ---- All pairs ---- */

/* Normal form with correction, of levels i and j; rank scratch is theirs. */
static double pair_wilcoxon(groups *g, an_index i, an_index j)
{
    const an_index n1 = size_of(g, i), n2 = size_of(g, j), n = n1 + n2;
    double *both = g->key, sum = 0;

    memcpy(both, g->x + g->first[i], (size_t)n1 * sizeof *both);
    memcpy(both + n1, g->x + g->first[j], (size_t)n2 * sizeof *both);
    an_sort_values(n, both, g->order, g->work, g->sorted);
    const double ties = an_midranks2(n, both, g->order, g->rank2), m = (double)n;

    for (an_index r = 0; r < n1; r++) sum += (double)g->rank2[r] / 2;
    const double off = sum - (double)n1 * (m + 1) / 2;
    const double sd = sqrt((double)n1 * (double)n2 / 12 * (m + 1 - ties / (m * (m - 1))));

    return sd > 0 ? fmin(1, an_normal_two_sided(fmax(0, fabs(off) - 0.5) / sd)) : NAN;
}

an_status an_pairwise(an_ctx *ctx, an_index n, const double *x, an_index n_levels,
                      const int32_t *code, double *p_t, double *p_wilcoxon)
{
    const an_index cells = n_levels * n_levels;
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    groups g = {0};

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(collect(ctx, mem, n, x, n_levels, code, &g));
    const double df = (double)(g.n - g.k), sd = sqrt(squares_within(&g) / df);

    for (an_index c = 0; c < cells; c++) p_t[c] = p_wilcoxon[c] = NAN;
    for (an_index j = 0; j < n_levels; j++)
        for (an_index i = j + 1; i < n_levels; i++) {
            const double n1 = (double)size_of(&g, i), n2 = (double)size_of(&g, j);

            if (n1 == 0 || n2 == 0) continue;
            p_t[i + j * n_levels] = an_t_two_sided(
                (g.mean[i] - g.mean[j]) / (sd * sqrt(1 / n1 + 1 / n2)), df);
            p_wilcoxon[i + j * n_levels] = pair_wilcoxon(&g, i, j);
        }
    AN_TRY(an_p_adjust(ctx, AN_ADJUST_HOLM, cells, p_t, p_t));
    AN_TRY(an_p_adjust(ctx, AN_ADJUST_HOLM, cells, p_wilcoxon, p_wilcoxon));
done:
    an_arena_free(mem);
    return st;
}

/* ---- Friedman 1937, with ties ---- */

an_status an_friedman_fit(an_ctx *ctx, an_index n_blocks, an_index k, const double *x,
                          an_friedman *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    double *sum, *sorted, ties = 0, squares = 0;
    int64_t *order, *work, *rank2;
    an_index n = 0;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(sum, mem, k);
    AN_ALLOC(sorted, mem, k);
    AN_ALLOC(order, mem, k);
    AN_ALLOC(work, mem, k);
    AN_ALLOC(rank2, mem, k);
    for (an_index b = 0; b < n_blocks; b++) {
        const double *row = x + b * k;
        bool complete = true;

        for (an_index j = 0; j < k; j++) complete = complete && !isnan(row[j]);
        if (!complete) continue;
        n++;
        an_sort_values(k, row, order, work, sorted);
        ties += an_midranks2(k, row, order, rank2);
        for (an_index j = 0; j < k; j++) sum[j] += (double)rank2[j] / 2;
    }
    if (n == 0 || k < 2) {
        st = an_fail(ctx, AN_ERR_ESTIMATE, "there is no complete block");
        goto done;
    }
    const double m = (double)n, t = (double)k;

    for (an_index j = 0; j < k; j++)
        squares += (sum[j] - m * (t + 1) / 2) * (sum[j] - m * (t + 1) / 2);
    out->n_blocks = n;
    out->df = t - 1;
    out->chisq = 12 * squares / (m * t * (t + 1) - ties / (t - 1));
    if (!isfinite(out->chisq)) out->chisq = NAN;
    out->p = an_chisq_upper(out->chisq, out->df);
done:
    an_arena_free(mem);
    return st;
}
