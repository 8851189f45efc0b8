/* time_zero, events, censoring, pain and population of a study file. */
#include "study/study.h"

/* ---- events: ---- */

static void load_event(an_yaml_file *file, const an_yaml *node, an_event_rule *e)
{
    static const char *const keys[] = {"date",  "time",      "status",
                                       "label", "competing", NULL};

    if (node->kind == AN_YAML_SCALAR && !an_yaml_is_null(node)) {
        e->date = node->text; /* death: death_date */
        return;
    }
    if (!an_yaml_check_map(file, node, "events", keys)) return;
    an_yaml_text(file, node, "date", &e->date);
    an_yaml_text(file, node, "time", &e->time);
    an_yaml_text(file, node, "status", &e->status);
    an_yaml_label(file, node, "label", &e->label, &e->label_zh);
    if (an_yaml_get(node, "competing"))
        an_yaml_texts(file, node, "competing", &e->n_competing, &e->competing);
    e->competing_place = an_yaml_key_place(node, "competing");
    if (!e->date && !e->time)
        an_yaml_error(file, e->place, "S203",
                      "date: a date variable, or time: days since time zero",
                      "event %s has neither date nor time", e->name);
    if (e->date && e->time)
        an_yaml_error(file, e->place, "S207", "keep one of them",
                      "event %s has both date and time", e->name);
    if (e->time && !e->status)
        an_yaml_error(file, e->place, "S203", "status: the variable that says yes or no",
                      "event %s has a time but no status", e->name);
}

/* "death" of the file becomes "Death" in the report. */
static const char *as_label(an_yaml_file *file, const char *name)
{
    char *label = an_arena_strdup(file->mem, name);

    if (!label) {
        file->out_of_memory = true;
        return name;
    }
    if (label[0] >= 'a' && label[0] <= 'z') label[0] = (char)(label[0] - 'a' + 'A');
    for (char *c = label; *c; c++)
        if (*c == '_') *c = ' ';
    return label;
}

/* Death competes with every other event unless the file says otherwise. */
static void death_competes(an_yaml_file *file, an_study *study)
{
    const an_event_rule *rule = an_study_event(study, "death");

    for (an_index i = 0; i < study->n_events; i++) {
        an_event_rule *e = &study->events[i];

        if (e->n_competing >= 0) continue;
        e->n_competing = rule && rule != e;
        e->competing = an_yaml_alloc(file, 1, sizeof *e->competing);
        if (e->competing) e->competing[0] = rule ? rule->name : NULL;
    }
}

static void load_censoring(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    static const char *const keys[] = {"at", "event_after", NULL};
    static const char *const after[] = {"use", "ignore", "error", NULL};
    const an_yaml *node = an_yaml_get(root, "censoring");

    if (!node) return;
    study->censoring_place = node->place;
    if (node->kind == AN_YAML_SCALAR) {
        study->censoring = node->text;
    } else if (an_yaml_check_map(file, node, "censoring", keys)) {
        an_yaml_text(file, node, "at", &study->censoring);
        an_yaml_choice(file, node, "event_after", after, &study->event_after_censoring);
        study->event_after_given = an_yaml_get(node, "event_after") != NULL;
    }
}

void an_load_events(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    const an_yaml *map = an_yaml_get(root, "events");

    an_yaml_text(file, root, "time_zero", &study->time_zero);
    study->time_zero_place = an_yaml_key_place(root, "time_zero");
    load_censoring(file, root, study);
    if (!map) return;
    if (map->kind != AN_YAML_MAP) {
        an_yaml_error(file, map->place, "S202",
                      "events:\n       death: {date: death_date}",
                      "events must have names");
        return;
    }
    study->events = an_yaml_alloc(file, map->n, sizeof *study->events);
    for (an_index i = 0; study->events && i < map->n; i++) {
        an_event_rule *e = &study->events[i];

        e->name = map->key[i];
        e->place = map->key_place[i];
        e->n_competing = -1;
        load_event(file, map->item[i], e);
        if (!e->label) e->label = as_label(file, e->name);
        study->n_events++;
    }
    death_competes(file, study);
}

/* ---- pain: ---- */

