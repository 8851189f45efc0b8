/*
 * Makes the synthetic clinic of this example: 72 invented patients as a clinic keeps its
 * records, one table for each kind of record. Nobody in it exists. Seeded: the same bytes
 * every time.
 *
 *     generate FOLDER    writes patients, lesions, courses, pain, opioids, labs, events,
 *                        bone_agents and plan_doses, all CSV
 *
 * Every patient draws from a random stream of their own, so that one more patient changes
 * no other.
 */
#include <anodyne/file.h>

#include "base/base.h"

enum {
    N = 72,
    MOST_LESIONS = 2,
    MOST_COURSES = 4,
    N_VISITS = 4,
    N_VERTEBRAE = 25,
    NONE = INT32_MIN /* an event that did not happen */
};

typedef struct lesion {
    int from, to; /* vertebrae: 0 is C1, 24 is S1 */
    int kind, pain_type, collapse, alignment, posterolateral, bilsky;
    int before;    /* worst pain before radiotherapy */
    double drop;   /* share of it that radiotherapy takes away */
    bool flare;    /* pain rises by 2 or 3 from the second day on and falls back */
    int32_t again; /* day from which pain returns */
} lesion;

typedef struct course {
    int lesion, from, to, planned, delivered, technique;
    double dose;
    int32_t first, last;
} course;

typedef struct patient {
    an_rng rng;
    int age, female, primary, kps, ecog, visceral, brain, n_vertebral, n_extraspinal;
    int frankel, ambulatory, deficit_days, chemo_lines, hospitalised;
    int32_t diagnosis, start, end, died, last;
    int n_lesions, n_courses;
    lesion lesions[MOST_LESIONS];
    course courses[MOST_COURSES];
    int drug, agent;
    double opioid; /* before radiotherapy, in the drug's own unit */
    int32_t agent_start, agent_stop;
    int32_t visit[N_VISITS]; /* NONE: not seen */
} patient;

static const char *const primaries[] = {"lung",    "breast",     "prostate", "kidney",
                                        "thyroid", "colorectal", "myeloma",  "unknown"};
static const double primary_share[] = {0.34, 0.2, 0.13, 0.1, 0.05, 0.08, 0.05, 0.05};
static const double primary_hazard[] = {1.5, 0.6, 0.7, 1, 0.5, 1.2, 0.6, 1.6};

static const struct {
    double dose;
    int fractions;
} regimens[] = {{4.5, 7}, {4.5, 6}, {4.8, 6}, {5, 5}, {5, 6},  {6, 5},
                {7, 4},   {8, 3},   {8, 1},   {9, 3}, {10, 3}, {4, 5}};

static const struct {
    const char *name, *route, *unit;
    double doses[3];
} drugs[] = {{"none", "", "", {0, 0, 0}},
             {"tramadol", "oral", "mg/day", {100, 150, 200}},
             {"morphine", "oral", "mg/day", {30, 60, 120}},
             {"oxycodone", "oral", "mg/day", {20, 40, 80}},
             {"fentanyl", "transdermal", "ug/h", {12, 25, 50}},
             {"hydromorphone", "oral", "mg/day", {8, 16, 24}},
             {"methadone", "oral", "mg/day", {10, 15, 20}},
             {"dezocine", "intramuscular", "mg/day", {10, 20, 30}}};
static const double drug_share[] = {0.28, 0.16, 0.2, 0.16, 0.12, 0.04, 0.02, 0.02};

static const char *const agents[] = {"zoledronate", "denosumab"};

/* ---- Drawing ---- */

static int choose(an_rng *rng, const double *share, int n)
{
    double u = an_rng_uniform(rng);

    for (int i = 0; i < n - 1; i++) {
        if (u < share[i]) return i;
        u -= share[i];
    }
    return n - 1;
}

static int below(an_rng *rng, int limit)
{
    return (int)an_rng_below(rng, limit);
}

static bool chance(an_rng *rng, double p)
{
    return an_rng_uniform(rng) < p;
}

static bool is_weekend(int32_t day)
{
    const int weekday = (day % 7 + 11) % 7; /* 1970-01-01 was a Thursday; 0 is Sunday */

    return weekday == 0 || weekday == 6;
}

