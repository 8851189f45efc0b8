/* Text cells to the declared types. A cell that does not fit is a problem at its address,
 * never a guess. */
#include <anodyne/levels.h>

#include "study/study.h"

/* A variable while its cells are read. */
typedef struct typing {
    an_ctx *ctx;
    an_study *study;
    const an_raw *raw;
    const an_variable *v;
    const an_column *text; /* of the source */
    const int64_t *row;    /* [n] row of the source */
    an_index n;
    an_column out;
    uint8_t *valid;
    double *real;
    int32_t *code;
} typing;

static an_index source_of(const an_study *study, const an_variable *v)
{
    for (an_index k = 0; v->source && k < study->n_sources; k++)
        if (strcmp(study->sources[k].name, v->source) == 0) return k;
    return 0;
}

void an_data_problem(an_ctx *ctx, const an_study *study, const an_raw *raw,
                     const an_variable *v, an_index i, an_problem *problem)
{
    const an_index k = source_of(study, v);
    const an_table *table = raw->table[k];
    const an_column *column =
        v->derivation == AN_FROM_COLUMN ? an_table_find(table, v->column) : NULL;
    const int64_t row = raw->row[k][i];

    problem->severity = problem->severity ? problem->severity : AN_ERROR;
    if (row >= 0) an_table_address(table, column, row, problem);
    an_problem_add(ctx, problem);
}

static void cell_problem(const typing *t, an_index i, const char *code, const char *what,
                         const char *why, const char *advice)
{
    an_problem problem = {
        .severity = AN_ERROR, .code = code, .what = what, .why = why, .advice = advice};

    an_data_problem(t->ctx, t->study, t->raw, t->v, i, &problem);
}

/* ---- Cells ---- */

/* The cell, or size 0: empty, NA, a declared missing code, or no row in this source. */
static an_span cell_of(const typing *t, an_index i)
{
    const an_span none = {0};
    an_span cell;

    if (t->row[i] < 0 || an_column_is_missing(t->text, t->row[i])) return none;
    cell = an_column_text(t->text, t->row[i]);
    if (cell.size == 2 && memcmp(cell.data, "NA", 2) == 0) return none;
    for (an_index k = 0; k < t->v->n_missing; k++)
        if (strlen(t->v->missing[k]) == cell.size &&
            memcmp(t->v->missing[k], cell.data, cell.size) == 0)
            return none;
    return cell;
}

bool an_data_is_blank(const an_study *study, const an_raw *raw, const an_variable *v,
                      an_index i)
{
    const an_index k = source_of(study, v);
    const typing t = {.raw = raw,
                      .v = v,
                      .text = v->derivation == AN_FROM_COLUMN
                                  ? an_table_find(raw->table[k], v->column)
                                  : NULL,
                      .row = raw->row[k]};

    return !t.text || cell_of(&t, i).size == 0;
}

static void set_valid(const typing *t, an_index i)
{
    t->valid[i / 8] |= (uint8_t)(1u << (i % 8));
}

static bool span_is(an_span cell, const char *text)
{
    return strlen(text) == cell.size && memcmp(cell.data, text, cell.size) == 0;
}

/* ---- Numbers ---- */

static void check_range(const typing *t, an_index i, double x)
{
    char what[300], low[32], high[32];

    if (isnan(t->v->min) || (x >= t->v->min && x <= t->v->max)) return;
    an_format_double(t->v->min, low);
    an_format_double(t->v->max, high);
    snprintf(what, sizeof what, "%s is outside %s to %s%s%s", t->v->name, low, high,
             t->v->unit ? " " : "", t->v->unit ? t->v->unit : "");
    cell_problem(t, i, "D117", what, NULL,
                 "correct the cell, or declare a code under missing:");
}

static void read_number(typing *t, an_index i, an_span cell)
{
    char what[200];
    double x;

    snprintf(what, sizeof what, "%.100s is not a number", t->v->name);
    if (!an_parse_double(cell.data, cell.size, &x)) {
        const an_number_fault fault = an_number_fault_of(cell.data, cell.size);

        cell_problem(t, i, "D118", what, fault.why,
                     fault.advice
                         ? fault.advice
                         : "correct the cell, or declare the text under missing:");
        return;
    }
    snprintf(what, sizeof what, "%.100s is not a whole number", t->v->name);
    if (t->v->type == AN_VAR_INTEGER && x != floor(x))
        cell_problem(t, i, "D129", what, NULL, "correct the cell, or type: number");
    check_range(t, i, x);
    t->real[i] = x;
    set_valid(t, i);
}

/* ---- Yes and no ---- */

