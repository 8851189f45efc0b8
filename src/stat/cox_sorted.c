/* The sorted layout: rows by (level, last, deaths first), pieces inside blocks of rows. */
#include "stat/cox_sorted.h"

/* ---- Stays ---- */

/* First event time of the stratum that is later than entry. */
static int32_t first_at_risk(const an_cox_plan *plan, int32_t stratum,
                             const double *entry)
{
    int64_t low = plan->stratum_event[stratum], high = plan->stratum_event[stratum + 1];

    while (entry && low < high) {
        const int64_t middle = (low + high) / 2;

        if (plan->time[middle] > *entry)
            high = middle;
        else
            low = middle + 1;
    }
    return (int32_t)low;
}

static int8_t highest_bit(uint32_t bits)
{
    int8_t at = 0;

    while (bits >>= 1) at++;
    return at;
}

static void place_rows(const an_cox_data *data, an_cox_sorting *s, an_cox_plan *plan)
{
    for (an_index i = 0; i < s->n; i++) {
        const int32_t h = an_cox_stratum_of(data, i);
        const int32_t first =
            first_at_risk(plan, h, data->surv.entry ? data->surv.entry + i : NULL);

        s->first[i] = first;
        s->level[i] = -1;
        if (s->last[i] < first || first == plan->stratum_event[h]) continue;
        s->level[i] = highest_bit((uint32_t)first ^ (uint32_t)s->last[i]);
    }
}

/* ---- Sorted layout ---- */

enum { N_LEVELS = 33 }; /* -1..31 */

/* Lists the rows of `list` by (level, code), stable; the result is in s->order. */
static void order_by_level(an_cox_sorting *s, an_index n, an_index n_codes,
                           const int64_t *list)
{
    int64_t start[N_LEVELS + 1] = {0};

    an_order_codes(n, s->code, n_codes, list, s->start, s->work);
    for (an_index i = 0; i < n; i++) start[s->level[s->work[i]] + 2]++;
    for (int l = 1; l <= N_LEVELS; l++) start[l] += start[l - 1];
    for (an_index i = 0; i < n; i++)
        s->order[start[s->level[s->work[i]] + 1]++] = s->work[i];
}

/* Kept rows in the order (level, last, deaths first). */
static void order_kept(const an_cox_data *data, an_cox_sorting *s, an_cox_plan *plan)
{
    an_index n = 0;

    for (an_index i = 0; i < s->n; i++) {
        if (s->last[i] < s->first[i]) continue;
        s->code[i] = 2 * s->last[i] + (data->surv.event[i] != 1);
        s->order[n++] = i;
    }
    order_by_level(s, n, 2 * plan->m, s->order);
    plan->n = n;
    memcpy(plan->row, s->order, (size_t)n * sizeof *plan->row);
}

typedef struct cutting {
    const an_cox_data *data;
    const an_cox_sorting *s;
    bool by_last;
} cutting;

/* Does plan row b go on with the piece of plan row a? */
static bool same_piece(const cutting *c, const an_cox_plan *plan, an_index a, an_index b)
{
    const an_cox_sorting *s = c->s;
    const int64_t i = plan->row[a], j = plan->row[b];

    if (a / plan->grain != b / plan->grain || s->level[i] != s->level[j]) return false;
    if (!c->by_last) return s->first[i] == s->first[j];
    return s->last[i] == s->last[j] &&
           (c->data->surv.event[i] == 1) == (c->data->surv.event[j] == 1);
}

/* list[n]: plan rows, neighbours where they share a piece; NULL: 0..n-1. */
static an_status cut_pieces(an_ctx *ctx, const cutting *c, an_index n,
                            const int64_t *list, an_cox_plan *plan, an_arena *mem,
                            an_cox_runs *runs)
{
    an_status st = AN_OK;
    an_index count = 0;

    AN_SPACE(runs->cell, mem, plan->n + AN_TILE);
    for (an_index i = 0; i < plan->n + AN_TILE; i++) runs->cell[i] = -1;
    for (an_index k = 0; k < n; k++) {
        const an_index i = list ? list[k] : k;

        if (k == 0 || !same_piece(c, plan, list ? list[k - 1] : k - 1, i)) count++;
        runs->cell[i] = (int32_t)(count - 1);
    }
    runs->n_pieces = count;
    AN_ALLOC(runs->event, mem, count);
    AN_ALLOC(runs->level, mem, count);
    AN_ALLOC(runs->death, mem, count);
    AN_ALLOC(runs->dead, mem, count + 1);
    runs->dead++;
    AN_SPACE(runs->sum, mem, count * plan->q);
    for (an_index i = 0; i < plan->n; i++) {
        const int32_t k = runs->cell[i];
        const int64_t row = plan->row[i];

        if (k < 0) continue;
        runs->event[k] = c->by_last ? c->s->last[row] : c->s->first[row];
        runs->level[k] = c->s->level[row];
        runs->death[k] = c->by_last && c->data->surv.event[row] == 1;
        runs->dead[k] = runs->death[k];
    }
done:
    return st;
}

