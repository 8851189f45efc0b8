/* Who is in the study: rules in order, each patient counted once; the flow diagram. */
#include "study/rows.h"
#include "study/study.h"

static an_source source_of(const an_study *study, const an_rule *rule)
{
    return (an_source){.text = rule->when,
                       .noun =
                           rule->exclude ? "population.exclude" : "population.include",
                       .status = AN_ERR_STUDY,
                       .file = study->path,
                       .line = rule->place.line,
                       .column = rule->place.column};
}

/* A patient stays when an include rule holds, and when no exclude rule is known to. */
static an_status apply_rule(an_ctx *ctx, an_study *study, an_index k)
{
    an_status st = AN_OK;
    const an_rule *rule = &study->rules[k];
    const an_source source = source_of(study, rule);
    const an_eval eval = {ctx, study->mem, study->table, &source, false};
    const double *holds;
    an_expr *e;

    AN_TRY(an_expr_parse(ctx, study->mem, &source, &e));
    AN_TRY(an_expr_check_names(ctx, &source, e, study->table));
    AN_TRY(an_expr_eval_logical(&eval, e, &holds));
    for (an_index i = 0; i < an_table_rows(study->table); i++) {
        const bool stays = rule->exclude ? holds[i] != 1 : holds[i] == 1;

        if (!study->in[i] || stays) continue;
        study->in[i] = false;
        study->n_left[k]++;
        study->n_unknown[k] += isnan(holds[i]);
    }
done:
    return st;
}

static void report_empty(an_ctx *ctx, const an_study *study)
{
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "D120",
                                .what = "nobody is in the population",
                                .file = study->path,
                                .advice = "look at the rules of the population"};

    an_problem_add(ctx, &problem);
}

/* How many patients the rows of the population are of. */
static an_status count_patients(an_ctx *ctx, an_study *study)
{
    an_status st = AN_OK;
    an_owners o = {.name = study->sources[0].id, .persons = true};
    an_index m = 0;
    int32_t *code;

    study->owners = (an_owners){0};
    if (!study->patient) return AN_OK;
    AN_ALLOC(code, study->mem, study->n_population);
    for (an_index i = 0; i < an_table_rows(study->table); i++)
        if (study->in[i]) code[m++] = study->patient[i];
    AN_TRY(an_owners_count(ctx, study->mem, m, code, &o.n));
    if (o.n >= m) goto done;
    study->owners = o;
    if (!study->population_named) study->population = "All rows";
done:
    return st;
}

an_frame an_study_population(const an_study *study)
{
    return (an_frame){.n = study->n_population, .owners = study->owners};
}

an_status an_study_select(an_ctx *ctx, an_study *study)
{
    an_status st = AN_OK;
    const an_index n = an_table_rows(study->table);

    AN_ALLOC(study->in, study->mem, n);
    AN_ALLOC(study->n_left, study->mem, study->n_rules);
    AN_ALLOC(study->n_unknown, study->mem, study->n_rules);
    for (an_index i = 0; i < n; i++) study->in[i] = true;
    for (an_index k = 0; k < study->n_rules; k++) AN_TRY(apply_rule(ctx, study, k));
    study->n_population = 0;
    for (an_index i = 0; i < n; i++) study->n_population += study->in[i];
    if (study->n_population == 0) report_empty(ctx, study);
    AN_TRY(count_patients(ctx, study));
done:
    return st;
}

/* ---- The flow of patients ---- */

static const char *reason_of(const an_study *study, an_index k, an_doc *doc)
{
    if (study->n_unknown[k] == 0) return study->rules[k].reason;
    return an_doc_printf(doc, "%s (%lld not known)", study->rules[k].reason,
                         (long long)study->n_unknown[k]);
}

