/*
 * What the event of Surv() means. One event: true/false, 0/1, or 1/2 with 2 the event, as
 * in R. Competing risks: 0 or the first level is censored, the others are causes in
 * order. Anything else is a question to the user, never a guess.
 */
#include "study/frame_builder.h"

typedef struct coding {
    an_builder *b;
    const an_source *source;
    const an_expr *e;
    an_vector v; /* the event as a factor */
    bool is_number, is_logical;
    bool *used;      /* [v.n_levels] in the population */
    bool many;       /* the analysis knows causes */
    an_index censor; /* level, or -1 */
    int32_t *code;   /* [v.n_levels] */
} coding;

static an_index find_level(const an_vector *v, const char *text)
{
    for (an_index k = 0; k < v->n_levels; k++)
        if (strcmp(v->levels[k], text) == 0) return k;
    return -1;
}

static bool is_used(const coding *c, const char *text)
{
    const an_index k = find_level(&c->v, text);

    return k >= 0 && c->used[k];
}

static an_index count_used(const coding *c)
{
    an_index n = 0;

    for (an_index k = 0; k < c->v.n_levels; k++) n += c->used[k];
    return n;
}

/* ---- Failures ---- */

/* A level that a message may show, or NULL. */
static const char *first_shared(const coding *c)
{
    for (an_index k = 0; k < c->v.n_levels; k++)
        if (an_vector_level_shared(&c->v, c->b->n_rows, k)) return c->v.levels[k];
    return NULL;
}

static const char *last_shared(const coding *c)
{
    for (an_index k = c->v.n_levels - 1; k >= 0; k--)
        if (an_vector_level_shared(&c->v, c->b->n_rows, k)) return c->v.levels[k];
    return NULL;
}

static an_status fail_level(const coding *c, const char *option, const char *text)
{
    const char *nearest = an_vector_nearest_level(c->b->mem, &c->v, c->b->n_rows, text);
    const char *first = first_shared(c);
    char advice[300];

    if (nearest)
        snprintf(advice, sizeof advice, "did you mean `%s`?", nearest);
    else
        snprintf(advice, sizeof advice, "it has %lld values%s%s%s",
                 (long long)c->v.n_levels, first ? ", one is `" : "", first ? first : "",
                 first ? "`" : "");
    return an_source_fail(c->b->ctx, c->source, "U116", c->e->at, advice,
                          "%s: the event never has the value `%s`", option, text);
}

static an_status fail_which_event(const coding *c)
{
    char *text = an_expr_text(c->b->ctx, c->b->mem, c->e);
    char advice[300];
    const char *last = last_shared(c);
    const char *quote = c->is_number ? "" : "\"";

    if (!text) return an_fail_memory(c->b->ctx);
    snprintf(advice, sizeof advice, "say which value is the event: %s == %s%s%s", text,
             quote, last ? last : "1", quote);
    return an_source_fail(c->b->ctx, c->source, "U116", c->e->at, advice,
                          "`%s` does not say which value is the event (it has %lld)",
                          text, (long long)c->v.n_levels);
}

/* ---- Censoring ---- */

static an_status number_censoring(coding *c)
{
    const an_index n = count_used(c);
    const an_index n_known = is_used(c, "0") + is_used(c, "1") + is_used(c, "2");

    c->censor = find_level(&c->v, "0");
    if (is_used(c, "0") || n == 0) return AN_OK;
    if (n != n_known) return c->many ? AN_OK : fail_which_event(c);
    c->censor = is_used(c, "2") ? find_level(&c->v, "1") : -1;
    if (is_used(c, "2"))
        return an_builder_note(c->b,
                               "The event is coded 1 and 2: 2 is the event and 1 is "
                               "censored, as in R.");
    return AN_OK;
}

static an_status find_censoring(coding *c)
{
    const char *given = c->b->spec->censor;

    c->censor = -1;
    if (given && strcmp(given, "none") == 0) return AN_OK;
    if (given) {
        c->censor = find_level(&c->v, given);
        return c->censor < 0 ? fail_level(c, "censor", given) : AN_OK;
    }
    if (c->is_logical) {
        c->censor = find_level(&c->v, "FALSE");
        return AN_OK;
    }
    if (c->is_number) return number_censoring(c);
    if (!c->many && !c->b->spec->cause) return fail_which_event(c);
    c->censor = 0;
    if (c->v.n_levels == 0) return AN_OK;
    return an_builder_note(c->b, "Censored is the first level of the event, \"%s\".",
                           c->v.levels[0]);
}

/* ---- Causes ---- */

/* 0 and 1, or false and true: the column itself names the event. */
static bool is_flag(const coding *c)
{
    bool flag = c->is_logical || c->is_number;

    for (an_index k = 0; k < c->v.n_levels; k++)
        if (c->is_number && c->used[k] && strcmp(c->v.levels[k], "0") != 0)
            flag = flag && strcmp(c->v.levels[k], "1") == 0;
    return flag;
}

