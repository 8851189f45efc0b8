/* Do the names in a study file refer to something, and to the right kind of it? */
#include "study/study.h"

typedef struct checker {
    an_yaml_file *file;
    an_study *study;
    const char **names; /* of all variables */
} checker;

/* The variable called name, or NULL with an error. */
static const an_variable *need(const checker *c, const char *name, an_place place,
                               const char *user)
{
    const an_variable *v = name ? an_study_variable(c->study, name) : NULL;
    char noun[200];

    if (v || !name) return v;
    snprintf(noun, sizeof noun, "%s: no variable", user);
    an_yaml_error_name(c->file, place, "S205", noun, name, c->study->n_variables,
                       c->names);
    return NULL;
}

static void need_type(const checker *c, const char *name, an_place place,
                      const char *user, bool date)
{
    const an_variable *v = need(c, name, place, user);
    const bool is_number = v && (v->type == AN_VAR_NUMBER || v->type == AN_VAR_INTEGER);

    if (!v) return;
    if (date && v->type != AN_VAR_DATE)
        an_yaml_error(c->file, place, "S202", NULL, "%s: %s is not a date", user, name);
    if (!date && !is_number)
        an_yaml_error(c->file, place, "S202", NULL, "%s: %s is not a number", user, name);
}

static void check_variable(const checker *c, const an_variable *v)
{
    if (v->not_before)
        need_type(c, v->not_before, v->not_before_place, "not_before", true);
    if (v->derivation == AN_FROM_CUT) need_type(c, v->expr, v->expr_place, "cut", false);
    if (v->derivation == AN_FROM_DAYS) {
        need_type(c, v->from, v->expr_place, "days_between", true);
        need_type(c, v->to, v->expr_place, "days_between", true);
    }
    if (v->known) need_type(c, v->known, v->known_place, "known", true);
    if ((v->known || !isnan(v->known_at)) && !c->study->time_zero)
        an_yaml_error(c->file, v->known_place, "S203", "time_zero: a date variable",
                      "%s says when it was known, but there is no time_zero", v->name);
    if (v->type == AN_VAR_CATEGORY && v->derivation == AN_FROM_COLUMN &&
        v->n_levels == 0 && v->reference) {
        an_yaml_error(c->file, v->reference_place, "S203", "levels: [a, b]",
                      "%s has a reference but no levels", v->name);
    }
}

static void check_sources(const checker *c)
{
    const an_study *study = c->study;
    const char **names;

    names = an_yaml_alloc(c->file, study->n_sources, sizeof *names);
    for (an_index i = 0; names && i < study->n_sources; i++)
        names[i] = study->sources[i].name;
    for (an_index k = 0; names && k < study->n_variables; k++) {
        const an_variable *v = &study->variables[k];
        bool found = !v->source;

        for (an_index i = 0; i < study->n_sources; i++)
            found |= v->source && strcmp(names[i], v->source) == 0;
        if (!found)
            an_yaml_error_name(c->file, v->place, "S205", "no source", v->source,
                               study->n_sources, names);
    }
}

static void check_events_exist(const checker *c, an_index n, const char *const *names,
                               an_place place)
{
    const an_study *study = c->study;
    const char **events = an_yaml_alloc(c->file, study->n_events, sizeof *events);

    for (an_index i = 0; events && i < study->n_events; i++)
        events[i] = study->events[i].name;
    for (an_index i = 0; events && i < n; i++)
        if (!an_study_event(study, names[i]))
            an_yaml_error_name(c->file, place, "S205", "competing: no event", names[i],
                               study->n_events, events);
}

static void check_event(const checker *c, const an_event_rule *e)
{
    if (e->date) {
        need_type(c, e->date, e->place, e->name, true);
        if (!c->study->time_zero)
            an_yaml_error(c->file, e->place, "S203", "time_zero: a date variable",
                          "event %s has a date, but there is no time_zero", e->name);
    }
    if (e->time) need_type(c, e->time, e->place, e->name, false);
    need(c, e->status, e->place, e->name);
    check_events_exist(c, e->n_competing, e->competing, e->competing_place);
}

static void check_censoring(const checker *c)
{
    const an_study *study = c->study;
    const an_variable *v = need(c, study->censoring, study->censoring_place, "censoring");

    bool dates = false;

    for (an_index i = 0; i < study->n_events; i++) dates |= study->events[i].date != NULL;
    if (dates && !study->censoring)
        an_yaml_error(c->file, study->events[0].place, "S203",
                      "censoring: the variable with the last visit",
                      "there are events with dates, but no censoring");
    if (v && v->type == AN_VAR_DATE && !study->time_zero)
        an_yaml_error(c->file, study->censoring_place, "S203", NULL,
                      "censoring is a date, but there is no time_zero");
    if (v && v->type != AN_VAR_DATE)
        need_type(c, study->censoring, study->censoring_place, "censoring", false);
}

static void check_pain(const checker *c)
{
    const an_study *study = c->study;
    const an_place none = study->n_visits ? study->visits[0].place : (an_place){0, 0};

    need_type(c, study->pain_baseline, none, "pain.baseline", false);
    need_type(c, study->pain_opioid, none, "pain.baseline", false);
    for (an_index i = 0; i < study->n_visits; i++) {
        const an_pain_visit *v = &study->visits[i];

        need_type(c, v->score, v->place, "pain.visits", false);
        need_type(c, v->opioid, v->place, "pain.visits", false);
        need_type(c, v->date, v->place, "pain.visits", true);
        if (v->date && !study->time_zero)
            an_yaml_error(c->file, v->place, "S203", "time_zero: a date variable",
                          "visit %s has a date, but there is no time_zero", v->name);
    }
}

static bool takes_outcome(const an_analysis *a)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (r->kind == AN_ROLE_SURV || r->kind == AN_ROLE_CAUSES) return true;
    return false;
}

static void check_item(const checker *c, const an_plan_item *item)
{
    if (!item->analysis) return;
    if (takes_outcome(item->analysis) && !item->event &&
        !(item->formula && strstr(item->formula, "Surv")))
        an_yaml_error(c->file, item->place, "S203", "event: one of `events`",
                      "%s needs an event", item->analysis->id);
    if (item->event && !takes_outcome(item->analysis))
        an_yaml_error(c->file, item->place, "S201", NULL, "%s takes no event",
                      item->analysis->id);
    if (item->n_competing > 0)
        check_events_exist(c, item->n_competing, item->competing, item->competing_place);
}

void an_load_check(an_yaml_file *file, an_study *study)
{
    const checker c = {file, study, an_study_variable_names(file, study)};

    if (!c.names) return;
    for (an_index i = 0; i < study->n_variables; i++)
        check_variable(&c, &study->variables[i]);
    check_sources(&c);
    if (study->time_zero)
        need_type(&c, study->time_zero, study->time_zero_place, "time_zero", true);
    for (an_index i = 0; i < study->n_events; i++) check_event(&c, &study->events[i]);
    check_censoring(&c);
    if (study->pain_baseline) check_pain(&c);
    for (an_index i = 0; i < study->n_items; i++) check_item(&c, &study->items[i]);
}
