/* Event times and risk sets of a Cox data set, and the layout of its rows. */
#include "stat/cox_sorted.h"

/* ---- What must hold ---- */

static an_status check_row(an_ctx *ctx, const an_cox_data *data, an_index i)
{
    const an_surv *surv = &data->surv;
    const long long row = (long long)i + 1;

    if (!isfinite(surv->time[i]) || (surv->entry && !isfinite(surv->entry[i])))
        return an_fail(ctx, AN_ERR_DATA, "row %lld: time is not finite", row);
    if (surv->entry && !(surv->entry[i] < surv->time[i]))
        return an_fail(ctx, AN_ERR_DATA, "row %lld: entry is not before time", row);
    if (surv->weight && !(surv->weight[i] > 0 && isfinite(surv->weight[i])))
        return an_fail(ctx, AN_ERR_DATA,
                       "row %lld: a weight must be positive; leave the row out", row);
    if (data->strata.code &&
        (data->strata.code[i] < 0 || data->strata.code[i] >= data->strata.n_levels))
        return an_fail(ctx, AN_ERR_DATA, "row %lld: no such stratum", row);
    if (data->offset && !isfinite(data->offset[i]))
        return an_fail(ctx, AN_ERR_DATA, "row %lld: offset is not finite", row);
    return AN_OK;
}

static bool all_finite(an_index n, const double *x)
{
    an_stored_sums sums = {.finite = true};

    if (x) an_lanes_best()->measure(n, x, NULL, 0, &sums);
    return sums.finite;
}

/* Is there nothing that check_row() would find? Straight loops over whole arrays. */
static bool rows_are_good(const an_cox_data *data)
{
    const an_surv *surv = &data->surv;
    const an_index n = surv->n;
    bool good = all_finite(n, surv->time) && all_finite(n, surv->entry) &&
                all_finite(n, surv->weight) && all_finite(n, data->offset);

    for (an_index i = 0; i < n && surv->entry; i++)
        good &= surv->entry[i] < surv->time[i];
    for (an_index i = 0; i < n && surv->weight; i++) good &= surv->weight[i] > 0;
    for (an_index i = 0; i < n && data->strata.code; i++)
        good &= data->strata.code[i] >= 0 && data->strata.code[i] < data->strata.n_levels;
    return good;
}

static an_status check_data(an_ctx *ctx, const an_cox_data *data)
{
    an_status st = AN_OK;

    if (data->surv.n <= 0 || data->surv.n > INT32_MAX / 2 || data->p < 0)
        return an_fail(ctx, AN_ERR_DATA, "there are no rows to fit a Cox model to");
    if (rows_are_good(data)) return AN_OK;
    for (an_index i = 0; i < data->surv.n && st == AN_OK; i++)
        st = check_row(ctx, data, i);
    return st;
}

/* Rows of a block when every block has a table of n_cells: eight blocks at most, and a table
 * never costs more than its rows. */
enum { MOST_BLOCKS = 8, ROWS_A_CELL = 4 };

static an_index block_rows(an_index n, an_index n_cells)
{
    const an_index most = n <= AN_COX_ALONE ? 1 : n / (ROWS_A_CELL * n_cells + 1);
    const an_index n_blocks = most < 1 ? 1 : most < MOST_BLOCKS ? most : MOST_BLOCKS;

    return (n / n_blocks + AN_TILE) / AN_TILE * AN_TILE;
}

/* ---- Event times, and the last one at which each row is at risk ---- */

static double weight_of(const an_cox_data *data, an_index row)
{
    return data->surv.weight ? data->surv.weight[row] : 1;
}

/* Room for at most that many event times. */
static an_status new_events(an_ctx *ctx, an_index most, an_arena *mem, an_cox_plan *plan)
{
    an_status st = AN_OK;

    AN_ALLOC(plan->time, mem, most);
    AN_ALLOC(plan->wsum, mem, most);
    AN_ALLOC(plan->d, mem, most);
    AN_ALLOC(plan->event_stratum, mem, most);
done:
    return st;
}

/* Begins the strata up to `stratum`; the next event time is m. */
static void open_strata(an_cox_plan *plan, int32_t *open, int32_t stratum)
{
    while (*open < stratum) plan->stratum_event[++*open] = plan->m;
}