/* "death", "status = 2", "event 1", or the level of a text. */
static char *cause_label(const coding *c, an_index level)
{
    const an_column *column = an_expr_column(c->e, c->b->table);
    const char *name = c->v.label ? c->v.label : column ? column->name : "event";
    const bool coded_one_two =
        c->is_number && c->censor >= 0 && strcmp(c->v.levels[c->censor], "1") == 0;

    if (is_flag(c) || c->v.n_levels == 0) return an_arena_strdup(c->b->mem, name);
    if (!c->is_number) return an_arena_strdup(c->b->mem, c->v.levels[level]);
    return an_arena_printf(c->b->mem, coded_one_two && !c->many ? "%s = %s" : "%s %s",
                           name, c->v.levels[level]);
}

/* The cause asked for is 1, the others follow in order of their levels. */
static an_status number_causes(coding *c, an_event_codes *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = c->b->ctx;
    const char *wanted = c->b->spec->cause;
    an_index first = wanted ? find_level(&c->v, wanted) : -1;

    AN_ALLOC(c->code, c->b->mem, c->v.n_levels);
    AN_ALLOC(out->labels, c->b->mem, c->v.n_levels + 1);
    if (wanted && (first < 0 || first == c->censor)) {
        st = fail_level(c, "cause", wanted);
        goto done;
    }
    for (an_index k = 0; k < c->v.n_levels && first < 0; k++)
        if (k != c->censor && (c->used[k] || !c->is_number)) first = k;
    for (an_index pass = 0; pass < 2; pass++) {
        for (an_index k = 0; k < c->v.n_levels; k++) {
            if (k == c->censor || (k == first) != (pass == 0)) continue;
            if (c->is_number && !c->used[k] && k != first) continue;
            out->labels[out->n_causes] = cause_label(c, k);
            if (!out->labels[out->n_causes]) st = an_fail_memory(ctx);
            c->code[k] = (int32_t)++out->n_causes;
        }
    }
done:
    return st;
}

/* An analysis of one event: other causes are censored, which is said. */
static an_status keep_one_cause(coding *c, an_event_codes *out)
{
    if (out->n_causes <= 1 || c->many) return AN_OK;
    if (!c->b->spec->cause) return fail_which_event(c);
    for (an_index k = 0; k < c->v.n_levels; k++)
        if (c->code[k] > 1) c->code[k] = 0;
    out->n_causes = 1;
    c->b->frame->others_censored = true;
    return an_builder_note(c->b, "Other events are censored (cause-specific analysis).");
}

static void mark_used(coding *c)
{
    for (an_index i = 0; i < c->b->n_rows; i++)
        if (c->b->in[i] && c->v.code[i] >= 0) c->used[c->v.code[i]] = true;
}

static an_status take_codes(const coding *c, an_event_codes *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = c->b->ctx;

    AN_ALLOC(out->code, c->b->mem, c->b->n_rows);
    for (an_index i = 0; i < c->b->n_rows; i++)
        out->code[i] = c->v.code[i] < 0 ? -1 : c->code[c->v.code[i]];
    if (out->n_causes == 0) { /* nobody has an event: still one cause that never comes */
        out->labels[0] = cause_label(c, 0);
        out->n_causes = 1;
        if (!out->labels[0]) st = an_fail_memory(ctx);
    }
done:
    return st;
}

an_status an_builder_event(an_builder *b, const an_source *source, const an_expr *e,
                           an_event_codes *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    coding c = {.b = b, .source = source, .e = e};
    an_vector v = {0};

    c.many = an_role_of_kind(b->analysis, AN_ROLE_CAUSES) != NULL;
    AN_TRY(an_expr_eval(&b->eval, e, &v));
    c.is_logical = v.type == AN_LOGICAL;
    c.is_number = v.x != NULL && !c.is_logical;
    if (v.type == AN_DATE) {
        st = an_source_fail(ctx, source, "U116", e->at,
                            "a date of an event belongs into a study file (events:)",
                            "the event is a date");
        goto done;
    }
    AN_TRY(an_vector_as_factor(ctx, b->mem, b->n_rows, &v, &c.v));
    AN_ALLOC(c.used, b->mem, c.v.n_levels);
    mark_used(&c);
    if (count_used(&c) > 50) {
        st = an_source_fail(ctx, source, "U116", e->at, NULL,
                            "the event has %lld different values; it is not an event",
                            (long long)count_used(&c));
        goto done;
    }
    AN_TRY(find_censoring(&c));
    AN_TRY(number_causes(&c, out));
    AN_TRY(keep_one_cause(&c, out));
    AN_TRY(take_codes(&c, out));
done:
    return st;
}
