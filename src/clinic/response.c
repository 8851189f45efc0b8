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

/* ---- Points that the text leaves open ---- */

void an_consensus_readings(const an_consensus_rule *main,
                           an_consensus_reading out[AN_CONSENSUS_READINGS])
{
    const an_consensus_rule m = main ? *main : an_consensus_defaults();
    const bool band = m.increase_tolerance > 0;
    const bool score = m.opioid_policy == AN_OPIOID_SCORE_ONLY;

    out[0] = (an_consensus_reading){
        "main",
        band ? "Main: an increase of opioids is one of at least 25 %"
             : "Main: any rise of opioids is an increase",
        m};
    out[1] =
        (an_consensus_reading){"band25",
                               band ? "Any rise of opioids is an increase"
                                    : "An increase of opioids is one of at least 25 %",
                               m};
    out[1].rule.increase_tolerance = band ? 0 : 0.25;
    out[2] = (an_consensus_reading){"stable",
                                    m.strict_stability
                                        ? "PP by score with opioids not up by 25 %"
                                        : "PP by score only with unchanged opioids",
                                    m};
    out[2].rule.strict_stability = !m.strict_stability;
    out[3] = (an_consensus_reading){
        "worse",
        m.worse_is_progression ? "2 points higher with 25 % more opioids is IR, not PP"
                               : "2 points higher with 25 % more opioids is PP, not IR",
        m};
    out[3].rule.worse_is_progression = !m.worse_is_progression;
    out[4] = (an_consensus_reading){"score_if_missing",
                                    score ? "Without an opioid dose: not assessable"
                                          : "Without an opioid dose: by the score alone",
                                    m};
    out[4].rule.opioid_policy = score ? AN_OPIOID_REQUIRED : AN_OPIOID_SCORE_ONLY;
}

static const struct {
    const char *id, *label;
} holes[AN_CONSENSUS_HOLES] = {
    {"worse_more_opioid", "2 points higher or more, and at least 25 % more opioid"},
    {"worse_less_opioid", "2 points higher or more, and at least 25 % less opioid"},
    {"worse_near_opioid", "2 points higher or more, opioid changed by less than 25 %"},
    {"better_slightly_more_opioid",
     "2 points lower or more, opioid up by less than 25 %"},
    {"zero_more_opioid", "Score 0 with more opioid"},
    {"opioid_alone", "Same score, at least 25 % less opioid"},
    {"opioid_started", "No opioid before, some after"},
    {"baseline_one", "Baseline score 1"},
};

const char *an_consensus_hole_id(int i)
{
    return i >= 0 && i < AN_CONSENSUS_HOLES ? holes[i].id : NULL;
}

const char *an_consensus_hole_label(int i)
{
    return i >= 0 && i < AN_CONSENSUS_HOLES ? holes[i].label : NULL;
}

unsigned an_consensus_holes(double b, double f, double opioid_before, double opioid_after)
{
    const opioid_change o = compare_doses(opioid_before, opioid_after, 0);
    const bool near = !o.unchanged && !o.up25 && !o.down25;
    unsigned set = 0;

    if (isnan(b) || isnan(f) || isnan(opioid_before) || isnan(opioid_after)) return 0;
    if (f - b >= 2 && o.up25) set |= AN_HOLE_WORSE_MORE_OPIOID;
    if (f - b >= 2 && o.down25) set |= AN_HOLE_WORSE_LESS_OPIOID;
    if (f - b >= 2 && near) set |= AN_HOLE_WORSE_NEAR_OPIOID;
    if (b - f >= 2 && o.up && near) set |= AN_HOLE_BETTER_SLIGHTLY_MORE_OPIOID;
    if (f == 0 && o.up) set |= AN_HOLE_ZERO_MORE_OPIOID;
    if (f == b && o.down25) set |= AN_HOLE_OPIOID_ALONE;
    if (opioid_before == 0 && opioid_after > 0) set |= AN_HOLE_OPIOID_STARTED;
    if (b == 1) set |= AN_HOLE_BASELINE_ONE;
    return set;
}
