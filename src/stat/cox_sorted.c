/* The sorted layout: rows by (level, last, deaths first), pieces inside blocks of rows. */
#include "stat/cox_sorted.h"

/* ---- Stays ---- */

/* First event time of the stratum that is later than entry. */
static int32_t search_first(const an_cox_plan *plan, int32_t stratum, double entry)
{
    int64_t low = plan->stratum_event[stratum], high = plan->stratum_event[stratum + 1];

    while (low < high) {
        const int64_t middle = (low + high) / 2;

        if (plan->time[middle] > entry)
            high = middle;
        else
            low = middle + 1;
    }
    return (int32_t)low;
}

/* The same; where times are days a table knows. */
static int32_t first_at_risk(const an_cox_sorting *s, const an_cox_plan *plan,
                             int32_t stratum, const double *entry)
{
    double day;

    if (!entry) return (int32_t)plan->stratum_event[stratum];
    if (s->days.n == 0) return search_first(plan, stratum, *entry);
    day = fmin(floor(*entry - s->days.first), (double)s->days.n - 1);
    return day < 0 ? (int32_t)plan->stratum_event[stratum]
                   : s->day_last[stratum * s->days.n + (an_index)day] + 1;
}

static int8_t highest_bit(uint32_t bits)
{
    return (int8_t)(31 - __builtin_clz(bits | 1));
}

typedef struct sorting {
    const an_cox_data *data;
    an_cox_plan *plan;
    an_cox_sorting *s;
} sorting;

static void place_block(void *self, an_index block, an_index first, an_index last)
{
    const sorting *t = self;
    const an_cox_plan *plan = t->plan;
    const an_cox_sorting *s = t->s;
    const an_surv *surv = &t->data->surv;

    (void)block;
    for (an_index i = first; i < last; i++) {
        const int32_t h = an_cox_stratum_of(t->data, i);
        const int32_t from =
            first_at_risk(s, plan, h, surv->entry ? surv->entry + i : NULL);

        s->first[i] = from;
        s->level[i] = -1;
        s->code[i] = -1;
        if (s->last[i] < from) continue;
        s->code[i] = 2 * s->last[i] + (surv->event[i] != 1);
        if (from > plan->stratum_event[h])
            s->level[i] = highest_bit((uint32_t)from ^ (uint32_t)s->last[i]);
    }
}

/* ---- Sorted layout ---- */

enum { N_LEVELS = 33 }; /* -1..31 */

/* Lists what is in `list` by (level, code), stable; the result is in s->order. */
static void order_by_level(an_cox_sorting *s, an_index n, const int32_t *code,
                           an_index n_codes, const int8_t *level, const int64_t *list)
{
    int64_t start[N_LEVELS + 1] = {0};

    an_order_codes(n, code, n_codes, list, s->start, s->work);
    for (an_index i = 0; i < n; i++) start[level[s->work[i]] + 2]++;
    for (int l = 1; l <= N_LEVELS; l++) start[l] += start[l - 1];
    for (an_index i = 0; i < n; i++)
        s->order[start[level[s->work[i]] + 1]++] = s->work[i];
}

static void list_block(void *self, an_index block, an_index first, an_index last)
{
    const sorting *t = self;
    const an_cox_sorting *s = t->s;

    (void)block;
    for (an_index i = first; i < last; i++) {
        const int64_t row = s->order[i];

        t->plan->row[i] = row;
        s->kept_code[i] = s->code[row];
        s->kept_first[i] = s->first[row];
        s->kept_level[i] = s->level[row];
    }
}

/* Kept rows in the order (level, last, deaths first). */
static an_status order_kept(an_ctx *ctx, sorting *t)
{
    an_status st = AN_OK;
    an_cox_sorting *s = t->s;
    an_index n = 0;

    AN_TRY(an_map_blocks(ctx, s->n, an_cox_grain(s->n), place_block, t));
    for (an_index i = 0; i < s->n; i++) {
        s->order[n] = i;
        n += s->code[i] >= 0;
    }
    order_by_level(s, n, s->code, 2 * t->plan->m, s->level, s->order);
    t->plan->n = n;
    AN_TRY(an_map_blocks(ctx, n, an_cox_grain(n), list_block, t));
done:
    return st;
}

typedef struct cutting {
    const an_cox_sorting *s;
    const int32_t
        *key; /* [kept rows] what the rows of a piece share, beside level and block */
    uint32_t grain;
    bool by_last;
} cutting;

/* Does kept row b go on with the piece of kept row a? */
static bool same_piece(const cutting *c, an_index a, an_index b)
{
    return c->key[a] == c->key[b] && c->s->kept_level[a] == c->s->kept_level[b] &&
           (uint32_t)a / c->grain == (uint32_t)b / c->grain;
}

