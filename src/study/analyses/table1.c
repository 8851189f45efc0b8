/* Baseline characteristics: what the patients, and the groups, were like. */
#include <anodyne/compare.h>
#include <anodyne/tables.h>

#include "study/analyses/groups.h"
#include "study/analyses/package.h"

enum { MOST_NAMED = 6 }; /* levels without a row that the foot names */

typedef struct options {
    int quantile_type; /* 0: of the preset */
    int preset;
    bool tests, overall, smd;
} options;

static const char *const quantile_types[] = {"auto", "1", "2", "3", "4", "5",
                                             "6",    "7", "8", "9", NULL};

static const an_param params[] = {
    AN_PARAM_CHOICE(options, quantile_type, 0, quantile_types,
                    "Quantiles by Hyndman and Fan: 7 as R, 2 as SAS and Stata, 6 as "
                    "SPSS; auto: 7, or "
                    "that of the preset"),
    AN_PARAM_CHOICE(options, preset, 0, an_package_choices,
                    "Quantiles as this package has them by default"),
    AN_PARAM_BOOL(options, tests, false,
                  "Add a p-value per variable (STROBE advises against it)"),
    AN_PARAM_BOOL(options, overall, true, "Show a column for all patients"),
    AN_PARAM_BOOL(options, smd, true, "Show standardised differences between groups"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"group", AN_ROLE_FACTOR, false, false, true, "Groups to show side by side"},
    {"variables", AN_ROLE_ANY, true, true, false, "Variables to describe"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Austin PC. Balance diagnostics for comparing the distribution of baseline "
    "covariates. Stat Med 2009;28:3083-3107. doi:10.1002/sim.3697",
    "Yang D, Dalton JE. A unified approach to measuring the effect size between two "
    "groups using SAS. SAS Global Forum 2012, paper 335.",
    "Hyndman RJ, Fan Y. Sample quantiles in statistical packages. Am Stat "
    "1996;50:361-365. "
    "doi:10.1080/00031305.1996.10473566",
    NULL,
};

typedef struct table1 {
    an_ctx *ctx;
    const an_frame *frame;
    const options *o;
    an_doc *doc;
    an_arena *mem;
    const an_vector *group; /* or NULL */
    an_index n_groups, n_columns;
    an_index first_group; /* column of the first group */
    an_index *size;       /* [n_groups] patients */
    an_value *cells;      /* [n_columns] of the row at hand */
    double *x;            /* [n] scratch */
    const char *empty;    /* levels that nobody has */
} table1;

static const char *key_of(const table1 *t, const an_vector *v, an_index level)
{
    return an_doc_printf(t->doc, "%s_%lld", v->name, (long long)level + 1);
}

static void clear_cells(table1 *t)
{
    for (an_index c = 0; c < t->n_columns; c++) t->cells[c] = an_text("");
}

/* Sub-column of the figures of everybody (group -1) or a group; NULL: not shown. */
static an_value *cell(table1 *t, an_index group)
{
    if (group < 0) return t->o->overall ? t->cells + 1 : NULL;
    return t->cells + t->first_group + group;
}

static bool is_date(const an_vector *v)
{
    return v->type == AN_DATE;
}

/* 0/1 numbers say yes and no as logical columns do. */
static bool is_yes_no(const table1 *t, const an_vector *v)
{
    if (v->code || is_date(v)) return false;
    if (v->type == AN_LOGICAL) return true;
    for (an_index i = 0; i < t->frame->n; i++)
        if (!isnan(v->x[i]) && v->x[i] != 0 && v->x[i] != 1) return false;
    return true;
}

static an_index levels_of(const an_vector *v)
{
    return v->code ? v->n_levels : 2;
}

/* Level of patient i, or -1. */
static an_index level_at(const an_vector *v, an_index i)
{
    if (v->code) return v->code[i];
    return isnan(v->x[i]) ? -1 : v->x[i] != 0;
}

static bool in_group(const table1 *t, an_index i, an_index group)
{
    return group < 0 || t->group->code[i] == group;
}

/* ---- Numbers ---- */

static an_index values_of(const table1 *t, const an_vector *v, an_index group)
{
    an_index n = 0;

    for (an_index i = 0; i < t->frame->n; i++)
        if (in_group(t, i, group)) t->x[n++] = v->x[i];
    return n;
}

static an_status summarise(table1 *t, const an_vector *v, an_index group, an_summary *s)
{
    const an_index n = values_of(t, v, group);

    return an_summarise(t->ctx, n, t->x, t->o->quantile_type, s);
}

/* "2021-03": a day could be that of a single patient. */
static void month_of(double days, char text[16])
{
    an_date_format((int32_t)floor(days), text);
    text[strlen(text) - strlen("-dd")] = '\0';
}

static an_value date_cell(const table1 *t, const an_summary *s)
{
    char first[16], middle[16], last[16];

    if (s->n == 0) return an_text("no values");
    month_of(s->min, first);
    month_of(s->median, middle);
    month_of(s->max, last);
    return an_text(an_doc_printf(t->doc, "%s (%s to %s)", middle, first, last));
}

/* One an_value of each summary into its column. */
static void spread(table1 *t, const an_summary *s, an_value (*show)(const an_summary *))
{
    for (an_index g = -1; g < t->n_groups; g++)
        if (cell(t, g)) *cell(t, g) = show(s + g + 1);
}

/* ---- Standardised differences and tests, in the last columns ---- */

static an_value *smd_cell(table1 *t)
{
    return t->n_groups > 1 && t->o->smd
               ? t->cells + t->n_columns - 1 - (t->o->tests ? 1 : 0)
               : NULL;
}

static an_value *p_cell(table1 *t)
{
    return t->n_groups > 1 && t->o->tests ? t->cells + t->n_columns - 1 : NULL;
}

/* Largest over all pairs of groups, NaN passed over. */
static void put_smd(table1 *t, double largest)
{
    if (smd_cell(t))
        *smd_cell(t) = an_number_or(AN_KIND_SMD, largest, "no variation within groups");
}

static void smd_of_numbers(table1 *t, const an_summary *s)
{
    double largest = NAN;

    for (an_index g = 0; g < t->n_groups; g++)
        for (an_index h = g + 1; h < t->n_groups; h++) {
            const an_summary *a = s + g + 1, *b = s + h + 1;

            largest = fmax(largest, an_smd_continuous(a->mean, a->sd * a->sd, b->mean,
                                                      b->sd * b->sd));
        }
    put_smd(t, largest);
}

/* Two groups: exact Mann-Whitney; more: Kruskal-Wallis. */
static an_status test_numbers(table1 *t, const an_vector *v)
{
    an_k_sample k;
    an_two_sample two;
    an_status st;

    if (!p_cell(t)) return AN_OK;
    if (t->n_groups == 2) {
        const an_index n1 = values_of(t, v, 0);
        double *other = an_arena_alloc(t->mem, t->frame->n, sizeof *other);

        if (!other) return an_fail_memory(t->ctx);
        memcpy(other, t->x, (size_t)n1 * sizeof *other);
        const an_index n2 = values_of(t, v, 1);
        st = an_two_sample_fit(t->ctx, n1, other, n2, t->x, NULL, &two);
        if (st == AN_OK)
            *p_cell(t) = an_number(AN_KIND_P, two.exact ? two.p_distance : two.p_normal);
    } else {
        values_of(t, v, -1);
        st = an_k_sample_fit(t->ctx, t->frame->n, t->x, t->n_groups, t->group->code, &k);
        if (st == AN_OK) *p_cell(t) = an_number(AN_KIND_P, k.kruskal_p);
    }
    if (st == AN_ERR_ESTIMATE) {
        *p_cell(t) = an_not_estimable(AN_KIND_P, "a group has no values");
        st = AN_OK;
    }
    return st;
}

static const char *label_of(const table1 *t, const an_vector *v)
{
    return v->unit ? an_doc_printf(t->doc, "%s [%s]", v->label, v->unit) : v->label;
}

static an_status add_missing(table1 *t, const an_vector *v, const an_index *missing)
{
    clear_cells(t);
    t->cells[0] = an_text("Missing");
    for (an_index g = -1; g < t->n_groups; g++)
        if (cell(t, g)) *cell(t, g) = an_number(AN_KIND_COUNT, (double)missing[g + 1]);
    if (missing[0] > 0)
        an_doc_row_add(t->doc, an_doc_printf(t->doc, "%s_missing", v->name), 1, t->cells);
    return an_doc_status(t->doc);
}

static an_status number_rows(table1 *t, const an_vector *v)
{
    an_ctx *ctx = t->ctx;
    an_status st = AN_OK;
    an_summary *s;
    an_index *missing;

    AN_ALLOC(s, t->mem, t->n_groups + 1);
    AN_ALLOC(missing, t->mem, t->n_groups + 1);
    for (an_index g = -1; g < t->n_groups; g++) {
        AN_TRY(summarise(t, v, g, s + g + 1));
        missing[g + 1] = s[g + 1].n_missing;
    }
    clear_cells(t);
    t->cells[0] = an_text(label_of(t, v));
    if (is_date(v)) {
        t->cells[0] =
            an_text(an_doc_printf(t->doc, "%s, month, median (range)", v->label));
        for (an_index g = -1; g < t->n_groups; g++)
            if (cell(t, g)) *cell(t, g) = date_cell(t, s + g + 1);
        an_doc_row_add(t->doc, v->name, 0, t->cells);
        return add_missing(t, v, missing);
    }
    smd_of_numbers(t, s);
    AN_TRY(test_numbers(t, v));
    an_doc_row_add(t->doc, v->name, 0, t->cells);
    clear_cells(t);
    t->cells[0] = an_text("Mean (SD)");
    spread(t, s, an_mean_sd);
    an_doc_row_add(t->doc, an_doc_printf(t->doc, "%s_mean", v->name), 1, t->cells);
    clear_cells(t);
    t->cells[0] = an_text("Median (Q1-Q3)");
    spread(t, s, an_median_quartiles);
    an_doc_row_add(t->doc, an_doc_printf(t->doc, "%s_median", v->name), 1, t->cells);
    st = add_missing(t, v, missing);
done:
    return st;
}

/* ---- Factors ---- */

typedef struct counts {
    an_index n_levels;
    double *n;         /* [(n_groups + 1) x n_levels], all first */
    double *present;   /* [n_groups + 1] */
    an_index *missing; /* [n_groups + 1] */
} counts;

static an_status count(table1 *t, const an_vector *v, counts *c)
{
    an_ctx *ctx = t->ctx;
    an_status st = AN_OK;

    c->n_levels = levels_of(v);
    AN_ALLOC(c->n, t->mem, (t->n_groups + 1) * c->n_levels);
    AN_ALLOC(c->present, t->mem, t->n_groups + 1);
    AN_ALLOC(c->missing, t->mem, t->n_groups + 1);
    for (an_index g = -1; g < t->n_groups; g++)
        for (an_index i = 0; i < t->frame->n; i++) {
            const an_index level = level_at(v, i);

            if (!in_group(t, i, g)) continue;
            if (level < 0) {
                c->missing[g + 1]++;
                continue;
            }
            c->present[g + 1]++;
            c->n[(g + 1) * c->n_levels + level]++;
        }
done:
    return st;
}

static an_status compare_factor(table1 *t, const counts *c)
{
    const an_index k = c->n_levels;
    double largest = NAN, smd;
    an_contingency f;
    an_status st = AN_OK;

    for (an_index g = 0; g < t->n_groups; g++)
        for (an_index h = g + 1; h < t->n_groups && st == AN_OK; h++) {
            st = an_smd_factor(t->ctx, k, c->n + (g + 1) * k, c->n + (h + 1) * k, &smd);
            largest = fmax(largest, smd);
        }
    put_smd(t, largest);
    if (st != AN_OK || !p_cell(t)) return st;
    st = an_contingency_fit(t->ctx, t->n_groups, k, c->n + k, NULL, &f);
    if (st == AN_OK) *p_cell(t) = an_number(AN_KIND_P, f.fisher_p);
    if (st != AN_ERR_ESTIMATE) return st;
    *p_cell(t) = an_not_estimable(AN_KIND_P, "no values");
    return AN_OK;
}

static void level_cells(table1 *t, const counts *c, an_index level)
{
    for (an_index g = -1; g < t->n_groups; g++)
        if (cell(t, g))
            *cell(t, g) =
                c->present[g + 1] > 0
                    ? an_count_of(c->n[(g + 1) * c->n_levels + level], c->present[g + 1])
                    : an_not_estimable(AN_KIND_COUNT_OF, "no values");
}

/* Levels that no row has, for the foot: their names, or how many they are. */
static void name_unused(table1 *t, const an_vector *v)
{
    const char *label = an_label_in_words(t->doc, v->label);

    if (v->n_unused > MOST_NAMED)
        t->empty = an_join(
            t->doc, t->empty,
            an_doc_printf(t->doc, "%lld levels of %s", (long long)v->n_unused, label));
    for (an_index l = 0; l < v->n_unused && v->n_unused <= MOST_NAMED; l++)
        t->empty =
            an_join(t->doc, t->empty,
                    an_doc_printf(t->doc, "%s %s", label, v->levels[v->n_levels + l]));
}

static an_status factor_rows(table1 *t, const an_vector *v)
{
    const bool yes_no = is_yes_no(t, v);
    counts c;
    an_status st = count(t, v, &c);

    if (st != AN_OK) return st;
    clear_cells(t);
    t->cells[0] = an_text(!yes_no ? v->label
                                  : an_doc_printf(t->doc, "%s: %s", v->label,
                                                  v->type == AN_LOGICAL ? "yes" : "1"));
    st = compare_factor(t, &c);
    if (st != AN_OK) return st;
    if (yes_no) level_cells(t, &c, 1);
    an_doc_row_add(t->doc, v->name, 0, t->cells);
    for (an_index l = 0; l < c.n_levels && !yes_no; l++) {
        clear_cells(t);
        t->cells[0] = an_text(v->levels[l]);
        level_cells(t, &c, l);
        an_doc_row_add(t->doc, key_of(t, v, l), 1, t->cells);
    }
    name_unused(t, v);
    return add_missing(t, v, c.missing);
}

/* ---- The table ---- */

static an_status plan(table1 *t, an_doc_column **out)
{
    an_ctx *ctx = t->ctx;
    an_status st = AN_OK;
    an_doc_column *column;
    an_index at = 0;

    t->group = an_frame_role(t->frame, "group");
    t->n_groups = t->group ? t->group->n_levels : 0;
    AN_ALLOC(t->x, t->mem, t->frame->n);
    AN_ALLOC(t->size, t->mem, t->n_groups);
    AN_ALLOC(t->cells, t->mem, t->n_groups + 4);
    AN_ALLOC(column, t->mem, t->n_groups + 4);
    column[at++] = (an_doc_column){"variable", "Variable"};
    if (t->o->overall || t->n_groups == 0)
        column[at++] = an_column_of_all(t->doc, t->frame->n);
    t->first_group = at;
    for (an_index i = 0; t->group && i < t->frame->n; i++) t->size[t->group->code[i]]++;
    for (an_index g = 0; g < t->n_groups; g++)
        column[at++] = an_column_of_level(t->doc, t->group, g, t->size[g]);
    if (t->n_groups > 1 && t->o->smd)
        column[at++] = (an_doc_column){"smd", t->n_groups > 2 ? "Largest SMD" : "SMD"};
    if (t->n_groups > 1 && t->o->tests) column[at++] = (an_doc_column){"p", "p"};
    t->n_columns = at;
    *out = column;
done:
    return st;
}

static void explain(table1 *t)
{
    const char *smd = t->n_groups > 1 && t->o->smd
                          ? " SMD: standardised difference, difference of means or "
                            "proportions over the "
                            "root of the mean variance of the two groups; several levels "
                            "by Mahalanobis "
                            "distance; above 0.1 is commonly called imbalance."
                          : "";
    const char *tests =
        t->n_groups > 1 && t->o->tests
            ? " p: exact Mann-Whitney test (more than two groups: "
              "Kruskal-Wallis), Fisher's exact test; not adjusted for their "
              "number."
            : "";

    an_doc_table_end(
        t->doc, an_doc_printf(t->doc,
                              "Mean (standard deviation), median (first to third "
                              "quartile, type %s), or number of those with a value (per "
                              "cent). A row Missing stands where values are "
                              "missing.%s%s%s",
                              quantile_types[t->o->quantile_type],
                              an_left_out(t->doc, t->empty), smd, tests));
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_doc_column *columns = NULL;
    options shown = *(const options *)opt;
    table1 t = {.ctx = ctx, .frame = frame, .o = &shown, .doc = doc, .empty = ""};

    if (!an_frame_role(frame, "group")) shown.overall = true;
    if (shown.quantile_type == 0)
        shown.quantile_type =
            shown.preset == AN_PACKAGE_SAS || shown.preset == AN_PACKAGE_STATA ? 2 : 7;
    t.mem = an_arena_new(ctx);
    if (!t.mem) return AN_ERR_MEMORY;
    AN_TRY(plan(&t, &columns));
    an_doc_table(doc, "characteristics",
                 t.group ? an_doc_printf(doc, "Baseline characteristics by %s",
                                         an_label_in_words(doc, t.group->label))
                         : "Baseline characteristics",
                 an_doc_printf(doc, "quantiles type %s; SMD unadjusted",
                               quantile_types[shown.quantile_type]),
                 t.n_columns, columns);
    for (an_index i = 0; i < frame->n_bindings; i++) {
        const an_vector *v = frame->bindings[i].vector;

        if (strcmp(frame->bindings[i].role, "variables") != 0) continue;
        if (v->code || is_yes_no(&t, v))
            AN_TRY(factor_rows(&t, v));
        else
            AN_TRY(number_rows(&t, v));
    }
    explain(&t);
    an_doc_text(
        doc, "methods",
        "Characteristics are given as mean (standard deviation) and median "
        "(quartiles, type %s of Hyndman and Fan), or number and per cent of those "
        "with a value%s%s.",
        quantile_types[shown.quantile_type],
        t.n_groups > 1 && shown.smd ? ", with standardised differences" : "",
        t.n_groups > 1 && !shown.tests ? "; no hypothesis was tested" : "");
    AN_TRY(an_doc_status(doc));
done:
    an_arena_free(t.mem);
    return st;
}

const an_analysis an_analysis_table1 = {
    .id = "table1",
    .title = "Baseline characteristics",
    .question = "What were the patients like, and how far were the groups apart?",
    .method = "table1",
    .example = "anodyne table1 examples/spine-hfrt/cohort.csv '~ age + sex + kps'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(options),
    .references = references,
    .run = run,
};