/* 1, 0, or -1: neither. Levels named yes and no add spellings. */
static int yes_or_no(const an_variable *v, an_span cell)
{
    static const char *const yes[] = {"yes",  "Yes", "YES", "y",  "Y",    "true", "True",
                                      "TRUE", "1",   "是",  "有", "阳性", NULL};
    static const char *const no[] = {"no",    "No", "NO", "n",  "N",    "false", "False",
                                     "FALSE", "0",  "否", "无", "阴性", NULL};

    for (an_index k = 0; k < v->n_levels; k++)
        for (an_index s = 0; s < v->levels[k].n_spellings; s++)
            if (span_is(cell, v->levels[k].spelling[s]))
                return strcmp(v->levels[k].name, "yes") == 0 ||
                       strcmp(v->levels[k].name, "true") == 0;
    for (int k = 0; yes[k]; k++)
        if (span_is(cell, yes[k])) return 1;
    for (int k = 0; no[k]; k++)
        if (span_is(cell, no[k])) return 0;
    return -1;
}

static void read_logical(typing *t, an_index i, an_span cell)
{
    const int answer = yes_or_no(t->v, cell);
    char what[200];

    snprintf(what, sizeof what, "%.100s is neither yes nor no", t->v->name);
    if (answer < 0) {
        cell_problem(t, i, "D132", what, NULL,
                     "write yes or no, or declare levels: {yes: [..], no: [..]}");
        return;
    }
    t->code[i] = answer;
    set_valid(t, i);
}

/* ---- Categories ---- */

static an_index find_level(const an_variable *v, an_span cell)
{
    an_index others = -1;

    for (an_index k = 0; k < v->n_levels; k++) {
        if (span_is(cell, v->levels[k].name)) return k;
        for (an_index s = 0; s < v->levels[k].n_spellings; s++)
            if (span_is(cell, v->levels[k].spelling[s])) return k;
        if (v->levels[k].others) others = k;
    }
    return others;
}

static void read_level(typing *t, an_index i, an_span cell)
{
    const an_index level = find_level(t->v, cell);
    char what[200];

    snprintf(what, sizeof what, "%.100s is none of its declared levels", t->v->name);
    if (level < 0) {
        cell_problem(t, i, "D119", what, NULL,
                     "correct the cell, or add the spelling to a level");
        return;
    }
    t->code[i] = (int32_t)level;
    set_valid(t, i);
}

static an_status publish_levels(typing *t)
{
    an_status st = AN_OK;
    an_ctx *ctx = t->ctx;
    const an_variable *v = t->v;
    const char **levels, **zh;
    bool has_zh = false;

    AN_ALLOC(levels, t->study->mem, v->n_levels);
    AN_ALLOC(zh, t->study->mem, v->n_levels);
    for (an_index k = 0; k < v->n_levels; k++) {
        levels[k] = v->levels[k].name;
        zh[k] = v->levels[k].name_zh ? v->levels[k].name_zh : v->levels[k].name;
        has_zh |= v->levels[k].name_zh != NULL;
        if (v->reference && strcmp(v->reference, levels[k]) == 0) t->out.reference = k;
    }
    t->out.levels = levels;
    t->out.levels_zh = has_zh ? zh : NULL;
    t->out.n_levels = v->n_levels;
done:
    return st;
}

/* A category without declared levels: the texts that occur, sorted. */
static an_status collect_levels(typing *t)
{
    an_status st = AN_OK;
    an_ctx *ctx = t->ctx;
    an_vector v = {0};
    int64_t *row;
    an_vector taken;

    AN_TRY(an_vector_of_column(ctx, t->study->mem,
                               t->raw->table[source_of(t->study, t->v)], t->text, &v));
    AN_ALLOC(row, t->study->mem, t->n);
    for (an_index i = 0; i < t->n; i++) {
        const an_span cell = cell_of(t, i);

        t->code[i] = -1;
        if (cell.size == 0) continue;
        t->code[i] = v.code[t->row[i]];
        set_valid(t, i);
    }
    v.code = t->code;
    for (an_index i = 0; i < t->n; i++) row[i] = i;
    AN_TRY(an_vector_take(ctx, t->study->mem, &v, t->n, row, &taken));
    for (an_index i = 0; i < t->n; i++) t->code[i] = taken.code[i];
    t->out.levels = taken.levels;
    t->out.n_levels = taken.n_levels;
done:
    return st;
}

/* ---- Vertebral levels ---- */

/* The set itself for now; an_data_levels() makes levels of it. */
static void read_vertebrae(typing *t, an_index i, an_span cell)
{
    size_t at;
    an_levels set;
    const an_levels_fault fault = an_levels_read(cell.data, cell.size, &set, &at);
    char what[200], why[200];

    if (fault) {
        snprintf(what, sizeof what, "%.100s is not vertebral levels", t->v->name);
        snprintf(why, sizeof why, "%s, at byte %zu", an_levels_fault_text(fault), at + 1);
        cell_problem(t, i, "D137", what, why, "write T10-L1, or T9, T11");
        return;
    }
    t->code[i] = (int32_t)set;
    set_valid(t, i);
}

