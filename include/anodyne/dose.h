/**
 * @file dose.h
 * Radiobiology of fractionated dose and what is published on the tolerance of the spinal
 * cord and other organs.
 *
 * Every biologically effective or equivalent dose is meaningless without its alpha/beta:
 * print both. Doses of several courses may be added only for the same tissue and the same
 * alpha/beta. Everything is a kernel, pure and without failure, unless it takes a context:
 * an argument outside its range gives NaN. Constants are rows of data/ with a citation and
 * `verified`: 2 the original was seen, 1 quoted by another source, 0 from memory.
 *
 * Research use: these are published figures, not limits to treat by.
 *
 * Method page: docs/methods/dose.md
 */
#ifndef ANODYNE_DOSE_H
#define ANODYNE_DOSE_H

#include <anodyne/status.h>

AN_BEGIN_DECLS

/* ---- The linear-quadratic model ---- */

/**
 * Biologically effective dose [Gy, for this alpha/beta]: D (1 + d / (alpha/beta)).
 * Fowler 1989, Br J Radiol 62:679. Full repair between fractions, no repopulation.
 * @param dose_per_fraction_gy  d > 0 [Gy]
 * @param n_fractions           delivered fractions, >= 0
 * @param alpha_beta_gy         > 0 [Gy]
 */
AN_API double an_bed_gy(double dose_per_fraction_gy, double n_fractions,
                        double alpha_beta_gy);

/**
 * Equivalent dose in 2 Gy fractions [Gy, for this alpha/beta]: BED / (1 + 2 /
 * (alpha/beta)). Withers, Thames and Peters 1983, Radiother Oncol 1:187. Same arguments as
 * an_bed_gy().
 */
AN_API double an_eqd2_gy(double dose_per_fraction_gy, double n_fractions,
                         double alpha_beta_gy);

/** The same in fractions of another size [Gy]: BED / (1 + size / (alpha/beta)). */
AN_API double an_eqdx_gy(double dose_per_fraction_gy, double n_fractions,
                         double alpha_beta_gy, double size_gy);

/** Total dose [Gy] that in n_fractions > 0 has this EQD2 >= 0: the positive root of
 *  D (D/n + alpha/beta) / (2 + alpha/beta) = EQD2. */
AN_API double an_isoeffective_dose_gy(double eqd2_gy, double n_fractions,
                                      double alpha_beta_gy);

/** Repopulation: from kickoff_days on, each doubling of clonogens takes doubling_days. */
typedef struct an_repopulation {
    double overall_days;  /**< last day - first day + 1, >= 0 */
    double kickoff_days;  /**< >= 0 */
    double doubling_days; /**< > 0 */
    double alpha_per_gy;  /**< > 0 */
} an_repopulation;

/** BED less what repopulation costs: max(0, T - Tk) ln 2 / (alpha Tp). Means nothing for
 *  late damage, and little within two weeks. */
AN_API double an_bed_repopulated_gy(double bed_gy, const an_repopulation *r);

/* ---- Beyond the linear-quadratic model: large fractions, tumours only. There are no
 * parameters for the spinal cord ---- */

/** Linear-quadratic-linear: above transition_gy the curve goes on along its tangent.
 *  Astrahan 2008, Med Phys 35:4161 (from memory). */
AN_API double an_bed_lql_gy(double dose_per_fraction_gy, double n_fractions,
                            double alpha_beta_gy, double transition_gy);

/** Parameters of the universal survival curve. Park et al. 2008, Int J Radiat Oncol Biol
 *  Phys 70:847. */
typedef struct an_survival_curve {
    double alpha_per_gy, alpha_beta_gy; /**< below the transition */
    double transition_gy;
    double d0_gy, dq_gy; /**< above it: ln S = -(d - Dq) / D0 */
} an_survival_curve;

/** Their set for non-small-cell lung cancer: 0.33, 8.6, 6.2, 1.25, 1.8 (from memory; its
 *  own equations agree to 1 %). */
AN_API an_survival_curve an_survival_curve_nsclc(void);
AN_API double an_bed_usc_gy(double dose_per_fraction_gy, double n_fractions,
                            const an_survival_curve *curve);
