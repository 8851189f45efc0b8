/**
 * @file prediction.h
 * How good are predicted risks: Brier score, time-dependent AUC, calibration, with
 * censoring and competing risks.
 *
 * Method page: docs/methods/validate.md
 */
#ifndef ANODYNE_PREDICTION_H
#define ANODYNE_PREDICTION_H

#include <anodyne/cox.h>

AN_BEGIN_DECLS

struct an_arena;

/** Predictions for n rows. A view: it owns nothing. */
typedef struct an_predicted {
    an_surv surv; /**< no delayed entry; causes beyond the first compete with it */
    an_index n_times;
    const double *time; /**< [n_times] horizons, >= 0 */
    const double *risk; /**< [n x n_times] column-major: probability of cause 1 by each
                             horizon; for the AUC alone any marker that is higher for
                             higher risk */
} an_predicted;

/** One horizon t. Rows censored by t have no outcome; rows with any event by t weigh
 *  1/G(T-), rows beyond t 1/G(t), G the Kaplan-Meier estimate of censoring (events at a
 *  time still at risk of it). Standard errors are infinitesimal jackknives that know that G is
 *  estimated, and take the predictions as given. NaN: no case or no control. */
typedef struct an_score {
    double time;
    double n_cases, n_competing, n_beyond, n_lost; /**< rows of each kind by t */
    double brier, brier_se; /**< mean of weight (outcome - risk)^2 over all rows */
    double brier_null;  /**< of one risk for all: 1 - Kaplan-Meier, or Aalen-Johansen */
    double ipa;         /**< index of prediction accuracy: 1 - brier / brier_null */
    double auc, auc_se; /**< cases by t against those free of any event at t; ties 1/2 */
    double auc_all, auc_all_se; /**< against those too who had a competing event by t */
    double observed, expected;  /**< incidence by t (as brier_null), mean risk */
} an_score;

/**
 * Graf and others 1999; Blanche, Dartigues and Jacqmin-Gadda 2013; Kattan and Gerds 2018.
 * O(n log n) for each horizon.
 *
 * @param out  [n_times]
 * @retval AN_ERR_DATA      a row breaks what an_surv demands, a risk is not finite
 * @retval AN_ERR_ARGUMENT  delayed entry, or a horizon that is negative or not finite
 */
AN_API an_status an_score_of(an_ctx *ctx, const an_predicted *predicted, an_score *out);

/** Rows in groups of their predicted risk, and what was seen there. */
typedef struct an_calibration_group {
    an_index n;
    double lowest, highest, expected;  /**< risk: least, most, mean */
    double observed, se, lower, upper; /**< incidence by the horizon, log(-log) limits */
} an_calibration_group;

/** Groups of about equal size by risk at horizon number k; rows of equal risk stay together,
 *  so that there may be fewer groups than asked for.
 *  @param n_groups  asked for, 2..100; in return how many there are
 *  @param out       [n_groups] */
AN_API an_status an_calibration_of(an_ctx *ctx, const an_predicted *predicted, an_index k,
                                   double conf_level, an_index *n_groups,
                                   an_calibration_group *out);

/** How predicted risks at a horizon differ from what happens, in numbers. NaN: no estimate
 *  (no event by then, one risk for all). */
typedef struct an_calibration_indices {
    double ratio, ratio_lower,
        ratio_upper; /**< observed incidence over mean risk: calibration in the large;
                          limits on the log scale, of the observed alone */
    double slope, slope_lower,
        slope_upper; /**< coefficient of log(-log(1 - risk)) as the only covariate: below
                          1 risks are too extreme (weak calibration) */
    double ici; /**< mean distance between the smoothed curve and the risk of each row */
    double e50, e90; /**< median and 90 % quantile of these distances */
} an_calibration_indices;

/** The smoothed curve. */
typedef struct an_calibration_curve {
    an_index n;
    double time; /**< the horizon */
    an_calibration_indices index;
    an_index df;       /**< columns of the curve: 2, a restricted cubic spline of 3 knots;
                               1: a straight line (few different risks); 0: no curve */
    an_index n_points; /**< 0: no curve */
    const double *risk;   /**< [n_points] ascending, from the 1 % to the 99 % quantile */
    const double *smooth; /**< [n_points] incidence by the horizon at this risk */
    const double *lower, *upper; /**< [n_points] pointwise, log(-log) */
    const double *seen;          /**< [n] the curve at each row's risk; NULL: no curve */
    struct an_arena *mem;        /**< private */
} an_calibration_curve;

