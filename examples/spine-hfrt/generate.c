/*
 * Makes the synthetic cohort of this example: 58 invented patients, shaped like a
 * retrospective series of hypofractionated radiotherapy for painful spinal metastases.
 * Nobody in it exists. Seeded: the same bytes every time.
 *
 *     generate FOLDER    writes cohort.{csv,xlsx} and cohort-attrition.{csv,xlsx}
 *
 * cohort: every patient has a score at one month (baseline NRS sum 199, one-month sum 87,
 * 49 improved). cohort-attrition: the same 58, but some died or were lost before that
 * visit.
 */
#include <anodyne/io.h>
#include <anodyne/table.h>

#include "base/base.h"

enum {
    N = 58,
    BASELINE_SUM = 199,
    FOLLOWUP_SUM = 87,
    N_IMPROVED = 49,
    N_EARLY_DEATHS = 6,
    N_LOST = 5,
    NONE = INT32_MIN /* an event that did not happen, a value that is missing */
};

typedef struct patient {
    int age, female, primary, level, kps, visceral, bone_agent;
    double alp, calcium, albumin, phosphorus; /* NaN missing */
    double dose;
    int fractions;
    int32_t start, end, assessed, reirradiated, fractured, myelitis, died, last_visit;
    int before, after, opioid_before, opioid_after;
} patient;

static const char *const primaries[] = {"lung",    "breast",     "prostate", "kidney",
                                        "thyroid", "colorectal", "other"};
static const double primary_share[] = {0.38, 0.20, 0.13, 0.10, 0.05, 0.09, 0.05};
static const double primary_hazard[] = {1.5, 0.6, 0.7, 1.0, 0.5, 1.2, 1.3};
static const char *const levels[] = {"C5",  "C7",  "T3", "T5", "T6", "T8", "T9", "T10",
                                     "T11", "T12", "L1", "L2", "L3", "L4", "L5", "S1"};
static const char *const agents[] = {"none", "zoledronate", "denosumab"};

/* Total dose stays near 25-36 Gy; a quarter of the regimens is the moderate class. */
static const struct {
    double dose;
    int fractions;
} regimens[] = {{4.5, 7}, {4.5, 6}, {4.5, 7}, {4.8, 6}, {4.8, 5}, {5, 5}, {5, 6},
                {6, 5},   {6, 5},   {7, 4},   {8, 3},   {8, 4},   {9, 3}, {10, 3}};

static int choose(an_rng *rng, const double *share, int n)
{
    double u = an_rng_uniform(rng);

    for (int i = 0; i < n - 1; i++) {
        if (u < share[i]) return i;
        u -= share[i];
    }
    return n - 1;
}

/* To whole parts of one: parts = 100 keeps two decimals. */
static double rounded(double x, double parts)
{
    return round(x * parts) / parts;
}

static bool is_weekend(int32_t day)
{
    const int weekday = (day % 7 + 11) % 7; /* 1970-01-01 was a Thursday; 0 is Sunday */

    return weekday == 0 || weekday == 6;
}

/* Last of n fractions on working days. */
static int32_t last_fraction(int32_t start, int n)
{
    int32_t day = start;

    for (int done = 1; done < n; done++) do
            day++;
        while (is_weekend(day));
    return day;
}

static void draw_baseline(an_rng *rng, patient *p)
{
    p->age = 40 + (int)an_rng_below(rng, 42);
    p->primary = choose(rng, primary_share, 7);
    p->female = p->primary == 1 || (p->primary != 2 && an_rng_uniform(rng) < 0.4);
    p->level = (int)an_rng_below(rng, 16);
    p->kps = 50 + 10 * (int)an_rng_below(rng, 5);
    p->visceral = an_rng_uniform(rng) < 0.36;
    p->bone_agent = (int)an_rng_below(rng, 3);
    p->alp = rounded(exp(4.7 + 0.45 * an_rng_normal(rng) + 0.25 * p->visceral), 1);
    p->calcium = rounded(2.32 + 0.14 * an_rng_normal(rng), 100);
    p->albumin = rounded(37.5 + 4.5 * an_rng_normal(rng) - 2 * p->visceral, 10);
    p->phosphorus = rounded(1.12 + 0.18 * an_rng_normal(rng), 100);
    if (an_rng_uniform(rng) < 0.07) p->albumin = NAN;
    if (an_rng_uniform(rng) < 0.10) p->phosphorus = NAN;
    if (an_rng_uniform(rng) < 0.05) p->alp = NAN;
}