static an_status draw_flow(an_ctx *ctx, const an_study *study, an_doc *doc)
{
    const an_index n = study->n_rules;
    const char **reason = an_malloc(ctx, (size_t)(n + 1) * sizeof *reason);
    double *left = an_malloc(ctx, (size_t)(n + 1) * sizeof *left);
    const bool complete = reason && left;
    const an_frame population = an_study_population(study);
    const char *rows = an_rows_title(&population);
    an_index n_left = 0;

    for (an_index k = 0; complete && k < n; k++) {
        if (study->n_left[k] == 0) continue;
        reason[n_left] = reason_of(study, k, doc);
        left[n_left++] = (double)study->n_left[k];
    }
    if (complete) {
        const an_flow_step steps[] = {
            {an_doc_printf(doc, "%s in the data", rows),
             (double)an_table_rows(study->table), n_left, reason, left},
            {study->population, (double)study->n_population, 0, NULL, NULL},
        };
        const an_figure figure = {
            .type = AN_FIGURE_FLOW,
            .caption = an_doc_printf(
                doc, "%s in the data, and who was left out before the analysis.", rows),
            .x_min = NAN,
            .x_max = NAN,
            .y_min = NAN,
            .y_max = NAN,
            .n_steps = 2,
            .steps = steps};

        an_doc_figure(doc, "diagram",
                      an_doc_printf(doc, "Flow of %s", an_rows_noun(&population, 2)),
                      NULL, &figure);
    }
    an_free(ctx, reason);
    an_free(ctx, left);
    return complete ? AN_OK : AN_ERR_MEMORY;
}

static void list_rules(const an_study *study, an_doc *doc)
{
    const an_frame population = an_study_population(study);
    const an_doc_column columns[] = {{"step", "Step"}, {"n", an_rows_title(&population)}};
    double remain = (double)an_table_rows(study->table);
    an_value cells[2] = {an_text("In the data"), an_number(AN_KIND_COUNT, remain)};

    an_doc_table(doc, "population", "From the data to the population", NULL, 2, columns);
    an_doc_row_add(doc, "read", 0, cells);
    for (an_index k = 0; k < study->n_rules; k++) {
        cells[0] = an_text(reason_of(study, k, doc));
        cells[1] = an_number(AN_KIND_COUNT, (double)study->n_left[k]);
        an_doc_row_add(doc, an_doc_printf(doc, "left_%lld", (long long)k + 1), 1, cells);
    }
    cells[0] = an_text(study->population);
    cells[1] = an_number(AN_KIND_COUNT, (double)study->n_population);
    an_doc_row_add(doc, "population", 0, cells);
    an_doc_table_end(doc, an_doc_printf(doc,
                                        "Each %s is counted once, at the first rule that "
                                        "applies. Indented: left out, by reason.",
                                        an_rows_noun(&population, 1)));
}

/* Population to analysis: the reasons of every analysis add up to its difference. */
static void list_analyses(const an_study *study, an_doc *doc)
{
    static const an_doc_column columns[] = {
        {"analysis", "Analysis"}, {"given", "Population"}, {"used", "Analysed"}};
    an_value cells[3];

    an_doc_table(doc, "analysed", "From the population to each analysis", NULL, 3,
                 columns);
    for (an_index i = 0; i < study->n_items; i++) {
        const an_plan_item *item = &study->items[i];
        const an_frame *f = item->frame;

        if (!f) continue;
        cells[0] = an_text(item->title ? item->title : item->analysis->title);
        cells[1] = an_number(AN_KIND_COUNT, (double)f->n_given);
        cells[2] = an_number(AN_KIND_COUNT, (double)f->n);
        an_doc_row_add(doc, item->key, 0, cells);
        for (an_index k = 0; k < f->n_dropped_reasons; k++) {
            cells[0] = an_text(f->dropped[k].reason);
            cells[1] = an_text("");
            cells[2] = an_number(AN_KIND_COUNT, -(double)f->dropped[k].n);
            an_doc_row_add(
                doc, an_doc_printf(doc, "%s_left_%lld", item->key, (long long)k + 1), 1,
                cells);
        }
    }
    an_doc_table_end(doc, "Indented: left out of this analysis, by reason.");
}

an_status an_study_describe_flow(an_ctx *ctx, const an_study *study, an_doc *doc)
{
    an_status st = AN_OK;
    const an_frame population = an_study_population(study);
    const char *are = population.n == 1 ? "is" : "are";
    const char *counted =
        population.owners.name
            ? an_doc_printf(doc, "%s %s", an_rows_all(doc, &population), are)
            : an_doc_printf(doc, "%lld %s", (long long)population.n, are);

    an_doc_text(doc, "summary", "Of %s in the data %s in the population.",
                an_rows_count(doc, &population, (double)an_table_rows(study->table)),
                counted);
    AN_TRY(draw_flow(ctx, study, doc));
    list_rules(study, doc);
    list_analyses(study, doc);
done:
    return st;
}