static void add_event(an_cox_plan *plan, double time, int64_t deaths, double weight,
                      int32_t stratum)
{
    plan->time[plan->m] = time;
    plan->d[plan->m] = deaths;
    plan->wsum[plan->m] = weight;
    plan->event_stratum[plan->m] = stratum;
    plan->m++;
}

/* Deaths and their weight by (stratum, day), counted by blocks of rows with a table each. */
typedef struct counting {
    const an_cox_data *data;
    const an_days *days;
    an_index n_cells;
    int32_t *cell;           /* [n] */
    double *deaths, *weight; /* [blocks x n_cells] */
    const int32_t *last;     /* [n_cells] */
} counting;

static void count_block(void *self, an_index block, an_index first, an_index last)
{
    const counting *t = self;
    const an_surv *surv = &t->data->surv;
    double *deaths = t->deaths + block * t->n_cells,
           *weight = t->weight + block * t->n_cells;

    for (an_index i = first; i < last; i++) {
        const an_index cell =
            an_cox_stratum_of(t->data, i) * t->days->n + an_day(t->days, surv->time[i]);

        t->cell[i] = (int32_t)cell;
        if (surv->event[i] != 1) continue;
        deaths[cell]++;
        weight[cell] += weight_of(t->data, i);
    }
}

static void place_block(void *self, an_index block, an_index first, an_index last)
{
    const counting *t = self;

    (void)block;
    for (an_index i = first; i < last; i++) t->cell[i] = t->last[t->cell[i]];
}

static an_index count_positive(an_index n, const double *x)
{
    an_index count = 0;

    for (an_index i = 0; i < n; i++) count += x[i] > 0;
    return count;
}

/* Whole days: nothing is sorted. */
static an_status find_by_day(an_ctx *ctx, const an_cox_data *data, an_days days,
                             an_cox_sorting *s, an_arena *mem, an_arena *work,
                             an_cox_plan *plan)
{
    an_status st = AN_OK;
    const an_index n_cells = days.n * plan->n_strata;
    const an_index grain = block_rows(s->n, n_cells),
                   n_blocks = an_block_count(s->n, grain);
    counting t = {.data = data, .days = &days, .n_cells = n_cells, .cell = s->last};
    int32_t *last, open = -1;

    AN_ALLOC(t.deaths, work, n_blocks * n_cells);
    AN_ALLOC(t.weight, work, n_blocks * n_cells);
    AN_ALLOC(last, work, n_cells);
    AN_TRY(an_map_blocks(ctx, s->n, grain, count_block, &t));
    an_merge_blocks(n_blocks, n_cells, t.deaths, t.deaths);
    an_merge_blocks(n_blocks, n_cells, t.weight, t.weight);
    AN_TRY(new_events(ctx, count_positive(n_cells, t.deaths), mem, plan));
    for (an_index cell = 0; cell < n_cells; cell++) {
        const int32_t stratum = (int32_t)(cell / days.n);

        open_strata(plan, &open, stratum);
        if (t.deaths[cell] > 0)
            add_event(plan, days.first + (double)(cell % days.n), (int64_t)t.deaths[cell],
                      t.weight[cell], stratum);
        last[cell] = (int32_t)(plan->m - 1);
    }
    open_strata(plan, &open, (int32_t)plan->n_strata);
    t.last = last;
    s->days = days;
    s->day_last = last;
    AN_TRY(an_map_blocks(ctx, s->n, grain, place_block, &t));
done:
    return st;
}

static an_status sort_rows(an_ctx *ctx, const an_cox_data *data, an_arena *work,
                           int64_t **out)
{
    an_status st = AN_OK;
    const an_index n = data->surv.n;
    int64_t *order, *sorted, *start;

    AN_ALLOC(order, work, n);
    AN_TRY(an_order_double(ctx, n, data->surv.time, order));
    *out = order;
    if (!data->strata.code) goto done;
    AN_ALLOC(sorted, work, n);
    AN_ALLOC(start, work, data->strata.n_levels + 1);
    an_order_codes(n, data->strata.code, data->strata.n_levels, order, start, sorted);
    *out = sorted;
done:
    return st;
}

