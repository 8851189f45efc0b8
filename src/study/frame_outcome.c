/* Time and event: from Surv() or from a study's dates; then the survival data of the rows
 * that are kept. */
#include "study/frame_builder.h"

/* ---- On all rows ---- */

/* The first row of the population where x breaks the rule is an error with its cell. */
static an_status check_times(an_builder *b, const an_expr *e, const double *x,
                             const char *noun)
{
    const an_column *column = an_expr_column(e, b->table);

    for (an_index i = 0; i < b->n_rows; i++) {
        char what[300];
        an_problem problem = {.severity = AN_ERROR,
                              .code = "D130",
                              .what = what,
                              .why = "follow-up runs from 0 to a finite time",
                              .advice =
                                  "correct the cell, or leave the row out: --where"};

        if (!b->in[i] || isnan(x[i]) || (x[i] >= 0 && isfinite(x[i]))) continue;
        snprintf(what, sizeof what, "%s is %s%s%s", noun,
                 x[i] < 0 ? "negative" : "not finite", column ? " in " : "",
                 column ? column->name : "");
        if (column) an_table_address(b->table, column, i, &problem);
        return an_fail_with(b->ctx, AN_ERR_DATA, &problem);
    }
    return AN_OK;
}

static an_status eval_time(an_builder *b, const an_expr *e, const char *noun,
                           const double **out, const char **unit)
{
    an_status st = AN_OK;
    an_vector v = {0};
    const an_column *column = an_expr_column(e, b->table);

    AN_TRY(an_expr_eval(&b->eval, e, &v));
    AN_TRY(an_builder_refuse_stray(b, e, &v, AN_STRAY_NUMBER));
    if (!v.x || v.type == AN_DATE || v.type == AN_LOGICAL) {
        st = an_source_fail(b->ctx, &b->source, "U117", e->at,
                            v.type == AN_DATE
                                ? "subtract time zero: Surv(last_visit - start, ...)"
                                : NULL,
                            "the %s is not a number", noun);
        goto done;
    }
    if (strcmp(noun, "time") == 0) AN_TRY(check_times(b, e, v.x, noun));
    *out = v.x;
    *unit = v.unit;
    if (column && column->type == AN_DATE && an_expr_is_call(e, "-")) *unit = "days";
done:
    return st;
}

static an_status drop_where_missing(an_builder *b, const double *x, const char *reason)
{
    return an_builder_drop_missing(b, &(an_vector){.x = x}, reason);
}

static an_status drop_without_event(an_builder *b, const char *reason)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    bool *drop;

    AN_ALLOC(drop, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++) drop[i] = b->event.code[i] < 0;
    AN_TRY(an_builder_drop(b, drop, reason));
done:
    return st;
}

static an_status drop_empty_intervals(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    bool *drop;

    if (!b->entry) return AN_OK;
    AN_ALLOC(drop, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++) drop[i] = b->entry[i] >= b->time[i];
    AN_TRY(an_builder_drop(b, drop, "entry is not before the end of follow-up"));
done:
    return st;
}

static char *reason_missing(an_builder *b, const an_expr *e)
{
    an_vector v = {0};

    if (an_expr_eval(&b->eval, e, &v) != AN_OK) return NULL;
    return an_arena_printf(b->mem, "missing: %s", v.label);
}

static an_status outcome_of_formula(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const an_formula *f = &b->formula;
    const char *unit = NULL;
    int32_t *all;
    const char **label;

    AN_TRY(eval_time(b, f->time, "time", &b->time, &b->frame->time_unit));
    if (f->entry) AN_TRY(eval_time(b, f->entry, "entry", &b->entry, &unit));
    if (f->event) {
        AN_TRY(an_builder_event(b, &b->source, f->event, &b->event));
    } else {
        AN_ALLOC(all, b->mem, b->n_rows);
        AN_ALLOC(label, b->mem, 1);
        label[0] = "Event";
        for (an_index i = 0; i < b->n_rows; i++) all[i] = 1;
        b->event = (an_event_codes){all, 1, label};
    }
    AN_TRY(drop_where_missing(b, b->time, reason_missing(b, f->time)));
    if (f->event) AN_TRY(drop_without_event(b, reason_missing(b, f->event)));
    if (f->entry) AN_TRY(drop_where_missing(b, b->entry, reason_missing(b, f->entry)));
    AN_TRY(drop_empty_intervals(b));
done:
    return st;
}

static an_status outcome_of_study(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const an_outcome *o = b->spec->outcome;
    const char *reason = o->missing_reason ? o->missing_reason : "missing: follow-up";

    b->time = o->time;
    b->entry = o->entry;
    b->frame->time_unit = o->time_unit;
    b->frame->others_censored = o->others_censored;
    AN_ALLOC(b->event.code, b->mem, b->n_rows);
    AN_ALLOC(b->event.labels, b->mem, o->n_causes);
    b->event.n_causes = o->n_causes;
    for (an_index i = 0; i < b->n_rows; i++) b->event.code[i] = o->event[i];
    for (an_index k = 0; k < o->n_causes; k++) b->event.labels[k] = o->cause_labels[k];
    AN_TRY(drop_where_missing(b, b->time, reason));
    AN_TRY(drop_without_event(b, reason));
    if (o->n_same_day > 0)
        AN_TRY(an_builder_note(b,
                               "Rows where the event and a competing one fall on the "
                               "same %s (the event counts): %lld.",
                               o->time_unit && strcmp(o->time_unit, "days") == 0 ? "day"
                                                                                 : "time",
                               (long long)o->n_same_day));
    if (o->n_after_censoring > 0)
        AN_TRY(an_builder_note(
            b, "Events after the last visit, which count and extend the follow-up: %lld.",
            (long long)o->n_after_censoring));
    AN_TRY(drop_empty_intervals(b));
done:
    return st;
}

an_status an_builder_outcome(an_builder *b)
{
    const bool takes_surv = an_role_of_kind(b->analysis, AN_ROLE_SURV) ||
                            an_role_of_kind(b->analysis, AN_ROLE_CAUSES);

    if (b->spec->outcome && takes_surv) return outcome_of_study(b);
    if (!b->formula.has_surv) return AN_OK;
    return outcome_of_formula(b);
}

/* ---- On the rows kept ---- */

static an_status merge_near_ties(an_builder *b, double *time, double *entry)
{
    an_status st =
        an_surv_timefix(b->ctx, b->frame->n, time, entry, &b->frame->n_time_merged);

    if (st == AN_OK && b->frame->n_time_merged > 0)
        st = an_builder_note(
            b, "Times that differed by rounding only and were joined: %lld.",
            (long long)b->frame->n_time_merged);
    return st;
}

an_status an_builder_surv(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    an_frame *f = b->frame;
    double *time, *entry = NULL;
    int32_t *event;

    if (!b->time) return AN_OK;
    AN_ALLOC(time, b->mem, f->n);
    AN_ALLOC(event, b->mem, f->n);
    if (b->entry) AN_ALLOC(entry, b->mem, f->n);
    for (an_index i = 0; i < f->n; i++) {
        time[i] = b->time[b->row[i]];
        event[i] = b->event.code[b->row[i]];
        if (entry) entry[i] = b->entry[b->row[i]];
    }
    AN_TRY(merge_near_ties(b, time, entry));
    f->has_surv = true;
    f->surv = (an_surv){f->n, time, event, entry, NULL, b->event.n_causes};
    f->cause_labels = b->event.labels;
    f->event_label = b->event.labels[0];
done:
    return st;
}
