/* The study file: top level, sources, report; the other keys are in load_*.c. */
#include "study/study.h"

enum { MOST_ROWS = 1 << 20 };                           /* of a sheet of Excel */
enum { FIGURE_WIDTH_MIN = 80, FIGURE_WIDTH_MAX = 400 }; /* mm, as a figure takes them */

/* ---- Look-up ---- */

an_variable *an_study_variable(const an_study *study, const char *name)
{
    for (an_index i = 0; i < study->n_variables; i++)
        if (strcmp(study->variables[i].name, name) == 0) return &study->variables[i];
    return NULL;
}

an_event_rule *an_study_event(const an_study *study, const char *name)
{
    for (an_index i = 0; i < study->n_events; i++)
        if (strcmp(study->events[i].name, name) == 0) return &study->events[i];
    return NULL;
}

const char **an_study_variable_names(an_yaml_file *file, const an_study *study)
{
    const char **names = an_yaml_alloc(file, study->n_variables, sizeof *names);

    for (an_index i = 0; names && i < study->n_variables; i++)
        names[i] = study->variables[i].name;
    return names;
}

/* ---- study: ---- */

static void load_header(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    static const char *const keys[] = {"id", "title", "language", "seed", NULL};
    static const char *const languages[] = {"en", "zh", NULL};
    const an_yaml *map = an_yaml_get(root, "study");
    double seed = 1;
    int language = 0;

    study->id = "study";
    study->title = "Study";
    study->seed = 1;
    study->language = "en";
    if (!map || !an_yaml_check_map(file, map, "study", keys)) return;
    an_yaml_text(file, map, "id", &study->id);
    an_yaml_label(file, map, "title", &study->title, &study->title_zh);
    an_yaml_choice(file, map, "language", languages, &language);
    an_yaml_number(file, map, "seed", &seed);
    if (!(seed >= 0 && seed <= 1e15 && seed == floor(seed)))
        an_yaml_error(file, an_yaml_key_place(map, "seed"), "S202", NULL,
                      "seed must be a whole number from 0 to 10^15");
    study->seed = (int64_t)seed;
    study->language = languages[language];
}

/* ---- sources: ---- */

static const char *beside(an_yaml_file *file, const an_study *study, const char *path)
{
    const char *full = path;

    if (path[0] != '/' && *study->folder)
        full = an_arena_printf(file->mem, "%s/%s", study->folder, path);
    if (!full) file->out_of_memory = true;
    return full;
}

static void load_delimiter(an_yaml_file *file, const an_yaml *map, an_source_rule *s)
{
    const char *text = NULL;

    an_yaml_text(file, map, "delimiter", &text);
    if (!text) return;
    if (strcmp(text, "tab") == 0) text = "\t";
    if (strlen(text) == 1 && strchr(",;|\t", text[0]))
        s->file.delimiter = text[0];
    else
        an_yaml_error(file, an_yaml_key_place(map, "delimiter"), "S208",
                      "one of: , ; | tab", "delimiter: no such choice `%s`", text);
}

static void load_header_row(an_yaml_file *file, const an_yaml *map, an_source_rule *s)
{
    double row = 0;

    an_yaml_number(file, map, "header_row", &row);
    if (row != floor(row) || row < 0 || row > MOST_ROWS)
        an_yaml_error(file, an_yaml_key_place(map, "header_row"), "S206", "header_row: 3",
                      "header_row must be the number of a row");
    else
        s->file.header_row = (an_index)row;
}

static void load_source(an_yaml_file *file, const an_yaml *map, const char *name,
                        an_study *study, an_source_rule *s)
{
    static const char *const keys[] = {"file",     "sheet", "header_row", "delimiter",
                                       "encoding", "rows",  "id",         NULL};
    static const char *const rows[] = {"patient", "any", NULL};
    const char *path = NULL;
    int unit = 0;

    s->name = name;
    s->place = map->place;
    if (!an_yaml_check_map(file, map, "sources", keys)) return;
    an_yaml_text(file, map, "file", &path);
    if (!path)
        an_yaml_error(file, map->place, "S203", "file: cohort.xlsx",
                      "source %s has no file", name);
    s->file.path = path ? beside(file, study, path) : NULL;
    an_yaml_text(file, map, "sheet", &s->file.sheet);
    an_yaml_text(file, map, "encoding", &s->file.encoding);
    load_header_row(file, map, s);
    load_delimiter(file, map, s);
    an_yaml_choice(file, map, "rows", rows, &unit);
    an_yaml_text(file, map, "id", &s->id);
    s->id_place = an_yaml_key_place(map, "id");
    s->per_patient = unit == 0;
    if (study->n_sources > 0 && !s->id)
        an_yaml_error(file, s->place, "S203", "id: the column that names the patient",
                      "source %s has no id, by which it could be joined", name);
}

static void load_sources(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    const an_yaml *map = an_yaml_get(root, "sources");

    if (!map || map->kind != AN_YAML_MAP || map->n == 0) {
        an_yaml_error(file, map ? map->place : root->place, "S203",
                      "sources:\n       clinic: {file: cohort.xlsx}",
                      "the study file names no source of data");
        return;
    }
    study->sources = an_yaml_alloc(file, map->n, sizeof *study->sources);
    for (an_index i = 0; study->sources && i < map->n; i++) {
        load_source(file, map->item[i], map->key[i], study, &study->sources[i]);
        study->n_sources++;
    }
}

