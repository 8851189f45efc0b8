/* A first study file: source, events, pain, population, analyses. */
#include "study/guess_write.h"

/* ---- Events ---- */

static const an_guess *dated(const an_guesses *all, an_meaning_id id)
{
    const an_guess *found = NULL;

    for (an_index i = 0; i < all->n; i++)
        if (all->g[i].meaning == id && an_guess_is_date(&all->g[i])) found = &all->g[i];
    return found;
}

typedef struct outcome {
    const char *zero, *last; /* variables, or NULL */
    bool death, reirradiation, fracture, myelitis, by_time;
} outcome;

static void put_event(an_buf *out, const an_guesses *all, an_meaning_id id, bool *has)
{
    const an_guess *g = dated(all, id);
    const an_meaning *m = an_meaning_at(id);

    *has = g != NULL;
    if (!g) return;
    an_buf_printf(out, "  %s: {date: %s, label: {en: \"%s\", zh: \"%s\"}}\n", m->id,
                  g->name, m->label, m->label_zh);
}

/* No date of death, but who died: then the last visit is the date. */
static void put_death_by_status(an_buf *out, const an_guess *status, const an_guess *last,
                                bool *has)
{
    if (!status || status->cells.kind != 'y') return;
    *has = true;
    an_buf_printf(
        out,
        "  death: {date: %s, status: %s, label: {en: Death, zh: 死亡}}  # the last "
        "visit is the date of death where it says yes\n",
        last->name, status->name);
}

/* Dates where the file has them; else a time and a status of yes or no. */
static outcome put_events(an_buf *out, const an_guesses *all)
{
    const an_guess *start = an_guess_find(all, AN_MEANS_rt_start);
    const an_guess *last = an_guess_find(all, AN_MEANS_last_visit);
    const an_guess *time = an_guess_find(all, AN_MEANS_time);
    const an_guess *status = an_guess_find(all, AN_MEANS_status);
    outcome o = {0};

    if (!status) status = an_guess_find(all, AN_MEANS_death);
    if (start && last) {
        o.zero = start->name;
        o.last = last->name;
        an_buf_printf(out,
                      "\ntime_zero: %s\n\nevents:  # death competes with the others\n",
                      o.zero);
        put_event(out, all, AN_MEANS_death, &o.death);
        if (!o.death) put_death_by_status(out, status, last, &o.death);
        put_event(out, all, AN_MEANS_reirradiation, &o.reirradiation);
        put_event(out, all, AN_MEANS_fracture, &o.fracture);
        put_event(out, all, AN_MEANS_myelitis, &o.myelitis);
        if (!(o.death || o.reirradiation || o.fracture || o.myelitis))
            an_buf_puts(out, "  {}  # no date of an event was found\n");
        an_buf_printf(out, "\ncensoring: %s\n", o.last);
    } else if (time && status && status->cells.kind == 'y') {
        o.death = o.by_time = true;
        an_buf_printf(out,
                      "\nevents:\n  death: {time: %s, status: %s, label: {en: Death, "
                      "zh: 死亡}}\n",
                      time->name, status->name);
    } else {
        an_buf_puts(out,
                    "\n# No date of first fraction and last visit was recognised. With "
                    "them, add:\n# time_zero: VARIABLE\n# events:\n#   death: {date: "
                    "VARIABLE}\n# censoring: VARIABLE\n");
    }
    return o;
}

/* ---- Pain ---- */

static bool put_pain(an_buf *out, const an_guesses *all)
{
    const an_guess *base = an_guess_find(all, AN_MEANS_nrs_baseline);
    const an_guess *opioid = an_guess_find(all, AN_MEANS_opioid_baseline);

    if (!base || !an_guess_find(all, AN_MEANS_nrs_visit)) return false;
    an_buf_printf(out, "\npain:\n  baseline: {score: %s", base->name);
    if (opioid) an_buf_printf(out, ", opioid: %s", opioid->name);
    an_buf_puts(out, "}\n  visits:\n");
    for (an_index i = 0; i < all->n; i++) {
        const an_guess *g = &all->g[i], *dose;

        if (g->meaning != AN_MEANS_nrs_visit) continue;
        dose = an_guess_of_month(all, AN_MEANS_opioid_visit, g->month);
        if (g->month)
            an_buf_printf(out, "    - {name: \"%d month%s\", score: %s", g->month,
                          g->month > 1 ? "s" : "", g->name);
        else
            an_buf_printf(out, "    - {name: \"%s\", score: %s", g->name, g->name);
        if (dose) an_buf_printf(out, ", opioid: %s", dose->name);
        if (g->month) an_buf_printf(out, ", at: %d", 30 * g->month);
        an_buf_puts(out, "}\n");
    }
    return true;
}

