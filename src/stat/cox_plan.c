/* Sort once, compress to distinct event times, cut into pieces. */
#include "stat/cox_plan.h"

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

static an_status check_column(an_ctx *ctx, const an_cox_data *data, an_index k)
{
    const double *x = data->x + k * data->surv.n;

    for (an_index i = 0; i < data->surv.n; i++)
        if (!isfinite(x[i]))
            return an_fail(ctx, AN_ERR_DATA, "row %lld: column %s is not finite",
                           (long long)i + 1, data->names ? data->names[k] : "of x");
    return AN_OK;
}

static an_status check_data(an_ctx *ctx, const an_cox_data *data)
{
    an_status st = AN_OK;

    if (data->surv.n <= 0 || data->surv.n > INT32_MAX / 2 || data->p < 0)
        return an_fail(ctx, AN_ERR_DATA, "there are no rows to fit a Cox model to");
    for (an_index i = 0; i < data->surv.n && st == AN_OK; i++)
        st = check_row(ctx, data, i);
    for (an_index k = 0; k < data->p && st == AN_OK; k++) st = check_column(ctx, data, k);
    return st;
}

/* ---- Sorting and compression ---- */

typedef struct sorting {
    an_index n;
    uint64_t *key;
    int64_t *order, *work;
    int32_t *stratum, *first, *last; /* of every row; last < first: never at risk */
    int8_t *level;
} sorting;

static void sort_rows(const an_cox_data *data, sorting *s)
{
    for (an_index i = 0; i < s->n; i++) {
        s->order[i] = i;
        s->key[i] = an_radix_key(data->surv.time[i]);
        s->stratum[i] = data->strata.code ? data->strata.code[i] : 0;
    }
    an_radix_order(s->n, s->key, s->order, s->work);
    if (!data->strata.code) return;
    for (an_index i = 0; i < s->n; i++) s->key[i] = (uint64_t)s->stratum[i];
    an_radix_order(s->n, s->key, s->order, s->work);
}

/* Distinct event times in sorted order; last[] of every row on the way. */
static void find_events(const an_cox_data *data, sorting *s, an_cox_plan *plan)
{
    int32_t stratum = -1;
    an_index m = 0;

    for (an_index k = 0, end; k < s->n; k = end) {
        const int64_t row = s->order[k];
        const double time = data->surv.time[row];
        an_index deaths = 0;
        double weight = 0;

        for (; stratum < s->stratum[row];) plan->stratum_event[++stratum] = m;
        for (end = k; end < s->n && data->surv.time[s->order[end]] == time &&
                      s->stratum[s->order[end]] == stratum;
             end++) {
            if (data->surv.event[s->order[end]] != 1) continue;
            deaths++;
            weight += data->surv.weight ? data->surv.weight[s->order[end]] : 1;
        }
        if (deaths > 0) {
            plan->time[m] = time;
            plan->d[m] = deaths;
            plan->wsum[m] = weight;
            plan->event_stratum[m] = stratum;
            m++;
        }
        for (an_index i = k; i < end; i++) s->last[s->order[i]] = (int32_t)(m - 1);
    }
    while (stratum < plan->n_strata) plan->stratum_event[++stratum] = m;
    plan->m = m;
}

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

static void place_rows(const an_cox_data *data, sorting *s, an_cox_plan *plan)
{
    for (an_index i = 0; i < s->n; i++) {
        const int32_t h = s->stratum[i];
        const int32_t first =
            first_at_risk(plan, h, data->surv.entry ? data->surv.entry + i : NULL);

        s->first[i] = first;
        s->level[i] = -1;
        if (s->last[i] < first || first == plan->stratum_event[h]) continue;
        s->level[i] = highest_bit((uint32_t)first ^ (uint32_t)s->last[i]);
    }
}

