/* The plan: a frame for every analysis, then a document of all. */
#include "study/review/review.h"

/* ---- Pain ---- */

static bool is_bound(const an_plan_item *item, const char *role)
{
    for (an_index i = 0; i < item->n_binds; i++)
        if (strcmp(item->binds[i].role, role) == 0) return true;
    return false;
}

static bool has_role(const an_analysis *a, const char *name)
{
    for (const an_role *r = a->roles; r->name; r++)
        if (strcmp(r->name, name) == 0) return true;
    return false;
}

static an_status bind_column(an_ctx *ctx, an_study *study, an_plan_item *item,
                             const char *role, const char *column)
{
    const char *expression;

    if (!column || !has_role(item->analysis, role)) return AN_OK;
    expression = an_arena_printf(study->mem, "`%s`", column);
    if (!expression) return an_fail_memory(ctx);
    item->binds[item->n_binds++] = (an_bind){role, expression};
    return AN_OK;
}

static const an_pain_visit *visit_of(const an_study *study, const an_plan_item *item)
{
    for (an_index k = 0; item->visit && k < study->n_visits; k++)
        if (strcmp(study->visits[k].name, item->visit) == 0) return &study->visits[k];
    return item->visit ? NULL : &study->visits[0];
}

static an_status fail_visit(an_ctx *ctx, an_study *study, const an_plan_item *item)
{
    an_yaml_file file = {.ctx = ctx, .mem = study->mem, .path = study->path};
    const char **names = an_yaml_alloc(&file, study->n_visits, sizeof *names);

    if (!names) return an_fail_memory(ctx);
    for (an_index k = 0; k < study->n_visits; k++) names[k] = study->visits[k].name;
    an_yaml_error_name(&file, item->visit_place, "S205", "no pain visit", item->visit,
                       study->n_visits, names);
    return AN_ERR_STUDY;
}

/* An analysis of pain takes its columns from `pain:` unless it names its own. */
static an_status bind_pain(an_ctx *ctx, an_study *study, an_plan_item *item)
{
    an_status st = AN_OK;
    const an_pain_visit *v;

    if (!has_role(item->analysis, "baseline") || !has_role(item->analysis, "followup"))
        return AN_OK;
    if (is_bound(item, "baseline") || !study->pain_baseline || study->n_visits == 0)
        return AN_OK;
    v = visit_of(study, item);
    if (!v) return fail_visit(ctx, study, item);
    AN_TRY(bind_column(ctx, study, item, "baseline", study->pain_baseline));
    AN_TRY(bind_column(ctx, study, item, "followup", v->score));
    if (study->pain_opioid && v->opioid) {
        AN_TRY(bind_column(ctx, study, item, "opioid_baseline", study->pain_opioid));
        AN_TRY(bind_column(ctx, study, item, "opioid_followup", v->opioid));
    }
    if (!is_bound(item, "alive_at_window"))
        AN_TRY(bind_column(ctx, study, item, "alive_at_window", v->alive));
    for (an_index k = 0; k < study->n_visits; k++)
        if (&study->visits[k] > v)
            AN_TRY(bind_column(ctx, study, item, "visits", study->visits[k].score));
done:
    return st;
}

/* ---- Frames ---- */

static an_status build_frame(an_ctx *ctx, an_study *study, an_plan_item *item)
{
    an_status st = AN_OK;
    an_outcome outcome;
    const an_place place = item->formula ? item->formula_place : item->place;
    an_frame_spec spec = {.formula = item->formula,
                          .in = study->in,
                          .population = study->population,
                          .where = item->where,
                          .patient = study->patient,
                          .patient_name = study->sources[0].id,
                          .file = study->path,
                          .line = place.line,
                          .column = place.column,
                          .chinese = strcmp(study->report.language, "zh") == 0};

    AN_TRY(bind_pain(ctx, study, item));
    AN_TRY(an_study_refuse_late(ctx, study, item));
    if (item->event) {
        AN_TRY(an_study_outcome(ctx, study, item, &outcome));
        spec.outcome = &outcome;
    }
    spec.n_binds = item->n_binds;
    spec.binds = item->binds;
    AN_TRY(an_frame_build(ctx, study->table, item->analysis, &spec, &item->frame));
done:
    return st;
}

