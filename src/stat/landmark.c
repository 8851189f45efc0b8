/* The cohort of a landmark: who is in it, and from then on for how long. */
#include "stat/event_table.h"

#include <anodyne/landmark.h>

typedef struct columns {
    int64_t *row;
    double *time, *weight;
    int32_t *event, *status;
} columns;

static an_status allocate(an_ctx *ctx, an_arena *mem, const an_surv *surv, bool status,
                          columns *c)
{
    an_status st = AN_OK;

    AN_ALLOC(c->row, mem, surv->n);
    AN_ALLOC(c->time, mem, surv->n);
    AN_ALLOC(c->event, mem, surv->n);
    if (surv->weight) AN_ALLOC(c->weight, mem, surv->n);
    if (status) AN_ALLOC(c->status, mem, surv->n);
done:
    return st;
}

static void take(const an_surv *surv, const double *since, an_index i, an_landmark *l,
                 columns *c)
{
    const double time = surv->time[i] - l->landmark;
    const an_index k = l->n++;

    c->row[k] = i;
    c->time[k] = fmin(time, l->horizon);
    c->event[k] = time > l->horizon ? 0 : surv->event[i];
    if (surv->weight) c->weight[k] = surv->weight[i];
    if (since) c->status[k] = since[i] <= l->landmark;
}

static void sort_rows(const an_surv *surv, const double *since, an_landmark *l,
                      columns *c)
{
    for (an_index i = 0; i < surv->n; i++) {
        if (surv->time[i] <= l->landmark) {
            if (surv->event[i])
                l->n_event++;
            else
                l->n_censored++;
        } else if (surv->entry && surv->entry[i] > l->landmark) {
            l->n_late++;
        } else {
            take(surv, since, i, l, c);
        }
    }
}

an_status an_landmark_make(an_ctx *ctx, const an_surv *surv, const double *since,
                           double landmark, double horizon, an_landmark **out)
{
    an_status st = AN_OK;
    an_landmark *l = NULL;
    columns c = {0};
    an_arena *mem = an_arena_new(ctx);

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_surv_check(ctx, surv));
    if (!isfinite(landmark) || !(horizon > 0)) {
        st = an_fail(ctx, AN_ERR_ARGUMENT, "a landmark is a time, its horizon above 0");
        goto done;
    }
    AN_ALLOC(l, mem, 1);
    *l = (an_landmark){
        .landmark = landmark, .horizon = horizon, .n_given = surv->n, .mem = mem};
    AN_TRY(allocate(ctx, mem, surv, since != NULL, &c));
    sort_rows(surv, since, l, &c);
    l->row = c.row;
    l->time = c.time;
    l->event = c.event;
    l->weight = c.weight;
    l->status = c.status;
    if (l->n == 0)
        st = an_fail(ctx, AN_ERR_ESTIMATE, "nobody is followed beyond the landmark %g",
                     landmark);
    else
        *out = l;
done:
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_landmark_free(an_landmark *landmark)
{
    if (landmark) an_arena_free(landmark->mem);
}
