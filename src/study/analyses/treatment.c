/* What was given: dose, fractions, and what they mean biologically, for each group. */
#include <anodyne/analysis.h>
#include <anodyne/dose.h>

#include "base/base.h"
#include "math/math.h"

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

enum { N_QUANTITIES = 7 };

/* Whole days from first to last fraction, both counted. */
static double duration(const an_vector *start, const an_vector *end, an_index i)
{
    return start && end ? end->x[i] - start->x[i] + 1 : NAN;
}

static void fill(const an_frame *frame, const options *o, quantity q[N_QUANTITIES])
{
    const double *d = an_frame_role(frame, "dose_per_fraction")->x;
    const double *n = an_frame_role(frame, "fractions")->x;
    const an_vector *start = an_frame_role(frame, "start");
    const an_vector *end = an_frame_role(frame, "end");

    for (an_index i = 0; i < frame->n; i++) {
        q[0].x[i] = d[i];
        q[1].x[i] = n[i];
        q[2].x[i] = d[i] * n[i];
        q[3].x[i] = an_bed_gy(d[i], n[i], o->alpha_beta_tumour);
        q[4].x[i] = an_eqd2_gy(d[i], n[i], o->alpha_beta_tumour);
        q[5].x[i] = an_eqd2_gy(d[i], n[i], o->alpha_beta_cord);
        q[6].x[i] = duration(start, end, i);
    }
}

/* Present values of group g (-1: everybody) in work, sorted. */
static an_index collect(const an_frame *frame, const quantity *q, an_index g,
                        double *work)
{
    const an_vector *group = an_frame_role(frame, "group");
    an_index m = 0;

    for (an_index i = 0; i < frame->n; i++) {
        an_index at = m;

        if (isnan(q->x[i]) || (g >= 0 && group->code[i] != g)) continue;
        for (; at > 0 && work[at - 1] > q->x[i]; at--) work[at] = work[at - 1];
        work[at] = q->x[i];
        m++;
    }
    return m;
}

static an_value median_quartiles(an_index m, const double *sorted)
{
    if (m == 0) return an_not_estimable(AN_KIND_MEDIAN_RANGE, "no values");
    return an_estimate(AN_KIND_MEDIAN_RANGE, an_quantile(m, sorted, 0.5, 7),
                       an_quantile(m, sorted, 0.25, 7), an_quantile(m, sorted, 0.75, 7));
}

static void add_rows(an_doc *doc, const an_frame *frame, const quantity *q,
                     an_index n_groups, double *work, an_value *cells)
{
    for (int k = 0; k < N_QUANTITIES; k++) {
        an_index m = collect(frame, &q[k], -1, work);

        if (m == 0) continue; /* dates were not given */
        cells[0] = an_text(q[k].label);
        cells[1] = median_quartiles(m, work);
        cells[2] = an_text(an_doc_printf(
            doc, "%s to %s", an_doc_format(doc, an_number(AN_KIND_NUMBER, work[0])),
            an_doc_format(doc, an_number(AN_KIND_NUMBER, work[m - 1]))));
        for (an_index g = 0; g < n_groups; g++) {
            m = collect(frame, &q[k], g, work);
            cells[3 + g] = median_quartiles(m, work);
        }
        an_doc_row_add(doc, q[k].key, 0, cells);
    }
}