static int32_t working_day(int32_t day)
{
    while (is_weekend(day)) day++;
    return day;
}

/* Last of n fractions on working days. */
static int32_t last_fraction(int32_t first, int n)
{
    int32_t day = first;

    for (int done = 1; done < n; done++) day = working_day(day + 1);
    return day;
}

static void draw_person(patient *p)
{
    static const double frankels[] = {0.02, 0.03, 0.05, 0.1, 0.8};
    an_rng *rng = &p->rng;

    p->age = 38 + below(rng, 46);
    p->primary = choose(rng, primary_share, 8);
    p->female = p->primary == 1 || (p->primary != 2 && chance(rng, 0.4));
    p->kps = 40 + 10 * below(rng, 6);
    p->ecog = p->kps >= 90 ? 0 : p->kps >= 70 ? 1 : p->kps >= 50 ? 2 : 3;
    p->visceral = chance(rng, 0.4) ? 1 + below(rng, 2) : 0;
    p->brain = chance(rng, 0.08);
    p->n_vertebral = 1 + below(rng, 5);
    p->n_extraspinal = below(rng, 5);
    p->frankel = choose(rng, frankels, 5);
    p->ambulatory = p->frankel == 4 ? 1 : p->frankel == 3 ? 2 : p->frankel == 0 ? 4 : 3;
    p->deficit_days = p->frankel == 4 ? NONE : 1 + below(rng, 25);
    p->chemo_lines = below(rng, 4);
    p->hospitalised = chance(rng, 0.3);
}

static void draw_lesion(patient *p, lesion *l)
{
    an_rng *rng = &p->rng;

    l->from = 4 + below(rng, N_VERTEBRAE - 5);
    l->to = l->from + below(rng, 3);
    if (l->to >= N_VERTEBRAE) l->to = N_VERTEBRAE - 1;
    l->kind = below(rng, 3);
    l->pain_type = below(rng, 3);
    l->collapse = below(rng, 4);
    l->alignment = chance(rng, 0.2) ? 1 + below(rng, 2) : 0;
    l->posterolateral = below(rng, 3);
    l->bilsky = below(rng, 6);
    l->before = 3 + below(rng, 7);
    l->drop = chance(rng, 0.7) ? 0.4 + 0.6 * an_rng_uniform(rng) : 0.15;
    l->flare = chance(rng, 0.25);
}

static void add_course(patient *p, int which, int32_t first)
{
    const int regimen = below(&p->rng, 12);
    const lesion *l = &p->lesions[which];
    course *c = &p->courses[p->n_courses++];

    *c = (course){.lesion = which,
                  .from = l->from,
                  .to = l->to,
                  .planned = regimens[regimen].fractions,
                  .delivered = regimens[regimen].fractions,
                  .technique = below(&p->rng, 3),
                  .dose = regimens[regimen].dose,
                  .first = working_day(first)};
    if (c->planned > 3 && chance(&p->rng, 0.06)) c->delivered -= 2; /* stopped early */
    c->last = last_fraction(c->first, c->delivered);
}

/* An earlier course to the level below in some; then the index course of each lesion. */
static void draw_courses(patient *p)
{
    if (chance(&p->rng, 0.15)) {
        course *c;

        add_course(p, 0, p->start - 120 - below(&p->rng, 300));
        c = &p->courses[0];
        if (chance(&p->rng, 0.5) && c->to + 2 < N_VERTEBRAE) c->from = c->to += 2;
    }
    for (int k = 0; k < p->n_lesions; k++) add_course(p, k, p->start);
    p->start = p->courses[p->n_courses - 1].first;
    p->end = p->start;
    for (int k = 0; k < p->n_courses; k++)
        if (p->courses[k].last > p->end) p->end = p->courses[k].last;
}

