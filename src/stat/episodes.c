/* Follow-up in pieces. */
#include "base/base.h"

#include <anodyne/episodes.h>

/* Growing result. */
typedef struct pieces {
    an_episodes out;
    int64_t *row;
    double *start, *stop;
    int32_t *event, *episode;
} pieces;

static an_status new_pieces(an_ctx *ctx, an_index n, pieces **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    pieces *p;

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(p, mem, 1);
    p->out.mem = mem;
    AN_ALLOC(p->row, mem, n);
    AN_ALLOC(p->start, mem, n);
    AN_ALLOC(p->stop, mem, n);
    AN_ALLOC(p->event, mem, n);
    AN_ALLOC(p->episode, mem, n);
    *out = p;
    mem = NULL;
done:
    an_arena_free(mem);
    return st;
}

static void add(pieces *p, int64_t row, double start, double stop, int32_t event,
                an_index episode)
{
    const an_index k = p->out.n++;

    p->row[k] = row;
    p->start[k] = start;
    p->stop[k] = stop;
    p->event[k] = event;
    p->episode[k] = (int32_t)episode;
}

static an_episodes *publish(pieces *p)
{
    p->out.row = p->row;
    p->out.start = p->start;
    p->out.stop = p->stop;
    p->out.event = p->event;
    p->out.episode = p->episode;
    return &p->out;
}

void an_episodes_free(an_episodes *episodes)
{
    if (episodes) an_arena_free(episodes->mem);
}

/* ---- Cuts ---- */

/* sorted[n] without repeats, from cuts[n_cuts]. */
static an_status sort_cuts(an_ctx *ctx, an_index n_cuts, const double *cuts,
                           double *sorted, int64_t *order, an_index *n)
{
    an_status st = AN_OK;

    for (an_index k = 0; k < n_cuts; k++)
        if (!isfinite(cuts[k]))
            return an_fail(ctx, AN_ERR_ARGUMENT, "a cut of follow-up is not finite");
    AN_TRY(an_order_double(ctx, n_cuts, cuts, order));
    *n = 0;
    for (an_index k = 0; k < n_cuts; k++)
        if (*n == 0 || cuts[order[k]] != sorted[*n - 1]) sorted[(*n)++] = cuts[order[k]];
done:
    return st;
}

static double start_of(const an_surv *surv, an_index i)
{
    return surv->entry ? surv->entry[i] : 0;
}

/* Cuts strictly inside (start, time): each makes one more piece. */
static an_status count_pieces(an_ctx *ctx, const an_surv *surv, an_index n,
                              const double *cuts, an_index *total)
{
    *total = surv->n;
    for (an_index i = 0; i < surv->n; i++) {
        const double start = start_of(surv, i), time = surv->time[i];

        if (!(isfinite(time) && isfinite(start)) || (surv->entry && start >= time) ||
            time < start)
            return an_fail(ctx, AN_ERR_DATA, "row %lld: its follow-up has no length",
                           (long long)i + 1);
        for (an_index k = an_count_up_to(n, cuts, start); k < n && cuts[k] < time; k++)
            ++*total;
    }
    return AN_OK;
}

static void split_row(pieces *p, const an_surv *surv, an_index i, an_index n,
                      const double *cuts)
{
    double start = start_of(surv, i);
    an_index k = an_count_up_to(n, cuts, start);

    for (; k < n && cuts[k] < surv->time[i]; k++) {
        add(p, i, start, cuts[k], 0, k + 1);
        start = cuts[k];
    }
    add(p, i, start, surv->time[i], surv->event[i], k + 1);
}

