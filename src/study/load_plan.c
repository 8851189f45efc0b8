/* analyses: what is asked of the data. */
#include "study/params.h"
#include "study/study.h"

static const char *const item_keys[] = {
    "analysis", "id",      "title",   "event", "competing", "by",      "covariates",
    "strata",   "cluster", "formula", "where", "visit",     "options", NULL};

static bool is_item_key(const char *key)
{
    for (int i = 0; item_keys[i]; i++)
        if (strcmp(item_keys[i], key) == 0) return true;
    return false;
}

/* ---- Roles ---- */

static const an_role *role_of_kind(const an_analysis *a, an_role_kind kind)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (r->kind == kind) return r;
    return NULL;
}

static const an_role *role_named(const an_analysis *a, const char *name)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (strcmp(r->name, name) == 0) return r;
    return NULL;
}

static bool has_param(const an_analysis *a, const char *name)
{
    for (const an_param *p = a->params; p->name; p++)
        if (strcmp(p->name, name) == 0) return true;
    return false;
}

/* Which role a general key speaks of, or NULL: the analysis has none such. */
static const an_role *role_of_key(const an_analysis *a, const char *key)
{
    const an_role *role = NULL;

    if (strcmp(key, "by") == 0) role = role_of_kind(a, AN_ROLE_GROUP);
    if (strcmp(key, "by") == 0 && !role) role = role_named(a, "group");
    if (strcmp(key, "covariates") == 0) role = role_of_kind(a, AN_ROLE_TERMS);
    if (strcmp(key, "strata") == 0) role = role_of_kind(a, AN_ROLE_STRATA);
    if (strcmp(key, "cluster") == 0) role = role_of_kind(a, AN_ROLE_CLUSTER);
    if (strcmp(key, "weights") == 0) role = role_of_kind(a, AN_ROLE_WEIGHTS);
    return role ? role : role_named(a, key);
}

static void bind(an_yaml_file *file, const an_yaml *map, const char *key,
                 const an_role *role, an_plan_item *item)
{
    an_index n;
    const char **texts;

    an_yaml_texts(file, map, key, &n, &texts);
    if (n > 1 && !role->many)
        an_yaml_error(file, an_yaml_key_place(map, key), "S202", NULL,
                      "%s of %s takes one variable", key, item->analysis->id);
    for (an_index i = 0; texts && i < n; i++)
        item->binds[item->n_binds++] = (an_bind){role->name, texts[i]};
}

static an_index count_columns(const an_yaml *map)
{
    an_index n = 0;

    for (an_index i = 0; i < map->n; i++) n += an_yaml_count(map->item[i]);
    return n;
}

static void fail_key(an_yaml_file *file, const an_yaml *map, an_index i,
                     const an_analysis *a)
{
    const char *names[64];
    an_index n = 0;
    char noun[100];

    for (int k = 0; item_keys[k]; k++) names[n++] = item_keys[k];
    for (const an_role *r = a->roles; r->name && n < 64; r++) names[n++] = r->name;
    snprintf(noun, sizeof noun, "analysis %s: unknown key", a->id);
    an_yaml_error_name(file, map->key_place[i], "S201", noun, map->key[i], n, names);
}

static void load_columns(an_yaml_file *file, const an_yaml *map, an_plan_item *item)
{
    const an_analysis *a = item->analysis;

    item->binds = an_yaml_alloc(file, count_columns(map) + 32, sizeof *item->binds);
    for (an_index i = 0; item->binds && i < map->n; i++) {
        const an_role *role = role_of_key(a, map->key[i]);
        const bool is_general = is_item_key(map->key[i]);

        if (role && role->kind != AN_ROLE_SURV && role->kind != AN_ROLE_CAUSES)
            bind(file, map, map->key[i], role, item);
        else if (!is_general)
            fail_key(file, map, i, a);
        else if (!role && (strcmp(map->key[i], "by") == 0 ||
                           strcmp(map->key[i], "covariates") == 0 ||
                           strcmp(map->key[i], "strata") == 0 ||
                           strcmp(map->key[i], "cluster") == 0))
            an_yaml_error(file, map->key_place[i], "S201", NULL, "%s takes no %s", a->id,
                          map->key[i]);
    }
}

/* ---- Options ---- */

static void set_option(an_yaml_file *file, const an_yaml *map, an_index i,
                       an_plan_item *item)
{
    const an_yaml *value = map->item[i];
    an_buf text;
    an_status st;
    const an_setter to = {file->ctx, AN_ERR_STUDY, file->path, map->key_place[i].line,
                          map->key_place[i].column};

    an_buf_init(&text, file->ctx, 1 << 16);
    for (an_index k = 0; k < an_yaml_count(value); k++) {
        const an_yaml *one = an_yaml_at(value, k);

        an_buf_printf(&text, "%s%s", k ? "," : "", one->text ? one->text : "");
    }
    st = text.st;
    if (st == AN_OK)
        st = an_options_set_from(&to, item->options, map->key[i],
                                 text.data ? text.data : "");
    if (st == AN_ERR_MEMORY)
        file->out_of_memory = true;
    else if (st != AN_OK)
        file->n_errors++;
    an_buf_free(&text);
}

