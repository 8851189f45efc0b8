/* Relief over time: from rows of assessments to patients. */
#include "study/analyses/relief.h"

static const char *const opioid_choices[] = {"required", "score_only", NULL};
static const char *const increase_choices[] = {"any", "quarter", NULL};
static const char *const stable_choices[] = {"not_increased", "unchanged", NULL};

static const an_param params[] = {
    AN_PARAM_REALS(an_relief_options, times, 1, 1e5, "days",
                   "Days at which incidences are reported (default 30, 60, 90)"),
    AN_PARAM_REAL(an_relief_options, auc_days, 90, 1, 1e4, "days",
                  "Days over which the area under the score is taken"),
    AN_PARAM_REAL(an_relief_options, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_REAL(an_relief_options, min_baseline, 2, 0, 10, "NRS",
                  "Baseline score from which the consensus definition applies"),
    AN_PARAM_CHOICE(an_relief_options, opioids, 0, opioid_choices,
                    "Assessments without an opioid dose: not assessable, or by the score "
                    "alone"),
    AN_PARAM_CHOICE(an_relief_options, opioid_increase, 0, increase_choices,
                    "What rise of opioids excludes a response: any, or one of at least "
                    "25 %"),
    AN_PARAM_CHOICE(an_relief_options, stable, 0, stable_choices,
                    "Opioids with which 2 points more is progression: not up by 25 %, or "
                    "unchanged"),
    AN_PARAM_BOOL(
        an_relief_options, pp_extended, 0,
        "2 points more with 25 % more opioid is progression, not indeterminate"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"day", AN_ROLE_NUMBER, true, false, true,
     "Day of the assessment; the first fraction is day 0"},
    {"score", AN_ROLE_NUMBER, true, false, true, "Pain score, 0-10"},
    {"cluster", AN_ROLE_CLUSTER, true, false, true,
     "Whose the rows are: cluster(patient) or cluster(lesion)"},
    {"opioid", AN_ROLE_NUMBER, false, false, false,
     "Oral morphine equivalents on that day [mg/day]"},
    {"last_fraction", AN_ROLE_NUMBER, false, false, false, "Day of the last fraction"},
    {"reirradiation", AN_ROLE_NUMBER, false, false, false,
     "Day of re-irradiation of the site"},
    {"surgery", AN_ROLE_NUMBER, false, false, false, "Day of surgery of the site"},
    {"death", AN_ROLE_NUMBER, false, false, false, "Day of death"},
    {"last", AN_ROLE_NUMBER, false, false, false,
     "Last day under observation; without it the last assessment"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Chow E, Hoskin P, Mitera G, et al. Update of the international consensus on "
    "palliative radiotherapy endpoints for future clinical trials in bone metastases. "
    "Int J Radiat Oncol Biol Phys 2012;82:1730-1737. doi:10.1016/j.ijrobp.2011.02.008",
    "Chow E, et al. Pain flare. Radiother Oncol 2005;75:64.",
    "Nieder C, et al. Percent of remaining life spent on radiotherapy. Rep Pract Oncol "
    "Radiother 2023;28:47-53.",
    NULL,
};

/* ---- One patient ---- */

/* What all rows of a patient must agree on; NaN where none says. */
static an_status patient_value(const an_relief_view *v, const char *role, an_index n,
                               const int64_t *row, double *out)
{
    const an_vector *x = an_frame_role(v->frame, role);

    *out = NAN;
    for (an_index i = 0; x && i < n; i++) {
        const double here = x->x[row[i]];

        if (isnan(here)) continue;
        if (!isnan(*out) && here != *out)
            return an_fail(v->ctx, AN_ERR_DATA,
                           "row %lld: %s differs from other rows of the same %s",
                           (long long)v->frame->row[row[i]] + 1, x->label,
                           v->frame->cluster->label);
        *out = here;
    }
    return AN_OK;
}

static an_status read_patient(const an_relief_view *v, an_index n, const int64_t *row,
                              an_relief_course *c)
{
    an_status st = AN_OK;
    double last;

    AN_TRY(patient_value(v, "last_fraction", n, row, &c->last_fraction));
    AN_TRY(patient_value(v, "reirradiation", n, row, &c->reirradiation));
    AN_TRY(patient_value(v, "surgery", n, row, &c->surgery));
    AN_TRY(patient_value(v, "death", n, row, &c->death));
    AN_TRY(patient_value(v, "last", n, row, &last));
    if (c->day[n - 1] > c->death)
        return an_fail(v->ctx, AN_ERR_DATA, "row %lld: a score after death",
                       (long long)v->frame->row[row[n - 1]] + 1);
    c->last = fmax(isnan(last) ? c->day[n - 1] : last, c->day[n - 1]);
    an_relief_baseline(c);
done:
    return st;
}

/* Followed, or counted as left out. */
static bool keep(an_relief_view *v, const an_relief_course *c)
{
    const bool no_baseline = isnan(c->baseline);
    const bool ineligible = c->baseline < v->rule.min_baseline;
    const bool no_time =
        !(c->last > 0) || c->death <= 0 || c->reirradiation <= 0 || c->surgery <= 0;

    v->n_no_baseline += no_baseline;
    v->n_ineligible += ineligible;
    v->n_no_time += !no_baseline && !ineligible && no_time;
    return !no_baseline && !ineligible && !no_time;
}

/* ---- All rows, by patient and day ---- */

an_status an_relief_read(an_relief_view *v)
{
    an_status st = AN_OK;
    an_ctx *ctx = v->ctx;
    const an_frame *f = v->frame;
    const an_vector *opioid = an_frame_role(f, "opioid");
    const double *from_day = an_frame_role(f, "day")->x;
    const double *from_score = an_frame_role(f, "score")->x;
    const an_index n_codes = f->cluster->n_levels;
    int64_t *by_day, *row, *start;
    double *day, *score, *dose;

    AN_ALLOC(by_day, v->mem, f->n);
    AN_ALLOC(row, v->mem, f->n);
    AN_ALLOC(start, v->mem, n_codes + 1);
    AN_ALLOC(day, v->mem, f->n);
    AN_ALLOC(score, v->mem, f->n);
    AN_ALLOC(dose, v->mem, f->n);
    AN_ALLOC(v->course, v->mem, n_codes);
    AN_TRY(an_order_double(ctx, f->n, from_day, by_day));
    an_order_codes(f->n, f->cluster->code, n_codes, by_day, start, row);
    for (an_index i = 0; i < f->n; i++) {
        day[i] = from_day[row[i]];
        score[i] = from_score[row[i]];
        dose[i] = opioid ? opioid->x[row[i]] : NAN;
    }
    for (an_index k = 0; k < n_codes; k++) {
        const an_index at = start[k], n = start[k + 1] - at;
        an_relief_course *c = &v->course[v->n];

        if (n == 0) continue;
        v->n_patients++;
        *c = (an_relief_course){.n = n,
                                .day = day + at,
                                .score = score + at,
                                .opioid = v->has_opioid ? dose + at : NULL};
        AN_TRY(read_patient(v, n, row + at, c));
        v->n += keep(v, c);
    }
done:
    return st;
}

/* ---- The analysis ---- */

static void read_rule(an_relief_view *v)
{
    v->has_opioid = an_frame_role(v->frame, "opioid") != NULL;
    v->rule.min_baseline = v->o->min_baseline;
    v->rule.opioid_policy =
        v->has_opioid && v->o->opioids == 0 ? AN_OPIOID_REQUIRED : AN_OPIOID_SCORE_ONLY;
    v->rule.increase_tolerance = v->o->opioid_increase == 1 ? 0.25 : 0;
    v->rule.strict_stability = v->o->stable == 1;
    v->rule.worse_is_progression = v->o->pp_extended;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_relief_view v = {.ctx = ctx, .frame = frame, .o = opt, .doc = doc};

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    read_rule(&v);
    AN_TRY(an_relief_read(&v));
    if (v.n == 0) {
        st = an_fail(
            ctx, AN_ERR_ESTIMATE,
            "nobody has a score of at least %g at or before day 0 and a follow-up",
            v.o->min_baseline);
        goto done;
    }
    AN_ALLOC(v.response, v.mem, v.n);
    for (an_index i = 0; i < v.n; i++)
        v.response[i] = an_relief_response(&v.course[i], &v.rule);
    AN_TRY(an_relief_show(&v));
done:
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_relief = {
    .id = "relief",
    .title = "Pain relief over time",
    .question = "When does pain respond to radiotherapy, for how long, and is there a "
                "flare?",
    .method = "relief",
    .example = "anodyne relief examples/diary/diary.csv 'score ~ day + cluster(patient)' "
               "--opioid opioid --last-fraction last_fraction --death death --last last",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_relief_options),
    .references = references,
    .run = run,
};
