/* The methods reviewer: every rule of data/review.def judged for one study, and the page. */
#include "study/review/review.h"

static const an_review_rule rules[] = {
#define AN_REVIEW_RULE(id, key, fault, question, severity, advice, citation, verified) \
    {id, #key, fault, question, severity, advice, citation, verified},
#include "study/review_table.def"
#undef AN_REVIEW_RULE
};

static an_judge_fn *const judges[] = {
#define AN_REVIEW_RULE(id, key, ...) an_review_##key,
#include "study/review_table.def"
#undef AN_REVIEW_RULE
};

enum { N_RULES = sizeof rules / sizeof *rules };

/* ---- The rules ---- */

an_index an_review_rule_count(void)
{
    return N_RULES;
}

const an_review_rule *an_review_rule_at(an_index i)
{
    assert(i >= 0 && i < N_RULES);
    return &rules[i];
}

const an_review_rule *an_review_rule_find(const char *id)
{
    for (an_index i = 0; i < N_RULES; i++)
        if (an_same_word(rules[i].id, id)) return &rules[i];
    return NULL;
}

const char *an_review_state_word(an_review_state state)
{
    static const char *const words[] = {"does not apply", "handled", "cannot be judged",
                                        "found"};

    return words[state];
}

/* ---- One study ---- */

static an_status judge_all(an_reviewer *r, an_review *review)
{
    for (an_index k = 0; k < N_RULES && r->st == AN_OK; k++) {
        r->now = &review->finding[k];
        *r->now = (an_finding){.rule = &rules[k],
                               .state = AN_REVIEW_NOT_APPLICABLE,
                               .severity = AN_NOTE,
                               .evidence = "",
                               .done = ""};
        judges[k](r);
    }
    return r->st != AN_OK ? r->st : an_doc_status(r->doc);
}

an_status an_study_review(an_ctx *ctx, an_study *study, const an_doc *results,
                          an_review **out)
{
    an_status st = AN_OK;
    an_review *review = NULL;
    an_reviewer r = {
        .ctx = ctx, .study = study, .results = results ? an_doc_root(results) : NULL};

    *out = NULL;
    if (!study->table)
        return an_fail(ctx, AN_ERR_ARGUMENT, "an_study_read() has not succeeded");
    review = an_malloc(ctx, sizeof *review);
    if (!review) return AN_ERR_MEMORY;
    review->n = N_RULES;
    review->finding = an_malloc(ctx, N_RULES * sizeof *review->finding);
    if (!review->finding) st = AN_ERR_MEMORY;
    if (st == AN_OK) st = an_doc_new(ctx, "Review", &review->words);
    r.doc = review->words;
    r.population = an_study_population(study);
    r.n = (double)study->n_population;
    if (st == AN_OK) st = judge_all(&r, review);
    if (st == AN_OK)
        *out = review;
    else
        an_review_free(ctx, review);
    return st;
}

void an_review_free(an_ctx *ctx, an_review *review)
{
    if (!review) return;
    an_doc_free(review->words);
    an_free(ctx, review->finding);
    an_free(ctx, review);
}