/* Days of the visits, for the time axis of pain: only when all are known. */
static void pain_times(an_yaml_file *file, const an_study *study, an_plan_item *item)
{
    const an_setter to = {.ctx = file->ctx, .status = AN_ERR_STUDY};
    an_buf text;
    bool known = study->n_visits > 0 && role_named(item->analysis, "followup");

    for (an_index i = 0; i < study->n_visits; i++) known &= !isnan(study->visits[i].at);
    if (!known || !has_param(item->analysis, "times")) return;
    an_buf_init(&text, file->ctx, 1 << 12);
    an_buf_puts(&text, "0");
    for (an_index i = 0; i < study->n_visits; i++) {
        an_buf_putc(&text, ',');
        an_buf_double(&text, study->visits[i].at);
    }
    if (text.st != AN_OK ||
        an_options_set_from(&to, item->options, "times", text.data) != AN_OK ||
        (has_param(item->analysis, "time_label") &&
         an_options_set_from(&to, item->options, "time_label",
                             "Days since start of radiotherapy") != AN_OK))
        file->out_of_memory = true;
    an_buf_free(&text);
}

/* The study's seed, unless the analysis is given its own. */
static void take_seed(an_yaml_file *file, const an_study *study, an_plan_item *item)
{
    const an_setter to = {.ctx = file->ctx, .status = AN_ERR_STUDY};
    char seed[32];

    if (!has_param(item->analysis, "seed")) return;
    snprintf(seed, sizeof seed, "%lld", (long long)study->seed);
    if (an_options_set_from(&to, item->options, "seed", seed) != AN_OK) file->n_errors++;
}

static void load_options(an_yaml_file *file, const an_yaml *map, const an_study *study,
                         an_plan_item *item)
{
    const an_yaml *options = an_yaml_get(map, "options");

    if (an_options_new(file->ctx, item->analysis, &item->options) != AN_OK) {
        file->out_of_memory = true;
        return;
    }
    pain_times(file, study, item);
    take_seed(file, study, item);
    if (!options) return;
    if (options->kind != AN_YAML_MAP) {
        an_yaml_error(file, options->place, "S202", "options: {conf_level: 0.9}",
                      "options must have names");
        return;
    }
    for (an_index i = 0; i < options->n; i++) set_option(file, options, i, item);
}

/* ---- One analysis ---- */

static const an_analysis *find_analysis(an_yaml_file *file, const an_yaml *node,
                                        const char *id)
{
    const an_analysis *a = an_analysis_find(id);
    const char **names;
    an_index n = 0;

    if (a) return a;
    names = an_yaml_alloc(file, an_analysis_count() + 1, sizeof *names);
    if (!names) return NULL;
    for (; n < an_analysis_count(); n++) names[n] = an_analysis_at(n)->id;
    names[n++] = "flow";
    an_yaml_error_name(file, node->place, "S205", "no analysis", id, n, names);
    return NULL;
}

static void load_event(an_yaml_file *file, const an_yaml *map, const an_study *study,
                       an_plan_item *item)
{
    const char *name = NULL, **names;

    item->n_competing = -1;
    an_yaml_text(file, map, "event", &name);
    if (an_yaml_get(map, "competing")) {
        an_yaml_texts(file, map, "competing", &item->n_competing, &item->competing);
        item->competing_place = an_yaml_key_place(map, "competing");
    }
    if (!name) return;
    item->event = an_study_event(study, name);
    if (item->event) return;
    names = an_yaml_alloc(file, study->n_events, sizeof *names);
    for (an_index i = 0; names && i < study->n_events; i++)
        names[i] = study->events[i].name;
    if (names)
        an_yaml_error_name(file, an_yaml_key_place(map, "event"), "S205", "no event",
                           name, study->n_events, names);
}

static void load_item(an_yaml_file *file, const an_yaml *node, const an_study *study,
                      an_plan_item *item)
{
    const char *id = NULL;

    item->place = node->place;
    if (node->kind == AN_YAML_SCALAR)
        id = node->text;
    else
        an_yaml_text(file, node, "analysis", &id);
    if (!id) {
        an_yaml_error(file, node->place, "S203", "analysis: km", "which analysis?");
        return;
    }
    item->key = id;
    if (strcmp(id, "flow") == 0) {
        item->title = "Flow of patients";
        an_yaml_text(file, node, "title", &item->title);
        return;
    }
    item->analysis = find_analysis(file, node, id);
    if (!item->analysis) return;
    an_yaml_text(file, node, "id", &item->key);
    an_yaml_text(file, node, "title", &item->title);
    an_yaml_text(file, node, "formula", &item->formula);
    an_yaml_text(file, node, "where", &item->where);
    an_yaml_text(file, node, "visit", &item->visit);
    item->formula_place = an_yaml_key_place(node, "formula");
    item->visit_place = an_yaml_key_place(node, "visit");
    load_event(file, node, study, item);
    load_columns(file, node, item);
    load_options(file, node, study, item);
}

/* Keys are the ids of numbers in the report: unique, by a number behind where need be. */
static void make_keys_unique(an_yaml_file *file, an_study *study)
{
    for (an_index i = 0; i < study->n_items; i++) {
        const char *key = study->items[i].key;
        int copies = 0;

        for (an_index j = 0; key && j < i; j++)
            if (study->items[j].key && strcmp(study->items[j].key, key) == 0) copies++;
        if (copies == 0) continue;
        study->items[i].key = an_arena_printf(file->mem, "%s_%d", key, copies + 1);
        if (!study->items[i].key) file->out_of_memory = true;
        i--; /* the new key may be taken as well */
    }
}

void an_load_plan(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    const an_yaml *list = an_yaml_get(root, "analyses");

    study->items = an_yaml_alloc(file, an_yaml_count(list), sizeof *study->items);
    for (an_index i = 0; study->items && i < an_yaml_count(list); i++)
        load_item(file, an_yaml_at(list, i), study, &study->items[study->n_items++]);
    if (study->n_items == 0)
        an_yaml_error(file, list ? list->place : root->place, "S203",
                      "analyses: [flow, ...]; anodyne list shows them",
                      "the study file asks for no analysis");
    make_keys_unique(file, study);
}