/* list[n]: kept rows, neighbours where they share a piece; NULL: 0..n-1. */
static an_status cut_pieces(an_ctx *ctx, const cutting *c, an_index n,
                            const int64_t *list, an_cox_plan *plan, an_arena *mem,
                            an_cox_runs *runs)
{
    an_status st = AN_OK;
    an_index count = 0;

    if (!runs->cell) AN_SPACE(runs->cell, mem, plan->n + AN_TILE);
    for (an_index i = list ? 0 : plan->n; i < plan->n + AN_TILE; i++) runs->cell[i] = -1;
    for (an_index k = 0; k < n; k++) {
        const an_index i = list ? list[k] : k;

        if (k == 0 || !same_piece(c, list ? list[k - 1] : k - 1, i)) count++;
        runs->cell[i] = (int32_t)(count - 1);
    }
    runs->n_pieces = count;
    AN_SPACE(runs->event, mem, count);
    AN_SPACE(runs->level, mem, count);
    AN_SPACE(runs->death, mem, count);
    AN_ALLOC(runs->dead, mem, count + 1);
    runs->dead++;
    AN_SPACE(runs->sum, mem, count * plan->q);
    for (an_index k = 0, next = 0; k < n; k++) {
        const an_index i = list ? list[k] : k;

        if (runs->cell[i] < next) continue;
        runs->event[next] = c->by_last ? c->key[i] / 2 : c->key[i];
        runs->level[next] = c->s->kept_level[i];
        runs->death[next] = c->by_last && c->key[i] % 2 == 0;
        runs->dead[next] = runs->death[next];
        next++;
    }
done:
    return st;
}

/* Rows that are split, in the order (level, first, block of rows). */
static an_status cut_by_first(an_ctx *ctx, an_cox_sorting *s, an_arena *mem,
                              an_cox_plan *plan)
{
    an_status st = AN_OK;
    an_index n = 0;
    const cutting c = {.s = s, .key = s->kept_first, .grain = (uint32_t)plan->grain};

    for (an_index i = 0; i < plan->n; i++) {
        s->order[n] = i;
        n += s->kept_level[i] >= 0 && s->kept_first[i] != s->kept_code[i] / 2;
    }
    if (n == 0) goto done;
    order_by_level(s, n, s->kept_first, plan->m, s->kept_level, s->order);
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
        plan->stratum[i] = an_cox_stratum_of(data, plan->row[i]);
        plan->first[i] = s->kept_first[i];
        plan->last[i] = s->kept_code[i] / 2;
        plan->level[i] = s->kept_level[i];
        plan->death[i] = s->kept_code[i] % 2 == 0;
        if (i == 0 || plan->level[i] != plan->level[i - 1])
            plan->level_row[plan->n_levels++] = i;
    }
    plan->level_row[plan->n_levels] = n;
done:
    return st;
}

/* s->order has one place more than rows: a row that is left out is written, too. */
static an_status new_sorting(an_ctx *ctx, const an_cox_plan *plan, an_arena *work,
                             an_cox_sorting *s)
{
    an_status st = AN_OK;

    AN_SPACE(s->order, work, s->n + 1);
    AN_SPACE(s->work, work, s->n);
    AN_ALLOC(s->start, work, 2 * plan->m + 1);
    AN_SPACE(s->code, work, s->n);
    AN_SPACE(s->first, work, s->n);
    AN_SPACE(s->level, work, s->n);
    AN_SPACE(s->kept_code, work, s->n);
    AN_SPACE(s->kept_first, work, s->n);
    AN_SPACE(s->kept_level, work, s->n);
done:
    return st;
}

an_status an_cox_lay_sorted(an_ctx *ctx, const an_cox_data *data, an_cox_detail detail,
                            an_cox_sorting *s, an_arena *mem, an_arena *work,
                            an_cox_plan *plan)
{
    an_status st = AN_OK;
    const bool rows = detail == AN_COX_FOR_ROWS;
    sorting t = {.data = data, .plan = plan, .s = s};
    cutting c = {.s = s, .by_last = true};

    plan->grain = an_cox_grain(s->n);
    plan->n_copies = 1;
    c.grain = (uint32_t)plan->grain;
    AN_TRY(new_sorting(ctx, plan, work, s));
    c.key = s->kept_code;
    AN_SPACE(plan->row, mem, s->n);
    AN_TRY(order_kept(ctx, &t));
    if (rows || data->surv.weight)
        AN_TRY(gather(ctx, plan, data->surv.weight, 1, mem, &plan->weight));
    if (rows || data->offset)
        AN_TRY(gather(ctx, plan, data->offset, 0, mem, &plan->offset));
    plan->by_last.cell = s->last; /* which nobody asks for any more */
    AN_TRY(cut_pieces(ctx, &c, plan->n, NULL, plan, mem, &plan->by_last));
    AN_TRY(cut_by_first(ctx, s, mem, plan));
    if (rows) AN_TRY(describe_rows(ctx, data, s, mem, plan));
done:
    return st;
}
