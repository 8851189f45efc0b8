/**
 * @file review.h
 * The methods reviewer: the faults that reviewers find in studies of this kind, looked for in one study.
 *
 *     an_study_review(ctx, study, NULL, &review);   after an_study_read(): what is known without estimates
 *     an_study_run(ctx, study, &doc);               the page "What a reviewer will ask" is its last but one
 *
 * The rules are the rows of data/review.def. A finding says what is the case in this study, with numbers and
 * their denominators, what the report does about it, and what is left to do. It never advises treatment.
 *
 * Method page: docs/methods/review.md
 */
#ifndef ANODYNE_REVIEW_H
#define ANODYNE_REVIEW_H

#include <anodyne/study.h>

AN_BEGIN_DECLS

typedef enum an_review_state {
    AN_REVIEW_NOT_APPLICABLE, /**< the study has nothing of the kind */
    AN_REVIEW_HANDLED,        /**< it could occur here, and the report deals with it */
    AN_REVIEW_UNKNOWN,        /**< the study file or the data do not say */
    AN_REVIEW_FOUND
} an_review_state;

/** "does not apply", "handled", "cannot be judged", "found" */
AN_API const char *an_review_state_word(an_review_state state);

typedef struct an_review_rule {
    const char *id;       /**< "R01" */
    const char *key;      /**< "death_censored" */
    const char *fault;    /**< what is wrong, a phrase */
    const char *question; /**< as a reviewer asks it */
    an_severity severity; /**< the most that it can be */
    const char *advice;   /**< what to do, sentences */
    const char *citation; /**< or "" */
    int verified; /**< of the citation: 2 original seen, 1 quoted, 0 from memory */
} an_review_rule;

AN_API an_index an_review_rule_count(void);
AN_API const an_review_rule *an_review_rule_at(an_index i);       /**< in order of id */
AN_API const an_review_rule *an_review_rule_find(const char *id); /**< or NULL */

typedef struct an_finding {
    const an_review_rule *rule;
    an_review_state state;
    an_severity severity; /**< of a fault found; else AN_NOTE */
    const char *evidence; /**< one item a line; "" where nothing applies */
    const char *done;     /**< what the report does about it, sentences, or "" */
} an_finding;

typedef struct an_review {
    an_index n;           /**< the rules, in order of id */
    an_finding *finding;  /**< [n] */
    struct an_doc *words; /**< private */
} an_review;

/**
 * Judges every rule.
 *
 * @param results  the document of the analyses so far, or NULL: not run yet
 * @retval AN_ERR_ARGUMENT  an_study_read() has not succeeded
 */
AN_API an_status an_study_review(an_ctx *ctx, an_study *study, const an_doc *results,
                                 an_review **out);
AN_API void an_review_free(an_ctx *ctx, an_review *review); /**< NULL is allowed */

AN_END_DECLS

#endif
