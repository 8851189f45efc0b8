/**
 * @file score.h
 * Prognostic scores and scales of spinal metastases: what is asked, what each answer
 * counts, what was published of the groups.
 *
 * A score is rows of data/: scores.def, score_items.def, score_levels.def,
 * score_groups.def, score_outcomes.def, score_primaries.def. Every row says whether it was
 * verified: 2 the original (or its abstract) was seen, 1 quoted by another source, 0 from
 * memory. Nothing is imputed: with items missing a total is the range that it can still
 * take. Everything is a kernel: pure, without memory, without failure. NaN is missing.
 *
 * Research use: published figures, not what to treat by. Evaluate at baseline only.
 *
 * Method page: docs/methods/score.md
 */
#ifndef ANODYNE_SCORE_H
#define ANODYNE_SCORE_H

#include <anodyne/types.h>

AN_BEGIN_DECLS

/* ---- Rows of data/ ---- */

typedef enum an_score_kind {
    AN_SCORE_SUM,   /**< the total of its points */
    AN_SCORE_CLASS, /**< a table of decisions; its number is that of the class */
    AN_SCORE_CODE   /**< one ordinal item: differences of codes mean nothing */
} an_score_kind;

typedef struct an_score_rule {
    const char *id, *title;
    an_score_kind kind;
    bool high_is_better;
    double lowest, highest; /**< as published; NaN: not */
    const char *citation;
    int verified;       /**< of its points */
    const char *remark; /**< what is known to be wrong or open; "" */
} an_score_rule;
AN_API an_index an_score_rule_count(void);
AN_API const an_score_rule *an_score_rule_at(an_index i);
AN_API const an_score_rule *an_score_rule_find(const char *id); /**< NULL: unknown */

typedef enum an_score_item_kind {
    AN_ITEM_CHOICE,   /**< one of its levels */
    AN_ITEM_PRIMARY,  /**< a primary tumour, or one of its levels as declared class */
    AN_ITEM_LOCATION, /**< vertebral levels (levels.h), or one of its levels */
    AN_ITEM_STEPS,    /**< a number; both ends of a level belong to it */
    AN_ITEM_FROM,     /**< a number; the lower end of a level belongs to it */
    AN_ITEM_UP_TO,    /**< a number; the upper end of a level belongs to it */
    AN_ITEM_COUNT,    /**< a whole number; points per unit */
    AN_ITEM_POINTS    /**< a number in steps of 0.5; points per unit */
} an_score_item_kind;
/** Is its answer a number? */
AN_API bool an_score_item_is_number(an_score_item_kind kind);

typedef struct an_score_item {
    const char *score, *id;
    const char
        *part_of; /**< the item that has the points of the worst of its parts; "" */
    an_score_item_kind kind;
    double min, max;  /**< of a number */
    const char *unit; /**< of a number; "" */
    const char *label;
} an_score_item;

typedef struct an_score_level {
    const char *score, *item, *id;
    const char *others; /**< other spellings, separated by commas */
    double from, to;    /**< of a number */
    double points;      /**< of a CLASS: what tells the rows of its table apart */
    const char *label;
    int verified;
} an_score_level;

typedef struct an_score_group {
    const char *score, *id;
    int number;      /**< 1, 2 ... in the order of the table */
    double from, to; /**< totals; both ends belong to it */
    const char *label;
    int verified;
} an_score_group;

typedef enum an_score_what {
    AN_OUTCOME_MEDIAN,       /**< survival [months] */
    AN_OUTCOME_SURVIVAL,     /**< proportion at `months` */
    AN_OUTCOME_AMBULATORY,   /**< proportion after radiotherapy */
    AN_OUTCOME_PAIN_FREE,    /**< proportion at `months` */
    AN_OUTCOME_HAZARD_RATIO, /**< against the group with 1 */
    AN_OUTCOME_ODDS_RATIO    /**< of death by `months`, against the group with 1 */
} an_score_what;
AN_API const char *an_score_what_text(an_score_what what); /**< "median survival" */

typedef struct an_score_outcome {
    const char *score, *group; /**< group: id */
    an_score_what what;
    double months, value, lower, upper; /**< 95 % limits; NaN: none published */
    const char *citation;               /**< "": that of the score */
    int verified;
} an_score_outcome;
AN_API an_index an_score_outcome_count(void);
AN_API const an_score_outcome *an_score_outcome_at(an_index i);