/** Single fraction with the same effect [Gy]. */
AN_API double an_single_fraction_usc_gy(double dose_per_fraction_gy, double n_fractions,
                                        const an_survival_curve *curve);

/* ---- Courses ---- */

enum { AN_MOST_PHASES = 8 };

typedef struct an_phase {
    double dose_per_fraction_gy, n_fractions;
} an_phase;

/** A course of one or more phases. */
typedef struct an_course {
    an_index n_phases;
    an_phase phase[AN_MOST_PHASES];
} an_course;

/**
 * Read a course as it is written: "4.5x7" is dose per fraction times fractions, "30/10"
 * total dose in fractions, "8" one fraction; phases are joined by "+".
 * @retval AN_ERR_ARGUMENT  U125: not such a text, a dose that is not above 0 and at most
 * 200 Gy, a number of fractions that is not whole, 1 to 100
 */
AN_API an_status an_course_read(an_ctx *ctx, const char *text, an_course *out);
AN_API double an_course_dose_gy(const an_course *course);
AN_API double an_course_fractions(const an_course *course);
/** Sums over the phases, each with its own dose per fraction. */
AN_API double an_course_bed_gy(const an_course *course, double alpha_beta_gy);
AN_API double an_course_eqd2_gy(const an_course *course, double alpha_beta_gy);

/** Months of "12mo", "200d", "30w", "2y": a month is 30.4375 days.
 *  @retval AN_ERR_ARGUMENT  U125 */
AN_API an_status an_interval_read(an_ctx *ctx, const char *text, double *months);

/* ---- Constants by name ---- */

typedef struct an_tissue {
    const char *id, *label;
    double alpha_beta_gy;
    const char *others;   /**< other values in use, in words; "" */
    const char *citation; /**< "" where none was seen */
    int verified;
} an_tissue;
AN_API an_index an_tissue_count(void);
AN_API const an_tissue *an_tissue_at(an_index i);
AN_API const an_tissue *an_tissue_find(const char *id); /**< NULL: unknown */

/** from_gy <= dose per fraction < below_gy is this class of the scheme. */
typedef struct an_fractionation {
    const char *scheme, *label;
    double from_gy, below_gy;
    const char *citation;
    int verified;
} an_fractionation;
AN_API an_index an_fractionation_count(void);
AN_API const an_fractionation *an_fractionation_at(an_index i);
/** NULL: no such scheme, or the dose is not above 0. */
AN_API const an_fractionation *an_fractionation_of(const char *scheme,
                                                   double dose_per_fraction_gy);

/* ---- Myelopathy ---- */

/** Risk by Schultheiss 2008, Int J Radiat Oncol Biol Phys 71:1455: cervical cord, uniform
 *  dose in conventional fractions, as EQD2 with alpha/beta 0.87. 1 / (1 + (69.4 / D)^k), k
 *  = 18.721 found from the published points. Not for stereotactic treatment. */
AN_API double an_myelopathy_conventional(double eqd2_gy);

/** Risk by Sahgal 2013, Int J Radiat Oncol Biol Phys 85:341, adopted by HyTEC 2021: highest
 *  dose to the thecal sac in 1 to 5 fractions, no earlier irradiation, as EQD2 with
 *  alpha/beta 2. Logistic with -6.8540 + 0.087588 EQD2, found from the published table. From
 *  a case-control series: true risks are lower. Below 0.01 and above 0.10 it extrapolates. */
AN_API double an_myelopathy_stereotactic(double eqd2_gy);

/* ---- Limits ---- */

/** A condition is met, is not, or what is known does not decide it. */
typedef enum an_met { AN_NOT_MET, AN_MET, AN_NOT_DECIDABLE } an_met;
AN_API const char *an_met_text(an_met met); /**< "met", "not met", "not decidable" */

typedef struct an_organ {
    const char *id; /**< AAPM TG-263: "SpinalCord" */
    const char *label;
    const char *others; /**< other names, separated by commas */
} an_organ;
AN_API an_index an_organ_count(void);
AN_API const an_organ *an_organ_at(an_index i);
/** By id, label or other name; case, spaces and underscores do not count. NULL: unknown. */
AN_API const an_organ *an_organ_find(const char *name);