/* ---- Analyses ---- */

static bool is_baseline(const an_guess *g)
{
    if (an_guess_is_date(g) || g->cells.kind == 't' || an_guess_names_person(g) ||
        g->cells.n == g->cells.n_missing)
        return false;
    switch (g->meaning) {
    case AN_MEANS_id:
    case AN_MEANS_nrs_visit:
    case AN_MEANS_opioid_visit:
    case AN_MEANS_death:
    case AN_MEANS_reirradiation:
    case AN_MEANS_fracture:
    case AN_MEANS_myelitis:
    case AN_MEANS_time:
    case AN_MEANS_status:
        return false;
    default:
        return true;
    }
}

static void put_table1(an_buf *out, const an_guesses *all)
{
    an_index n = 0;

    for (an_index i = 0; i < all->n; i++) n += is_baseline(&all->g[i]);
    if (n == 0) return;
    an_buf_puts(out, "  - analysis: table1\n    title: Patients\n");
    if (an_guess_two_dose_classes(all)) an_buf_puts(out, "    by: dose_class\n");
    an_buf_puts(out, "    variables: [");
    n = 0;
    for (an_index i = 0; i < all->n; i++)
        if (is_baseline(&all->g[i]))
            an_buf_printf(out, "%s%s", n++ ? ", " : "", all->g[i].name);
    an_buf_puts(out, "]\n");
}

static void put_analysis(an_buf *out, const an_guesses *all, const char *analysis,
                         const char *event, const char *title, bool grouped)
{
    an_buf_printf(out, "  - {analysis: %s, id: %s_%s, title: %s", analysis, event,
                  analysis, title);
    if (event) an_buf_printf(out, ", event: %s", event);
    if (grouped && an_guess_two_dose_classes(all)) an_buf_puts(out, ", by: dose_class");
    if (an_guess_find(all, AN_MEANS_rt_start) && strcmp(analysis, "safety") != 0)
        an_buf_puts(out, ", options: {unit: months}");
    an_buf_puts(out, "}\n");
}

/* A model of survival with what is commonly known before treatment. */
static void put_survival_model(an_buf *out, const an_guesses *all)
{
    static const an_meaning_id known[] = {AN_MEANS_age, AN_MEANS_kps, AN_MEANS_visceral};
    const char *gap = "";

    an_buf_puts(out,
                "  - {analysis: cox, id: death_cox, title: Factors of survival, event: "
                "death, covariates: [");
    for (size_t k = 0; k < sizeof known / sizeof *known; k++) {
        const an_guess *g = an_guess_find(all, known[k]);

        if (!g || g->cells.n_distinct < 2) continue;
        an_buf_printf(out, "%s%s", gap, g->name);
        gap = ", ";
    }
    an_buf_printf(out, "%sdose_class]}\n", gap);
}

static void put_treatment(an_buf *out, const an_guesses *all)
{
    const an_guess *end = an_guess_find(all, AN_MEANS_rt_end);
    const an_guess *start = an_guess_find(all, AN_MEANS_rt_start);

    if (!an_guess_find(all, AN_MEANS_dose_per_fraction) ||
        !an_guess_find(all, AN_MEANS_fractions))
        return;
    an_buf_puts(out, "  - analysis: treatment\n    dose_per_fraction: dose_per_fraction\n"
                     "    fractions: fractions\n");
    if (an_guess_two_dose_classes(all)) an_buf_puts(out, "    by: dose_class\n");
    if (start && end)
        an_buf_printf(out, "    start: %s\n    end: %s\n", start->name, end->name);
}