/* Death or last contact, then what fits before it. */
static void draw_follow_up(patient *p)
{
    static const int days[N_VISITS] = {30, 60, 90, 180};
    an_rng *rng = &p->rng;
    const int32_t cut = an_date_from_civil(2023, 6, 30);
    const double risk =
        primary_hazard[p->primary] * (p->visceral ? 1.7 : 1) * exp(-0.03 * (p->kps - 70));
    const int32_t died = p->end + 5 + (int32_t)(380 / risk * an_rng_exponential(rng));
    const bool lost = chance(rng, 0.1);

    p->died = died < cut && !lost ? died : NONE;
    p->last = p->died != NONE ? p->died : lost ? p->end + below(rng, 300) : cut;
    for (int k = 0; k < N_VISITS; k++) {
        const int32_t day = p->end + days[k] - 7 + below(rng, 15);

        p->visit[k] = day < p->last && chance(rng, 0.88) ? day : NONE;
    }
    for (int k = 0; k < p->n_lesions; k++)
        p->lesions[k].again = p->end + 60 + (int32_t)(200 * an_rng_exponential(rng));
}

static void draw_re_irradiation(patient *p)
{
    const course *index = &p->courses[p->n_courses - p->n_lesions];
    const double rate = index->dose < 5 ? 0.0013 : 0.0005;
    const int32_t day = p->end + 35 + (int32_t)(an_rng_exponential(&p->rng) / rate);

    if (p->n_courses < MOST_COURSES && day + 14 < p->last) add_course(p, 0, day);
}

static void draw_drugs(patient *p)
{
    an_rng *rng = &p->rng;

    p->drug = choose(rng, drug_share, 8);
    p->opioid = drugs[p->drug].doses[below(rng, 3)];
    p->agent = below(rng, 2);
    p->agent_start = NONE;
    p->agent_stop = NONE;
    if (!chance(rng, 0.6)) return;
    p->agent_start = p->start - 60 + below(rng, 150);
    if (p->agent_start >= p->last) p->agent_start = p->start - 30;
    if (chance(rng, 0.3) && p->agent_start + 90 < p->last)
        p->agent_stop = p->agent_start + 90;
}

static void draw_patient(patient *p, int i)
{
    const int32_t from = an_date_from_civil(2019, 1, 7);

    *p = (patient){.rng = an_rng_new(72, (uint64_t)i, 0)};
    draw_person(p);
    p->start = working_day(from + below(&p->rng, 1400));
    p->diagnosis = p->start - 30 - below(&p->rng, 2400);
    p->n_lesions = chance(&p->rng, 0.25) ? 2 : 1;
    for (int k = 0; k < p->n_lesions; k++) draw_lesion(p, &p->lesions[k]);
    draw_courses(p);
    draw_follow_up(p);
    draw_re_irradiation(p);
    draw_drugs(p);
}

/* ---- Cells ---- */

static void put_date(an_buf *out, int32_t day)
{
    char text[16];

    if (day == NONE) return;
    an_date_format(day, text);
    an_buf_puts(out, text);
}

static void put_count(an_buf *out, int n)
{
    if (n != NONE) an_buf_printf(out, "%d", n);
}

static void put_vertebra(an_buf *out, int v, bool chinese)
{
    static const char *const english[] = {"C", "T", "L", "S"};
    static const char *const hanzi[] = {"颈", "胸", "腰", "骶"};
    const int region = v < 7 ? 0 : v < 19 ? 1 : v < 24 ? 2 : 3;
    static const int first[] = {0, 7, 19, 24};

    an_buf_printf(out, "%s%d", chinese ? hanzi[region] : english[region],
                  v - first[region] + 1);
}

/* "T10-L1", or "胸10-腰1" as every eighth chart says it. */
static void put_levels(an_buf *out, int from, int to, bool chinese)
{
    put_vertebra(out, from, chinese);
    if (to == from) return;
    an_buf_putc(out, '-');
    put_vertebra(out, to, chinese);
}

/* ---- Tables ---- */

static void put_patients(an_buf *out, patient *p, int i)
{
    static const char *const viscera[] = {"none", "treatable", "untreatable"};

    an_buf_printf(out, "P%03d,%d,%s,%s,%d,%d,%s,%s,%d,%d,%c,%d,", i + 1, p->age,
                  p->female ? "female" : "male", primaries[p->primary], p->kps, p->ecog,
                  viscera[p->visceral], p->brain ? "yes" : "no", p->n_vertebral,
                  p->n_extraspinal, "ABCDE"[p->frankel], p -> ambulatory);
    put_count(out, p->deficit_days);
    an_buf_putc(out, ',');
    put_date(out, p->diagnosis);
    an_buf_printf(out, ",%d,%s,", p->chemo_lines, p->hospitalised ? "yes" : "no");
    put_date(out, p->died);
    an_buf_putc(out, ',');
    put_date(out, p->last);
    an_buf_putc(out, '\n');
}

