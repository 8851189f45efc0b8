/*
 * Time and event from dates: what happened first since time zero. Of an event and a
 * competing one on the same day the event counts, which is said. Whoever had neither is
 * censored at the last visit.
 */
#include "study/study.h"

/* The value of a variable in a row as a number (a date as days since 1970), or NaN. */
static double value_of(const an_study *study, const char *name, an_index i)
{
    const an_column *column = name ? an_table_find(study->table, name) : NULL;

    if (!column || an_column_is_missing(column, i)) return (double)NAN;
    return column->real ? column->real[i] : (double)column->code[i];
}

/* Days since time zero of a date variable, or the value of a numeric one. */
static double time_of(const an_study *study, const char *name, an_index i)
{
    const an_column *column = name ? an_table_find(study->table, name) : NULL;
    const double value = value_of(study, name, i);

    if (!column || column->type != AN_DATE) return value;
    return value - value_of(study, study->time_zero, i);
}

double an_study_event_time(const an_study *study, const an_event_rule *event, an_index i)
{
    if (event->status && value_of(study, event->status, i) != 1) return (double)NAN;
    return time_of(study, event->date ? event->date : event->time, i);
}

/* ---- One row ---- */

typedef struct contest {
    an_ctx *ctx;
    an_study *study;
    const an_plan_item *item;
    an_index n; /* the event and its competitors */
    const an_event_rule **event;
    an_index n_same_day, n_after;
} contest;

/* Time of the event c in row i, or NaN when it does not count. */
static double counted_time(const contest *c, an_index k, an_index i, double last)
{
    const double time = an_study_event_time(c->study, c->event[k], i);

    if (isnan(time) || !(time > last)) return time;
    return c->study->event_after_censoring == AN_AFTER_IGNORE ? (double)NAN : time;
}

/* The variable that ends the follow-up of those without an event: `censoring`, else the
 * time of the event itself. */
static const char *end_of_follow_up(const contest *c)
{
    return c->study->censoring ? c->study->censoring : c->item->event->time;
}

static void first_of_row(contest *c, an_index i, double *time, int32_t *event)
{
    const double last = time_of(c->study, end_of_follow_up(c), i);
    double first = (double)NAN;
    bool tied = false;

    *event = 0;
    for (an_index k = 0; k < c->n; k++) {
        const double t = counted_time(c, k, i, last);

        if (isnan(t)) continue;
        tied |= *event == 1 && t == first;
        if (*event > 0 && !(t < first)) continue;
        first = t;
        *event = (int32_t)k + 1;
        tied = false;
    }
    *time = *event ? first : last;
    if (isnan(*time)) *event = -1;
    c->n_same_day += tied;
    c->n_after += *event > 0 && first > last;
}

/* ---- All rows ---- */

static an_status name_contestants(contest *c)
{
    an_status st = AN_OK;
    an_ctx *ctx = c->ctx;
    const an_plan_item *item = c->item;
    const bool own = item->n_competing >= 0;
    const an_index n = own ? item->n_competing : item->event->n_competing;
    const char **names = own ? item->competing : item->event->competing;

    AN_ALLOC(c->event, c->study->mem, n + 1);
    c->event[c->n++] = item->event;
    for (an_index k = 0; k < n; k++) {
        const an_event_rule *e = an_study_event(c->study, names[k]);

        if (e && e != item->event) c->event[c->n++] = e;
    }
done:
    return st;
}

static const char *label_of(const an_study *study, const an_event_rule *e)
{
    return strcmp(study->report.language, "zh") == 0 && e->label_zh ? e->label_zh
                                                                    : e->label;
}

static bool knows_causes(const an_analysis *a)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (r->kind == AN_ROLE_CAUSES) return true;
    return false;
}

/* An analysis of one event sees competing events as censorings. */
static void censor_competitors(an_index n, int32_t *event)
{
    for (an_index i = 0; i < n; i++)
        if (event[i] > 1) event[i] = 0;
}

static const char *unit_of(const an_study *study, const an_event_rule *e)
{
    const an_column *time = an_table_find(study->table, e->date ? e->date : e->time);

    return e->date ? "days" : time ? time->unit : NULL;
}

static an_status describe(contest *c, an_outcome *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = c->ctx;
    const char **labels;
    const an_column *last = an_table_find(c->study->table, end_of_follow_up(c));

    AN_ALLOC(labels, c->study->mem, c->n);
    for (an_index k = 0; k < c->n; k++) labels[k] = label_of(c->study, c->event[k]);
    out->cause_labels = labels;
    out->n_causes = knows_causes(c->item->analysis) ? c->n : 1;
    out->others_censored = c->n > out->n_causes;
    out->time_unit = unit_of(c->study, c->item->event);
    out->missing_reason = an_arena_printf(c->study->mem, "missing: %s",
                                          last && last->label ? last->label : last->name);
    if (!out->missing_reason) st = an_fail_memory(ctx);
done:
    return st;
}

an_status an_study_outcome(an_ctx *ctx, an_study *study, const an_plan_item *item,
                           an_outcome *out)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);
    contest c = {.ctx = ctx, .study = study, .item = item};
    double *time;
    int32_t *event;

    *out = (an_outcome){0};
    AN_TRY(name_contestants(&c));
    AN_ALLOC(time, study->mem, n);
    AN_ALLOC(event, study->mem, n);
    for (an_index i = 0; i < n; i++) first_of_row(&c, i, &time[i], &event[i]);
    if (!knows_causes(item->analysis)) censor_competitors(n, event);
    out->time = time;
    out->event = event;
    AN_TRY(describe(&c, out));
    out->n_same_day = c.n_same_day;
    /* Nothing to note where the study file says that such events count. */
    out->n_after_censoring = study->event_after_given ? 0 : c.n_after;
done:
    return st;
}
