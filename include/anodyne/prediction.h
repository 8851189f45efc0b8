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
    an_index n_boot, n_failed;       /**< resamples used; left out: no estimate there */
    struct an_arena *mem;            /**< private */
} an_validation;

/**
 * Fits a Cox model of each cause (an_cox_data of cox.h: one stratum, no offset, no delayed
 * entry), predicts every row's risk of cause 1 by each horizon, and scores it; then again
 * in resamples of rows.
 *
 * @param time  [n_times] ascending
 * @retval AN_ERR_ARGUMENT  strata, offset or entry; horizons that do not ascend
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
 * Fails as an_validate_cox().
 */
AN_API an_status an_cox_standardised(an_ctx *ctx, const an_cox_data *data,
                                     an_index n_settings, const an_setting *settings,
                                     an_index n_times, const double *time,
                                     const an_validation_options *options,
                                     an_standardised **out);
AN_API void an_standardised_free(an_standardised *standardised); /**< NULL is allowed */

AN_END_DECLS

#endif