/* Any times: rows sorted by (stratum, time). */
static an_status find_by_sorting(an_ctx *ctx, const an_cox_data *data, an_cox_sorting *s,
                                 an_arena *mem, an_arena *work, an_cox_plan *plan)
{
    an_status st = AN_OK;
    int32_t open = -1;
    an_index n_events = 0;
    int64_t *order = NULL;

    for (an_index i = 0; i < s->n; i++) n_events += data->surv.event[i] == 1;
    AN_TRY(new_events(ctx, n_events, mem, plan));
    AN_TRY(sort_rows(ctx, data, work, &order));
    for (an_index k = 0, end; k < s->n; k = end) {
        const double time = data->surv.time[order[k]];
        const int32_t stratum = an_cox_stratum_of(data, order[k]);
        int64_t deaths = 0;
        double weight = 0;

        open_strata(plan, &open, stratum);
        for (end = k; end < s->n && data->surv.time[order[end]] == time &&
                      an_cox_stratum_of(data, order[end]) == stratum;
             end++) {
            if (data->surv.event[order[end]] != 1) continue;
            deaths++;
            weight += weight_of(data, order[end]);
        }
        if (deaths > 0) add_event(plan, time, deaths, weight, stratum);
        for (an_index i = k; i < end; i++) s->last[order[i]] = (int32_t)(plan->m - 1);
    }
    open_strata(plan, &open, (int32_t)plan->n_strata);
done:
    return st;
}

static an_status find_events(an_ctx *ctx, const an_cox_data *data, an_cox_sorting *s,
                             an_arena *mem, an_arena *work, an_cox_plan *plan)
{
    const an_index limit = an_days_limit(s->n) / plan->n_strata;
    const an_days days = an_days_of(s->n, data->surv.time, limit);

    return days.n > 0 ? find_by_day(ctx, data, days, s, mem, work, plan)
                      : find_by_sorting(ctx, data, s, mem, work, plan);
}

/* ---- Risk sets ---- */

/* Entry before the first event time of the stratum is no late entry. */
static bool enters_late(const an_cox_data *data, const an_cox_plan *plan)
{
    const double *entry = data->surv.entry;

    for (an_index i = 0; entry && i < data->surv.n; i++) {
        const int32_t h = an_cox_stratum_of(data, i);

        if (plan->stratum_event[h] < plan->stratum_event[h + 1] &&
            entry[i] >= plan->time[plan->stratum_event[h]])
            return true;
    }
    return false;
}

/* ---- Natural layout ---- */

/* Bytes of one copy of the sums that stay in a cache. */
enum { MOST_SUM_BYTES = 1 << 22 };

static bool can_be_natural(const an_cox_data *data, const an_cox_plan *plan)
{
    return 2 * plan->m * plan->q * (an_index)sizeof(double) <= MOST_SUM_BYTES &&
           !enters_late(data, plan);
}

typedef struct placing {
    const an_cox_data *data;
    const an_cox_plan *plan;
} placing;

static void cell_block(void *self, an_index block, an_index first, an_index last)
{
    const placing *t = self;
    int32_t *cell = t->plan->by_last.cell;

    (void)block;
    for (an_index i = first; i < last; i++) {
        const bool at_risk =
            cell[i] >= t->plan->stratum_event[an_cox_stratum_of(t->data, i)];

        cell[i] = at_risk ? 2 * cell[i] + (t->data->surv.event[i] != 1) : -1;
    }
}