typedef struct an_dose_limit {
    const char *source, *organ; /**< organ: id */
    const char *metric;         /**< "D0.35cc", "Dmax", "D10%", "CV200cc", "Dmean" */
    double volume_cc;           /**< of DVcc; 0 of Dmax; NaN of the others */
    int n_fractions;
    double limit_gy;       /**< physical dose of the whole course */
    const char *end_point; /**< "" where none is given */
    const char *citation;
    int verified;
} an_dose_limit;
AN_API an_index an_dose_limit_count(void);
AN_API const an_dose_limit *an_dose_limit_at(an_index i);

/** One dose read off a plan. */
typedef struct an_dose_reading {
    char metric[16];
    double volume_cc; /**< of DVcc; 0 of Dmax; NaN of the others */
    double dose_gy;   /**< physical, >= 0 */
} an_dose_reading;

/** Read "D0.35cc=9.8", "Dmax=12 Gy", "Dmean=4".
 *  @retval AN_ERR_ARGUMENT  U125 */
AN_API an_status an_dose_reading_read(an_ctx *ctx, const char *text,
                                      an_dose_reading *out);

/** False: a smaller hottest volume has a lower dose than a larger one, which cannot be. */
AN_API bool an_dose_readings_agree(an_index n, const an_dose_reading *readings);

/** The hottest small volume has the highest dose, so a reading of a smaller volume can
 *  show that a limit is met, and one of a larger volume that it is not. */
AN_API an_met an_dose_limit_check(const an_dose_limit *limit, an_index n,
                                  const an_dose_reading *readings);

/* ---- Irradiation of the cord again. Doses are what the cord or thecal sac received at
 * most; with prescribed doses the answer is for a cord that received the prescription ---- */

/** Sahgal 2012, Int J Radiat Oncol Biol Phys 82:107, and HyTEC 2021: earlier conventional
 *  courses, the last one stereotactic; EQD2, alpha/beta 2. */
typedef struct an_reirradiation {
    double before_gy, last_gy, total_gy; /**< EQD2 */
    double share;                        /**< last / total */
    double shortest_months; /**< between two courses; NaN: one is not known */
    an_met last_low;        /**< last <= 25 Gy */
    an_met total_low;       /**< total <= 70 Gy */
    an_met share_low;       /**< share <= 0.5 */
    an_met interval_long;   /**< >= 5 months before the last course */
    an_met all;             /**< of these four */
    double allowed_gy; /**< EQD2 of a last course that meets the first three: min(25, 70 -
                            before, before); 0 at least */
} an_reirradiation;

/** @param eqd2_gy  [n] of each course, first to last; n >= 2
 *  @param months   [n - 1] between the end of a course and the start of the next; NaN: not
 *                  known */
AN_API an_reirradiation an_reirradiation_check(an_index n, const double *eqd2_gy,
                                               const double *months);

typedef enum an_risk_group {
    AN_RISK_LOW,
    AN_RISK_INTERMEDIATE,
    AN_RISK_HIGH,
    AN_RISK_UNKNOWN /**< an interval is not known and would decide */
} an_risk_group;
AN_API const char *an_risk_group_text(an_risk_group group);

/** Score of Nieder et al. 2005, Int J Radiat Oncol Biol Phys 61:851, and 2006, 66:1446. BED
 *  with alpha/beta 2 (cervical, thoracic) or 4 (lumbar cord). The steps of the cumulative
 *  dose are reconstructed from published cases. */
typedef struct an_cord_score {
    double bed_gy; /**< of all courses */
    double dose_points, interval_points, course_points;
    double score; /**< without the interval's points where it is not known */
    an_risk_group group;
} an_cord_score;
AN_API an_cord_score an_cord_score_of(an_index n, const double *bed_gy,
                                      const double *months);

/** Share of an earlier dose that a model takes as forgotten after so many months.
 *  data/cord_recovery.def; none is applied unless it is asked for. */
typedef struct an_cord_recovery {
    const char *model;
    double from_months, share;
    const char *citation;
    int verified;
} an_cord_recovery;
AN_API an_index an_cord_recovery_count(void);
AN_API const an_cord_recovery *an_cord_recovery_at(an_index i);
/** The row that applies after months; NULL: unknown model, or too early for its first. */
AN_API const an_cord_recovery *an_cord_recovery_after(const char *model, double months);

AN_END_DECLS

#endif