static void put_lesions(an_buf *out, patient *p, int i)
{
    static const char *const kinds[] = {"lytic", "mixed", "blastic"};
    static const char *const pains[] = {"mechanical", "non-mechanical", "none"};
    static const char *const collapses[] = {"gt50", "lt50", "none_gt50_involved", "none"};
    static const char *const alignments[] = {"normal", "deformity", "subluxation"};
    static const char *const sides[] = {"none", "uni", "bi"};
    static const char *const grades[] = {"0", "1a", "1b", "1c", "2", "3"};

    for (int k = 0; k < p->n_lesions; k++) {
        const lesion *l = &p->lesions[k];

        an_buf_printf(out, "P%03d-%d,P%03d,", i + 1, k + 1, i + 1);
        put_levels(out, l->from, l->to, i % 8 == 7);
        an_buf_printf(out, ",%s,%s,%s,%s,%s,%s,%s\n", kinds[l->kind], pains[l->pain_type],
                      collapses[l->collapse], alignments[l->alignment],
                      sides[l->posterolateral], grades[l->bilsky], k ? "no" : "yes");
    }
}

static void put_courses(an_buf *out, patient *p, int i)
{
    static const char *const techniques[] = {"3D", "IMRT", "VMAT"};

    for (int k = 0; k < p->n_courses; k++) {
        const course *c = &p->courses[k];

        an_buf_printf(out, "P%03d-C%d,P%03d,P%03d-%d,", i + 1, k + 1, i + 1, i + 1,
                      c->lesion + 1);
        put_levels(out, c->from, c->to, i % 8 == 7);
        an_buf_putc(out, ',');
        put_date(out, c->first);
        an_buf_putc(out, ',');
        put_date(out, c->last);
        an_buf_putc(out, ',');
        an_buf_double(out, c->dose);
        an_buf_printf(out, ",%d,%d,%s\n", c->planned, c->delivered,
                      techniques[c->technique]);
    }
}

/* Worst pain of a day: it falls within weeks, may flare first, and returns. */
static int pain_on(patient *p, const lesion *l, int32_t day)
{
    const double since = day - p->start;
    const double relief = l->drop * l->before * (1 - exp(-since / 12));
    const double noise = chance(&p->rng, 0.25) ? 1 - 2.0 * below(&p->rng, 2) : 0;
    double pain = l->before - relief + (since > 0 ? noise : 0);

    if (l->flare && since >= 2 && since <= 4) pain = l->before + 2;
    if (day > l->again) pain += 0.5 * l->before;
    return (int)fmin(10, fmax(0, round(pain)));
}

static void put_score(an_buf *out, patient *p, int i, int k, int32_t day)
{
    if (day >= p->last) return;
    an_buf_printf(out, "P%03d,P%03d-%d,", i + 1, i + 1, k + 1);
    put_date(out, day);
    an_buf_printf(out, ",%d\n", pain_on(p, &p->lesions[k], day));
}

/* A diary from the first fraction to ten days after the last, then visits. */
static void put_pain(an_buf *out, patient *p, int i)
{
    for (int k = 0; k < p->n_lesions; k++) {
        for (int32_t day = p->start; day <= p->end + 10; day++)
            put_score(out, p, i, k, day);
        for (int v = 0; v < N_VISITS; v++)
            if (p->visit[v] != NONE) put_score(out, p, i, k, p->visit[v]);
    }
}

static void put_prescription(an_buf *out, const patient *p, int i, int32_t day,
                             double dose)
{
    const int drug = dose > 0 ? p->drug : 0;

    an_buf_printf(out, "P%03d,", i + 1);
    put_date(out, day);
    an_buf_printf(out, ",%s,%s,", drugs[drug].name, drugs[drug].route);
    if (drug > 0) an_buf_double(out, dose);
    an_buf_printf(out, ",%s\n", drugs[drug].unit);
}

