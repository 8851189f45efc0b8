/*
 * Profiles as rows of the design. The columns that the model reads get the profiles as further rows, and every
 * variable is evaluated on all of them: so a factor has the levels, and a comparison the meaning, that it has in
 * the data.
 */
#include "study/profile.h"

#include "study/frame_builder.h"

enum { MOST_PROFILES = 100, MOST_COLUMNS = 100 };

/* One "name = value". */
typedef struct given {
    const char *name, *value;
    size_t at; /* of the name in the text */
    an_index profile;
} given;

typedef struct reader {
    an_ctx *ctx;
    an_arena *mem;
    const an_frame *frame;
    an_builder b; /* of the design, with ctx and table of this reading */
    an_source source;
    an_index n_profiles, n_given, given_capacity;
    given *given;
    an_index n_columns;
    const an_column *column[MOST_COLUMNS]; /* that the variables are made of */
} reader;

/* ---- The text ---- */

static size_t skip_blanks(const char *text, size_t at)
{
    while (text[at] == ' ' || text[at] == '\t' || text[at] == '\n') at++;
    return at;
}

/* A name or value from *at: in quotes whatever they hold, else up to one of `ends`, without blanks at its end. */
static an_status take_word(reader *r, const char *ends, size_t *at, const char **out)
{
    const char *text = r->source.text;
    const size_t first = *at = skip_blanks(text, *at);
    const char quote = text[first];
    size_t last;

    if (quote == '"' || quote == '\'' || quote == '`') {
        const char *close = strchr(text + first + 1, quote);

        if (!close)
            return an_source_fail(r->ctx, &r->source, "U110", first, NULL,
                                  "a quote is not closed");
        last = (size_t)(close - text);
        *at = skip_blanks(text, last + 1);
        *out = an_arena_strndup(r->mem, text + first + 1, last - first - 1);
    } else {
        last = *at = first + strcspn(text + first, ends);
        while (last > first && (text[last - 1] == ' ' || text[last - 1] == '\t')) last--;
        *out = an_arena_strndup(r->mem, text + first, last - first);
    }
    if (!*out) return an_fail_memory(r->ctx);
    return AN_OK;
}

static an_status take_given(reader *r, size_t *at)
{
    an_status st = AN_OK;
    an_ctx *ctx = r->ctx;
    const char *text = r->source.text;
    given g = {.at = skip_blanks(text, *at), .profile = r->n_profiles - 1};
    given *room =
        an_arena_room(r->mem, r->given, r->n_given, &r->given_capacity, sizeof *r->given);

    if (!room) return an_fail_memory(ctx);
    r->given = room;
    *at = g.at;
    AN_TRY(take_word(r, "=,;", at, &g.name));
    if (!*g.name || text[*at] != '=')
        return an_source_fail(ctx, &r->source, "U110", g.at,
                              "a profile reads: age = 60, sex = F; age = 70, sex = M",
                              "here a name and \"=\" are expected");
    (*at)++;
    AN_TRY(take_word(r, "=,;", at, &g.value));
    if (!*g.value)
        return an_source_fail(ctx, &r->source, "U110", g.at, NULL, "%s has no value",
                              g.name);
    r->given[r->n_given++] = g;
done:
    return st;
}

static an_status read_text(reader *r)
{
    an_status st = AN_OK;
    const char *text = r->source.text;
    size_t at = 0;

    r->n_profiles = 1;
    for (;;) {
        AN_TRY(take_given(r, &at));
        if (text[at] == ';') {
            if (!text[skip_blanks(text, at + 1)]) break; /* a last one ends the list */
            r->n_profiles++;
        } else if (!text[at]) {
            break;
        } else if (text[at] != ',') {
            return an_source_fail(r->ctx, &r->source, "U110", at, NULL,
                                  "between values stands \",\", between profiles \";\"");
        }
        if (r->n_profiles > MOST_PROFILES)
            return an_source_fail(r->ctx, &r->source, "U110", at, NULL,
                                  "there are more than %d profiles", MOST_PROFILES);
        at++;
    }
done:
    return st;
}

/* ---- The columns of the model ---- */

