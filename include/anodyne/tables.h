/**
 * @file tables.h
 * Counts in rows and columns: association, risks of two groups, paired yes/no.
 *
 * Method page: docs/methods/tables.md
 */
#ifndef ANODYNE_TABLES_H
#define ANODYNE_TABLES_H

#include <anodyne/proportion.h>
#include <anodyne/status.h>

AN_BEGIN_DECLS

/* ---- r x c ---- */

typedef struct an_contingency_options {
    double budget;   /**< steps that the exact test may take; 3e8, a few seconds */
    int64_t n_draws; /**< tables drawn when the exact test would take more; 100000 */
    uint64_t seed;   /**< of those draws */
} an_contingency_options;
/** The values named above: what NULL for options means. */
AN_API an_contingency_options an_contingency_defaults(void);

/** Empty rows and columns take no part. With fewer than two rows or columns left
 *  everything but n and fisher_p = 1 is NaN. */
typedef struct an_contingency {
    double n;
    an_index n_empty;          /**< rows and columns without a count */
    double df, chisq, chisq_p; /**< Pearson, no correction */
    double g, g_p;             /**< likelihood ratio, 2 sum O log(O / E) */
    double cramers_v;
    double min_expected;
    an_index n_expected_below_5;
    double fisher_p; /**< tables with the same margins that are no more probable than this
                          one (relative slack 1e-7, as R); Freeman and Halton 1951. NaN
                          beyond 1e6 patients; an_two_by_two_fit() knows no such limit */
    bool fisher_exact;     /**< false: from n_draws random tables */
    double fisher_p_error; /**< its standard error then, else 0 */
} an_contingency;

/** @param count  [n_rows x n_columns], row by row, >= 0 and whole
 *  @param options  NULL: defaults
 *  @retval AN_ERR_ARGUMENT  a count is negative, not whole or above 1e9
 *  @retval AN_ERR_ESTIMATE  the table is empty */
AN_API an_status an_contingency_fit(an_ctx *ctx, an_index n_rows, an_index n_columns,
                                    const double *count,
                                    const an_contingency_options *options,
                                    an_contingency *out);
/** Row sum times column sum over n. Kernel; expected is [n_rows x n_columns]. */
AN_API void an_contingency_expected(an_index n_rows, an_index n_columns,
                                    const double *count, double *expected);

/* ---- 2 x 2: rows are groups, the first column is the event ---- */

typedef struct an_two_by_two {
    double risk1, risk2; /**< a / (a + b), c / (c + d) */
    double risk_difference;
    an_interval rd_wald;
    an_interval rd_newcombe; /**< Newcombe 1998, Stat Med 17:873, method 10; preferred */
    an_interval rd_score;    /**< Miettinen and Nurminen 1985, Stat Med 4:213 */
    double risk_ratio;       /**< risk1 / risk2 */
    an_interval rr_log;      /**< Katz 1978; NaN with an empty event cell */
    double odds_ratio;       /**< ad / (bc) */
    an_interval or_woolf;    /**< NaN with an empty cell */
    double chisq_corrected, chisq_corrected_p; /**< Yates 1934, as R */
    double fisher_less, fisher_greater;        /**< one-sided; odds ratio < 1, > 1 */
    double fisher_p;
    double
        or_conditional; /**< conditional maximum likelihood, what R's fisher.test gives */
    an_interval or_exact;    /**< inverts the two one-sided tests, to full precision */
    double or_conditional_r; /**< the two above with the rounding of R's fisher.test,
                                which stops at 1.22e-4: to compare with R only */
    an_interval or_exact_r;
} an_two_by_two;

/** Kernel. With an empty margin what cannot be said is NaN.
 *  @param a,b,c,d  [[a, b], [c, d]], >= 0, whole, sum at most 1e6 */
AN_API void an_two_by_two_fit(double a, double b, double c, double d, double conf_level,
                              an_two_by_two *out);

/* ---- Paired yes/no: b and c count the pairs that disagree ---- */

typedef struct an_mcnemar {
    double p_exact; /**< binomial, two-sided */
    double p_mid;   /**< exact less the probability of the observed split */
    double chisq, chisq_p;
    double chisq_corrected, chisq_corrected_p; /**< R's default */
    double odds_ratio;                         /**< b / c */
    an_interval odds_ratio_exact;              /**< Clopper-Pearson of b in b + c */
} an_mcnemar;
/** Kernel. NaN where b + c = 0, but p = 1. */
AN_API void an_mcnemar_fit(double b, double c, double conf_level, an_mcnemar *out);

/* ---- Stratified ---- */

typedef struct an_mantel_haenszel {
    double chisq, df, p;                 /**< Mantel-Haenszel or generalised CMH */
    double chisq_corrected, p_corrected; /**< R's default; 2 x 2 only, as the rest */
    double odds_ratio;                   /**< Mantel and Haenszel 1959 */
    an_interval odds_ratio_limits;       /**< Robins, Breslow, Greenland 1986 */
    double p_exact;                      /**< conditional on all margins */
    double breslow_day, breslow_day_tarone, breslow_day_df;
} an_mantel_haenszel;
/** @param count  [n_strata x n_rows x n_columns], stratum by stratum, row by row */
AN_API an_status an_mantel_haenszel_fit(an_ctx *ctx, an_index n_strata, an_index n_rows,
                                        an_index n_columns, const double *count,
                                        double conf_level, an_mantel_haenszel *out);

/* ---- Proportions over ordered groups ---- */

typedef struct an_proportion_trend {
    double trend, trend_p; /**< Cochran-Armitage, 1 df, no correction */
    double chisq, df, p;   /**< homogeneity, uncorrected */
} an_proportion_trend;
/** Kernel. @param x,n,score  [k] events, patients, score of each group */
AN_API void an_proportion_trend_fit(an_index k, const double *x, const double *n,
                                    const double *score, an_proportion_trend *out);

AN_END_DECLS

#endif
