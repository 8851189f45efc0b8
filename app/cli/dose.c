/* dose: BED, EQD2, isoeffect, classes of fractionation, the table of tissues. */
#include "dose.h"

#include <math.h>

static const char *const models[] = {"lq",           "lql",          "usc",
                                     "conventional", "stereotactic", NULL};
static const char *const cords[] = {"cervical-thoracic", "lumbar", NULL};

static const an_param params[] = {
    AN_PARAM_REALS(dose_wish, alpha_beta, 0.01, 1000, "Gy",
                   "alpha/beta, one or several; default: 10 (tumour) and 2 (cord)"),
    AN_PARAM_TEXT(dose_wish, tissue, "alpha/beta of this tissue: anodyne dose tissues"),
    AN_PARAM_CHOICE(dose_wish, model, DOSE_LQ, models,
                    "bed: lq, or for large fractions to a tumour lql or usc; ntcp: "
                    "conventional or stereotactic"),
    AN_PARAM_REALS(dose_wish, fractions, 1, 100, NULL,
                   "numbers of fractions: isoeffect, constraints"),
    AN_PARAM_TEXT(dose_wish, organ, "constraints: organ, by name"),
    AN_PARAM_TEXT(dose_wish, first, "reirradiation: first course"),
    AN_PARAM_TEXT(dose_wish, second, "reirradiation: second course"),
    AN_PARAM_TEXT(dose_wish, third, "reirradiation: third course"),
    AN_PARAM_TEXT(dose_wish, interval,
                  "reirradiation: from the first to the second course: 12mo, 200d, 30w, "
                  "2y"),
    AN_PARAM_TEXT(dose_wish, second_interval,
                  "reirradiation: from the second to the third course"),
    AN_PARAM_CHOICE(dose_wish, cord, 0, cords, "reirradiation: part of the cord"),
    AN_PARAM_TEXT(dose_wish, recovery,
                  "reirradiation: also with this model of recovery; none is applied "
                  "unless asked for"),
    AN_PARAM_END,
};

static const an_analysis wishes = {
    .id = "dose", .params = params, .options_size = sizeof(dose_wish)};

void cli_dose_options(cli_options *out)
{
    cli_wish_options(&wishes, out);
}

/* ---- Words ---- */

const char *dose_gy(an_doc *doc, double gy)
{
    return an_doc_printf(doc, "%.4g Gy",
                         gy * (1 + 1e-12)); /* halves go up, as in tables */
}

const char *dose_course_text(an_doc *doc, const an_course *course)
{
    const char *text = "";

    for (an_index i = 0; i < course->n_phases; i++)
        text = an_doc_printf(doc, "%s%s%s × %.0f", text, i ? " + " : "",
                             dose_gy(doc, course->phase[i].dose_per_fraction_gy),
                             course->phase[i].n_fractions);
    return text;
}

const char *dose_mark(int verified)
{
    return verified == 0   ? "not verified"
           : verified == 1 ? "second-hand"
                           : "original seen";
}

void dose_warn_unverified(an_doc *doc, an_index n)
{
    if (n > 0)
        an_doc_note(doc, AN_WARNING, "M901",
                    "%lld of the constants used here %s from memory: look %s up before "
                    "anything rests on %s.",
                    (long long)n, n == 1 ? "is" : "are", n == 1 ? "it" : "them",
                    n == 1 ? "it" : "them");
}

/* ---- What is asked ---- */

an_status dose_courses(const dose_question *q, an_index *n, an_course *course)
{
    *n = q->args->n_positional - 1;
    if (*n < 1 || *n > DOSE_MOST_COURSES)
        return cli_usage(q->ctx, "U105", "anodyne dose eqd2 4.5x7 30/10",
                         "%s needs 1 to %d courses", q->args->positional[0],
                         DOSE_MOST_COURSES);
    for (an_index i = 0; i < *n; i++) {
        const an_status st =
            an_course_read(q->ctx, q->args->positional[i + 1], &course[i]);

        if (st != AN_OK) return st;
    }
    return AN_OK;
}

static an_status tissue_named(const dose_question *q, const char *id, dose_tissue *out)
{
    const char *names[64];
    const char *nearest;
    const an_tissue *row = an_tissue_find(id);
    char advice[200];
    an_index n = 0;

    *out = (dose_tissue){.row = row};
    if (row) {
        out->alpha_beta_gy = row->alpha_beta_gy;
        out->label = row->label;
        return AN_OK;
    }
    for (; n < an_tissue_count() && n < 64; n++) names[n] = an_tissue_at(n)->id;
    nearest = an_nearest(id, names, n);
    snprintf(advice, sizeof advice, nearest ? "did you mean %s?" : "see: anodyne dose %s",
             nearest ? nearest : "tissues");
    return cli_usage(q->ctx, "U104", advice, "tissue: `%s` is not known", id);
}

