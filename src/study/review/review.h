/*
 * The methods reviewer from within. A rule is a function that looks at the study in memory, at the frames of its
 * analyses and, once they have run, at the document; it appends sentences and says what is the case.
 */
#ifndef AN_STUDY_REVIEW_REVIEW_H
#define AN_STUDY_REVIEW_REVIEW_H

#include <anodyne/review.h>

#include "study/rows.h"
#include "study/study.h"

typedef struct an_reviewer {
    an_ctx *ctx;
    an_study *study;
    const an_node *results; /* root of the document; NULL: nothing has run */
    an_doc *doc;            /* words live here */
    an_frame population;    /* to count in words */
    double n;               /* rows of the population */
    an_finding *now;        /* what is being judged */
    an_status st;           /* the first failure */
} an_reviewer;

typedef void an_judge_fn(an_reviewer *r);

/* ---- What a rule says ---- */

/* Another item of the evidence; a sentence more of the last one; a sentence of what the report does. */
void an_review_say(an_reviewer *r, const char *format, ...) AN_PRINTF(2, 3);
void an_review_add(an_reviewer *r, const char *format, ...) AN_PRINTF(2, 3);
void an_review_done(an_reviewer *r, const char *format, ...) AN_PRINTF(2, 3);
/* The worst of what was said of one rule stays. */
void an_review_judge(an_reviewer *r, an_review_state state);
void an_review_fault(an_reviewer *r, an_severity severity);

/* ---- Numbers in words ---- */

/* "36 of 58 patients (62.1 %)" */
const char *an_review_share(an_reviewer *r, double n, double of);
const char *an_review_count(an_reviewer *r, double n);
/* "a", "a and b", "a, b and c": what is added to "" one by one. */
const char *an_review_join(an_reviewer *r, const char *list, const char *more);

typedef struct an_review_limit {
    const char *key;
    double value;
    const char *unit, *citation;
    int verified;
} an_review_limit;
const an_review_limit *an_review_limit_find(const char *key);
/* " (not verified)" where the limit rests on nothing that was seen, else "". */
const char *an_review_mark(const an_review_limit *limit);

/* ---- The plan ---- */

bool an_item_is(const an_plan_item *item, const char *analysis);
const char *an_item_title(const an_plan_item *item);
bool an_item_has_role(const an_plan_item *item, an_role_kind kind);
/* Does it look at time to an event? */
bool an_item_follows(const an_plan_item *item);
/* A model of time with covariates, whose rows are known. */
bool an_item_is_model(const an_plan_item *item);
/* The choice of an option, "firth"; NULL: it has no such option. */
const char *an_item_choice(const an_plan_item *item, const char *option);
/* Events of cause 1 in the rows of its frame. */
double an_item_events(const an_plan_item *item);

/* ---- The data ---- */

const char *an_review_event_label(const an_study *study, const an_event_rule *e);
bool an_review_missing(const an_study *study, const char *variable, an_index i);

/* ---- The document ---- */

/* The section of an analysis; NULL: it has not run. */
const an_node *an_review_section(const an_reviewer *r, const an_plan_item *item);
/* The first node below with this key, at any depth; NULL: none. */
const an_node *an_review_below(const an_node *node, const char *key);

/* ---- The page ---- */

void an_review_describe(const an_review *review, an_doc *doc);

/* ---- The rules ---- */

#define AN_REVIEW_RULE(id, key, ...) an_judge_fn an_review_##key;
#include "study/review_table.def"
#undef AN_REVIEW_RULE

#endif
