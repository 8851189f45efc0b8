/* What is known of a time. */
#include "base/base.h"

#include <anodyne/interval.h>

an_known an_known_of(double left, double right)
{
    const bool starts = isfinite(left), ends = isfinite(right);

    if (starts && ends)
        return left < right    ? AN_KNOWN_BETWEEN
               : left == right ? AN_KNOWN_EXACT
                               : AN_KNOWN_NOTHING;
    if (starts) return isnan(right) || right > 0 ? AN_KNOWN_RIGHT : AN_KNOWN_NOTHING;
    if (ends) return isnan(left) || left < 0 ? AN_KNOWN_LEFT : AN_KNOWN_NOTHING;
    return AN_KNOWN_NOTHING;
}

void an_censored_ends(const an_surv *surv, double *left, double *right)
{
    for (an_index i = 0; i < surv->n; i++) {
        left[i] = surv->time[i];
        right[i] = surv->event[i] == 1 ? surv->time[i] : INFINITY;
    }
}