/**
 * Smoothed calibration at horizon number k: incidence by the horizon from a model with a
 * restricted cubic spline of log(-log(1 - risk)); Cox regression (Efron) with one cause
 * (Austin, Harrell and van Klaveren, Stat Med 2020;39:2714), Fine-Gray with competing ones
 * (Austin, Putter, Giardiello and van Klaveren, Diagn Progn Res 2022;6:2). All follow-up is
 * used. Limits take the predictions as given. Weights count in means, not in quantiles.
 * Cost: O(n) for each of 100 points.
 *
 * @param out  free with an_calibration_curve_free()
 * Fails as an_score_of().
 */
AN_API an_status an_calibration_curve_of(an_ctx *ctx, const an_predicted *predicted,
                                         an_index k, double conf_level,
                                         an_calibration_curve **out);
AN_API void an_calibration_curve_free(an_calibration_curve *curve); /**< NULL allowed */

/* ---- Validation of a Cox model ---- */

typedef struct an_validation_options {
    double conf_level;
    int64_t n_boot; /**< resamples for the optimism; 0: none */
    uint64_t seed;
    bool breslow; /**< ties; Efron otherwise */
} an_validation_options;
/** 0.95, 200 resamples, seed 1, Efron. */
AN_API an_validation_options an_validation_defaults(void);

/** An index on the patients who made the model, and what it would be on others. */
typedef struct an_corrected {
    double apparent;
    double
        optimism; /**< mean over resamples of: index of the resample's model there, less
                           that on all patients (Harrell 1996); NaN: no resamples */
    double corrected; /**< apparent - optimism */
} an_corrected;

typedef struct an_validation {
    an_index n, n_times;
    const an_score *score;    /**< [n_times] apparent, with errors */
    const double *risk;       /**< [n x n_times] column-major */
    an_corrected concordance; /**< Harrell's C, of cause 1 */
    double concordance_se;    /**< of the apparent one */
    an_corrected slope;       /**< of the linear predictor on all patients; 1 at first */
    const an_corrected *brier, *ipa; /**< [n_times] */
    const an_corrected *auc;         /**< [n_times] against those free of any event */
    const an_corrected *ratio, *horizon_slope, *ici, *e50,
        *e90;                  /**< [n_times] as an_calibration_indices */
    an_index n_boot, n_failed; /**< resamples used; left out: no estimate there */
    struct an_arena *mem;      /**< private */
} an_validation;

/**
 * Fits a Cox model of each cause (an_cox_data of cox.h), predicts every row's risk of cause 1 by each horizon, and scores it; then again
 * in resamples of rows, drawn within strata where there are some. The concordance is that
 * within strata; censoring is one for all strata.
 *
 * @param time  [n_times] ascending
 * @retval AN_ERR_ARGUMENT  delayed entry: there is no agreed definition of these indices then;
 *                          horizons that do not ascend
 * @retval AN_ERR_ESTIMATE  no event of cause 1
 */
AN_API an_status an_validate_cox(an_ctx *ctx, const an_cox_data *data, an_index n_times,
                                 const double *time, const an_validation_options *options,
                                 an_validation **out);
AN_API void an_validation_free(an_validation *validation); /**< NULL is allowed */

/* ---- Standardised absolute risk ---- */

/** Columns of the design that get a value for everybody; the others stay as they are. */
typedef struct an_setting {
    an_index n;             /**< 0: everybody as is */
    const an_index *column; /**< [n] */
    const double *value;    /**< [n] */
} an_setting;

typedef struct an_standardised {
    an_index n_times, n_settings, n_causes;
    const double *risk; /**< [n_times x n_settings] column-major */
    const double *lower,
        *upper;                /**< bootstrap percentiles, as risk; NULL: no resamples */
    an_cox *const *fit;        /**< [n_causes] the model of each cause */
    an_index n_boot, n_failed; /**< resamples used; left out: no estimate there */
    struct an_arena *mem;      /**< private */
} an_standardised;

/**
 * Absolute risk of cause 1 from a Cox model of each cause, averaged over the rows with some
 * of their covariates set (g-formula; Cox models of all causes as an_cox_absolute_risk()
 * combines them).
 *
 * @param time  [n_times] ascending
 * Fails as an_validate_cox(), but takes delayed entry: the mean is then over the covariates of
 * the rows seen.
 */
AN_API an_status an_cox_standardised(an_ctx *ctx, const an_cox_data *data,
                                     an_index n_settings, const an_setting *settings,
                                     an_index n_times, const double *time,
                                     const an_validation_options *options,
                                     an_standardised **out);
AN_API void an_standardised_free(an_standardised *standardised); /**< NULL is allowed */

AN_END_DECLS

#endif