static void draw_treatment(an_rng *rng, patient *p)
{
    const int regimen = (int)an_rng_below(rng, 14);
    const int32_t first = an_date_from_civil(2017, 12, 1);
    const int32_t last = an_date_from_civil(2022, 6, 30);

    p->dose = regimens[regimen].dose;
    p->fractions = regimens[regimen].fractions;
    do p->start = first + (int32_t)an_rng_below(rng, last - first + 1);
    while (is_weekend(p->start));
    p->end = last_fraction(p->start, p->fractions);
    p->assessed = p->end + 24 + (int32_t)an_rng_below(rng, 14);
}

/* Death, re-irradiation and fracture from exponential hazards per day. */
static void draw_course(an_rng *rng, patient *p)
{
    const int32_t data_cut = an_date_from_civil(2022, 12, 31);
    const double risk =
        primary_hazard[p->primary] * (p->visceral ? 1.8 : 1) * exp(-0.03 * (p->kps - 70));
    const double again = p->dose < 5 ? 0.00115 : 0.00042;
    const int32_t died =
        p->assessed + 3 + (int32_t)(420 / risk * an_rng_exponential(rng));
    const int32_t again_on = p->end + 45 + (int32_t)(an_rng_exponential(rng) / again);
    const int32_t fracture = p->end + 20 + (int32_t)(an_rng_exponential(rng) / 0.0006);
    int32_t seen = data_cut - (int32_t)an_rng_below(rng, 75);

    if (an_rng_uniform(rng) < 0.10) /* moved away, follow-up ends early */
        seen = p->assessed + (int32_t)an_rng_below(rng, 400);
    if (seen < p->assessed) seen = p->assessed;
    p->died = died <= seen ? died : NONE;
    p->last_visit = p->died != NONE ? p->died - (int32_t)an_rng_below(rng, 12) : seen;
    if (p->last_visit < p->assessed) p->last_visit = p->assessed;
    p->reirradiated = again_on < p->last_visit ? again_on : NONE;
    p->fractured = fracture < p->last_visit ? fracture : NONE;
    p->myelitis = NONE; /* as in the series: no case */
}

/* Moves values by one, at random places, until their sum is right. */
static void correct_sum(an_rng *rng, patient *p, bool after, int wanted)
{
    int sum = 0;

    for (int i = 0; i < N; i++) sum += after ? p[i].after : p[i].before;
    while (sum != wanted) {
        patient *one = &p[an_rng_below(rng, N)];
        const int step = sum < wanted ? 1 : -1;
        int *value = after ? &one->after : &one->before;
        const bool improved = one->after < one->before;
        const int low = after ? 0 : 1, high = after ? one->before - 1 : 8;

        if (after && !improved) continue;
        if (*value + step < low || *value + step > high) continue;
        *value += step;
        sum += step;
    }
}

static void draw_opioids(an_rng *rng, patient *p)
{
    static const int doses[] = {0, 0, 0, 0, 10, 20, 20, 30, 30, 40, 60, 60, 80, 120};

    p->opioid_before = doses[an_rng_below(rng, 14)];
    p->opioid_after = p->opioid_before;
    if (p->opioid_before > 0 && an_rng_uniform(rng) < 0.35)
        p->opioid_after = (int)rounded(p->opioid_before * 0.5, 0.2);
    else if (an_rng_uniform(rng) < 0.14)
        p->opioid_after = p->opioid_before + 10 * (1 + (int)an_rng_below(rng, 3));
}

static void draw_pain(an_rng *rng, patient *p)
{
    int64_t order[N];

    for (int i = 0; i < N; i++) {
        p[i].before = 2 + (int)an_rng_below(rng, 4);
        order[i] = i;
        draw_opioids(rng, &p[i]);
    }
    correct_sum(rng, p, false, BASELINE_SUM);
    for (int i = N - 1; i > 0; i--) { /* Fisher and Yates: who improved */
        const an_index j = an_rng_below(rng, i + 1);
        const int64_t swap = order[i];

        order[i] = order[j];
        order[j] = swap;
    }
    for (int k = 0; k < N; k++) {
        patient *one = &p[order[k]];

        one->after = k < N_IMPROVED ? (int)an_rng_below(rng, one->before)
                                    : one->before + (int)an_rng_below(rng, 2);
    }
    correct_sum(rng, p, true, FOLLOWUP_SUM);
}

