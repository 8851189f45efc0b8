/* Sources joined by patient: which row of each source belongs to each row of the first. */
#include "study/study.h"

/* ---- Identifiers of one source ---- */

typedef struct identifiers {
    const an_table *table;
    const an_column *id;
    an_index n;
    int64_t *order; /* [n] rows sorted by identifier, missing left out */
} identifiers;

static int compare_text(an_span a, an_span b)
{
    const size_t n = a.size < b.size ? a.size : b.size;
    const int order = n ? memcmp(a.data, b.data, n) : 0;

    return order ? order : (a.size > b.size) - (a.size < b.size);
}

static int compare_rows(const void *self, int64_t a, int64_t b)
{
    const an_column *id = self;

    return compare_text(an_column_text(id, a), an_column_text(id, b));
}

static an_status sort_identifiers(an_ctx *ctx, an_arena *mem, identifiers *ids)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(ids->table);
    int64_t *work;

    AN_ALLOC(ids->order, mem, n);
    AN_ALLOC(work, mem, n);
    for (an_index i = 0; i < n; i++)
        if (!an_column_is_missing(ids->id, i)) ids->order[ids->n++] = i;
    an_order_by(ids->n, ids->order, work, compare_rows, ids->id);
done:
    return st;
}

/* Row with this identifier, or -1. */
static int64_t find_row(const identifiers *ids, an_span key)
{
    an_index low = 0, high = ids->n;

    while (low < high) {
        const an_index middle = low + (high - low) / 2;

        if (compare_text(an_column_text(ids->id, ids->order[middle]), key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == ids->n) return -1;
    if (compare_text(an_column_text(ids->id, ids->order[low]), key) != 0) return -1;
    return ids->order[low];
}

/* ---- Problems ---- */

static void report_missing_ids(an_ctx *ctx, const identifiers *ids)
{
    an_problem problem = {.severity = AN_ERROR,
                          .code = "D126",
                          .what = "the identifier is missing",
                          .why = "one row per patient is declared",
                          .advice = "fill the cell, or delete the row"};

    for (an_index i = 0; i < an_table_rows(ids->table); i++) {
        if (!an_column_is_missing(ids->id, i)) continue;
        an_table_address(ids->table, ids->id, i, &problem);
        an_problem_add(ctx, &problem);
    }
}

static void report_duplicates(an_ctx *ctx, const identifiers *ids)
{
    for (an_index k = 1; k < ids->n; k++) {
        const int64_t a = ids->order[k - 1], b = ids->order[k];
        char what[200];
        an_problem problem = {.severity = AN_ERROR,
                              .code = "D123",
                              .what = what,
                              .why = "one row per patient is declared (rows: patient)",
                              .advice = "delete or merge one of the two rows"};

        if (compare_rows(ids->id, a, b) != 0) continue;
        an_table_address(ids->table, ids->id, b, &problem);
        snprintf(what, sizeof what, "%s is the same as in row %lld", ids->id->name,
                 (long long)an_table_source_row(ids->table, a));
        an_problem_add(ctx, &problem);
    }
}

static void report_unmatched(an_ctx *ctx, const identifiers *ids, const bool *matched)
{
    an_problem problem = {.severity = AN_WARNING,
                          .code = "D128",
                          .what = "this patient is not in the first source; the row is "
                                  "not used"};

    for (an_index k = 0; k < ids->n; k++) {
        if (matched[ids->order[k]]) continue;
        an_table_address(ids->table, ids->id, ids->order[k], &problem);
        an_problem_add(ctx, &problem);
    }
}

/* ---- Joining ---- */

static an_status find_id(an_ctx *ctx, const an_study *study, const an_source_rule *s,
                         identifiers *ids)
{
    const an_index n = an_table_columns(ids->table);
    an_yaml_file file = {.ctx = ctx, .mem = study->mem, .path = study->path};
    const char **names;

    ids->id = an_table_find(ids->table, s->id);
    if (ids->id) return AN_OK;
    names = an_arena_alloc(study->mem, n, sizeof *names);
    if (!names) return an_fail_memory(ctx);
    for (an_index i = 0; i < n; i++) names[i] = an_table_column(ids->table, i)->name;
    an_yaml_error_name(&file, s->id_place, "S204", "id: the data have no column", s->id,
                       n, names);
    return AN_ERR_STUDY;
}

static an_status match(an_ctx *ctx, an_study *study, const identifiers *first,
                       const identifiers *ids, int64_t *row)
{
    an_status st = AN_OK;
    bool *matched;

    AN_ALLOC(matched, study->mem, an_table_rows(ids->table));
    for (an_index i = 0; i < an_table_rows(first->table); i++) {
        row[i] = -1;
        if (an_column_is_missing(first->id, i)) continue;
        row[i] = find_row(ids, an_column_text(first->id, i));
        if (row[i] >= 0) matched[row[i]] = true;
    }
    report_unmatched(ctx, ids, matched);
done:
    return st;
}

/* Rows of one identifier get one number. */
static an_status number_patients(an_ctx *ctx, an_study *study, const identifiers *ids)
{
    an_status st = AN_OK;
    int32_t patient = -1;

    AN_ALLOC(study->patient, study->mem, an_table_rows(ids->table));
    for (an_index i = 0; i < an_table_rows(ids->table); i++) study->patient[i] = -1;
    for (an_index k = 0; k < ids->n; k++) {
        if (k == 0 || compare_rows(ids->id, ids->order[k - 1], ids->order[k]) != 0)
            patient++;
        study->patient[ids->order[k]] = patient;
    }
done:
    return st;
}

static an_status join_source(an_ctx *ctx, an_study *study, const an_raw *raw, an_index k,
                             identifiers *first)
{
    an_status st = AN_OK;
    const an_source_rule *s = &study->sources[k];
    identifiers ids = {.table = raw->table[k]};

    if (!s->id) return AN_OK;
    AN_TRY(find_id(ctx, study, s, &ids));
    AN_TRY(sort_identifiers(ctx, study->mem, &ids));
    if (s->per_patient) {
        report_missing_ids(ctx, &ids);
        report_duplicates(ctx, &ids);
    } else if (k == 0) {
        AN_TRY(number_patients(ctx, study, &ids));
    }
    if (k == 0)
        *first = ids;
    else
        AN_TRY(match(ctx, study, first, &ids, raw->row[k]));
done:
    return st;
}

an_status an_data_join(an_ctx *ctx, an_study *study, an_raw *raw)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(raw->table[0]);
    identifiers first = {0};

    for (an_index k = 0; k < study->n_sources; k++) {
        AN_ALLOC(raw->row[k], study->mem, n);
        for (an_index i = 0; i < n; i++) raw->row[k][i] = k == 0 ? i : -1;
    }
    if (study->n_sources > 1 && !study->sources[0].id) {
        an_yaml_file file = {.ctx = ctx, .mem = study->mem, .path = study->path};

        an_yaml_error(&file, study->sources[0].place, "S203",
                      "id: the column that names the patient",
                      "several sources are joined by id; %s has none",
                      study->sources[0].name);
        st = AN_ERR_STUDY;
        goto done;
    }
    for (an_index k = 0; k < study->n_sources; k++)
        AN_TRY(join_source(ctx, study, raw, k, &first));
done:
    return st;
}
