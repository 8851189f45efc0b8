/* Values: made, and asked for what every renderer needs. */
#include "doc/doc.h"

an_value an_text(const char *text)
{
    return (an_value){
        .kind = AN_KIND_TEXT, .value = NAN, .lower = NAN, .upper = NAN, .text = text};
}

an_value an_number(an_kind kind, double value)
{
    return an_estimate(kind, value, NAN, NAN);
}

an_value an_estimate(an_kind kind, double value, double lower, double upper)
{
    return (an_value){.kind = kind, .value = value, .lower = lower, .upper = upper};
}

an_value an_estimate_at(an_kind kind, double value, double lower, double upper,
                        double level)
{
    an_value v = an_estimate(kind, value, lower, upper);

    v.level = level;
    return v;
}

an_value an_points(double difference, double lower, double upper, double level)
{
    return an_estimate_at(AN_KIND_POINTS, 100 * difference, 100 * lower, 100 * upper,
                          level);
}

an_value an_time_value(double value, double lower, double upper, const char *unit)
{
    an_value v = an_estimate(AN_KIND_TIME, value, lower, upper);

    v.unit = unit;
    return v;
}

an_value an_count_of(double count, double total)
{
    return an_estimate(AN_KIND_COUNT_OF, count, NAN, total);
}

an_value an_bare_count_of(double count, double total)
{
    an_value v = an_count_of(count, total);

    v.bare = true;
    return v;
}

an_value an_not_estimable(an_kind kind, const char *reason)
{
    an_value v = an_number(kind, NAN);

    v.reason = reason;
    return v;
}

an_value an_number_or(an_kind kind, double value, const char *reason)
{
    return isnan(value) ? an_not_estimable(kind, reason) : an_number(kind, value);
}

double an_value_level(const an_value *v)
{
    return v->level > 0 ? v->level : 0.95;
}

const char *an_value_unit(const an_value *v)
{
    if (v->kind == AN_KIND_DOSE && !v->unit) return "Gy";
    if (v->kind == AN_KIND_POINTS) return "percentage points";
    return v->unit && v->unit[0] ? v->unit : NULL;
}

const char *an_value_reason(const an_value *v)
{
    if (v->reason && v->reason[0]) return v->reason;
    return v->kind == AN_KIND_TIME ? "not reached" : "not estimable";
}