/* ---- report: ---- */

static void load_figure_width(an_yaml_file *file, const an_yaml *map, an_study *study)
{
    double *width = &study->report.figure_width_mm;

    an_yaml_number(file, map, "figure_width", width);
    if (*width >= FIGURE_WIDTH_MIN && *width <= FIGURE_WIDTH_MAX) return;
    if (an_yaml_get(map, "figure_width"))
        an_yaml_error(file, an_yaml_key_place(map, "figure_width"), "S206",
                      "85 is one column of a journal, 170 two",
                      "figure_width must lie in %d to %d mm", FIGURE_WIDTH_MIN,
                      FIGURE_WIDTH_MAX);
}

static void load_report(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    static const char *const keys[] = {"title", "language", "figure_width", "output",
                                       NULL};
    static const char *const languages[] = {"en", "zh", NULL};
    const an_yaml *map = an_yaml_get(root, "report");
    const char *zh = NULL;
    int language = strcmp(study->language, "zh") == 0;

    study->report = (an_study_report){.id = study->id, .title = study->title};
    if (map && an_yaml_check_map(file, map, "report", keys)) {
        an_yaml_label(file, map, "title", &study->report.title, &zh);
        an_yaml_choice(file, map, "language", languages, &language);
        load_figure_width(file, map, study);
        an_yaml_text(file, map, "output", &study->report.output);
    }
    study->report.language = languages[language];
    if (language == 1 && (zh || study->title_zh))
        study->report.title = zh ? zh : study->title_zh;
}

/* ---- The whole ---- */

static const char *const top_keys[] = {"study",    "sources",   "variables", "time_zero",
                                       "events",   "censoring", "pain",      "population",
                                       "analyses", "report",    "questions", NULL};

/* What `anodyne init` could not know stays an error until it is answered. */
static void load_questions(an_yaml_file *file, const an_yaml *root)
{
    const an_yaml *list = an_yaml_get(root, "questions");

    for (an_index i = 0; i < an_yaml_count(list); i++) {
        const an_yaml *item = an_yaml_at(list, i);

        an_yaml_error(file, item->place, "S209",
                      "answer it where the comment says, then delete this line",
                      "open question: %.400s",
                      item->kind == AN_YAML_SCALAR ? item->text : "");
    }
}

static void load_all(an_yaml_file *file, const an_yaml *root, an_study *study)
{
    if (!an_yaml_check_map(file, root, "study file", top_keys)) return;
    load_header(file, root, study);
    load_sources(file, root, study);
    an_load_variables(file, root, study);
    an_load_events(file, root, study);
    an_load_pain(file, root, study);
    an_load_population(file, root, study);
    an_load_plan(file, root, study);
    load_report(file, root, study);
    load_questions(file, root);
    if (!file->out_of_memory) an_load_check(file, study);
}

static char *folder_of(an_arena *mem, const char *path)
{
    const char *slash = strrchr(path, '/');

    if (!slash) return an_arena_strdup(mem, "");
    return an_arena_strndup(mem, path, slash == path ? 1 : (size_t)(slash - path));
}

/* A table in the place of the study file is taken for the wrong argument. */
static an_status refuse_table(an_ctx *ctx, const char *path)
{
    static const char *const kinds[] = {".csv", ".tsv",  ".txt", ".xlsx",
                                        ".xls", ".xlsm", ".sav", NULL};
    const char *dot = strrchr(path, '.');
    char what[300], advice[300];

    for (int k = 0; dot && kinds[k]; k++) {
        if (strcmp(dot, kinds[k]) != 0) continue;
        snprintf(what, sizeof what, "%.200s is a table, not a study file", path);
        snprintf(advice, sizeof advice, "anodyne init %.200s writes a first study file",
                 path);
        return an_fail_with(
            ctx, AN_ERR_STUDY,
            &(an_problem){
                .severity = AN_ERROR, .code = "S202", .what = what, .advice = advice});
    }
    return AN_OK;
}

an_status an_study_load(an_ctx *ctx, const char *path, an_study **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_yaml_file file = {.ctx = ctx, .mem = mem, .path = path};
    an_study *study = NULL;
    an_yaml *root;

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(refuse_table(ctx, path));
    AN_ALLOC(study, mem, 1);
    study->mem = mem;
    study->path = an_arena_strdup(mem, path);
    study->folder = folder_of(mem, path);
    if (!study->path || !study->folder) {
        st = an_fail_memory(ctx);
        goto done;
    }
    AN_TRY(an_yaml_read(&file, &root));
    load_all(&file, root, study);
    if (file.out_of_memory)
        st = an_fail_memory(ctx);
    else if (file.n_errors > 0)
        st = AN_ERR_STUDY;
    else
        *out = study;
done:
    if (st != AN_OK && study)
        an_study_free(study);
    else if (st != AN_OK)
        an_arena_free(mem);
    return st;
}

void an_study_free(an_study *study)
{
    if (!study) return;
    for (an_index i = 0; i < study->n_items; i++) {
        an_options_free(study->items[i].options);
        an_frame_free(study->items[i].frame);
    }
    an_table_free(study->table);
    an_arena_free(study->mem);
}

const an_study_report *an_study_report_settings(const an_study *study)
{
    return &study->report;
}

const an_table *an_study_table(const an_study *study)
{
    return study->table;
}