static an_status add_columns(reader *r, const an_expr *e)
{
    an_status st = AN_OK;
    const an_column *column = NULL;

    if (e->kind == AN_EXPR_NAME) column = an_table_find(r->b.table, e->text);
    for (an_index k = 0; k < r->n_columns && column; k++)
        if (r->column[k] == column) column = NULL;
    if (column && r->n_columns == MOST_COLUMNS)
        return an_source_fail(r->ctx, &r->source, "U121", 0, NULL,
                              "the model is made of more than %d columns", MOST_COLUMNS);
    if (column) r->column[r->n_columns++] = column;
    for (an_index i = an_expr_is_call(e, "=") ? 1 : 0; i < e->n_args; i++)
        AN_TRY(add_columns(r, e->args[i]));
done:
    return st;
}

static an_status find_columns(reader *r)
{
    an_status st = AN_OK;

    for (an_index i = 0; i < r->b.formula.vars.n; i++)
        AN_TRY(add_columns(r, r->b.formula.vars.e[i]));
    for (an_index i = 0; i < r->b.formula.offset.n; i++)
        AN_TRY(add_columns(r, r->b.formula.offset.e[i]));
done:
    return st;
}

static const given *given_of(const reader *r, an_index profile, const char *name)
{
    for (an_index i = 0; i < r->n_given; i++)
        if (r->given[i].profile == profile && strcmp(r->given[i].name, name) == 0)
            return &r->given[i];
    return NULL;
}

/* "age, sex" of the columns that `profile` lacks; of all with profile -1. */
static const char *list_columns(const reader *r, an_index profile)
{
    const char *list = "";

    for (an_index k = 0; k < r->n_columns && list; k++)
        if (profile < 0 || !given_of(r, profile, r->column[k]->name))
            list = an_arena_printf(r->mem, "%s%s%s", list, *list ? ", " : "",
                                   r->column[k]->name);
    return list ? list : "";
}

static an_status check_names(const reader *r)
{
    for (an_index i = 0; i < r->n_given; i++) {
        const given *g = &r->given[i];
        bool known = false;

        for (an_index k = 0; k < r->n_columns; k++)
            known |= strcmp(r->column[k]->name, g->name) == 0;
        if (!known)
            return an_source_fail(
                r->ctx, &r->source, "U122", g->at,
                an_arena_printf(r->mem, "the variables are: %s", list_columns(r, -1)),
                "%s is no variable of the model", g->name);
        if (given_of(r, g->profile, g->name) != g)
            return an_source_fail(r->ctx, &r->source, "U122", g->at, NULL,
                                  "%s is given twice in one profile", g->name);
    }
    for (an_index p = 0; p < r->n_profiles; p++) {
        const char *missing = list_columns(r, p);

        if (*missing)
            return an_source_fail(r->ctx, &r->source, "U122", 0,
                                  "give a value to every variable: nothing is assumed",
                                  "profile %lld of %lld lacks %s", (long long)p + 1,
                                  (long long)r->n_profiles, missing);
    }
    return AN_OK;
}

/* ---- Values ---- */

static an_status fail_value(const reader *r, const given *g, const char *need)
{
    return an_source_fail(r->ctx, &r->source, "U113", g->at, NULL, "%s = %s is not %s",
                          g->name, g->value, need);
}

static an_status read_level(const reader *r, const an_vector *v, const given *g,
                            int32_t *code)
{
    const char *nearest;

    for (an_index l = 0; l < v->n_levels; l++)
        if (strcmp(v->levels[l], g->value) == 0) {
            *code = (int32_t)l;
            return AN_OK;
        }
    nearest = an_vector_nearest_level(r->mem, v, r->b.n_rows, g->value);
    return an_source_fail(
        r->ctx, &r->source, "U115", g->at,
        nearest ? an_arena_printf(r->mem, "did you mean \"%s\"?", nearest) : NULL,
        "%s has no value \"%s\"", g->name, g->value);
}