static bool looks_like_the_series(const patient *p)
{
    int deaths = 0, again[2] = {0, 0}, n[2] = {0, 0};

    for (int i = 0; i < N; i++) {
        const int low = p[i].dose < 5;

        deaths += p[i].died != NONE;
        n[low]++;
        again[low] += p[i].reirradiated != NONE;
    }
    return deaths >= 36 && deaths <= 44 && again[0] + again[1] >= 15 &&
           again[0] + again[1] <= 19 && n[1] >= 18 && n[1] <= 28 && again[1] >= 10;
}

static void draw_cohort(patient *p)
{
    for (uint64_t attempt = 0;; attempt++) {
        an_rng rng = an_rng_new(58, 0, attempt);

        for (int i = 0; i < N; i++) {
            draw_baseline(&rng, &p[i]);
            draw_treatment(&rng, &p[i]);
            draw_course(&rng, &p[i]);
        }
        draw_pain(&rng, p);
        if (looks_like_the_series(p)) return;
    }
}

/* Some patients die or leave before the visit at one month: no score, no later events. */
static void lose_some(patient *p)
{
    an_rng rng = an_rng_new(58, 1, 0);

    for (int lost = 0; lost < N_EARLY_DEATHS + N_LOST;) {
        patient *one = &p[an_rng_below(&rng, N)];
        const int32_t day = one->end + 2 + (int32_t)an_rng_below(&rng, 15);

        if (one->assessed == NONE) continue;
        if (lost < N_EARLY_DEATHS && one->kps > 70) continue; /* the frail die early */
        one->assessed = one->reirradiated = one->fractured = NONE;
        one->after = one->opioid_after = NONE;
        one->died = lost < N_EARLY_DEATHS ? day : NONE;
        one->last_visit = lost < N_EARLY_DEATHS ? one->end : day;
        lost++;
    }
}

/* ---- From patients to a table ---- */

typedef struct builder {
    an_ctx *ctx;
    an_table *table;
    const patient *p;
    an_status st;
    uint8_t valid[(N + 7) / 8];
    double real[N];
    int32_t code[N];
} builder;

static void add(builder *b, const char *name, an_type type, an_index n_levels,
                const char *const *names)
{
    const bool number = type == AN_REAL || type == AN_INTEGER;
    const an_column column = {.name = name,
                              .type = type,
                              .valid = b->valid,
                              .real = number ? b->real : NULL,
                              .code = number ? NULL : b->code,
                              .n_levels = n_levels,
                              .levels = names};

    if (b->st == AN_OK) b->st = an_table_add(b->ctx, b->table, &column);
}

static void present(builder *b, int i, bool is_present)
{
    const uint8_t bit = (uint8_t)(1u << (i % 8));

    b->valid[i / 8] =
        (uint8_t)(is_present ? b->valid[i / 8] | bit : b->valid[i / 8] & ~bit);
}

#define ADD_NUMBER(b, name, type, expression)      \
    do {                                           \
        for (int i = 0; i < N; i++) {              \
            const patient *q = &(b)->p[i];         \
            const double x = (expression);         \
            (b)->real[i] = x == NONE ? NAN : x;    \
            present((b), i, !isnan((b)->real[i])); \
        }                                          \
        add((b), name, type, 0, NULL);             \
    } while (0)

#define ADD_CODE(b, name, type, expression, n_levels, names) \
    do {                                                     \
        for (int i = 0; i < N; i++) {                        \
            const patient *q = &(b)->p[i];                   \
            (b)->code[i] = (expression);                     \
            present((b), i, (b)->code[i] != NONE);           \
        }                                                    \
        add((b), name, type, n_levels, names);               \
    } while (0)

