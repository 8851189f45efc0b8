/**
 * @file band.h
 * Simultaneous confidence bands of a survival curve: with the stated confidence the whole
 * true curve lies inside, over a range of times; pointwise limits promise that for one
 * time only. Hall and Wellner, Biometrika 1980;67:133; Nair, Technometrics 1984;26:265;
 * Borgan and Liestol, Scand J Stat 1990;17:35. Formulae: docs/methods/km.md.
 */
#ifndef ANODYNE_BAND_H
#define ANODYNE_BAND_H

#include <anodyne/survival.h>

AN_BEGIN_DECLS

struct an_arena;

typedef enum an_band_type {
    AN_BAND_HALL_WELLNER,   /**< narrow where most are followed; may start at time 0 */
    AN_BAND_EQUAL_PRECISION /**< Nair: pointwise limits with a larger multiplier */
} an_band_type;

typedef struct an_km_band {
    an_band_type type;
    double conf_level, from, to; /**< the range as used */
    double a_from, a_to; /**< n v / (1 + n v) at its ends, v the variance of log S */
    double critical;
    an_index first, last;        /**< times of the curve inside are first <= k < last */
    const double *lower, *upper; /**< [n_times] NaN outside; on the scale of km */
    struct an_arena *mem;        /**< private */
} an_km_band;

/**
 * Band of one curve of km, on its scale (log(-log) unless set) and at its level.
 *
 * @param from, to  range; NaN: from the first event to the last one that leaves S above 0.
 *                  A range is cut to these; the band of Hall and Wellner may start earlier
 * @param out       free with an_km_band_free()
 * @retval AN_ERR_ESTIMATE  no event leaves S above 0 in the range
 * @retval AN_ERR_ARGUMENT  the fit has weights, robust variance, late entries or is not a
 *                          product limit: the theory is that of independent patients
 */
AN_API an_status an_km_band_fit(an_ctx *ctx, const an_km *km, an_index curve,
                                an_band_type type, double from, double to,
                                an_km_band **out);
AN_API void an_km_band_free(an_km_band *band); /**< NULL is allowed */

/** Kernel: the c with P(sup of |B| over a_from <= u <= a_to <= c) = conf_level, B the
 *  Brownian bridge; of AN_BAND_EQUAL_PRECISION B / sqrt(u (1 - u)), by the approximation
 *  to its tail from which Nair's tables are made. 0 <= a_from < a_to < 1, and 0 < a_from
 *  for equal precision; else NaN. */
AN_API double an_band_critical(an_band_type type, double a_from, double a_to,
                               double conf_level);

AN_END_DECLS

#endif
