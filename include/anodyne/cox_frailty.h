/**
 * @file cox_frailty.h
 * Cox regression with a frailty: a hazard of their own, at random, for the rows of one group
 * (the lesions of a patient, the patients of a centre).
 *
 * Hazard of row i in group g: lambda_0(t) exp(x_i' b + w_g). Gamma: exp(w) has mean 1 and
 * variance theta; Gaussian: w has mean 0 and variance theta. Penalised likelihood of Therneau,
 * Grambsch and Pankratz, J Comput Graph Stat 2003;12:156. Formulae: docs/methods/cox_frailty.md.
 */
#ifndef ANODYNE_COX_FRAILTY_H
#define ANODYNE_COX_FRAILTY_H

#include <anodyne/cox.h>

AN_BEGIN_DECLS

typedef enum an_frailty { AN_FRAILTY_GAMMA, AN_FRAILTY_GAUSSIAN } an_frailty;

typedef struct an_cox_frailty_options {
    an_cox_ties ties; /**< Efron or Breslow */
    an_frailty frailty;
    double theta;      /**< > 0 when it is known; 0: estimated */
    double conf_level; /**< in (0, 1) */
    int max_iter;      /**< of each maximisation */
    an_index n_terms;  /**< terms to count degrees of freedom of; 0: every column alone */
    const an_index *term_of; /**< [p] term of each column, 0..n_terms-1 */
} an_cox_frailty_options;

/** Efron, gamma, theta estimated, 0.95, 100 iterations. */
AN_API an_cox_frailty_options an_cox_frailty_defaults(void);

/** Read only; one block. The variance of coef does not know that theta was estimated. With more
 * than five groups it takes the information between different groups as 0, as R's survival
 * does, unless that changes an error of coef by more than a tenth. Then all is kept; with more
 * than 1,000 groups all but the information between groups in what is the variance of a w
 * given coef, on which df_frailty and a Gaussian theta depend. */
typedef struct an_cox_frailty {
    an_index n, n_events, p, n_groups;
    an_frailty frailty;
    double conf_level;
    double theta; /**< variance of the frailty; 0: no sign of one */
    const double *coef, *se, *z, *p_value; /**< [p] NaN: column depends on others */
    const double *hr, *lower, *upper;      /**< [p] Wald */
    const double *vcov;                    /**< [p x p] */
    const double *group;                   /**< [n_groups] w */
    double loglik_null;                    /**< without covariates and frailty */
    double loglik;                         /**< at coef and w, without the penalty */
    double penalty;         /**< what it is diminished by: gamma - sum w/theta, Gaussian
                                 sum w^2/(2 theta) */
    double loglik_marginal; /**< gamma: frailty integrated out; Gaussian: NaN */
    double loglik_plain;    /**< of the model without a frailty */
    double chisq,
        chisq_p;      /**< gamma: likelihood ratio of theta = 0, whose p is half of that
                                 of one degree of freedom; Gaussian: NaN */
    an_index n_df;    /**< n_terms, or p */
    const double *df; /**< [n_df] effective degrees of freedom of terms */
    double df_frailty;
    bool sparse;    /**< information between groups counts as 0 in the variance */
    int iterations; /**< of theta */
    bool converged;
    struct an_arena *memory; /**< private */
} an_cox_frailty;

/** data->cluster names the groups. Strata, entry times, weights and offset as in an_cox_fit().
 *  theta is the maximum of the marginal likelihood (gamma), or solves the equation of restricted
 *  maximum likelihood (Gaussian).
 *  @retval AN_ERR_DATA      as an_cox_fit()
 *  @retval AN_ERR_ARGUMENT  no groups; discrete ties
 *  Newton's steps are those of the full information, found by conjugate gradients: O(n p + groups
 *  p) for each of some dozens, in each of about 50 steps. */
AN_API an_status an_cox_frailty_fit(an_ctx *ctx, const an_cox_data *data,
                                    const an_cox_frailty_options *options,
                                    an_cox_frailty **out);
AN_API void an_cox_frailty_free(an_cox_frailty *fit); /**< NULL is allowed */

AN_END_DECLS

#endif