static void add_identifiers(builder *b)
{
    char names[N][16];
    const char *pointers[N];

    for (int i = 0; i < N; i++) {
        snprintf(names[i], sizeof names[i], "P%03d", i + 1);
        pointers[i] = names[i];
        b->code[i] = i;
        present(b, i, true);
    }
    add(b, "patient_id", AN_FACTOR, N, pointers);
}

static void add_columns(builder *b)
{
    static const char *const sexes[] = {"male", "female"}, *const yes_no[] = {"no",
                                                                              "yes"};

    add_identifiers(b);
    ADD_NUMBER(b, "age", AN_INTEGER, q->age);
    ADD_CODE(b, "sex", AN_FACTOR, q->female, 2, sexes);
    ADD_CODE(b, "primary_tumour", AN_FACTOR, q->primary, 7, primaries);
    ADD_CODE(b, "level", AN_FACTOR, q->level, 16, levels);
    ADD_NUMBER(b, "kps", AN_INTEGER, q->kps);
    ADD_CODE(b, "visceral_metastases", AN_FACTOR, q->visceral, 2, yes_no);
    ADD_NUMBER(b, "alp_u_l", AN_REAL, q->alp);
    ADD_NUMBER(b, "calcium_mmol_l", AN_REAL, q->calcium);
    ADD_NUMBER(b, "albumin_g_l", AN_REAL, q->albumin);
    ADD_NUMBER(b, "phosphorus_mmol_l", AN_REAL, q->phosphorus);
    ADD_CODE(b, "bone_agent", AN_FACTOR, q->bone_agent, 3, agents);
    ADD_NUMBER(b, "dose_per_fraction_gy", AN_REAL, q->dose);
    ADD_NUMBER(b, "n_fractions", AN_INTEGER, q->fractions);
    ADD_CODE(b, "rt_start", AN_DATE, q->start, 0, NULL);
    ADD_CODE(b, "rt_end", AN_DATE, q->end, 0, NULL);
    ADD_NUMBER(b, "nrs_baseline", AN_INTEGER, q->before);
    ADD_NUMBER(b, "opioid_baseline_mg", AN_INTEGER, q->opioid_before);
    ADD_CODE(b, "visit_1month", AN_DATE, q->assessed, 0, NULL);
    ADD_NUMBER(b, "nrs_1month", AN_INTEGER, q->after);
    ADD_NUMBER(b, "opioid_1month_mg", AN_INTEGER, q->opioid_after);
    ADD_CODE(b, "reirradiation_date", AN_DATE, q->reirradiated, 0, NULL);
    ADD_CODE(b, "fracture_date", AN_DATE, q->fractured, 0, NULL);
    ADD_CODE(b, "myelitis_date", AN_DATE, q->myelitis, 0, NULL);
    ADD_CODE(b, "death_date", AN_DATE, q->died, 0, NULL);
    ADD_CODE(b, "last_visit", AN_DATE, q->last_visit, 0, NULL);
}

static an_status write_both(an_ctx *ctx, const char *folder, const char *name,
                            const patient *p)
{
    builder b = {.ctx = ctx, .p = p};
    char path[4096];
    an_status st = AN_OK;

    AN_TRY(an_table_new(ctx, N, NULL, NULL, NULL, NULL, &b.table));
    add_columns(&b);
    AN_TRY(b.st);
    snprintf(path, sizeof path, "%s/%s.csv", folder, name);
    AN_TRY(an_csv_write(ctx, path, b.table, NULL));
    snprintf(path, sizeof path, "%s/%s.xlsx", folder, name);
    AN_TRY(an_xlsx_write(ctx, path, b.table));
done:
    an_table_free(b.table);
    return st;
}

int main(int argc, char **argv)
{
    an_ctx *ctx = an_ctx_new();
    patient cohort[N] = {0};
    an_status st = AN_OK;

    if (argc != 2 || !ctx) {
        fprintf(stderr, "usage: generate FOLDER\n");
        return 2;
    }
    draw_cohort(cohort);
    AN_TRY(write_both(ctx, argv[1], "cohort", cohort));
    lose_some(cohort);
    AN_TRY(write_both(ctx, argv[1], "cohort-attrition", cohort));
done:
    if (st != AN_OK) fprintf(stderr, "generate: %s\n", an_message(ctx));
    an_ctx_free(ctx);
    return an_status_exit(st);
}