static void put_opioids(an_buf *out, patient *p, int i)
{
    double dose = p->opioid;

    put_prescription(out, p, i, p->start, dose);
    for (int v = 0; v < N_VISITS; v++) {
        const double u = an_rng_uniform(&p->rng);

        if (u < 0.25) dose *= 0.5;
        if (u > 0.88) dose = dose > 0 ? dose * 1.5 : 0;
        if (p->visit[v] != NONE && u < 0.95)
            put_prescription(out, p, i, p->visit[v], dose);
    }
}

static void put_lab(an_buf *out, int i, int32_t day, const char *test, double value,
                    const char *unit, const char *limits)
{
    an_buf_printf(out, "P%03d,", i + 1);
    put_date(out, day);
    an_buf_printf(out, ",%s,", test);
    an_buf_double(out, value);
    an_buf_printf(out, ",%s,%s\n", unit, limits);
}

/* To whole parts of one: parts = 100 keeps two decimals. */
static double rounded(double x, double parts)
{
    return round(x * parts) / parts;
}

static void put_panel(an_buf *out, patient *p, int i, int32_t day)
{
    static const struct {
        const char *test, *unit, *limits; /* lower, upper limit of normal */
        double middle, spread, parts;
        bool skewed;
    } tests[] = {{"ALP", "U/L", "45,125", 110, 0.5, 1, true},
                 {"calcium", "mmol/L", "2.11,2.52", 2.34, 0.16, 100, false},
                 {"albumin", "g/L", "40,55", 37.5, 4.5, 10, false},
                 {"phosphate", "mmol/L", "0.85,1.51", 1.12, 0.18, 100, false},
                 {"LDH", "U/L", "120,250", 230, 0.3, 1, true},
                 {"CRP", "mg/L", "0,8", 9, 1, 10, true},
                 {"platelets", "10^9/L", "125,350", 210, 60, 1, false},
                 {"bilirubin", "umol/L", "0,23", 11, 0.4, 10, true},
                 {"haemoglobin", "g/L", "115,150", 116, 15, 1, false}};

    for (size_t t = 0; t < sizeof tests / sizeof *tests; t++) {
        const double z = an_rng_normal(&p->rng);
        const double x = tests[t].skewed ? tests[t].middle * exp(tests[t].spread * z)
                                         : tests[t].middle + tests[t].spread * z;

        if (chance(&p->rng, 0.05)) continue; /* not measured */
        put_lab(out, i, day, tests[t].test, rounded(x, tests[t].parts), tests[t].unit,
                tests[t].limits);
    }
}

static void put_labs(an_buf *out, patient *p, int i)
{
    put_panel(out, p, i, p->start - 1 - below(&p->rng, 12));
    if (p->visit[0] != NONE) put_panel(out, p, i, p->visit[0]);
}

static void put_event(an_buf *out, const patient *p, int i, const char *event,
                      int32_t day, const char *term, int grade)
{
    if (day >= p->last) return;
    an_buf_printf(out, "P%03d,P%03d-1,%s,", i + 1, i + 1, event);
    put_date(out, day);
    an_buf_printf(out, ",%s,", term);
    put_count(out, grade);
    an_buf_putc(out, '\n');
}

static void put_events(an_buf *out, patient *p, int i)
{
    static const char *const early[] = {"Nausea", "Fatigue", "Esophagitis", "Diarrhea"};
    an_rng *rng = &p->rng;
    const int32_t fracture = p->end + 15 + (int32_t)(1100 * an_rng_exponential(rng));
    const int32_t cord = p->end + 30 + (int32_t)(4000 * an_rng_exponential(rng));
    const int32_t surgery = p->end + 20 + (int32_t)(5000 * an_rng_exponential(rng));
    const int32_t calcium = p->end + 20 + (int32_t)(3000 * an_rng_exponential(rng));

    if (chance(rng, 0.5))
        put_event(out, p, i, "adverse_event", p->start + 2 + below(rng, 14),
                  early[below(rng, 4)], 1 + below(rng, 3));
    put_event(out, p, i, "fracture", fracture, "Spinal fracture", 1 + below(rng, 3));
    put_event(out, p, i, "cord_compression", cord, "Spinal cord compression", 3);
    put_event(out, p, i, "surgery", surgery, "", NONE);
    put_event(out, p, i, "hypercalcaemia", calcium, "Hypercalcemia", 1 + below(rng, 3));
}