/* Rows that are split, in the order (level, first, block of rows). */
static an_status cut_by_first(an_ctx *ctx, const an_cox_data *data, an_cox_sorting *s,
                              an_arena *mem, an_arena *work, an_cox_plan *plan)
{
    an_status st = AN_OK;
    an_index n = 0;
    int64_t *at;

    AN_SPACE(at, work, s->n);
    for (an_index i = 0; i < plan->n; i++) {
        const int64_t row = plan->row[i];

        at[row] = i;
        s->code[row] = s->first[row];
        if (s->level[row] >= 0 && s->first[row] != s->last[row]) s->order[n++] = row;
    }
    if (n == 0) goto done;
    order_by_level(s, n, plan->m, s->order);
    for (an_index k = 0; k < n; k++) s->order[k] = at[s->order[k]];
    const cutting c = {.data = data, .s = s};

    AN_TRY(cut_pieces(ctx, &c, n, s->order, plan, mem, &plan->by_first));
done:
    return st;
}

static an_status gather(an_ctx *ctx, const an_cox_plan *plan, const double *from,
                        double missing, an_arena *mem, double **out)
{
    an_status st = AN_OK;
    double *to;

    AN_SPACE(to, mem, plan->n);
    for (an_index i = 0; i < plan->n; i++) to[i] = from ? from[plan->row[i]] : missing;
    *out = to;
done:
    return st;
}

/* The arrays marked "rows". */
static an_status describe_rows(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_sorting *s, an_arena *mem, an_cox_plan *plan)
{
    an_status st = AN_OK;
    const an_index n = plan->n;

    AN_ALLOC(plan->x, mem, n * plan->p);
    AN_ALLOC(plan->stratum, mem, n);
    AN_ALLOC(plan->first, mem, n);
    AN_ALLOC(plan->last, mem, n);
    AN_ALLOC(plan->level, mem, n);
    AN_ALLOC(plan->death, mem, n);
    AN_ALLOC(plan->level_row, mem, N_LEVELS + 1);
    for (an_index i = 0; i < n; i++) {
        const int64_t row = plan->row[i];

        plan->stratum[i] = an_cox_stratum_of(data, row);
        plan->first[i] = s->first[row];
        plan->last[i] = s->last[row];
        plan->level[i] = s->level[row];
        plan->death[i] = data->surv.event[row] == 1;
        if (i == 0 || plan->level[i] != plan->level[i - 1])
            plan->level_row[plan->n_levels++] = i;
    }
    plan->level_row[plan->n_levels] = n;
done:
    return st;
}

static an_status new_sorting(an_ctx *ctx, const an_cox_plan *plan, an_arena *work,
                             an_cox_sorting *s)
{
    an_status st = AN_OK;

    AN_SPACE(s->order, work, s->n);
    AN_SPACE(s->work, work, s->n);
    AN_ALLOC(s->start, work, 2 * plan->m + 1);
    AN_SPACE(s->code, work, s->n);
    AN_SPACE(s->first, work, s->n);
    AN_SPACE(s->level, work, s->n);
done:
    return st;
}

an_status an_cox_lay_sorted(an_ctx *ctx, const an_cox_data *data, an_cox_detail detail,
                            an_cox_sorting *s, an_arena *mem, an_arena *work,
                            an_cox_plan *plan)
{
    an_status st = AN_OK;
    const bool rows = detail == AN_COX_FOR_ROWS;
    const cutting c = {.data = data, .s = s, .by_last = true};

    plan->grain = an_cox_grain(s->n);
    plan->n_copies = 1;
    AN_TRY(new_sorting(ctx, plan, work, s));
    place_rows(data, s, plan);
    AN_SPACE(plan->row, mem, s->n);
    order_kept(data, s, plan);
    if (rows || data->surv.weight)
        AN_TRY(gather(ctx, plan, data->surv.weight, 1, mem, &plan->weight));
    if (rows || data->offset)
        AN_TRY(gather(ctx, plan, data->offset, 0, mem, &plan->offset));
    AN_TRY(cut_pieces(ctx, &c, plan->n, NULL, plan, mem, &plan->by_last));
    AN_TRY(cut_by_first(ctx, data, s, mem, work, plan));
    if (rows) AN_TRY(describe_rows(ctx, data, s, mem, plan));
done:
    return st;
}
