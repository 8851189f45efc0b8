/* What was given: dose, fractions, and what they mean biologically, for each group. */
#include <anodyne/dose.h>

#include "study/analyses/groups.h"

typedef struct options {
    double alpha_beta_tumour, alpha_beta_cord;
} options;

static const an_param params[] = {
    AN_PARAM_REAL(options, alpha_beta_tumour, 10, 0.1, 100, "Gy",
                  "alpha/beta of the tumour, for BED and EQD2"),
    AN_PARAM_REAL(options, alpha_beta_cord, 2, 0.1, 100, "Gy",
                  "alpha/beta of the spinal cord, for its EQD2"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"dose_per_fraction", AN_ROLE_NUMBER, true, false, true, "Dose per fraction [Gy]"},
    {"fractions", AN_ROLE_NUMBER, true, false, true, "Fractions delivered"},
    {"start", AN_ROLE_DATE, false, false, false, "First fraction"},
    {"end", AN_ROLE_DATE, false, false, false, "Last fraction"},
    {"group", AN_ROLE_FACTOR, false, false, false, "Groups to show side by side"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Fowler JF. The linear-quadratic formula and progress in fractionated radiotherapy. "
    "Br J Radiol 1989;62:679-694. doi:10.1259/0007-1285-62-740-679",
    "Withers HR, Thames HD, Peters LJ. A new isoeffect curve for change in dose per "
    "fraction. Radiother Oncol 1983;1:187-191. doi:10.1016/S0167-8140(83)80021-8",
    NULL,
};

/* One line of the table: a quantity of every patient. */
typedef struct quantity {
    const char *key, *label;
    double *x; /* [n] NaN missing */
} quantity;

enum { DOSE_PER_FRACTION, FRACTIONS, TOTAL, BED, EQD2, EQD2_CORD, DAYS, N_QUANTITIES };

typedef struct treatment {
    an_ctx *ctx;
    const an_frame *frame;
    const options *o;
    an_doc *doc;
    an_arena *mem;
    const double *d, *n;    /* [n] dose per fraction [Gy], fractions */
    const an_vector *group; /* or NULL */
    an_index n_groups;
    quantity q[N_QUANTITIES];
    double *work; /* [n] */
} treatment;

static an_status begin(treatment *t)
{
    an_ctx *const ctx = t->ctx;
    an_status st = AN_OK;

    t->d = an_frame_role(t->frame, "dose_per_fraction")->x;
    t->n = an_frame_role(t->frame, "fractions")->x;
    t->group = an_frame_role(t->frame, "group");
    t->n_groups = t->group ? t->group->n_levels : 0;
    AN_ALLOC(t->work, t->mem, t->frame->n);
    for (int k = 0; k < N_QUANTITIES; k++) AN_ALLOC(t->q[k].x, t->mem, t->frame->n);
done:
    return st;
}

static void name_quantities(treatment *t)
{
    static const char *const keys[N_QUANTITIES] = {
        "dose_per_fraction", "fractions", "total_dose",  "bed_tumour",
        "eqd2_tumour",       "eqd2_cord", "overall_time"};
    const double tumour = t->o->alpha_beta_tumour, cord = t->o->alpha_beta_cord;

    for (int k = 0; k < N_QUANTITIES; k++) t->q[k].key = keys[k];
    t->q[DOSE_PER_FRACTION].label = "Dose per fraction, Gy";
    t->q[FRACTIONS].label = "Fractions";
    t->q[TOTAL].label = "Total dose, Gy";
    t->q[BED].label = an_doc_printf(t->doc, "BED, Gy, tumour (alpha/beta %g Gy)", tumour);
    t->q[EQD2].label =
        an_doc_printf(t->doc, "EQD2, Gy, tumour (alpha/beta %g Gy)", tumour);
    t->q[EQD2_CORD].label =
        an_doc_printf(t->doc, "EQD2, Gy, spinal cord (alpha/beta %g Gy)", cord);
    t->q[DAYS].label = "First to last fraction, days";
}

static void fill_quantities(treatment *t)
{
    const an_vector *start = an_frame_role(t->frame, "start");
    const an_vector *end = an_frame_role(t->frame, "end");

    for (an_index i = 0; i < t->frame->n; i++) {
        const double d = t->d[i], n = t->n[i];

        t->q[DOSE_PER_FRACTION].x[i] = d;
        t->q[FRACTIONS].x[i] = n;
        t->q[TOTAL].x[i] = d * n;
        t->q[BED].x[i] = an_bed_gy(d, n, t->o->alpha_beta_tumour);
        t->q[EQD2].x[i] = an_eqd2_gy(d, n, t->o->alpha_beta_tumour);
        t->q[EQD2_CORD].x[i] = an_eqd2_gy(d, n, t->o->alpha_beta_cord);
        /* both days counted */
        t->q[DAYS].x[i] = start && end ? end->x[i] - start->x[i] + 1 : NAN;
    }
}

/* Of group g, or of everybody (-1). */
static an_status summarise(const treatment *t, int k, an_index g, an_summary *out)
{
    an_index m = 0;

    for (an_index i = 0; i < t->frame->n; i++)
        if (g < 0 || t->group->code[i] == g) t->work[m++] = t->q[k].x[i];
    return an_summarise(t->ctx, m, t->work, 7, out);
}

static an_status add_quantity(const treatment *t, int k, an_value *cells)
{
    an_status st = AN_OK;
    an_summary s;

    AN_TRY(summarise(t, k, -1, &s));
    if (s.n == 0) goto done; /* dates were not given */
    cells[0] = an_text(t->q[k].label);
    cells[1] = an_median_quartiles(&s);
    cells[2] = an_estimate(AN_KIND_RANGE, s.min, NAN, s.max);
    for (an_index g = 0; g < t->n_groups; g++) {
        AN_TRY(summarise(t, k, g, &s));
        cells[3 + g] = an_median_quartiles(&s);
    }
    an_doc_row_add(t->doc, t->q[k].key, 0, cells);
done:
    return st;
}

static an_status show_doses(const treatment *t)
{
    an_ctx *const ctx = t->ctx;
    an_status st = AN_OK;
    an_doc_column *columns;
    an_value *cells;
    an_summary s;

    AN_ALLOC(columns, t->mem, 3 + t->n_groups);
    AN_ALLOC(cells, t->mem, 3 + t->n_groups);
    columns[0] = (an_doc_column){"quantity", "Quantity"};
    columns[1] = an_column_of_all(t->doc, t->frame->n);
    columns[2] = (an_doc_column){"range", "Range"};
    for (an_index g = 0; g < t->n_groups; g++) {
        AN_TRY(summarise(t, DOSE_PER_FRACTION, g, &s));
        columns[3 + g] = an_column_of_level(t->doc, t->group, g, s.n);
    }
    an_doc_table(t->doc, "dose", "Dose and fractionation", "median (quartiles, type 7)",
                 3 + t->n_groups, columns);
    for (int k = 0; k < N_QUANTITIES; k++) AN_TRY(add_quantity(t, k, cells));
    an_doc_table_end(
        t->doc,
        "Median (first to third quartile) and range. BED and EQD2 by the "
        "linear-quadratic "
        "model with full repair and without repopulation. The cord's EQD2 assumes that "
        "the cord receives the prescribed dose: an upper bound, not a measured cord "
        "dose.");
done:
    return st;
}

/* ---- Regimens ---- */

/* By dose per fraction, then by fractions. */
static int compare_regimens(const void *self, int64_t a, int64_t b)
{
    const treatment *t = self;
    const int by_dose = (t->d[a] > t->d[b]) - (t->d[a] < t->d[b]);

    return by_dose ? by_dose : (t->n[a] > t->n[b]) - (t->n[a] < t->n[b]);
}

/* Distinct regimens "4.5 Gy x 5" with their counts. */
static an_status show_regimens(const treatment *t)
{
    const an_doc_column columns[] = {{"regimen", "Regimen"},
                                     {"n", an_rows_title(t->frame)}};
    an_ctx *const ctx = t->ctx;
    an_status st = AN_OK;
    const an_index n = t->frame->n;
    int64_t *order, *work;

    AN_ALLOC(order, t->mem, n);
    AN_ALLOC(work, t->mem, n);
    for (an_index i = 0; i < n; i++) order[i] = i;
    an_order_by(n, order, work, compare_regimens, t);
    an_doc_table(t->doc, "regimens", "Regimens", "count", 2, columns);
    for (an_index from = 0, to; from < n; from = to) {
        const an_index i = order[from];

        for (to = from + 1; to < n && compare_regimens(t, order[to], i) == 0;) to++;
        const an_value cells[] = {
            an_text(an_doc_printf(t->doc, "%g Gy x %g", t->d[i], t->n[i])),
            an_count_of((double)(to - from), (double)n)};

        an_doc_row_add(t->doc, an_doc_printf(t->doc, "%gx%g", t->d[i], t->n[i]), 0,
                       cells);
    }
    an_doc_table_end(t->doc, NULL);
done:
    return st;
}

static void say_method(const treatment *t)
{
    an_doc_text(
        t->doc, "methods",
        "BED and EQD2 were calculated with the linear-quadratic model, alpha/beta %g Gy "
        "for the tumour and %g Gy for the spinal cord, delivered fractions, full repair "
        "and no repopulation.",
        t->o->alpha_beta_tumour, t->o->alpha_beta_cord);
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    treatment t = {.ctx = ctx, .frame = frame, .o = opt, .doc = doc};

    t.mem = an_arena_new(ctx);
    if (!t.mem) return AN_ERR_MEMORY;
    AN_TRY(begin(&t));
    name_quantities(&t);
    fill_quantities(&t);
    AN_TRY(show_doses(&t));
    AN_TRY(show_regimens(&t));
    say_method(&t);
    AN_TRY(an_doc_status(doc));
done:
    an_arena_free(t.mem);
    return st;
}

const an_analysis an_analysis_treatment = {
    .id = "treatment",
    .title = "Radiotherapy",
    .question = "What dose was given, in how many fractions, and what does it amount to?",
    .method = "treatment",
    .example = "anodyne treatment examples/spine-hfrt/cohort.csv --dose-per-fraction "
               "dose_per_fraction_gy --fractions n_fractions",
    .roles = roles,
    .params = params,
    .options_size = sizeof(options),
    .references = references,
    .run = run,
};