static void put_analyses(an_buf *out, const an_guesses *all, const outcome *o, bool pain)
{
    an_buf_puts(out, "\nanalyses:\n  - {analysis: flow}\n");
    put_table1(out, all);
    put_treatment(out, all);
    if (pain) an_buf_puts(out, "  - {analysis: pain, title: Pain");
    if (pain)
        an_buf_puts(out, an_guess_two_dose_classes(all) ? ", by: dose_class}\n" : "}\n");
    if (o->death) put_analysis(out, all, "km", "death", "Overall survival", true);
    if (o->reirradiation)
        put_analysis(out, all, "cif", "reirradiation", "Re-irradiation", true);
    if (o->reirradiation && an_guess_two_dose_classes(all))
        an_buf_puts(out,
                    "  - {analysis: finegray, id: reirradiation_finegray, title: "
                    "\"Re-irradiation: regression\", event: reirradiation, covariates: "
                    "[dose_class]}\n");
    if (o->fracture)
        put_analysis(out, all, "cif", "fracture", "Vertebral fracture", false);
    if (o->death && an_guess_two_dose_classes(all)) put_survival_model(out, all);
    if (o->myelitis)
        put_analysis(out, all, "safety", "myelitis", "Radiation myelitis", false);
}

/* ---- The whole file ---- */

static void put_source(an_buf *out, const an_guesses *all, const an_study_source *source)
{
    const an_guess *id = an_guess_find(all, AN_MEANS_id);
    const char *sheet = an_table_sheet(all->table);

    an_buf_puts(out, "\nsources:\n  clinic:\n    file: ");
    an_guess_put_name(out, source->path);
    if (sheet) {
        an_buf_puts(out, "\n    sheet: ");
        an_guess_put_name(out, sheet);
    }
    if (source->header_row > 0)
        an_buf_printf(out, "\n    header_row: %lld", (long long)source->header_row);
    if (source->delimiter == '\t')
        an_buf_puts(out, "\n    delimiter: tab");
    else if (source->delimiter)
        an_buf_printf(out, "\n    delimiter: \"%c\"", source->delimiter);
    if (source->encoding) {
        an_buf_puts(out, "\n    encoding: ");
        an_guess_put_name(out, source->encoding);
    }
    if (id && id->cells.unique) {
        an_buf_puts(out, "\n    rows: patient  # every identifier occurs once\n    id: ");
        an_guess_put_name(out, id->column->name);
    } else {
        an_buf_puts(out, "\n    rows: any  # no column names every patient once");
    }
    an_buf_putc(out, '\n');
}

static void put_study(const an_guesses *all, const an_study_source *source, an_buf *out)
{
    const char *slash = strrchr(source->path, '/');
    outcome o;
    bool pain;

    an_buf_puts(out,
                "# First study file, written by anodyne init from what the columns seem "
                "to mean. Read every line:\n# a guess is only a guess. All keys: "
                "docs/study-file.md. Next: anodyne check THIS-FILE\n\nstudy:\n  id: "
                "study\n  title: ");
    an_guess_put_name(out, slash ? slash + 1 : source->path);
    an_buf_puts(out, "\n  seed: 1\n");
    put_source(out, all, source);
    an_guess_put_variables(out, all);
    o = put_events(out, all);
    pain = put_pain(out, all);
    an_buf_puts(out, "\npopulation:\n  label: All patients\n  # include:\n  #   - {when: "
                     "\"age >= 18\", reason: younger than 18 years}\n");
    put_analyses(out, all, &o, pain);
    an_guess_put_questions(out, all);
}

an_status an_study_guess(an_ctx *ctx, const an_table *table,
                         const an_study_source *source, char **text)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_guesses all;
    an_buf out;

    *text = NULL;
    an_buf_init(&out, ctx, 1 << 24);
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_guess_columns(ctx, mem, table, &all));
    put_study(&all, source, &out);
    AN_TRY(out.st);
    *text = out.data;
    out.data = NULL;
done:
    if (out.data) an_buf_free(&out);
    an_arena_free(mem);
    return st;
}

void an_study_text_free(an_ctx *ctx, char *text)
{
    an_free(ctx, text);
}