/* The tissues of the question; *assumed: none was named. */
static an_status find_tissues(const dose_question *q, an_index *n, dose_tissue *out,
                              bool *assumed)
{
    const an_reals *given = &q->wish->alpha_beta;
    an_status st = AN_OK;

    *n = 0;
    *assumed = given->n == 0 && !q->wish->tissue;
    if (given->n > DOSE_MOST_COURSES)
        return cli_usage(q->ctx, "U104", "at most 12", "too many alpha/beta");
    for (an_index i = 0; i < given->n; i++)
        out[(*n)++] = (dose_tissue){.alpha_beta_gy = given->x[i], .label = "as given"};
    if (q->wish->tissue) st = tissue_named(q, q->wish->tissue, &out[(*n)++]);
    if (*assumed) st = tissue_named(q, "tumour", &out[(*n)++]);
    if (*assumed && st == AN_OK) st = tissue_named(q, "cord", &out[(*n)++]);
    return st;
}

/* ---- bed, eqd2 ---- */

typedef enum measure { BED, EQD2 } measure;

static double of_course(const dose_question *q, measure m, const an_course *c, double ab)
{
    const an_survival_curve usc = an_survival_curve_nsclc();
    double sum = 0;

    if (q->wish->model == DOSE_LQ)
        return m == BED ? an_course_bed_gy(c, ab) : an_course_eqd2_gy(c, ab);
    for (an_index i = 0; i < c->n_phases; i++) {
        const an_phase *p = &c->phase[i];

        sum += q->wish->model == DOSE_LQL
                   ? an_bed_lql_gy(p->dose_per_fraction_gy, p->n_fractions, ab, 2 * ab)
                   : an_bed_usc_gy(p->dose_per_fraction_gy, p->n_fractions, &usc);
    }
    return m == BED ? sum : sum / (1 + 2 / ab);
}

static void say_model(const dose_question *q)
{
    static const char *const texts[] = {
        "Linear-quadratic model, full repair between fractions, no repopulation: BED = D "
        "(1 + d / (alpha/beta)), EQD2 = BED / (1 + 2 / (alpha/beta)).",
        "Linear-quadratic-linear model: above a dose per fraction of 2 alpha/beta the "
        "survival curve goes on along its tangent. Not for the spinal cord.",
        "Universal survival curve with the parameters of non-small-cell lung cancer "
        "(alpha/beta 8.6 Gy). Not for the spinal cord."};

    an_doc_text(q->doc, "methods", "%s", texts[q->wish->model]);
    if (q->wish->model != DOSE_LQ) dose_warn_unverified(q->doc, 1);
}

static void show_rows(const dose_question *q, measure m, an_index n, const an_course *c,
                      an_index n_tissues, const dose_tissue *tissue)
{
    const char *const name = m == BED ? "BED" : "EQD2";
    const an_doc_column columns[] = {
        {"course", "Course"},
        {"dose", "Dose (Gy)"},
        {"alpha_beta", "alpha/beta"},
        {"tissue", "Tissue"},
        {m == BED ? "bed" : "eqd2", m == BED ? "BED (Gy)" : "EQD2 (Gy)"}};

    an_doc_table(q->doc, "doses", name, models[q->wish->model], 5, columns);
    for (an_index i = 0; i < n; i++)
        for (an_index k = 0; k < n_tissues; k++) {
            const an_value cells[] = {
                an_text(dose_course_text(q->doc, &c[i])),
                an_number(AN_KIND_NUMBER, an_course_dose_gy(&c[i])),
                an_number(AN_KIND_NUMBER, tissue[k].alpha_beta_gy),
                an_text(tissue[k].label),
                an_number(AN_KIND_STATISTIC,
                          of_course(q, m, &c[i], tissue[k].alpha_beta_gy))};

            an_doc_row_add(
                q->doc,
                an_doc_printf(q->doc, "c%lld_%lld", (long long)i + 1, (long long)k + 1),
                0, cells);
        }
    an_doc_table_end(q->doc, "A dose of one alpha/beta is not compared with one of "
                             "another, nor added to it.");
}

