/* Pain response by other definitions than the consensus; classes of intensity. */
#include <anodyne/clinic.h>

#include <math.h>
#include <stddef.h>

static const an_pain_definition definitions[AN_PAIN_RULE_COUNT] = {
#define AN_PAIN_RULE(name, id, points, percent, label, citation, verified) \
    [AN_PAIN_##name] = {id, points, percent, label, citation, verified},
#include "../../data/pain_rules.def"
#undef AN_PAIN_RULE
};

static const an_pain_scheme schemes[AN_PAIN_SCHEMES] = {
#define AN_PAIN_INTENSITY(id, moderate_from, severe_from, citation, verified) \
    {id, moderate_from, severe_from, citation, verified},
#include "../../data/pain_intensity.def"
#undef AN_PAIN_INTENSITY
};

const an_pain_definition *an_pain_definition_of(an_pain_rule rule)
{
    return &definitions[rule];
}

/* ---- Three-valued: 1, 0, -1 not known ---- */

static int both(int a, int b)
{
    return a == 0 || b == 0 ? 0 : a < 0 || b < 0 ? -1 : 1;
}

static int either(int a, int b)
{
    return a == 1 || b == 1 ? 1 : a < 0 || b < 0 ? -1 : 0;
}

/* Multiplied out, so that 10 to 7 is 30 % whatever the rounding of 0.3. */
static int down_by_percent(double before, double after, double percent)
{
    if (isnan(before) || isnan(after)) return -1;
    return before > 0 && 100 * (before - after) >= percent * before;
}

static int down_by_points(const an_pain_case *c, double points)
{
    const double less = c->baseline - c->followup;

    return isnan(less) ? -1 : less >= points;
}

static int no_more_opioid(const an_pain_case *c)
{
    const double more = c->opioid_followup - c->opioid_baseline;

    return isnan(more) ? -1 : more <= 0;
}

int an_pain_response(an_pain_rule rule, const an_pain_case *c)
{
    const an_pain_definition *d = &definitions[rule];
    const double less = c->baseline - c->followup;
    const int points = down_by_points(c, d->points);
    const int percent = down_by_percent(c->baseline, c->followup, d->percent);

    if (isnan(less)) return -1;
    switch (rule) {
    case AN_PAIN_ANY_DECREASE:
        return less > 0;
    case AN_PAIN_2_POINTS:
    case AN_PAIN_MCID_POINTS:
        return points;
    case AN_PAIN_MCID_FARRAR:
        return either(points, percent);
    case AN_PAIN_MCID_BOTH:
        return both(points, percent);
    case AN_PAIN_RELIEF_30:
    case AN_PAIN_RELIEF_50:
        return percent;
    case AN_PAIN_NONE:
        return c->followup == 0;
    case AN_PAIN_CHOW_OLD:
        return c->followup == 0 || points == 1 || percent == 1;
    case AN_PAIN_CHOW_INTEGRATED:
        return either(both(points, no_more_opioid(c)),
                      both(less >= 0, down_by_percent(c->opioid_baseline,
                                                      c->opioid_followup, d->percent)));
    case AN_PAIN_RTOG_0631:
        return both(both(points, no_more_opioid(c)),
                    c->secondary_worse < 0 ? -1 : !c->secondary_worse);
    }
    return -1;
}

/* ---- Intensity ---- */

const an_pain_scheme *an_pain_scheme_at(int i)
{
    return i >= 0 && i < AN_PAIN_SCHEMES ? &schemes[i] : NULL;
}

int an_pain_intensity(const an_pain_scheme *scheme, double score)
{
    if (isnan(score)) return -1;
    if (score <= 0) return 0;
    return score >= scheme->severe_from ? 3 : score >= scheme->moderate_from ? 2 : 1;
}

const char *an_pain_intensity_label(int intensity)
{
    static const char *const labels[AN_PAIN_INTENSITIES] = {"none", "mild", "moderate",
                                                            "severe"};

    return intensity >= 0 && intensity < AN_PAIN_INTENSITIES ? labels[intensity]
                                                             : "missing";
}