static void put_bone_agents(an_buf *out, patient *p, int i)
{
    if (p->agent_start == NONE) return;
    an_buf_printf(out, "P%03d,%s,", i + 1, agents[p->agent]);
    put_date(out, p->agent_start);
    an_buf_putc(out, ',');
    put_date(out, p->agent_stop);
    an_buf_putc(out, '\n');
}

/* Cord above L2, cauda equina below; the oesophagus in the chest. */
static void put_plan_doses(an_buf *out, patient *p, int i)
{
    for (int k = 0; k < p->n_courses; k++) {
        const course *c = &p->courses[k];
        const double total = c->dose * c->planned;
        const double near = total * (0.55 + 0.45 * an_rng_uniform(&p->rng));
        const char *serial = c->from <= 19 ? "SpinalCord" : "CaudaEquina";

        if (chance(&p->rng, 0.3)) continue; /* no plan was kept */
        an_buf_printf(out, "P%03d-C%d,P%03d,%s,Dmax,", i + 1, k + 1, i + 1, serial);
        an_buf_double(out, rounded(near, 100));
        an_buf_puts(out, ",Gy\n");
        if (c->from >= 7 && c->from < 19) {
            an_buf_printf(out, "P%03d-C%d,P%03d,Esophagus,Dmax,", i + 1, k + 1, i + 1);
            an_buf_double(out, rounded(0.8 * near, 100));
            an_buf_puts(out, ",Gy\n");
        }
    }
}

/* ---- Files ---- */

typedef void put_fn(an_buf *out, patient *p, int i);

static const struct {
    const char *name, *header;
    put_fn *put;
} tables[] = {
    {"patients",
     "patient_id,age,sex,primary_tumour,kps,ecog,visceral,brain_metastases,n_vertebral,"
     "n_extraspinal_bone,frankel,ambulatory,motor_deficit_days,diagnosis_date,"
     "prior_chemo_lines,hospitalised_3mo,death_date,last_contact\n",
     put_patients},
    {"lesions",
     "lesion_id,patient_id,levels,lesion_type,pain_type,collapse,alignment,"
     "posterolateral,bilsky,index_lesion\n",
     put_lesions},
    {"courses",
     "course_id,patient_id,lesion_id,levels,first_fraction,last_fraction,"
     "dose_per_fraction_gy,fractions_planned,fractions_delivered,technique\n",
     put_courses},
    {"pain", "patient_id,lesion_id,date,worst_pain\n", put_pain},
    {"opioids", "patient_id,date,drug,route,dose,unit\n", put_opioids},
    {"labs", "patient_id,date,test,value,unit,lln,uln\n", put_labs},
    {"events", "patient_id,lesion_id,event,date,term,grade\n", put_events},
    {"bone_agents", "patient_id,agent,start,stop\n", put_bone_agents},
    {"plan_doses", "course_id,patient_id,structure,metric,value,unit\n", put_plan_doses},
};

static an_status write_table(an_ctx *ctx, const char *folder, size_t t, patient *p)
{
    char path[4096];
    an_buf out;
    an_status st;

    an_buf_init(&out, ctx, 0);
    an_buf_puts(&out, tables[t].header);
    for (int i = 0; i < N; i++) tables[t].put(&out, &p[i], i);
    snprintf(path, sizeof path, "%s/%s.csv", folder, tables[t].name);
    st = out.st;
    if (st == AN_OK) st = an_file_write(ctx, path, out.data, out.size);
    an_buf_free(&out);
    return st;
}

int main(int argc, char **argv)
{
    an_ctx *ctx = an_ctx_new();
    static patient clinic[N];
    an_status st = AN_OK;

    if (argc != 2 || !ctx) {
        fprintf(stderr, "usage: generate FOLDER\n");
        return 2;
    }
    for (int i = 0; i < N; i++) draw_patient(&clinic[i], i);
    for (size_t t = 0; st == AN_OK && t < sizeof tables / sizeof *tables; t++)
        st = write_table(ctx, argv[1], t, clinic);
    if (st != AN_OK) fprintf(stderr, "generate: %s\n", an_message(ctx));
    an_ctx_free(ctx);
    return an_status_exit(st);
}
