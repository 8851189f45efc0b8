/* Pain response by named rules. */
#include <anodyne/clinic.h>

#include <math.h>

static const struct {
    const char *code, *label;
} classes[AN_RESPONSE_COUNT] = {
    [AN_RESPONSE_COMPLETE] = {"CR", "complete response"},
    [AN_RESPONSE_PARTIAL] = {"PR", "partial response"},
    [AN_RESPONSE_PROGRESSION] = {"PP", "pain progression"},
    [AN_RESPONSE_INDETERMINATE] = {"IR", "indeterminate response"},
    [AN_RESPONSE_NOT_ASSESSABLE] = {"NA", "not assessable"},
    [AN_RESPONSE_NOT_ELIGIBLE] = {"NE", "not eligible"},
};

const char *an_response_label(an_response response)
{
    return classes[response].label;
}

const char *an_response_code(an_response response)
{
    return classes[response].code;
}

/* What happened to the opioid dose. */
typedef struct opioid_change {
    bool up;     /* more than tolerated for CR and PR */
    bool down25; /* a quarter less or better */
    bool up25;   /* a quarter more or worse; the start of any opioid */
    bool unchanged;
} opioid_change;

static opioid_change compare_doses(double before, double after, double tolerance)
{
    opioid_change c;

    c.up =
        tolerance > 0 && before > 0 ? after >= (1 + tolerance) * before : after > before;
    c.down25 = before > 0 && after <= 0.75 * before;
    c.up25 = before > 0 ? after >= 1.25 * before : after > 0;
    c.unchanged = after == before;
    return c;
}

static an_response classify(double b, double f, opioid_change o,
                            const an_consensus_rule *rule)
{
    const bool stable = rule->strict_stability ? o.unchanged : !o.up25;
    const bool worse = f - b >= 2;

    if (f == 0 && !o.up) return AN_RESPONSE_COMPLETE;
    if ((b - f >= 2 && !o.up) || (o.down25 && f <= b)) return AN_RESPONSE_PARTIAL;
    if (worse && (stable || (rule->worse_is_progression && o.up25)))
        return AN_RESPONSE_PROGRESSION;
    if (o.up25 && (f == b || f == b + 1)) return AN_RESPONSE_PROGRESSION;
    return AN_RESPONSE_INDETERMINATE;
}

an_consensus_rule an_consensus_defaults(void)
{
    return (an_consensus_rule){.min_baseline = 2, .opioid_policy = AN_OPIOID_REQUIRED};
}

an_response an_consensus_response(double baseline, double followup,
                                  double opioid_baseline, double opioid_followup,
                                  const an_consensus_rule *rule)
{
    const an_consensus_rule defaults = an_consensus_defaults();
    const an_consensus_rule *r = rule ? rule : &defaults;
    opioid_change same_dose = {false, false, false, true};

    if (isnan(baseline) || isnan(followup)) return AN_RESPONSE_NOT_ASSESSABLE;
    if (baseline < r->min_baseline) return AN_RESPONSE_NOT_ELIGIBLE;
    if (!isnan(opioid_baseline) && !isnan(opioid_followup))
        return classify(
            baseline, followup,
            compare_doses(opioid_baseline, opioid_followup, r->increase_tolerance), r);
    return r->opioid_policy == AN_OPIOID_SCORE_ONLY
               ? classify(baseline, followup, same_dose, r)
               : AN_RESPONSE_NOT_ASSESSABLE;
}

/* ---- Scores alone ---- */

int an_pain_response(an_pain_rule rule, double baseline, double followup)
{
    const double less = baseline - followup;

    if (isnan(less)) return -1;
    switch (rule) {
    case AN_PAIN_ANY_DECREASE:
        return less > 0;
    case AN_PAIN_2_POINTS:
        return less >= 2;
    /* In tenths, so that 10 to 7 is 30 % whatever the rounding of 0.3. */
    case AN_PAIN_RELIEF_30:
        return baseline > 0 && 10 * less >= 3 * baseline;
    case AN_PAIN_RELIEF_50:
        return baseline > 0 && 2 * less >= baseline;
    case AN_PAIN_NONE:
        return followup == 0;
    }
    return -1;
}