/* A mistake in the study file stops; data that do not suffice stop this analysis only. */
an_status an_study_frames(an_ctx *ctx, an_study *study)
{
    an_status worst = AN_OK;

    for (an_index i = 0; i < study->n_items; i++) {
        an_plan_item *item = &study->items[i];
        const an_index listed = an_problem_listed(ctx);
        const an_status st = item->analysis ? build_frame(ctx, study, item) : AN_OK;

        if (st == AN_OK) continue;
        if (st != AN_ERR_DATA && st != AN_ERR_ESTIMATE && st != AN_ERR_STUDY) return st;
        if (st == AN_ERR_STUDY) worst = st;
        item->failure = an_arena_strdup(study->mem, an_message(ctx));
        if (!item->failure) return an_fail_memory(ctx);
        if (st != AN_ERR_STUDY) an_problem_soften(ctx, listed);
    }
    return worst;
}

/* ---- Document ---- */

static void note_failure(const an_plan_item *item, const char *why, an_doc *doc)
{
    an_doc_open(doc, item->key, item->title ? item->title : item->analysis->title);
    an_doc_note(doc, AN_WARNING, "N103", "This analysis could not be done: %s.", why);
    an_doc_close(doc);
}

static an_status run_item(an_ctx *ctx, const an_study *study, const an_plan_item *item,
                          an_doc *doc)
{
    const an_index listed = an_problem_listed(ctx);
    an_status st;

    if (!item->frame) {
        note_failure(item, item->failure, doc);
        return AN_OK;
    }
    st = an_analysis_run(ctx, item->analysis, item->frame,
                         an_options_values(item->options), item->key, item->title, doc);
    if (st == AN_ERR_ARGUMENT) { /* what it refuses was written in the study file */
        an_problem_locate(ctx, listed, study->path, item->place.line, item->place.column);
        return AN_ERR_STUDY;
    }
    if (st != AN_ERR_DATA && st != AN_ERR_ESTIMATE) return st;
    an_problem_soften(ctx, listed);
    return AN_OK; /* the section says why */
}

static an_status run_flow(an_ctx *ctx, const an_study *study, const an_plan_item *item,
                          an_doc *doc)
{
    an_status st;

    an_doc_open(doc, item->key, item->title);
    for (an_index k = 0; k < study->n_notes; k++)
        an_doc_note(doc, AN_NOTE, "N102", "%s", study->notes[k]);
    st = an_study_describe_flow(ctx, study, doc);
    an_doc_close(doc);
    return st;
}

static void record_study(const an_study *study, an_doc *doc)
{
    an_doc_provenance(doc, "anodyne", an_version());
    an_doc_provenance(doc, "libraries", an_libraries());
    an_doc_provenance(doc, "study", study->id);
    an_doc_provenance(doc, "study_file", study->path);
    an_doc_provenance(doc, "data", study->digest);
    an_doc_provenance(doc, "rows",
                      an_doc_printf(doc, "%lld read, %lld in the population",
                                    (long long)an_table_rows(study->table),
                                    (long long)study->n_population));
    an_doc_provenance(doc, "seed", an_doc_printf(doc, "%lld", (long long)study->seed));
}

/* The reviewer reads what the analyses wrote. */
static an_status run_review(an_ctx *ctx, an_study *study, an_doc *doc)
{
    an_review *review = NULL;
    const an_status st = an_study_review(ctx, study, doc, &review);

    if (st == AN_OK) an_review_describe(review, doc);
    an_review_free(ctx, review);
    return st;
}

an_status an_study_run(an_ctx *ctx, an_study *study, an_doc **out)
{
    an_status st = AN_OK;
    an_doc *doc = NULL;

    *out = NULL;
    if (!study->table)
        return an_fail(ctx, AN_ERR_ARGUMENT, "the data of the study were not read");
    AN_TRY(an_doc_new(ctx, study->report.title, &doc));
    record_study(study, doc);
    for (an_index i = 0; i < study->n_items; i++) {
        const an_plan_item *item = &study->items[i];

        AN_TRY(an_poll(ctx));
        an_progress(ctx, (double)i / (double)study->n_items, item->key);
        if (item->analysis)
            AN_TRY(run_item(ctx, study, item, doc));
        else
            AN_TRY(run_flow(ctx, study, item, doc));
    }
    AN_TRY(run_review(ctx, study, doc));
    an_study_describe_words(study, doc);
    AN_TRY(an_doc_status(doc));
    *out = doc;
    doc = NULL;
done:
    an_doc_free(doc);
    return st;
}
