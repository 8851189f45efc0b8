/* The rows of a Cox model in the order in which resamples go through them. */
#include "stat/cox_boot.h"

/* ---- Steps ---- */

/* The step of an event time: they are taken from the last one backwards. */
static int32_t step_of(const an_cox_plan *plan, int32_t event)
{
    return (int32_t)plan->m - 1 - event;
}

/* from[n]: plan rows in order of (step, deaths last). */
static an_status order_rows(an_ctx *ctx, const an_cox_plan *plan, an_arena *mem,
                            an_boot_layout *t, int64_t *from)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    int32_t *code;
    int64_t *start;

    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(code, work, plan->n);
    AN_ALLOC(start, work, 2 * plan->m + 1);
    AN_ALLOC(t->first, mem, plan->m + 1);
    AN_ALLOC(t->first_death, mem, plan->m);
    AN_ALLOC(t->opens, mem, plan->m);
    for (an_index i = 0; i < plan->n; i++)
        code[i] = 2 * step_of(plan, plan->last[i]) + plan->death[i];
    an_order_codes(plan->n, code, 2 * plan->m, NULL, start, from);
    for (an_index j = 0; j < plan->m; j++) {
        const an_index event = plan->m - 1 - j;

        t->first[j] = start[2 * j];
        t->first_death[j] = start[2 * j + 1];
        t->opens[j] = event == plan->m - 1 ||
                      plan->event_stratum[event] != plan->event_stratum[event + 1];
    }
    t->first[plan->m] = plan->n;
done:
    an_arena_free(work);
    return st;
}

static bool enters_late(const an_cox_plan *plan, an_index i)
{
    return plan->first[i] > plan->stratum_event[plan->stratum[i]];
}

/* Rows that are not at risk at the first event times of their stratum. */
static an_status list_leavers(an_ctx *ctx, const an_cox_plan *plan, const int64_t *from,
                              an_arena *mem, an_boot_layout *t)
{
    an_status st = AN_OK;
    an_index n = 0;

    for (an_index i = 0; i < plan->n; i++) n += enters_late(plan, i);
    if (n == 0) return AN_OK;
    AN_ALLOC(t->taken_out, mem, plan->n);
    AN_ALLOC(t->leaver, mem, n);
    AN_ALLOC(t->first_leaver, mem, plan->m + 2);
    for (an_index i = 0; i < plan->n; i++) {
        t->taken_out[i] = -1;
        if (!enters_late(plan, from[i])) continue;
        t->taken_out[i] = step_of(plan, plan->first[from[i]] - 1);
        t->first_leaver[t->taken_out[i] + 2]++;
    }
    for (an_index j = 1; j <= plan->m; j++) t->first_leaver[j + 1] += t->first_leaver[j];
    for (an_index i = 0; i < plan->n; i++)
        if (t->taken_out[i] >= 0) t->leaver[t->first_leaver[t->taken_out[i] + 1]++] = i;
done:
    return st;
}

/* ---- Rows ---- */

static an_status gather_rows(an_ctx *ctx, const an_cox_model *model, const int64_t *from,
                             an_arena *mem, an_boot_layout *t)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = model->plan;

    AN_ALLOC(t->x, mem, t->n * t->q);
    AN_ALLOC(t->place, mem, plan->n_rows);
    if (model->data->offset) AN_ALLOC(t->offset, mem, t->n);
    for (an_index i = 0; i < plan->n_rows; i++) t->place[i] = -1;
    for (an_index i = 0; i < t->n; i++) {
        t->place[plan->row[from[i]]] = i;
        for (an_index k = 0; k < t->p; k++)
            t->x[i * t->q + k] = plan->x[from[i] * t->p + k];
        if (t->offset) t->offset[i] = plan->offset[from[i]];
    }
done:
    return st;
}

an_status an_boot_layout_new(an_ctx *ctx, const an_cox_model *model, an_arena *mem,
                             an_boot_layout *t)
{
    an_status st = AN_OK;
    const an_cox_plan *plan = model->plan;
    int64_t *from = an_malloc(ctx, (size_t)plan->n * sizeof *from + 1);

    if (!from) return AN_ERR_MEMORY;
    *t = (an_boot_layout){.n = plan->n,
                          .p = plan->p,
                          .q = (plan->p + 1) / 2 * 2,
                          .n_steps = plan->m,
                          .efron = model->efron};
    AN_TRY(order_rows(ctx, plan, mem, t, from));
    AN_TRY(list_leavers(ctx, plan, from, mem, t));
    AN_TRY(gather_rows(ctx, model, from, mem, t));
done:
    an_free(ctx, from);
    return st;
}

/* ---- Rooms ---- */

enum { LINE = 64 };

/* The next `size` bytes from *at on, whole cache lines; memory NULL: only counted. */
static void *cut(char *memory, size_t *at, an_index n, size_t size)
{
    char *out = memory ? memory + *at : NULL;

    *at += ((size_t)n * size + LINE - 1) / LINE * LINE;
    return out;
}

static size_t cut_room(const an_boot_layout *t, an_index lanes, char *memory,
                       an_boot_room *g)
{
    const size_t size = sizeof(double);
    size_t at = 0;

    g->count = cut(memory, &at, t->n * lanes, sizeof *g->count);
    g->r = cut(memory, &at, t->n * lanes, size);
    g->beta = cut(memory, &at, t->q * lanes, size);
    g->death_sum = cut(memory, &at, t->q * lanes, size);
    g->s1 = cut(memory, &at, t->q * lanes, size);
    g->d1 = cut(memory, &at, t->q * lanes, size);
    g->score = cut(memory, &at, t->q * lanes, size);
    g->info = cut(memory, &at, t->q * t->q * lanes, size);
    g->a = cut(memory, &at, AN_BOOT_ROWS * t->q * lanes, size);
    g->b = cut(memory, &at, 2 * AN_BOOT_EVENTS * t->q * lanes, size);
    g->c0 = cut(memory, &at, t->n_steps * lanes, size);
    g->c1 = cut(memory, &at, t->n_steps * lanes, size);
    g->log_sum = cut(memory, &at, lanes, size);
    g->offset_sum = cut(memory, &at, lanes, size);
    g->farthest = cut(memory, &at, lanes, size);
    g->worst = cut(memory, &at, lanes, size);
    return at;
}

size_t an_boot_room_size(const an_boot_layout *layout, int lanes)
{
    an_boot_room room;

    return cut_room(layout, lanes, NULL, &room);
}

an_boot_room an_boot_room_in(const an_boot_layout *layout, int lanes, void *memory)
{
    an_boot_room room;

    cut_room(layout, lanes, memory, &room);
    return room;
}