static void load_visit(an_yaml_file *file, const an_yaml *node, an_pain_visit *v)
{
    static const char *const keys[] = {"name",   "score", "opioid", "date",
                                       "window", "at",    NULL};
    an_index n = 0;
    double *window = NULL;

    v->place = node->place;
    v->first = v->last = v->at = (double)NAN;
    v->name = "follow-up";
    if (!an_yaml_check_map(file, node, "pain.visits", keys)) return;
    an_yaml_text(file, node, "name", &v->name);
    an_yaml_text(file, node, "score", &v->score);
    an_yaml_text(file, node, "opioid", &v->opioid);
    an_yaml_text(file, node, "date", &v->date);
    an_yaml_number(file, node, "at", &v->at);
    an_yaml_numbers(file, node, "window", &n, &window);
    if (!v->score)
        an_yaml_error(file, v->place, "S203", "score: a pain variable",
                      "pain visit %s has no score", v->name);
    if (!window || n == 0) return;
    if (n != 2 || !(window[0] < window[1])) {
        an_yaml_error(file, an_yaml_key_place(node, "window"), "S206", "window: [22, 45]",
                      "window of %s must be two ascending days", v->name);
        return;
    }
    v->first = window[0];
    v->last = window[1];
    if (isnan(v->at)) v->at = window[0];
    if (v->at < v->first || v->at > v->last)
        an_yaml_error(file, an_yaml_key_place(node, "at"), "S206",
                      "at is the day of the visit, within its window",
                      "at of %s lies outside its window", v->name);
}

/* Analyses choose a visit by its name. */
static void check_visit_names(an_yaml_file *file, const an_study *study)
{
    for (an_index i = 0; i < study->n_visits; i++)
        for (an_index j = 0; j < i; j++)
            if (strcmp(study->visits[i].name, study->visits[j].name) == 0)
                an_yaml_error(file, study->visits[i].place, "S207", "rename one of them",
                              "two pain visits are called %s", study->visits[i].name);
}

void an_load_pain(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    static const char *const keys[] = {"baseline", "visits", NULL};
    static const char *const baseline_keys[] = {"score", "opioid", NULL};
    const an_yaml *map = an_yaml_get(root, "pain"), *baseline, *visits;

    if (!map || !an_yaml_check_map(file, map, "pain", keys)) return;
    baseline = an_yaml_get(map, "baseline");
    visits = an_yaml_get(map, "visits");
    if (baseline && an_yaml_check_map(file, baseline, "pain.baseline", baseline_keys)) {
        an_yaml_text(file, baseline, "score", &study->pain_baseline);
        an_yaml_text(file, baseline, "opioid", &study->pain_opioid);
    }
    if (!study->pain_baseline)
        an_yaml_error(file, map->place, "S203", "baseline: {score: nrs_baseline}",
                      "pain has no baseline score");
    study->visits = an_yaml_alloc(file, an_yaml_count(visits), sizeof *study->visits);
    for (an_index i = 0; study->visits && i < an_yaml_count(visits); i++)
        load_visit(file, an_yaml_at(visits, i), &study->visits[study->n_visits++]);
    check_visit_names(file, study);
    if (study->n_visits == 0)
        an_yaml_error(file, map->place, "S203",
                      "visits: [{name: 1 month, score: nrs_1month, window: [22, 45]}]",
                      "pain has no visits");
}

/* ---- population: ---- */

/* "age >= 18", or {when: "age >= 18", reason: younger than 18}. */
static void load_rule(an_yaml_file *file, const an_yaml *node, bool exclude,
                      an_rule *rule)
{
    static const char *const keys[] = {"when", "reason", NULL};

    rule->place = node->place;
    rule->exclude = exclude;
    if (node->kind == AN_YAML_SCALAR) {
        rule->when = node->text;
    } else if (an_yaml_check_map(file, node, exclude ? "exclude" : "include", keys)) {
        an_yaml_text(file, node, "when", &rule->when);
        an_yaml_text(file, node, "reason", &rule->reason);
    }
    if (!rule->when) {
        an_yaml_error(file, rule->place, "S203", "when: \"age >= 18\"",
                      "a rule of the population has no `when`");
        rule->when = "TRUE";
    }
    if (rule->reason) return;
    rule->reason = an_arena_printf(file->mem, exclude ? "%s" : "not (%s)", rule->when);
    if (!rule->reason) file->out_of_memory = true;
}

static void load_rules(an_yaml_file *file, const an_yaml *map, const char *key,
                       an_study *study)
{
    const an_yaml *list = an_yaml_get(map, key);

    for (an_index i = 0; i < an_yaml_count(list); i++)
        load_rule(file, an_yaml_at(list, i), strcmp(key, "exclude") == 0,
                  &study->rules[study->n_rules++]);
}

void an_load_population(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    static const char *const keys[] = {"label", "include", "exclude", NULL};
    const an_yaml *map = an_yaml_get(root, "population");

    study->population = "All patients";
    if (!map || !an_yaml_check_map(file, map, "population", keys)) return;
    an_yaml_text(file, map, "label", &study->population);
    study->population_named = an_yaml_get(map, "label") != NULL;
    study->rules = an_yaml_alloc(file,
                                 an_yaml_count(an_yaml_get(map, "include")) +
                                     an_yaml_count(an_yaml_get(map, "exclude")),
                                 sizeof *study->rules);
    if (!study->rules) return;
    load_rules(file, map, "include", study);
    load_rules(file, map, "exclude", study);
}
