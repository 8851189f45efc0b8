/**
 * @file clinic.h
 * What a change of pain and opioids means: response rules and oral morphine equivalents.
 * Everything is a kernel: pure, without memory, without failure. NaN is missing.
 *
 * Method pages: docs/methods/pain.md, docs/methods/opioids.md
 */
#ifndef ANODYNE_CLINIC_H
#define ANODYNE_CLINIC_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/* ---- Pain response ---- */

/** Classes of the International Consensus on Palliative Radiotherapy Endpoints, 2012
 *  update: Chow et al., Int J Radiat Oncol Biol Phys 2012;82:1730. */
typedef enum an_response {
    AN_RESPONSE_COMPLETE,    /**< CR: pain 0, no more opioid */
    AN_RESPONSE_PARTIAL,     /**< PR: 2 points less and no more opioid, or a quarter less
                                  opioid and no more pain */
    AN_RESPONSE_PROGRESSION, /**< PP: 2 points more and stable opioid, or a quarter more
                                  opioid and pain equal or 1 point more */
    AN_RESPONSE_INDETERMINATE,  /**< IR: everything else */
    AN_RESPONSE_NOT_ASSESSABLE, /**< a score or an opioid dose is missing */
    AN_RESPONSE_NOT_ELIGIBLE    /**< baseline pain below the minimum: never a responder */
} an_response;
enum { AN_RESPONSE_COUNT = 6 };

/** What becomes of patients without an opioid dose at one of the two times. */
typedef enum an_opioid_policy {
    AN_OPIOID_REQUIRED,  /**< not assessable */
    AN_OPIOID_SCORE_ONLY /**< classified as if the dose had not changed */
} an_opioid_policy;

/** The holes of the published text, as switches. */
typedef struct an_consensus_rule {
    double min_baseline; /**< eligible from this baseline score; 2 */
    an_opioid_policy opioid_policy;
    double increase_tolerance; /**< an increase is more than this share above baseline:
                                    0 (any increase, the strict reading) or 0.25 */
    bool strict_stability; /**< "stable" opioids are unchanged; else: not up by 25 % */
    bool worse_is_progression; /**< 2 points more AND a quarter more opioid, which the
                                  text leaves indeterminate, is progression */
} an_consensus_rule;
/** The strict reading: 2, AN_OPIOID_REQUIRED, 0, false, false. What NULL means. */
AN_API an_consensus_rule an_consensus_defaults(void);

/** @param baseline,followup  worst pain, NRS 0-10
 *  @param opioid_baseline,opioid_followup  oral morphine equivalents, mg/day
 *  A start of any opioid counts as an increase by 25 %. */
AN_API an_response an_consensus_response(double baseline, double followup,
                                         double opioid_baseline, double opioid_followup,
                                         const an_consensus_rule *rule);
/** "complete response" ...; code is CR, PR, PP, IR, NA, NE. */
AN_API const char *an_response_label(an_response response);
AN_API const char *an_response_code(an_response response);

/** One reading of the points that the published text leaves open. */
typedef struct an_consensus_reading {
    const char *id, *label;
    an_consensus_rule rule;
} an_consensus_reading;
enum { AN_CONSENSUS_READINGS = 5 };
/** The main reading first; each other turns one switch of it over. */
AN_API void an_consensus_readings(const an_consensus_rule *main,
                                  an_consensus_reading out[AN_CONSENSUS_READINGS]);

/** What of the text's open points a patient meets; a set. */
typedef enum an_consensus_hole {
    AN_HOLE_WORSE_MORE_OPIOID =
        1, /**< 2 points more, a quarter more opioid: literally IR */
    AN_HOLE_WORSE_LESS_OPIOID = 2, /**< 2 points more, a quarter less opioid: PP, or IR
                                        when "stable" is unchanged */
    AN_HOLE_WORSE_NEAR_OPIOID = 4, /**< 2 points more, opioid changed by less than a
                                        quarter: the same question */
    AN_HOLE_BETTER_SLIGHTLY_MORE_OPIOID = 8, /**< 2 points less, opioid up by less than a
                                                  quarter: IR, or PR within the band */
    AN_HOLE_ZERO_MORE_OPIOID = 16, /**< score 0 with more opioid: not CR, cannot be PP */
    AN_HOLE_OPIOID_ALONE = 32,   /**< PR by a quarter less opioid, the score unchanged */
    AN_HOLE_OPIOID_STARTED = 64, /**< none before: a percentage is not defined */
    AN_HOLE_BASELINE_ONE = 128   /**< baseline 1: only CR can come of the score */
} an_consensus_hole;
enum { AN_CONSENSUS_HOLES = 8 };
/** Set of an_consensus_hole of one patient; 0 where a score or a dose is missing. */
AN_API unsigned an_consensus_holes(double baseline, double followup,
                                   double opioid_baseline, double opioid_followup);
/** Key and words of the hole 1 << i, i = 0 .. AN_CONSENSUS_HOLES - 1; NULL beyond. */
AN_API const char *an_consensus_hole_id(int i);
AN_API const char *an_consensus_hole_label(int i);