static an_status read_number(const reader *r, an_type type, const given *g, double *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "0", "1"};
    int32_t days;

    if (type == AN_LOGICAL) {
        for (int k = 0; k < 6; k++)
            if (an_same_word(g->value, words[k])) {
                *out = k % 2;
                return AN_OK;
            }
        return fail_value(r, g, "yes or no");
    }
    if (type == AN_DATE) {
        if (!an_parse_date_iso(g->value, strlen(g->value), &days))
            return fail_value(r, g, "a date (yyyy-mm-dd)");
        *out = days;
        return AN_OK;
    }
    return an_parse_double(g->value, strlen(g->value), out) && isfinite(*out)
               ? AN_OK
               : fail_value(r, g, "a number");
}

/* A column with the profiles below its rows. */
static an_status extend(reader *r, const an_column *column, an_table *table)
{
    an_status st = AN_OK;
    an_ctx *ctx = r->ctx;
    const an_index n = r->b.n_rows, all = n + r->n_profiles;
    an_column longer = *column;
    an_vector v = {0};
    double *real = NULL;
    int32_t *code = NULL;
    uint8_t *valid;

    AN_TRY(an_vector_of_column(ctx, r->mem, r->b.table, column, &v));
    AN_ALLOC(valid, r->mem, all / 8 + 1);
    AN_ALLOC(real, r->mem, all);
    AN_ALLOC(code, r->mem, all);
    for (an_index i = 0; i < all; i++) {
        const given *g = i < n ? NULL : given_of(r, i - n, column->name);

        if (!g || v.code)
            code[i] = g ? 0 : v.code ? v.code[i] : isnan(v.x[i]) ? 0 : (int32_t)v.x[i];
        if (g && v.code) AN_TRY(read_level(r, &v, g, &code[i]));
        if (!v.code) real[i] = g ? 0 : v.x[i];
        if (g && !v.code) {
            AN_TRY(read_number(r, column->type, g, &real[i]));
            code[i] = column->type == AN_REAL ? 0 : (int32_t)real[i];
        }
        if (g || !an_vector_missing(&v, i)) valid[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    longer.valid = valid;
    longer.offset = NULL;
    longer.text = NULL;
    if (v.code) {
        longer.type = AN_FACTOR;
        longer.n_levels = v.n_levels;
        longer.levels = v.levels;
        longer.reference = v.reference;
    }
    longer.code =
        v.code || column->type == AN_LOGICAL || column->type == AN_DATE ? code : NULL;
    longer.real = longer.code ? NULL : real;
    st = an_table_add(ctx, table, &longer);
done:
    return st;
}

/* ---- Rows of the design ---- */

/* Code of the design for level `label` of a factor whose levels on all rows are full's; -1: no row used has it. */
static int32_t used_code(const reader *r, const an_part *part, const char *label)
{
    for (an_index l = 0; l < part->full.n_levels; l++) {
        if (strcmp(part->full.levels[l], label) != 0) continue;
        for (an_index i = 0; i < r->frame->n; i++)
            if (part->full.code[r->frame->row[i]] == l) return part->used.code[i];
    }
    return -1;
}

static an_status fail_undefined(const reader *r, const an_part *part, an_index profile)
{
    return an_source_fail(r->ctx, &r->source, "U113", 0, NULL,
                          "%s is not defined in profile %lld", part->full.name,
                          (long long)profile + 1);
}

/* The profiles' values of one variable, coded as in the design. */
static an_status take_profiles(const reader *r, const an_part *part, const an_vector *all,
                               an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = r->ctx;
    const an_index n = r->b.n_rows - r->n_profiles;
    double *x = NULL;
    int32_t *code = NULL;

    *out = part->used;
    AN_ALLOC(x, r->mem, r->n_profiles);
    AN_ALLOC(code, r->mem, r->n_profiles);
    for (an_index p = 0; p < r->n_profiles; p++) {
        if (an_vector_missing(all, n + p)) return fail_undefined(r, part, p);
        if (all->x) {
            x[p] = all->x[n + p];
            if (!isfinite(x[p])) return fail_undefined(r, part, p);
            continue;
        }
        code[p] = used_code(r, part, all->levels[all->code[n + p]]);
        if (code[p] < 0)
            return an_source_fail(r->ctx, &r->source, "U115", 0, NULL,
                                  "no row used has %s = %s", part->full.name,
                                  all->levels[all->code[n + p]]);
    }
    out->x = all->x ? x : NULL;
    out->code = all->x ? NULL : code;
done:
    return st;
}

static an_status make_rows(reader *r, double *x)
{
    an_status st = AN_OK;
    an_ctx *ctx = r->ctx;
    const an_part *data = r->b.vars;
    an_part *vars;

    AN_ALLOC(vars, r->mem, r->b.formula.vars.n);
    for (an_index i = 0; i < r->b.formula.vars.n; i++) {
        AN_TRY(an_builder_var(&r->b, r->b.formula.vars.e[i], &vars[i].full));
        AN_TRY(take_profiles(r, &data[i], &vars[i].full, &vars[i].used));
    }
    r->b.vars = vars;
    an_builder_fill(&r->b, r->n_profiles, x);
done:
    return st;
}

static an_status add_offsets(reader *r, double *offset)
{
    an_status st = AN_OK;
    const an_index n = r->b.n_rows - r->n_profiles;

    for (an_index i = 0; i < r->b.formula.offset.n; i++) {
        an_vector v = {0};

        AN_TRY(an_expr_eval(&r->b.eval, r->b.formula.offset.e[i], &v));
        for (an_index p = 0; p < r->n_profiles; p++) {
            if (!isfinite(v.x[n + p]))
                return an_source_fail(r->ctx, &r->source, "U113", 0, NULL,
                                      "the offset is not defined in profile %lld",
                                      (long long)p + 1);
            offset[p] += v.x[n + p];
        }
    }
done:
    return st;
}

static an_status make_labels(const reader *r, const char **label)
{
    for (an_index p = 0; p < r->n_profiles; p++) {
        label[p] = "";
        for (an_index i = 0; i < r->n_given && label[p]; i++)
            if (r->given[i].profile == p)
                label[p] = an_arena_printf(r->mem, "%s%s%s = %s", label[p],
                                           *label[p] ? ", " : "", r->given[i].name,
                                           r->given[i].value);
        if (!label[p]) return an_fail_memory(r->ctx);
    }
    return AN_OK;
}

/* ---- All of it ---- */

static an_status make_profiles(reader *r, an_table *table, an_profiles *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = r->ctx;
    double *x = NULL, *offset = NULL;
    const char **label;

    for (an_index k = 0; k < r->n_columns; k++) AN_TRY(extend(r, r->column[k], table));
    r->b.table = r->b.eval.table = table;
    r->b.n_rows += r->n_profiles;
    AN_ALLOC(x, r->mem, r->n_profiles * r->frame->design.n_columns);
    AN_TRY(make_rows(r, x));
    if (r->b.formula.offset.n > 0) {
        AN_ALLOC(offset, r->mem, r->n_profiles);
        AN_TRY(add_offsets(r, offset));
    }
    AN_ALLOC(label, r->mem, r->n_profiles);
    AN_TRY(make_labels(r, label));
    *out = (an_profiles){.n = r->n_profiles, .label = label, .x = x, .offset = offset};
done:
    return st;
}

an_status an_profiles_read(an_ctx *ctx, an_arena *mem, const an_frame *frame,
                           const char *text, an_profiles *out)
{
    an_status st = AN_OK;
    const an_recipe *recipe = frame->recipe;
    reader r = {.ctx = ctx, .mem = mem, .frame = frame};
    an_table *table = NULL;

    if (!recipe)
        return an_fail(ctx, AN_ERR_ARGUMENT, "profiles need a model with a formula");
    r.b = recipe->b;
    r.b.ctx = ctx;
    r.b.mem = mem;
    r.source = (an_source){.text = text, .noun = "profile", .status = AN_ERR_ARGUMENT};
    r.b.eval = (an_eval){ctx, mem, r.b.table, &r.source, false};
    r.b.source = r.source;
    AN_TRY(read_text(&r));
    AN_TRY(find_columns(&r));
    AN_TRY(check_names(&r));
    AN_TRY(an_table_new(ctx, r.b.n_rows + r.n_profiles, NULL, NULL, NULL, NULL, &table));
    AN_TRY(make_profiles(&r, table, out));
done:
    an_table_free(table);
    return st;
}