/* Pieces 2 j and 2 j + 1: those who die at event time j, those who leave after it. */
static an_status lay_naturally(an_ctx *ctx, const an_cox_data *data,
                               const an_cox_sorting *s, an_arena *mem, an_cox_plan *plan)
{
    an_status st = AN_OK;
    an_cox_runs *runs = &plan->by_last;
    const an_index n = s->n;
    placing t = {.data = data, .plan = plan};

    plan->natural = true;
    plan->n = n;
    plan->grain = block_rows(n, 2 * plan->m);
    plan->n_copies = an_block_count(n, plan->grain);
    if (data->surv.weight) {
        AN_ALLOC(plan->weight, mem, n);
        memcpy(plan->weight, data->surv.weight, (size_t)n * sizeof(double));
    }
    if (data->offset) {
        AN_ALLOC(plan->offset, mem, n);
        memcpy(plan->offset, data->offset, (size_t)n * sizeof(double));
    }
    runs->n_pieces = 2 * plan->m;
    AN_ALLOC(runs->event, mem, runs->n_pieces);
    AN_ALLOC(runs->level, mem, runs->n_pieces);
    AN_ALLOC(runs->death, mem, runs->n_pieces);
    AN_ALLOC(runs->dead, mem, runs->n_pieces + 1);
    runs->dead++;
    AN_SPACE(runs->sum, mem, plan->n_copies * runs->n_pieces * plan->q);
    for (an_index k = 0; k < runs->n_pieces; k++) {
        runs->event[k] = (int32_t)(k / 2);
        runs->level[k] = -1;
        runs->death[k] = k % 2 == 0;
        runs->dead[k] = runs->death[k];
    }
    runs->cell = s->last;
    AN_TRY(an_map_blocks(ctx, n, an_cox_grain(n), cell_block, &t));
    for (an_index i = n; i < n + AN_TILE; i++) runs->cell[i] = -1;
done:
    return st;
}

/* ---- All of it ---- */

static an_status number_ties(an_ctx *ctx, bool tied, an_arena *mem, an_cox_plan *plan)
{
    an_status st = AN_OK;

    AN_ALLOC(plan->tie, mem, plan->m);
    for (an_index j = 0; j < plan->m; j++)
        plan->tie[j] = tied && plan->d[j] > 1 ? plan->n_tied++ : -1;
done:
    return st;
}

an_status an_cox_plan_with(an_ctx *ctx, const an_cox_data *data, bool tied,
                           an_cox_detail detail, an_arena *mem, an_cox_plan **out)
{
    an_status st = AN_OK;
    an_arena *work = NULL;
    an_cox_plan *plan;
    an_cox_sorting s = {.n = data->surv.n};

    AN_TRY(check_data(ctx, data));
    work = an_arena_new(ctx);
    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(plan, mem, 1);
    plan->p = data->p;
    plan->q = (data->p + 4) / 4 * 4;
    plan->n_rows = data->surv.n;
    plan->n_strata = data->strata.code ? data->strata.n_levels : 1;
    AN_ALLOC(plan->column, mem, plan->p);
    AN_ALLOC(plan->tail, mem, plan->p);
    AN_SPACE(s.last, mem, s.n + AN_TILE);
    AN_ALLOC(plan->stratum_event, mem, plan->n_strata + 1);
    AN_TRY(find_events(ctx, data, &s, mem, work, plan));
    AN_TRY(number_ties(ctx, tied, mem, plan));
    if (detail == AN_COX_FOR_FIT && can_be_natural(data, plan))
        AN_TRY(lay_naturally(ctx, data, &s, mem, plan));
    else
        AN_TRY(an_cox_lay_sorted(ctx, data, detail, &s, mem, work, plan));
    *out = plan;
done:
    an_arena_free(work);
    return st;
}

an_status an_cox_plan_new(an_ctx *ctx, const an_cox_data *data, bool tied, an_arena *mem,
                          an_cox_plan **out)
{
    return an_cox_plan_with(ctx, data, tied, AN_COX_FOR_ROWS, mem, out);
}

/* ---- Tiles ---- */

an_index an_cox_tile_columns(const an_cox_plan *plan, const an_lanes *lanes,
                             an_index first, an_index from, an_index to, double *z)
{
    const an_index rows = an_tile_rows(plan->n, first);
    const an_index n = (rows + AN_MOST_LANES - 1) / AN_MOST_LANES * AN_MOST_LANES;

    for (an_index k = from; k < to; k++, z += AN_TILE_STRIDE)
        if (first + AN_TILE <= plan->n)
            lanes->widen(n, plan->column + k, first, z);
        else
            lanes->widen(n, plan->tail + k, 0, z);
    return n;
}

an_index an_cox_tile(const an_cox_plan *plan, const an_lanes *lanes, an_index first,
                     double *z)
{
    const an_index n = an_cox_tile_columns(plan, lanes, first, 0, plan->p, z);
    double *ones = z + plan->p * AN_TILE_STRIDE;

    for (an_index i = 0; i < n; i++) ones[i] = 1;
    return n;
}