/* ---- One variable ---- */

static an_status read_text(typing *t)
{
    an_status st = AN_OK;
    an_ctx *ctx = t->ctx;
    int64_t *offset;
    char *text;
    size_t size = 0;

    for (an_index i = 0; i < t->n; i++) size += cell_of(t, i).size;
    AN_ALLOC(offset, t->study->mem, t->n + 1);
    AN_ALLOC(text, t->study->mem, (an_index)size + 1);
    for (an_index i = 0; i < t->n; i++) {
        const an_span cell = cell_of(t, i);

        if (cell.size) {
            memcpy(text + offset[i], cell.data, cell.size);
            set_valid(t, i);
        }
        offset[i + 1] = offset[i] + (int64_t)cell.size;
    }
    t->out.offset = offset;
    t->out.text = text;
done:
    return st;
}

static void read_cells(typing *t, void (*read)(typing *, an_index, an_span))
{
    for (an_index i = 0; i < t->n; i++) {
        const an_span cell = cell_of(t, i);

        if (t->real) t->real[i] = (double)NAN;
        if (cell.size) read(t, i, cell);
    }
}

static an_status read_dates(typing *t)
{
    an_status st = AN_OK;
    an_ctx *ctx = t->ctx;
    an_span *cells;

    AN_ALLOC(cells, t->study->mem, t->n);
    for (an_index i = 0; i < t->n; i++) cells[i] = cell_of(t, i);
    an_data_read_dates(ctx, t->study, t->raw, t->v, t->n, cells, t->code, t->valid);
done:
    return st;
}

static an_status read_by_type(typing *t)
{
    static const an_type types[] = {AN_REAL,    AN_INTEGER, AN_FACTOR, AN_DATE,
                                    AN_LOGICAL, AN_TEXT,    AN_FACTOR};
    an_status st = AN_OK;
    an_ctx *ctx = t->ctx;

    t->out.type = types[t->v->type];
    AN_ALLOC(t->valid, t->study->mem, t->n / 8 + 1);
    if (t->v->type == AN_VAR_TEXT) {
        AN_TRY(read_text(t));
    } else if (t->v->type == AN_VAR_NUMBER || t->v->type == AN_VAR_INTEGER) {
        AN_ALLOC(t->real, t->study->mem, t->n);
        read_cells(t, read_number);
    } else {
        AN_ALLOC(t->code, t->study->mem, t->n);
        if (t->v->type == AN_VAR_DATE) AN_TRY(read_dates(t));
        if (t->v->type == AN_VAR_VERTEBRAE) {
            read_cells(t, read_vertebrae);
            AN_TRY(an_data_levels(ctx, t->study->mem, t->n, t->code, &t->out));
        }
        if (t->v->type == AN_VAR_LOGICAL) read_cells(t, read_logical);
        if (t->v->type == AN_VAR_CATEGORY && t->v->n_levels) read_cells(t, read_level);
        if (t->v->type == AN_VAR_CATEGORY && t->v->n_levels) AN_TRY(publish_levels(t));
        if (t->v->type == AN_VAR_CATEGORY && !t->v->n_levels) AN_TRY(collect_levels(t));
    }
done:
    return st;
}

static an_status find_column(typing *t, const an_table *table)
{
    const an_index n = an_table_columns(table);
    an_yaml_file file = {.ctx = t->ctx, .mem = t->study->mem, .path = t->study->path};
    const char **names;

    t->text = an_table_find(table, t->v->column);
    if (t->text) return AN_OK;
    names = an_arena_alloc(t->study->mem, n, sizeof *names);
    if (!names) return an_fail_memory(t->ctx);
    for (an_index i = 0; i < n; i++) names[i] = an_table_column(table, i)->name;
    an_yaml_error_name(&file, t->v->column_place, "S204", "the data have no column",
                       t->v->column, n, names);
    return AN_ERR_STUDY;
}

an_status an_data_type(an_ctx *ctx, an_study *study, const an_raw *raw,
                       const an_variable *v)
{
    an_status st = AN_OK;
    const an_index k = source_of(study, v);
    typing t = {.ctx = ctx,
                .study = study,
                .raw = raw,
                .v = v,
                .row = raw->row[k],
                .n = an_table_rows(raw->table[0])};

    AN_TRY(find_column(&t, raw->table[k]));
    t.out = (an_column){.name = v->name,
                        .label = v->label,
                        .label_zh = v->label_zh,
                        .unit = v->unit,
                        .source_column = k == 0 ? t.text->source_column : 0};
    AN_TRY(read_by_type(&t));
    t.out.valid = t.valid;
    t.out.real = t.real;
    t.out.code = t.code;
    AN_TRY(an_table_add(ctx, study->table, &t.out));
done:
    return st;
}