an_status an_surv_split(an_ctx *ctx, const an_surv *surv, an_index n_cuts,
                        const double *cuts, an_episodes **out)
{
    an_status st = AN_OK;
    an_arena *work = an_arena_new(ctx);
    double *sorted;
    int64_t *order;
    an_index n = 0, total;
    pieces *p = NULL;

    if (!work) return AN_ERR_MEMORY;
    AN_ALLOC(sorted, work, n_cuts);
    AN_ALLOC(order, work, n_cuts);
    AN_TRY(sort_cuts(ctx, n_cuts, cuts, sorted, order, &n));
    AN_TRY(count_pieces(ctx, surv, n, sorted, &total));
    AN_TRY(new_pieces(ctx, total, &p));
    for (an_index i = 0; i < surv->n; i++) split_row(p, surv, i, n, sorted);
    *out = publish(p);
done:
    an_arena_free(work);
    return st;
}

/* ---- Recurrent events ---- */

typedef struct by_subject {
    const an_surv *surv;
    const an_grouping *subject;
} by_subject;

/* By subject, then time; at one time the event before the end of follow-up. */
static int compare_rows(const void *self, int64_t a, int64_t b)
{
    const by_subject *s = self;
    const int32_t x = s->subject->code[a], y = s->subject->code[b];
    const double t = s->surv->time[a], u = s->surv->time[b];

    if (x != y) return x < y ? -1 : 1;
    if (t != u) return t < u ? -1 : 1;
    return (s->surv->event[a] == 0) - (s->surv->event[b] == 0);
}

static an_status check_rows(an_ctx *ctx, const an_surv *surv, const an_grouping *subject)
{
    if (surv->entry || !subject || !subject->code)
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "recurrent events take a time and a subject, and no entry");
    for (an_index i = 0; i < surv->n; i++)
        if (!(surv->time[i] > 0 && isfinite(surv->time[i])) || subject->code[i] < 0 ||
            subject->code[i] >= subject->n_levels)
            return an_fail(
                ctx, AN_ERR_DATA,
                "row %lld: its time is not above 0, or its subject is no level",
                (long long)i + 1);
    return AN_OK;
}

/* Row i after row `before` of the same subject. */
static an_status check_next(an_ctx *ctx, const an_surv *surv, int64_t before, int64_t i)
{
    if (surv->event[before] == 0)
        return an_fail(ctx, AN_ERR_DATA,
                       "row %lld: it is after the end of follow-up of its subject",
                       (long long)i + 1);
    if (surv->time[i] == surv->time[before] && surv->event[i] != 0)
        return an_fail(ctx, AN_ERR_DATA,
                       "row %lld: a second event of its subject at the same time; times "
                       "between events must be above 0",
                       (long long)i + 1);
    return AN_OK;
}

an_status an_recurrent_rows(an_ctx *ctx, const an_surv *surv, const an_grouping *subject,
                            an_recurrent_model model, an_episodes **out)
{
    an_status st = AN_OK;
    const by_subject self = {surv, subject};
    an_arena *work = an_arena_new(ctx);
    int64_t *order, *scratch;
    an_index number = 1;
    pieces *p = NULL;

    if (!work) return AN_ERR_MEMORY;
    AN_TRY(check_rows(ctx, surv, subject));
    AN_ALLOC(order, work, surv->n);
    AN_ALLOC(scratch, work, surv->n);
    for (an_index k = 0; k < surv->n; k++) order[k] = k;
    an_order_by(surv->n, order, scratch, compare_rows, &self);
    AN_TRY(new_pieces(ctx, surv->n, &p));
    for (an_index k = 0; k < surv->n; k++) {
        const int64_t i = order[k], before = k > 0 ? order[k - 1] : i;
        const bool first = k == 0 || subject->code[i] != subject->code[before];
        const double since = first ? 0 : surv->time[before];

        number = first ? 1 : number + 1;
        if (!first) AN_TRY(check_next(ctx, surv, before, i));
        if (surv->time[i] == since) continue;
        if (model == AN_RECURRENT_PWP_GAP)
            add(p, i, 0, surv->time[i] - since, surv->event[i], number);
        else
            add(p, i, since, surv->time[i], surv->event[i], number);
    }
    *out = publish(p);
    p = NULL;
done:
    if (p) an_arena_free(p->out.mem);
    an_arena_free(work);
    return st;
}