static void say_doses(const dose_question *q, measure m, an_index n, const an_course *c,
                      an_index n_tissues, const dose_tissue *tissue)
{
    for (an_index i = 0; i < n && n * n_tissues <= 4; i++)
        for (an_index k = 0; k < n_tissues; k++)
            an_doc_text(q->doc, "dose", "%s = %s: %s %s (alpha/beta %s, %s).",
                        dose_course_text(q->doc, &c[i]),
                        dose_gy(q->doc, an_course_dose_gy(&c[i])),
                        m == BED ? "BED" : "EQD2",
                        dose_gy(q->doc, of_course(q, m, &c[i], tissue[k].alpha_beta_gy)),
                        dose_gy(q->doc, tissue[k].alpha_beta_gy), tissue[k].label);
}

static an_status show_doses(const dose_question *q, measure m)
{
    an_course course[DOSE_MOST_COURSES];
    dose_tissue tissue[DOSE_MOST_COURSES + 1];
    an_index n, n_tissues, n_unverified = 0;
    bool assumed;
    an_status st = dose_courses(q, &n, course);

    if (st == AN_OK && q->wish->model > DOSE_USC)
        return cli_usage(q->ctx, "U104", "lq, lql or usc", "model: not one of a dose");
    if (st == AN_OK) st = find_tissues(q, &n_tissues, tissue, &assumed);
    if (st != AN_OK) return st;
    for (an_index k = 0; k < n_tissues; k++)
        n_unverified += tissue[k].row && tissue[k].row->verified == 0;
    say_doses(q, m, n, course, n_tissues, tissue);
    show_rows(q, m, n, course, n_tissues, tissue);
    if (assumed)
        an_doc_note(q->doc, AN_NOTE, "M902",
                    "No alpha/beta was given: 10 Gy (tumour) and 2 Gy (spinal cord).");
    dose_warn_unverified(q->doc, n_unverified);
    say_model(q);
    return an_doc_status(q->doc);
}

static an_status dose_bed(const dose_question *q)
{
    return show_doses(q, BED);
}

static an_status dose_eqd2(const dose_question *q)
{
    return show_doses(q, EQD2);
}

/* ---- isoeffect ---- */

static an_status dose_isoeffect(const dose_question *q)
{
    const an_doc_column columns[] = {{"fractions", "Fractions"},
                                     {"dose", "Dose (Gy)"},
                                     {"per_fraction", "Per fraction (Gy)"},
                                     {"alpha_beta", "alpha/beta"}};
    an_course course[DOSE_MOST_COURSES];
    dose_tissue tissue[DOSE_MOST_COURSES + 1];
    an_index n, n_tissues;
    bool assumed;
    an_status st = dose_courses(q, &n, course);

    if (st == AN_OK) st = find_tissues(q, &n_tissues, tissue, &assumed);
    if (st != AN_OK) return st;
    if (n != 1 || q->wish->fractions.n == 0)
        return cli_usage(q->ctx, "U105", "anodyne dose isoeffect 30/10 --fractions 1,5",
                         "isoeffect needs one course and --fractions");
    an_doc_table(q->doc, "isoeffect", "Same EQD2 in other fractions", "lq", 4, columns);
    for (an_index k = 0; k < n_tissues; k++)
        for (an_index i = 0; i < q->wish->fractions.n; i++) {
            const double m = q->wish->fractions.x[i], ab = tissue[k].alpha_beta_gy;
            const double dose =
                an_isoeffective_dose_gy(an_course_eqd2_gy(course, ab), m, ab);
            const an_value cells[] = {
                an_number(AN_KIND_NUMBER, m), an_number(AN_KIND_STATISTIC, dose),
                an_number(AN_KIND_STATISTIC, dose / m), an_number(AN_KIND_NUMBER, ab)};

            an_doc_row_add(
                q->doc,
                an_doc_printf(q->doc, "r%lld_%lld", (long long)k + 1, (long long)i + 1),
                0, cells);
        }
    an_doc_table_end(q->doc,
                     an_doc_printf(q->doc, "As %s.", dose_course_text(q->doc, course)));
    if (assumed)
        an_doc_note(q->doc, AN_NOTE, "M902",
                    "No alpha/beta was given: 10 Gy (tumour) and 2 Gy (spinal cord).");
    an_doc_text(q->doc, "methods",
                "Linear-quadratic model; equal only for the tissue of "
                "that alpha/beta.");
    return an_doc_status(q->doc);
}

/* ---- classes, tissues ---- */

