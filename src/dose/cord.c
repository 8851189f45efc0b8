/* The spinal cord: risk of myelopathy, and irradiation again. */
#include <anodyne/dose.h>

#include <math.h>
#include <string.h>

/* ---- Risk ---- */

double an_myelopathy_conventional(double eqd2_gy)
{
    const double d50 = 69.4, k = 18.721;

    if (!(eqd2_gy >= 0)) return NAN;
    return eqd2_gy > 0 ? 1 / (1 + pow(d50 / eqd2_gy, k)) : 0;
}

double an_myelopathy_stereotactic(double eqd2_gy)
{
    if (!(eqd2_gy >= 0)) return NAN;
    return 1 / (1 + exp(6.8540 - 0.087588 * eqd2_gy));
}

/* ---- Sahgal 2012, HyTEC 2021 ---- */

static an_met decide(double value, bool met)
{
    return isnan(value) ? AN_NOT_DECIDABLE : met ? AN_MET : AN_NOT_MET;
}

static an_met all_of(an_index n, const an_met *met)
{
    an_met all = AN_MET;

    for (an_index i = 0; i < n; i++) {
        if (met[i] == AN_NOT_MET) return AN_NOT_MET;
        if (met[i] == AN_NOT_DECIDABLE) all = AN_NOT_DECIDABLE;
    }
    return all;
}

/* The shortest that is known; *unknown: one is not. */
static double shortest(an_index n, const double *months, bool *unknown)
{
    double least = INFINITY;

    *unknown = false;
    for (an_index i = 0; i < n; i++) {
        if (isnan(months[i])) *unknown = true;
        least = fmin(least, months[i]); /* passes over NaN */
    }
    return least;
}

an_reirradiation an_reirradiation_check(an_index n, const double *eqd2_gy,
                                        const double *months)
{
    an_reirradiation r = {.last_gy = eqd2_gy[n - 1]};
    const double last_interval = months[n - 2];
    bool unknown;

    for (an_index i = 0; i < n - 1; i++) r.before_gy += eqd2_gy[i];
    r.total_gy = r.before_gy + r.last_gy;
    r.share = r.last_gy / r.total_gy;
    r.shortest_months = shortest(n - 1, months, &unknown);
    if (unknown) r.shortest_months = NAN;
    r.last_low = decide(r.last_gy, r.last_gy <= 25);
    r.total_low = decide(r.total_gy, r.total_gy <= 70);
    r.share_low = decide(r.share, r.share <= 0.5);
    r.interval_long = decide(last_interval, last_interval >= 5);
    r.all = all_of(
        4, (const an_met[]){r.last_low, r.total_low, r.share_low, r.interval_long});
    r.allowed_gy = isnan(r.before_gy)
                       ? (double)NAN
                       : fmax(0, fmin(25, fmin(70 - r.before_gy, r.before_gy)));
    return r;
}

/* ---- Nieder 2005, 2006 ---- */

const char *an_risk_group_text(an_risk_group group)
{
    static const char *const texts[] = {"low", "intermediate", "high", "not decidable"};

    return texts[group];
}

static an_risk_group group_of(double score)
{
    return score <= 3 ? AN_RISK_LOW : score <= 6 ? AN_RISK_INTERMEDIATE : AN_RISK_HIGH;
}

an_cord_score an_cord_score_of(an_index n, const double *bed_gy, const double *months)
{
    const double short_interval = 4.5, large_course = 4.5;
    an_cord_score s = {0};
    bool unknown, close;

    for (an_index i = 0; i < n; i++) {
        s.bed_gy += bed_gy[i];
        if (bed_gy[i] >= 102) s.course_points = large_course;
    }
    /* sums of thirds end a rounding above a step */
    if (s.bed_gy > 120) s.dose_points = fmin(9, ceil((s.bed_gy - 120) / 10 - 1e-9));
    close = shortest(n - 1, months, &unknown) < 6;
    if (close) s.interval_points = short_interval;
    s.score = s.dose_points + s.interval_points + s.course_points;
    s.group = group_of(s.score);
    if (unknown && !close && group_of(s.score + short_interval) != s.group)
        s.group = AN_RISK_UNKNOWN;
    if (isnan(s.bed_gy)) s.group = AN_RISK_UNKNOWN;
    return s;
}

/* ---- Recovery ---- */

static const an_cord_recovery recoveries[] = {
#define AN_CORD_RECOVERY(model, from, share, citation, verified) \
    {model, from, share, citation, verified},
#include "../../data/cord_recovery.def"
#undef AN_CORD_RECOVERY
};
enum { N_RECOVERIES = sizeof recoveries / sizeof *recoveries };

an_index an_cord_recovery_count(void)
{
    return N_RECOVERIES;
}

const an_cord_recovery *an_cord_recovery_at(an_index i)
{
    return i >= 0 && i < N_RECOVERIES ? recoveries + i : NULL;
}

const an_cord_recovery *an_cord_recovery_after(const char *model, double months)
{
    const an_cord_recovery *found = NULL;

    for (an_index i = 0; i < N_RECOVERIES; i++)
        if (strcmp(recoveries[i].model, model) == 0 &&
            months >= recoveries[i].from_months)
            found = recoveries + i; /* rows of a model are in order */
    return found;
}