/* Kept rows in the order (level, last, deaths first). */
static void order_kept(const an_cox_data *data, sorting *s, an_cox_plan *plan)
{
    an_index n = 0;

    for (an_index k = 0; k < s->n; k++) {
        const int64_t row = s->order[k];
        const bool death = data->surv.event[row] == 1;

        if (s->last[row] < s->first[row]) continue;
        s->key[row] = (uint64_t)(s->level[row] + 1) << 33 | (uint64_t)s->last[row] << 1 |
                      (death ? 0 : 1);
        s->order[n++] = row;
    }
    an_radix_order(n, s->key, s->order, s->work);
    plan->n = n;
}

static void copy_rows(const an_cox_data *data, const sorting *s, an_cox_plan *plan)
{
    for (an_index i = 0; i < plan->n; i++) {
        const int64_t row = s->order[i];

        plan->row[i] = row;
        plan->weight[i] = data->surv.weight ? data->surv.weight[row] : 1;
        plan->offset[i] = data->offset ? data->offset[row] : 0;
        plan->stratum[i] = s->stratum[row];
        plan->first[i] = s->first[row];
        plan->last[i] = s->last[row];
        plan->level[i] = s->level[row];
        plan->death[i] = data->surv.event[row] == 1;
    }
    for (an_index i = 0; i < plan->n; i++)
        if (i == 0 || plan->level[i] != plan->level[i - 1])
            plan->level_row[plan->n_levels++] = i;
    plan->level_row[plan->n_levels] = plan->n;
}

/* ---- Pieces ---- */

static bool same_piece(const an_cox_plan *plan, const an_cox_runs *runs, an_index i,
                       bool by_last)
{
    const int64_t a = runs->perm ? runs->perm[i - 1] : i - 1;
    const int64_t b = runs->perm ? runs->perm[i] : i;

    if (i % AN_COX_GRAIN == 0 || plan->level[a] != plan->level[b]) return false;
    if (!by_last) return plan->first[a] == plan->first[b];
    return plan->last[a] == plan->last[b] && plan->death[a] == plan->death[b];
}

static an_status cut_pieces(an_ctx *ctx, const an_cox_plan *plan, bool by_last,
                            an_arena *mem, an_cox_runs *runs)
{
    an_status st = AN_OK;
    an_index count = 0, at = 0;

    for (an_index i = 0; i < runs->n; i++)
        if (i == 0 || !same_piece(plan, runs, i, by_last)) count++;
    AN_ALLOC(runs->start, mem, count + 1);
    AN_ALLOC(runs->event, mem, count);
    AN_ALLOC(runs->level, mem, count);
    AN_ALLOC(runs->death, mem, count);
    AN_ALLOC(runs->block, mem, an_block_count(runs->n, AN_COX_GRAIN) + 1);
    AN_ALLOC(runs->sum, mem, count * (plan->p + 1));
    for (an_index i = 0; i < runs->n; i++) {
        const int64_t row = runs->perm ? runs->perm[i] : i;

        if (i % AN_COX_GRAIN == 0) runs->block[i / AN_COX_GRAIN] = at;
        if (i > 0 && same_piece(plan, runs, i, by_last)) continue;
        runs->start[at] = i;
        runs->event[at] = by_last ? plan->last[row] : plan->first[row];
        runs->level[at] = plan->level[row];
        runs->death[at] = by_last && plan->death[row];
        at++;
    }
    runs->start[count] = runs->n;
    runs->block[an_block_count(runs->n, AN_COX_GRAIN)] = count;
    runs->n_pieces = count;
done:
    return st;
}

static an_status list_by_first(an_ctx *ctx, an_cox_plan *plan, sorting *s, an_arena *mem)
{
    an_status st = AN_OK;
    an_cox_runs *runs = &plan->by_first;

    for (an_index i = 0; i < plan->n; i++) {
        s->key[i] =
            (uint64_t)(plan->level[i] + 1) << 32 | (uint64_t)(uint32_t)plan->first[i];
        if (plan->level[i] >= 0 && plan->first[i] != plan->last[i])
            s->order[runs->n++] = i;
    }
    AN_ALLOC(runs->perm, mem, runs->n);
    an_radix_order(runs->n, s->key, s->order, s->work);
    if (runs->n > 0) memcpy(runs->perm, s->order, (size_t)runs->n * sizeof *runs->perm);
    AN_TRY(cut_pieces(ctx, plan, false, mem, runs));
done:
    return st;
}