static an_status dose_classes(const dose_question *q)
{
    const an_doc_column columns[] = {{"course", "Course"},
                                     {"scheme", "Scheme"},
                                     {"class", "Class"},
                                     {"verified", "Source"}};
    an_course course[DOSE_MOST_COURSES];
    an_index n;
    const an_status st = dose_courses(q, &n, course);

    if (st != AN_OK) return st;
    an_doc_table(q->doc, "classes", "Classes of fractionation", "dose per fraction", 4,
                 columns);
    for (an_index i = 0; i < n; i++)
        for (an_index k = 0; k < an_fractionation_count(); k++) {
            const an_fractionation *row = an_fractionation_at(k);
            const double d = course[i].phase[0].dose_per_fraction_gy;

            if (an_fractionation_of(row->scheme, d) != row) continue;
            an_doc_row_add(
                q->doc, an_doc_printf(q->doc, "c%lld_%s", (long long)i + 1, row->scheme),
                0,
                (const an_value[]){
                    an_text(dose_course_text(q->doc, &course[i])), an_text(row->scheme),
                    an_text(row->label),
                    an_text(an_doc_printf(q->doc, "%s%s(%s)", row->citation,
                                          *row->citation ? " " : "",
                                          dose_mark(row->verified)))});
        }
    an_doc_table_end(q->doc,
                     "By the dose per fraction of the first phase. 8 Gy once is "
                     "conventional palliative practice although its dose per fraction is "
                     "above 5 Gy: technique is an axis of its own.");
    return an_doc_status(q->doc);
}

static an_status dose_tissues(const dose_question *q)
{
    const an_doc_column columns[] = {{"id", "Name"},
                                     {"label", "Tissue"},
                                     {"alpha_beta", "alpha/beta (Gy)"},
                                     {"others", "Other values"},
                                     {"verified", "Verified"}};

    an_doc_table(q->doc, "tissues", "alpha/beta by tissue", "data/alpha_beta.def", 5,
                 columns);
    for (an_index i = 0; i < an_tissue_count(); i++) {
        const an_tissue *t = an_tissue_at(i);

        an_doc_row_add(q->doc, t->id, 0,
                       (const an_value[]){an_text(t->id), an_text(t->label),
                                          an_number(AN_KIND_NUMBER, t->alpha_beta_gy),
                                          an_text(t->others),
                                          an_text(dose_mark(t->verified))});
        if (*t->citation) an_doc_reference(q->doc, t->citation);
    }
    an_doc_table_end(q->doc, "No alpha/beta is established for pain relief.");
    return an_doc_status(q->doc);
}

/* ---- Dispatch ---- */

typedef struct dose_verb {
    const char *name, *title;
    an_status (*run)(const dose_question *q);
} dose_verb;

static const dose_verb verbs[] = {
    {"bed", "Biologically effective dose", dose_bed},
    {"eqd2", "Equivalent dose in 2 Gy fractions", dose_eqd2},
    {"isoeffect", "Isoeffective dose", dose_isoeffect},
    {"classes", "Classes of fractionation", dose_classes},
    {"ntcp", "Risk of myelopathy", dose_ntcp},
    {"constraints", "Published limits of dose", dose_constraints},
    {"reirradiation", "Irradiation of the cord again", dose_reirradiation},
    {"tissues", "alpha/beta by tissue", dose_tissues},
};
enum { N_VERBS = sizeof verbs / sizeof *verbs };

static an_status find_verb(an_ctx *ctx, const cli_args *args, const dose_verb **out)
{
    const char *names[N_VERBS], *nearest, *given;
    char advice[200];

    *out = NULL;
    if (args->n_positional == 0)
        return cli_usage(ctx, "U105", "anodyne dose --help", "dose of what?");
    given = args->positional[0];
    for (int i = 0; i < N_VERBS; i++) {
        names[i] = verbs[i].name;
        if (strcmp(given, verbs[i].name) == 0) *out = &verbs[i];
    }
    if (*out) return AN_OK;
    nearest = an_nearest(given, names, N_VERBS);
    snprintf(advice, sizeof advice, nearest ? "did you mean `%s`?" : "see: anodyne %s",
             nearest ? nearest : "dose --help");
    return cli_usage(ctx, "U101", advice, "dose: no `%s`", given);
}

an_status cli_run_dose(an_ctx *ctx, const cli_args *args)
{
    const dose_verb *verb;
    an_options *options = NULL;
    an_doc *doc = NULL;
    an_status st = find_verb(ctx, args, &verb);

    if (st == AN_OK) st = cli_wish_read(ctx, args, &wishes, &options);
    if (st == AN_OK) st = an_doc_new(ctx, verb->title, &doc);
    if (st == AN_OK)
        st = verb->run(&(dose_question){ctx, doc, args, an_options_values(options)});
    if (st == AN_OK) st = cli_write_document(ctx, args, doc);
    an_doc_free(doc);
    an_options_free(options);
    return st;
}