/** Other definitions in use; their thresholds and sources are data/pain_rules.def. */
typedef enum an_pain_rule {
    AN_PAIN_ANY_DECREASE, /**< seed_any */
    AN_PAIN_2_POINTS,     /**< score_ge2 */
    AN_PAIN_MCID_POINTS,  /**< mcid_points: the same, as minimal important difference */
    AN_PAIN_MCID_FARRAR,  /**< mcid_farrar: 2 points or 30 % */
    AN_PAIN_MCID_BOTH,    /**< mcid_both: 2 points and 30 % */
    AN_PAIN_RELIEF_30,    /**< relief30 */
    AN_PAIN_RELIEF_50,    /**< relief50 */
    AN_PAIN_NONE,         /**< no_pain */
    AN_PAIN_CHOW_OLD,     /**< chow_old: score 0, 2 points or 50 % */
    AN_PAIN_CHOW_INTEGRATED, /**< chow_old_integrated: 2 points without more opioid, or
                                  half the opioid without more pain */
    AN_PAIN_RTOG_0631 /**< score_ge3_rtog0631: 3 points, no secondary site worse, no
                                  more opioid */
} an_pain_rule;
enum { AN_PAIN_RULE_COUNT = AN_PAIN_RTOG_0631 + 1 };

typedef struct an_pain_definition {
    const char *id;
    double points, percent; /**< thresholds; 0: not used */
    const char *label, *citation;
    int verified; /**< 2 original seen, 1 quoted by another source, 0 from memory */
} an_pain_definition;
AN_API const an_pain_definition *an_pain_definition_of(an_pain_rule rule);

/** What a rule may look at. NaN, or -1, is missing. */
typedef struct an_pain_case {
    double baseline, followup;               /**< NRS 0-10 */
    double opioid_baseline, opioid_followup; /**< mg/day */
    int secondary_worse; /**< a secondary site is worse: 1, 0, -1 not known */
} an_pain_case;

/** 1 responder, 0 not, -1 not known: a missing part decides only when the parts that are
 *  there do not already exclude response. Relief of a baseline score of 0 is 0. */
AN_API int an_pain_response(an_pain_rule rule, const an_pain_case *c);

/** Classes of intensity by a scheme of data/pain_intensity.def. */
typedef struct an_pain_scheme {
    const char *id;
    double moderate_from, severe_from;
    const char *citation;
    int verified;
} an_pain_scheme;
enum { AN_PAIN_SCHEMES = 3, AN_PAIN_INTENSITIES = 4 };
AN_API const an_pain_scheme *an_pain_scheme_at(int i);
/** 0 none, 1 mild, 2 moderate, 3 severe; -1 missing. */
AN_API int an_pain_intensity(const an_pain_scheme *scheme, double score);
AN_API const char *an_pain_intensity_label(int intensity); /**< -1: "missing" */

/* ---- Opioids ----
 * Factors measure exposure. They must not be used to convert a patient from one opioid to
 * another. */

typedef struct an_opioid_factor {
    const char *table; /**< "cdc2022", "vonkorff2008", ... */
    const char *drug;  /**< "fentanyl" */
    const char *route; /**< "oral", "transdermal", "sublingual", ... */
    const char *unit; /**< of the dose: "mg/day", or "ug/h" for the strength of a patch */
    double factor;    /**< oral morphine, mg/day, per unit */
    const char *citation;
    int verified; /**< 2 original seen, 1 quoted by another source, 0 from memory */
} an_opioid_factor;

/** All factors that are built in (data/opioid_factors.def). */
AN_API an_index an_opioid_factor_count(void);
AN_API const an_opioid_factor *an_opioid_factor_at(an_index i);
/** NULL: the table has no factor for it, or lists the drug as without agreed factor. */
AN_API const an_opioid_factor *an_opioid_factor_find(const char *table, const char *drug,
                                                     const char *route, const char *unit);
/** Distinct table ids, in order; NULL past the last. */
AN_API const char *an_opioid_table(an_index i);

typedef enum an_opioid_part {
    AN_OPIOID_DRUG,
    AN_OPIOID_ROUTE,
    AN_OPIOID_UNIT
} an_opioid_part;
/** The word of the tables of factors for another one in lower case ("po" is "oral"; data/
 *  opioid_words.def); the word itself when none is listed. */
AN_API const char *an_opioid_word(an_opioid_part part, const char *word);

typedef struct an_opioid_dose {
    const char *drug, *route, *unit;
    double dose; /**< in `unit`, all doses of 24 hours that were taken, rescue included */
} an_opioid_dose;

/** Findings about a prescription; a set. */
typedef enum an_opioid_flag {
    AN_OPIOID_UNKNOWN = 1,    /**< a drug, route or unit without factor: total is NaN */
    AN_OPIOID_METHADONE = 2,  /**< its factor depends on the dose: do a sensitivity run */
    AN_OPIOID_UNVERIFIED = 4, /**< a factor with verified = 0 was used */
    AN_OPIOID_PATCH_RANGE = 8, /**< transdermal above 400 ug/h: not a strength; NaN */
    AN_OPIOID_HIGH = 16        /**< total above 2000 mg/day: check the record */
} an_opioid_flag;

typedef struct an_opioid_total {
    double omed_mg;         /**< oral morphine equivalent, mg/day; NaN: not known, never 0
                                 for an unknown drug */
    unsigned flags;         /**< of an_opioid_flag */
    an_index first_unknown; /**< subscript of the first dose that stopped it, or -1 */
} an_opioid_total;

/** Sum of dose times factor. No dose at all is 0 mg. */
AN_API an_opioid_total an_opioid_equivalent(const char *table, an_index n,
                                            const an_opioid_dose *doses);

AN_END_DECLS

#endif
