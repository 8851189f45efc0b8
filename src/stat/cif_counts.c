/* Counts of risk sets and events on a grid of distinct times. */
#include "stat/cif_counts.h"

#include "stat/event_table.h"

#include "math/math.h"
an_status an_cif_check(an_ctx *ctx, const an_surv *surv, const an_grouping *group,
                       const char *group_name, const an_grouping *other,
                       const char *other_name)
{
    an_status st = an_surv_check(ctx, surv);

    if (st == AN_OK) st = an_grouping_check(ctx, group, surv->n, group_name);
    return st == AN_OK ? an_grouping_check(ctx, other, surv->n, other_name) : st;
}

static an_status allocate(an_ctx *ctx, an_arena *mem, an_cif_counts *c)
{
    an_status st = AN_OK;

    AN_ALLOC(c->at_risk, mem, c->n_times);
    AN_ALLOC(c->censored, mem, c->n_times);
    AN_ALLOC(c->event, mem, c->n_times * c->n_causes);
    AN_ALLOC(c->any, mem, c->n_times);
done:
    return st;
}

an_status an_cif_counts_new(an_ctx *ctx, an_arena *mem, const an_surv *surv,
                            an_index n_rows, const int64_t *rows, an_cif_counts *out)
{
    an_status st = AN_OK;
    an_cif_counts c = {.n_causes = surv->n_causes};

    AN_ALLOC(c.time, mem, n_rows);
    for (an_index k = 0; k < n_rows; k++) {
        const double t = surv->time[rows[k]];

        if (c.n_times == 0 || t > c.time[c.n_times - 1]) c.time[c.n_times++] = t;
    }
    AN_TRY(allocate(ctx, mem, &c));
    *out = c;
done:
    return st;
}

an_status an_cif_counts_like(an_ctx *ctx, an_arena *mem, const an_cif_counts *grid,
                             an_cif_counts *out)
{
    *out = (an_cif_counts){
        .n_times = grid->n_times, .n_causes = grid->n_causes, .time = grid->time};
    return allocate(ctx, mem, out);
}

static bool is_on_grid(const an_cif_counts *c, an_index k, double t)
{
    return k < c->n_times && c->time[k] == t;
}

void an_cif_counts_add(an_cif_counts *c, const an_surv *surv, an_index n_rows,
                       const int64_t *rows)
{
    an_index k = 0;

    for (an_index r = 0; r < n_rows; r++) {
        const int64_t i = rows[r];
        const double w = an_row_weight(surv, i);
        const int32_t cause = surv->event[i];
        double *const to = cause ? c->event + (cause - 1) * c->n_times : c->censored;
        an_index from =
            surv->entry ? an_count_below(c->n_times, c->time, surv->entry[i]) : 0;

        while (k < c->n_times && c->time[k] < surv->time[i]) k++;
        assert(is_on_grid(c, k, surv->time[i]));
        if (surv->entry && is_on_grid(c, from, surv->entry[i])) from++;
        to[k] += w;
        c->at_risk[from] += w; /* entered: a sum only after finish */
    }
}

/* ---- From days ---- */

static bool anybody_left(const an_day_table *t, an_index first_group, an_index k,
                         an_index day)
{
    for (an_index g = first_group; g < first_group + k; g++)
        if (t->seen[g * t->days.n + day] > 0) return true;
    return false;
}

static void fill_from_days(const an_day_table *t, an_index group, an_cif_counts *c)
{
    an_index d = 0;
    an_sum entered = {0, 0};

    for (an_index k = 0; k < c->n_times; k++)
        for (bool there = false; !there; d++) {
            const an_index cell = group * t->days.n + d;
            const double *const left = t->left + cell * t->n_kinds;

            there = t->days.first + (double)d == c->time[k];
            if (t->entered) c->at_risk[k] += t->entered[cell];
            if (!there) continue;
            c->censored[k] = left[0];
            an_sum_add(&entered, left[0]);
            for (an_index cause = 0; cause < c->n_causes; cause++) {
                c->event[k + cause * c->n_times] = left[1 + cause];
                an_sum_add(&entered, left[1 + cause]);
            }
        }
    if (!t->entered && c->n_times > 0) c->at_risk[0] = an_sum_value(&entered);
}

an_status an_cif_counts_of_days(an_ctx *ctx, an_arena *mem, const an_day_table *t,
                                an_index first_group, an_index k, an_cif_counts *counts)
{
    an_status st = AN_OK;
    an_cif_counts grid = {.n_causes = t->n_kinds - 1};

    AN_ALLOC(grid.time, mem, t->days.n);
    for (an_index d = 0; d < t->days.n; d++)
        if (anybody_left(t, first_group, k, d))
            grid.time[grid.n_times++] = t->days.first + (double)d;
    for (an_index g = 0; g < k; g++) {
        AN_TRY(an_cif_counts_like(ctx, mem, &grid, &counts[g]));
        fill_from_days(t, first_group + g, &counts[g]);
    }
done:
    return st;
}

/* Compensated, because with weights the risk set must return to 0. */
void an_cif_counts_finish(an_cif_counts *c)
{
    an_sum risk = {0, 0};

    for (an_index k = 0; k < c->n_times; k++) {
        an_sum_add(&risk, c->at_risk[k]);
        c->at_risk[k] = an_sum_value(&risk);
        an_sum_add(&risk, -c->censored[k]);
        for (an_index cause = 0; cause < c->n_causes; cause++)
            c->any[k] += c->event[k + cause * c->n_times];
        an_sum_add(&risk, -c->any[k]);
    }
}

an_status an_cif_rows_new(an_ctx *ctx, an_arena *mem, const an_grouping *group,
                          an_index n, const int64_t *order, an_cif_rows *out)
{
    an_status st = AN_OK;
    an_cif_rows r = {.n_levels = group && group->code ? group->n_levels : 1};
    an_index *next;

    AN_ALLOC(r.first, mem, r.n_levels + 1);
    AN_ALLOC(next, mem, r.n_levels + 1);
    AN_ALLOC(r.rows, mem, n);
    for (an_index k = 0; k < n; k++)
        r.first[(group && group->code ? group->code[order[k]] : 0) + 1]++;
    for (an_index g = 0; g < r.n_levels; g++) r.first[g + 1] += r.first[g];
    memcpy(next, r.first, (size_t)(r.n_levels + 1) * sizeof *next);
    for (an_index k = 0; k < n; k++)
        r.rows[next[group && group->code ? group->code[order[k]] : 0]++] = order[k];
    *out = r;
done:
    return st;
}
