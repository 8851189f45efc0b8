/* What the rules share: sentences, counts in words, and looks into plan, data and document. */
#include "study/review/review.h"

#include "study/params.h"

#include <stdarg.h>

/* ---- What a rule says ---- */

static const char *put(an_reviewer *r, const char *before, const char *between,
                       const char *format, va_list args)
{
    char text[2000];

    vsnprintf(text, sizeof text, format, args);
    return an_doc_printf(r->doc, "%s%s%s", before, *before ? between : "", text);
}

void an_review_say(an_reviewer *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    r->now->evidence = put(r, r->now->evidence, "\n", format, args);
    va_end(args);
}

void an_review_add(an_reviewer *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    r->now->evidence = put(r, r->now->evidence, " ", format, args);
    va_end(args);
}

void an_review_done(an_reviewer *r, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    r->now->done = put(r, r->now->done, " ", format, args);
    va_end(args);
}

void an_review_judge(an_reviewer *r, an_review_state state)
{
    if (state > r->now->state) r->now->state = state;
}

void an_review_fault(an_reviewer *r, an_severity severity)
{
    assert(severity <= r->now->rule->severity);
    an_review_judge(r, AN_REVIEW_FOUND);
    if (severity > r->now->severity) r->now->severity = severity;
}

/* ---- Numbers in words ---- */

const char *an_review_share(an_reviewer *r, double n, double of)
{
    return an_rows_share(r->doc, &r->population, n, of);
}

const char *an_review_count(an_reviewer *r, double n)
{
    return an_rows_count(r->doc, &r->population, n);
}

const char *an_review_join(an_reviewer *r, const char *list, const char *more)
{
    return an_doc_printf(r->doc, "%s%s%s", list, *list ? "; " : "", more);
}

static const an_review_limit limits[] = {
#define AN_REVIEW_LIMIT(key, value, unit, citation, verified) \
    {#key, value, unit, citation, verified},
#include "study/review_table.def"
#undef AN_REVIEW_LIMIT
};

const an_review_limit *an_review_limit_find(const char *key)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (strcmp(limits[i].key, key) == 0) return &limits[i];
    assert(!"a limit of data/review.def");
    return limits;
}

const char *an_review_mark(const an_review_limit *limit)
{
    return limit->verified ? "" : " (limit not verified)";
}

/* ---- The plan ---- */

bool an_item_is(const an_plan_item *item, const char *analysis)
{
    return item->analysis && strcmp(item->analysis->id, analysis) == 0;
}

const char *an_item_title(const an_plan_item *item)
{
    return item->title ? item->title : item->analysis->title;
}

bool an_item_has_role(const an_plan_item *item, an_role_kind kind)
{
    for (const an_role *role = item->analysis ? item->analysis->roles : NULL;
         role && role->name; role++)
        if (role->kind == kind) return true;
    return false;
}

bool an_item_follows(const an_plan_item *item)
{
    return an_item_has_role(item, AN_ROLE_SURV) || an_item_has_role(item, AN_ROLE_CAUSES);
}

bool an_item_is_model(const an_plan_item *item)
{
    return an_item_follows(item) && item->frame && item->frame->has_surv &&
           item->frame->design.n_columns > 0;
}

const char *an_item_choice(const an_plan_item *item, const char *option)
{
    const char *values = an_options_values(item->options);

    for (const an_param *p = item->analysis->params; p->name; p++)
        if (strcmp(p->name, option) == 0 && p->type == AN_PARAM_CHOICE_TYPE)
            return p->choices[*(const int *)(const void *)(values + p->offset)];
    return NULL;
}

double an_item_events(const an_plan_item *item)
{
    double n = 0;

    for (an_index i = 0; i < item->frame->n; i++) n += item->frame->surv.event[i] == 1;
    return n;
}

/* ---- The data ---- */

const char *an_review_event_label(const an_study *study, const an_event_rule *e)
{
    if (strcmp(study->report.language, "zh") == 0 && e->label_zh) return e->label_zh;
    return e->label;
}

bool an_review_missing(const an_study *study, const char *variable, an_index i)
{
    const an_column *column = variable ? an_table_find(study->table, variable) : NULL;

    return !column || an_column_is_missing(column, i);
}

/* ---- The document ---- */

static const an_node *child(const an_node *node, const char *key)
{
    for (node = node->children; node; node = node->next)
        if (node->key && strcmp(node->key, key) == 0) return node;
    return NULL;
}

const an_node *an_review_section(const an_reviewer *r, const an_plan_item *item)
{
    return r->results ? child(r->results, item->key) : NULL;
}

const an_node *an_review_below(const an_node *node, const char *key)
{
    const an_node *found;

    if (!node) return NULL;
    found = child(node, key);
    for (node = node->children; node && !found; node = node->next)
        found = an_review_below(node, key);
    return found;
}