static an_status doses(an_ctx *ctx, const an_frame *frame, const options *o, an_doc *doc,
                       an_arena *mem)
{
    an_status st = AN_OK;
    const an_vector *group = an_frame_role(frame, "group");
    const an_index n_groups = group ? group->n_levels : 0;
    an_doc_column *columns;
    an_value *cells;
    double *work;
    quantity q[N_QUANTITIES] = {
        {"dose_per_fraction", "Dose per fraction, Gy", NULL},
        {"fractions", "Fractions", NULL},
        {"total_dose", "Total dose, Gy", NULL},
        {"bed_tumour", NULL, NULL},
        {"eqd2_tumour", NULL, NULL},
        {"eqd2_cord", NULL, NULL},
        {"overall_time", "First to last fraction, days", NULL},
    };

    q[3].label =
        an_doc_printf(doc, "BED, Gy, tumour (alpha/beta %g Gy)", o->alpha_beta_tumour);
    q[4].label =
        an_doc_printf(doc, "EQD2, Gy, tumour (alpha/beta %g Gy)", o->alpha_beta_tumour);
    q[5].label = an_doc_printf(doc, "EQD2, Gy, spinal cord (alpha/beta %g Gy)",
                               o->alpha_beta_cord);
    AN_ALLOC(columns, mem, 3 + n_groups);
    AN_ALLOC(cells, mem, 3 + n_groups);
    AN_ALLOC(work, mem, frame->n);
    for (int k = 0; k < N_QUANTITIES; k++) AN_ALLOC(q[k].x, mem, frame->n);
    fill(frame, o, q);
    columns[0] = (an_doc_column){"quantity", "Quantity"};
    columns[1] =
        (an_doc_column){"all", an_doc_printf(doc, "All (n = %lld)", (long long)frame->n)};
    columns[2] = (an_doc_column){"range", "Range"};
    for (an_index g = 0; g < n_groups; g++) {
        const an_index m = collect(frame, &q[0], g, work);

        columns[3 + g] = (an_doc_column){
            an_doc_printf(doc, "group%lld", (long long)g + 1),
            an_doc_printf(doc, "%s (n = %lld)", group->levels[g], (long long)m)};
    }
    an_doc_table(doc, "dose", "Dose and fractionation", "median (quartiles, type 7)",
                 3 + n_groups, columns);
    add_rows(doc, frame, q, n_groups, work, cells);
    an_doc_table_end(
        doc,
        "Median (first to third quartile) and range. BED and EQD2 by the "
        "linear-quadratic "
        "model with full repair and without repopulation. The cord's EQD2 assumes that "
        "the cord receives the prescribed dose: an upper bound, not a measured cord "
        "dose.");
done:
    return st;
}

/* Distinct regimens "4.5 Gy x 5" in order of first appearance, with their counts. */
static an_status regimens(an_ctx *ctx, const an_frame *frame, an_doc *doc, an_arena *mem)
{
    an_status st = AN_OK;
    const double *d = an_frame_role(frame, "dose_per_fraction")->x;
    const double *n = an_frame_role(frame, "fractions")->x;
    const an_doc_column columns[] = {{"regimen", "Regimen"}, {"n", "Patients"}};
    int64_t *order;
    double *key;
    an_index from, to;

    AN_ALLOC(order, mem, frame->n);
    AN_ALLOC(key, mem, frame->n);
    for (an_index i = 0; i < frame->n; i++) key[i] = d[i] * 1000 + n[i];
    AN_TRY(an_order_double(ctx, frame->n, key, order));
    an_doc_table(doc, "regimens", "Regimens", "count", 2, columns);
    for (from = 0; from < frame->n; from = to) {
        const an_index i = order[from];

        for (to = from; to < frame->n && key[order[to]] == key[i]; to++) {
        }
        const char *name = an_doc_printf(doc, "%g Gy x %g", d[i], n[i]);
        const an_value cells[] = {an_text(name),
                                  an_count_of((double)(to - from), (double)frame->n)};

        an_doc_row_add(doc, an_doc_printf(doc, "%gx%g", d[i], n[i]), 0, cells);
    }
    an_doc_table_end(doc, NULL);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(doses(ctx, frame, opt, doc, mem));
    AN_TRY(regimens(ctx, frame, doc, mem));
    an_doc_text(
        doc, "methods",
        "BED and EQD2 were calculated with the linear-quadratic model, alpha/beta %g Gy "
        "for the tumour and %g Gy for the spinal cord, delivered fractions, full repair "
        "and no repopulation.",
        ((const options *)opt)->alpha_beta_tumour,
        ((const options *)opt)->alpha_beta_cord);
    AN_TRY(an_doc_status(doc));
done:
    an_arena_free(mem);
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
