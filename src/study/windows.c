/* Assessment windows of pain: a score outside its window does not count; who was known to
 * have died before it could not be assessed. */
#include "study/study.h"

static an_status note(an_ctx *ctx, an_study *study, char *text)
{
    if (!text) return an_fail_memory(ctx);
    study->notes[study->n_notes++] = text;
    return AN_OK;
}

/* ---- Scores outside the window ---- */

static bool is_outside(const an_study *study, const an_pain_visit *v, an_index i)
{
    const an_column *date = an_table_find(study->table, v->date);
    const an_column *zero = an_table_find(study->table, study->time_zero);
    double day;

    if (an_column_is_missing(date, i) || an_column_is_missing(zero, i)) return false;
    day = (double)date->code[i] - zero->code[i];
    return day < v->first || day > v->last;
}

static an_status apply_window(an_ctx *ctx, an_study *study, an_pain_visit *v)
{
    an_status st = AN_OK;
    const an_column *score = an_table_find(study->table, v->score);
    const an_index n = an_table_rows(study->table);
    an_column inside = *score;
    uint8_t *valid;
    an_index n_outside = 0;

    if (!v->date || isnan(v->first)) return AN_OK;
    AN_ALLOC(valid, study->mem, n / 8 + 1);
    for (an_index i = 0; i < n; i++) {
        const bool outside = is_outside(study, v, i);
        const bool present = !an_column_is_missing(score, i);

        n_outside += outside && present;
        if (present && !outside) valid[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    if (n_outside == 0) return AN_OK;
    inside.valid = valid;
    inside.label = score->label ? score->label : score->name;
    inside.name = an_arena_printf(study->mem, "%s within window", v->score);
    if (!inside.name) return an_fail_memory(ctx);
    AN_TRY(an_table_add(ctx, study->table, &inside));
    AN_TRY(note(
        ctx, study,
        an_arena_printf(
            study->mem,
            "Pain scores of %s taken outside of days %g to %g, which do not count: %lld.",
            v->name, v->first, v->last, (long long)n_outside)));
    v->score = inside.name;
done:
    return st;
}

/* ---- Alive at the window ---- */

static an_status add_alive(an_ctx *ctx, an_study *study, const an_event_rule *death,
                           an_pain_visit *v)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);
    int32_t *alive;
    an_column column = {.type = AN_LOGICAL};

    if (isnan(v->at)) return AN_OK;
    AN_ALLOC(alive, study->mem, n);
    for (an_index i = 0; i < n; i++) {
        const double died = an_study_event_time(study, death, i);

        alive[i] = isnan(died) || died >= v->at;
    }
    column.name = an_arena_printf(study->mem, "alive at %s", v->name);
    if (!column.name) return an_fail_memory(ctx);
    column.code = alive;
    AN_TRY(an_table_add(ctx, study->table, &column));
    v->alive = column.name;
done:
    return st;
}

an_status an_study_windows(an_ctx *ctx, an_study *study)
{
    an_status st = AN_OK;
    const an_event_rule *death = an_study_event(study, "death");

    study->n_notes = 0;
    AN_ALLOC(study->notes, study->mem, study->n_visits + 1);
    for (an_index k = 0; k < study->n_visits; k++) {
        AN_TRY(apply_window(ctx, study, &study->visits[k]));
        if (death) AN_TRY(add_alive(ctx, study, death, &study->visits[k]));
    }
done:
    return st;
}
