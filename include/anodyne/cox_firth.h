/**
 * @file cox_firth.h
 * Cox regression with Firth's penalty: finite estimates, less biased, also where the data
 * separate; limits and tests by profile likelihood.
 *
 * Maximises l*(b) = l(b) + 1/2 log det I(b), l the log partial likelihood and I its
 * information. Firth, Biometrika 1993;80:27; Heinze and Schemper, Biometrics 2001;57:114.
 * Formulae: docs/methods/cox.md.
 */
#ifndef ANODYNE_COX_FIRTH_H
#define ANODYNE_COX_FIRTH_H

#include <anodyne/cox.h>

AN_BEGIN_DECLS

typedef struct an_cox_firth_options {
    an_cox_ties ties;  /**< Efron or Breslow */
    double conf_level; /**< in (0, 1) */
    int max_iter;      /**< of each maximisation; > 0 */
    bool profile;      /**< limits and tests of single coefficients, about 10 p fits */
    an_index n_terms;  /**< terms to test as a whole; 0: none */
    const an_index *term_of; /**< [p] term of each column, 0..n_terms-1 */
} an_cox_firth_options;

/** Efron, 0.95, 200 iterations, with profiles, no terms. */
AN_API an_cox_firth_options an_cox_firth_defaults(void);

/** Read only; one block. A column that depends on those before it is held at 0: coef, limits
 * and test are NaN and its rows of vcov 0. Without `profile` limits and tests are NaN. */
typedef struct an_cox_firth {
    an_index n, n_events; /**< rows; rows with an event (not weighted) */
    an_index p, df;       /**< columns; estimated coefficients */
    an_cox_ties ties;
    double conf_level;
    const double *coef, *se;     /**< [p] se from the inverse information at coef */
    const double *beta;          /**< [p] coef, 0 where a column is aliased */
    const double *vcov;          /**< [p x p] inverse of I, without the penalty */
    const double *hr;            /**< [p] */
    const double *coef_lower;    /**< [p] profile-likelihood limits of coef; -infinity */
    const double *coef_upper;    /**< [p] and infinity where the profile stays flat */
    const double *lower, *upper; /**< [p] the same of hr */
    const double *chisq,
        *p_value; /**< [p] penalised likelihood ratio: the coefficient held
                                        at 0, the penalty still of all columns; 1 df */
    const double *term_chisq, *term_df,
        *term_p;                /**< [n_terms] the same of all columns of a
                                                    term; NaN when df is 0 */
    const double *means;        /**< [p] that eta is centred at */
    const an_cox_flag *flag;    /**< [p] estimated or aliased */
    const double *eta;          /**< [n] offset + (x - means)' coef */
    double loglik_null, loglik; /**< penalised, at 0 and at the estimate */
    double lrt, lrt_p;          /**< of all coefficients, df degrees of freedom */
    int iterations;             /**< of the fit; profiles not counted */
    bool
        converged; /**< false: max_iter reached in the fit, or in a profile, whose numbers
                         then are NaN */
    struct an_arena *memory; /**< private */
} an_cox_firth;

/** Entry times, strata, weights and offset as in an_cox_fit(); weights enter l and I. The
 *  penalty belongs to all columns of the model.
 *  @retval AN_ERR_DATA      as an_cox_fit()
 *  @retval AN_ERR_ARGUMENT  discrete ties, or an option out of bounds
 *  Cost: an evaluation is two of an_cox_fit(), O(n p^2). */
AN_API an_status an_cox_firth_fit(an_ctx *ctx, const an_cox_data *data,
                                  const an_cox_firth_options *options,
                                  an_cox_firth **out);
AN_API void an_cox_firth_free(an_cox_firth *fit); /**< NULL is allowed */

/** The fit as an_cox_predictions_of(), an_cox_curves_of() and an_cox_absolute_risk() take it:
 *  hazards by Breslow's or Efron's estimate at Firth's coefficients, errors from their
 *  inverse information (the delta method, as without a penalty: near separation they are
 *  less to be trusted than profile limits). A view: it owns nothing, and must not be freed.
 *  What only the likelihood without penalty has (wald, score, aic ...) is NaN. Kernel. */
AN_API an_cox an_cox_firth_as_cox(const an_cox_firth *fit);

AN_END_DECLS

#endif
