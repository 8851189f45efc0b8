/* Pain over time: flare, response, duration, area under the score. */
#include <anodyne/relief.h>

#include <math.h>

static const double FLARE_WINDOW_DAYS = 10;

void an_relief_baseline(an_relief_course *c)
{
    c->baseline = c->opioid_baseline = NAN;
    for (an_index i = 0; i < c->n && c->day[i] <= 0; i++) {
        if (!isnan(c->score[i])) c->baseline = c->score[i];
        if (c->opioid && !isnan(c->opioid[i])) c->opioid_baseline = c->opioid[i];
    }
}

static double opioid_at(const an_relief_course *c, an_index i)
{
    return c->opioid ? c->opioid[i] : NAN;
}

static an_response class_at(const an_relief_course *c, an_index i,
                            const an_consensus_rule *rule)
{
    return an_consensus_response(c->baseline, c->score[i], c->opioid_baseline,
                                 opioid_at(c, i), rule);
}

/* ---- Times ---- */

/* Re-irradiation, surgery or death, whichever is first; else the end of observation. */
static an_relief_time first_end(const an_relief_course *c)
{
    const an_relief_time ends[] = {{c->reirradiation, AN_RELIEF_REIRRADIATION},
                                   {c->surgery, AN_RELIEF_SURGERY},
                                   {c->death, AN_RELIEF_DEATH}};
    an_relief_time first = {c->last, AN_RELIEF_CENSORED};

    for (int k = 0; k < 3; k++)
        if (ends[k].days < first.days ||
            (first.end == AN_RELIEF_CENSORED && !isnan(ends[k].days)))
            first = ends[k];
    return first;
}

an_relief_time an_relief_response(const an_relief_course *c,
                                  const an_consensus_rule *rule)
{
    const an_relief_time end = first_end(c);

    for (an_index i = 0; i < c->n && c->day[i] <= end.days; i++) {
        const an_response r = class_at(c, i, rule);

        if (c->day[i] > 0 && (r == AN_RESPONSE_COMPLETE || r == AN_RESPONSE_PARTIAL))
            return (an_relief_time){c->day[i], AN_RELIEF_EVENT};
    }
    return end;
}

an_relief_time an_relief_duration(const an_relief_course *c,
                                  const an_consensus_rule *rule, double from)
{
    an_relief_time end = first_end(c);

    for (an_index i = 0; i < c->n && c->day[i] <= end.days; i++)
        if (c->day[i] > from && !(c->day[i] <= c->last_fraction + FLARE_WINDOW_DAYS) &&
            class_at(c, i, rule) == AN_RESPONSE_PROGRESSION)
            return (an_relief_time){c->day[i] - from, AN_RELIEF_EVENT};
    end.days -= from;
    if (end.end == AN_RELIEF_REIRRADIATION || end.end == AN_RELIEF_SURGERY)
        end.end = AN_RELIEF_EVENT;
    return end;
}

an_relief_time an_relief_progression_free(const an_relief_course *c,
                                          const an_consensus_rule *rule)
{
    an_relief_time end = an_relief_duration(c, rule, 0);

    if (end.end == AN_RELIEF_DEATH) end.end = AN_RELIEF_EVENT;
    return end;
}

/* ---- Area ---- */

double an_relief_auc_change(const an_relief_course *c, double horizon)
{
    double day = 0, score = c->baseline, area = 0;

    if (!(c->baseline > 0)) return NAN;
    for (an_index i = 0; i < c->n; i++) {
        const double to = fmin(c->day[i], horizon);
        double at;

        if (!(c->day[i] > 0) || isnan(c->score[i])) continue;
        if (c->day[i] == day) { /* two scores on one day: the later stands */
            score = c->score[i];
            continue;
        }
        at = score + (c->score[i] - score) * (to - day) / (c->day[i] - day);
        area += (to - day) * (score + at) / 2;
        if (c->day[i] >= horizon) return 100 * (area / (c->baseline * horizon) - 1);
        day = c->day[i];
        score = c->score[i];
    }
    return NAN;
}

/* ---- Flare ---- */

static bool known_on(const an_relief_course *c, double day)
{
    for (an_index i = 0; i < c->n; i++)
        if (floor(c->day[i]) == day && !isnan(c->score[i]) && !isnan(opioid_at(c, i)))
            return true;
    return false;
}

static bool daily(const an_relief_course *c, double until)
{
    if (isnan(c->baseline) || isnan(c->opioid_baseline) || isnan(until)) return false;
    for (double day = 1; day <= until; day++)
        if (!known_on(c, day)) return false;
    return true;
}

static bool rises(const an_relief_course *c, an_index i)
{
    const double p = c->score[i], o = c->opioid[i], ob = c->opioid_baseline;
    const bool up25 = ob > 0 ? o >= 1.25 * ob : o > 0;

    return (p >= c->baseline + 2 && o >= ob) || (up25 && p >= c->baseline);
}

an_flare an_relief_flare(const an_relief_course *c)
{
    const double until = c->last_fraction + FLARE_WINDOW_DAYS;
    bool risen = false;

    if (!daily(c, until)) return AN_FLARE_UNJUDGED;
    for (an_index i = 0; i < c->n && c->day[i] <= until; i++) {
        if (c->day[i] <= 0) continue;
        if (risen && c->score[i] <= c->baseline && c->opioid[i] <= c->opioid_baseline)
            return AN_FLARE_SEEN;
        risen = risen || rises(c, i);
    }
    return risen ? AN_FLARE_RISE : AN_FLARE_NONE;
}

const char *an_flare_label(an_flare flare)
{
    static const char *const labels[AN_FLARES] = {"none", "flare", "rise, not flare",
                                                  "cannot be judged"};

    return labels[flare];
}