static an_status number_ties(an_ctx *ctx, bool tied, an_arena *mem, an_cox_plan *plan)
{
    an_status st = AN_OK;

    AN_ALLOC(plan->tie, mem, plan->m);
    for (an_index j = 0; j < plan->m; j++)
        plan->tie[j] = tied && plan->d[j] > 1 ? plan->n_tied++ : -1;
done:
    return st;
}

static an_status new_sorting(an_ctx *ctx, an_index n, an_arena *work, sorting *s)
{
    an_status st = AN_OK;

    s->n = n;
    AN_ALLOC(s->key, work, n);
    AN_ALLOC(s->order, work, n);
    AN_ALLOC(s->work, work, n);
    AN_ALLOC(s->stratum, work, n);
    AN_ALLOC(s->first, work, n);
    AN_ALLOC(s->last, work, n);
    AN_ALLOC(s->level, work, n);
done:
    return st;
}

static an_status new_rows(an_ctx *ctx, an_arena *mem, an_cox_plan *plan)
{
    an_status st = AN_OK;
    const an_index n = plan->n;

    AN_ALLOC(plan->row, mem, n);
    AN_ALLOC(plan->x, mem, n * plan->p);
    AN_ALLOC(plan->weight, mem, n);
    AN_ALLOC(plan->offset, mem, n);
    AN_ALLOC(plan->stratum, mem, n);
    AN_ALLOC(plan->first, mem, n);
    AN_ALLOC(plan->last, mem, n);
    AN_ALLOC(plan->level, mem, n);
    AN_ALLOC(plan->death, mem, n);
    AN_ALLOC(plan->level_row, mem, 34);
done:
    return st;
}

static an_status new_events(an_ctx *ctx, const an_cox_data *data, an_arena *mem,
                            an_cox_plan *plan)
{
    an_status st = AN_OK;
    an_index n_events = 0;

    for (an_index i = 0; i < data->surv.n; i++)
        if (data->surv.event[i] == 1) n_events++;
    AN_ALLOC(plan->time, mem, n_events);
    AN_ALLOC(plan->wsum, mem, n_events);
    AN_ALLOC(plan->d, mem, n_events);
    AN_ALLOC(plan->event_stratum, mem, n_events);
    AN_ALLOC(plan->stratum_event, mem, plan->n_strata + 1);
done:
    return st;
}

an_status an_cox_plan_new(an_ctx *ctx, const an_cox_data *data, bool tied, an_arena *mem,
                          an_cox_plan **out)
{
    an_status st = AN_OK;
    an_arena *work = NULL;
    an_cox_plan *plan;
    sorting s = {0};

    AN_TRY(check_data(ctx, data));
    work = an_arena_new(ctx);
    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(plan, mem, 1);
    plan->p = data->p;
    plan->n_rows = data->surv.n;
    plan->n_strata = data->strata.code ? data->strata.n_levels : 1;
    AN_TRY(new_sorting(ctx, data->surv.n, work, &s));
    AN_TRY(new_events(ctx, data, mem, plan));
    sort_rows(data, &s);
    find_events(data, &s, plan);
    place_rows(data, &s, plan);
    order_kept(data, &s, plan);
    AN_TRY(new_rows(ctx, mem, plan));
    copy_rows(data, &s, plan);
    plan->by_last.n = plan->n;
    AN_TRY(cut_pieces(ctx, plan, true, mem, &plan->by_last));
    AN_TRY(list_by_first(ctx, plan, &s, mem));
    AN_TRY(number_ties(ctx, tied, mem, plan));
    *out = plan;
done:
    an_arena_free(work);
    return st;
}