/** A primary tumour; a score may know it by what it is part of. */
typedef struct an_primary {
    const char *id, *part_of; /**< part_of: id, or "" */
    const char *others;       /**< other names, separated by commas */
    const char *label;
} an_primary;
AN_API an_index an_primary_count(void);
AN_API const an_primary *an_primary_at(an_index i);
/** By id or other name; case, blanks, underscores and hyphens do not count. */
AN_API const an_primary *an_primary_find(const char *name);

/** Karnofsky against ECOG performance status. */
typedef struct an_performance {
    const char *convention; /**< "ma2010" (the default) or "shifted" */
    double ecog, kps_from, kps_to;
    const char *citation;
    int verified;
} an_performance;
AN_API an_index an_performance_count(void);
AN_API const an_performance *an_performance_at(an_index i);

/* ---- A score with its rows at hand ---- */

enum { AN_SCORE_MOST_ITEMS = 16, AN_SCORE_MOST_GROUPS = 8 };

typedef struct an_score_form {
    const an_score_rule *rule;
    an_index n_items;
    const an_score_item *item; /**< [n_items] */
    const an_score_level
        *level[AN_SCORE_MOST_ITEMS]; /**< [n_levels] of each item; at most 31 */
    an_index n_levels[AN_SCORE_MOST_ITEMS];
    an_index n_groups;
    const an_score_group *group[AN_SCORE_MOST_GROUPS]; /**< first row of each, in order of
                                                            their numbers */
} an_score_form;

/** False: unknown id. */
AN_API bool an_score_form_of(const char *id, an_score_form *out);
AN_API an_index an_score_form_item(const an_score_form *form,
                                   const char *id); /**< -1: none */

/* ---- Answers ---- */

typedef enum an_score_flag {
    AN_SCORE_UNVERIFIED = 1, /**< a row from memory counted */
    AN_SCORE_CONVERTED = 2,  /**< performance status of the other scale */
    AN_SCORE_DECLARED = 4,   /**< class of the primary as declared */
    AN_SCORE_OUTSIDE = 8,    /**< a possible total lies in no published group */
    AN_SCORE_UNDECIDED = 16  /**< an answer leaves several levels possible */
} an_score_flag;

/** What is known of one item. {0}: not given. */
typedef struct an_score_answer {
    uint32_t possible; /**< bit l: level l is possible; 0: not given */
    double x;          /**< the number, of COUNT and POINTS */
    unsigned flags;    /**< of an_score_flag */
} an_score_answer;

/** Why an answer was not taken. */
typedef enum an_score_fault {
    AN_SCORE_TAKEN,
    AN_SCORE_NO_LEVEL,     /**< the item has no such level, nor is it a number it takes */
    AN_SCORE_NO_PRIMARY,   /**< neither a primary nor a class of the score */
    AN_SCORE_NOT_LISTED,   /**< a primary that the score does not list */
    AN_SCORE_NO_POINTS,    /**< possible, but the published table has no points for it */
    AN_SCORE_OUT_OF_RANGE, /**< not a possible value */
    AN_SCORE_NOT_A_STEP,   /**< no whole number, or not in steps of 0.5 */
    AN_SCORE_FAULT_COUNT
} an_score_fault;
AN_API const char *an_score_fault_text(an_score_fault fault);

/** Read one answer; *out is {0} unless it was taken.
 *  @param item  subscript of the item
 *  @param text  level by id or other spelling, number, primary, vertebral levels */
AN_API an_score_fault an_score_answer_text(const an_score_form *form, an_index item,
                                           const char *text, an_score_answer *out);
AN_API an_score_fault an_score_answer_number(const an_score_form *form, an_index item,
                                             double x, an_score_answer *out);
/** Item "kps" from an ECOG status, or item "ecog" from a Karnofsky status. */
AN_API an_score_fault an_score_answer_converted(const an_score_form *form, an_index item,
                                                const char *convention, double other,
                                                an_score_answer *out);

/* ---- Totals ---- */

typedef struct an_score_total {
    double score; /**< NaN unless one total (of a CLASS: one class) is possible */
    double lowest, highest; /**< that are still possible; of a CLASS: of its number */
    int group;              /**< subscript in form->group if one is possible, else -1 */
    uint32_t groups;        /**< bit g: group g is possible */
    bool complete;          /**< every item is known */
    an_index n_missing;
    uint32_t missing; /**< bit i: item i is not given, or leaves its points open */
    unsigned flags;   /**< of an_score_flag */
} an_score_total;

/** @param answer  [form->n_items] */
AN_API an_score_total an_score_total_of(const an_score_form *form,
                                        const an_score_answer *answer);

AN_END_DECLS

#endif
