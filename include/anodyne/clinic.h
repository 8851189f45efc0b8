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

/** Other definitions in use. Opioids play no part in them. */
typedef enum an_pain_rule {
    AN_PAIN_ANY_DECREASE, /**< score lower than at baseline */
    AN_PAIN_2_POINTS,  /**< at least 2 points lower; Chow 2005, Radiother Oncol 75:64 */
    AN_PAIN_RELIEF_30, /**< at least 30 % lower; Farrar 2001, Pain 94:149 */
    AN_PAIN_RELIEF_50, /**< at least 50 % lower; Dworkin 2008, J Pain 9:105 */
    AN_PAIN_NONE       /**< score 0 */
} an_pain_rule;

/** 1 responder, 0 not, -1 a score is missing. Relief of a baseline score of 0 is 0. */
AN_API int an_pain_response(an_pain_rule rule, double baseline, double followup);

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
