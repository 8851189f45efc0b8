/* Rules of pain: attrition (R05), opioids (R07). */
#include "study/review/review.h"

/* ---- Who has a score ---- */

typedef struct visit_count {
    double n, scored;           /* of the population */
    double alive, alive_scored; /* of them, not known to have died before the visit */
} visit_count;

static bool is_alive(const an_study *study, const an_pain_visit *v, an_index i)
{
    const an_column *alive = v->alive ? an_table_find(study->table, v->alive) : NULL;

    return !alive || alive->code[i] == 1;
}

static visit_count count_visit(const an_study *study, const an_pain_visit *v)
{
    visit_count c = {0};

    for (an_index i = 0; i < an_table_rows(study->table); i++) {
        const bool scored = !an_review_missing(study, v->score, i);

        if (!study->in[i]) continue;
        c.n++;
        c.scored += scored;
        c.alive += is_alive(study, v, i);
        c.alive_scored += scored && is_alive(study, v, i);
    }
    return c;
}

/* The section of pain that shows this visit; NULL: none. */
static const an_plan_item *section_of(const an_study *study, const an_pain_visit *v)
{
    for (an_index i = 0; i < study->n_items; i++) {
        const an_plan_item *item = &study->items[i];
        const char *name = item->visit ? item->visit : study->visits[0].name;

        if (an_item_is(item, "pain") && strcmp(name, v->name) == 0) return item;
    }
    return NULL;
}

/* ---- R05 Attrition ---- */

static void judge_attrition(an_reviewer *r, const an_pain_visit *v)
{
    const an_review_limit *usual = an_review_limit_find("attrition_usual");
    const an_plan_item *item = section_of(r->study, v);
    const visit_count c = count_visit(r->study, v);
    const double missing = (c.n - c.scored) / c.n;

    an_review_say(
        r, "%s: a score was missing in %s; of %s not known to have died before it, %s.",
        v->name, an_review_share(r, c.n - c.scored, c.n), an_review_count(r, c.alive),
        an_count_text(r->doc, c.alive - c.alive_scored));
    if (missing > usual->value)
        an_review_add(
            r, "That is more than the %s that palliative trials lost on average%s.",
            an_doc_format(r->doc, an_number(AN_KIND_PROPORTION, usual->value)),
            an_review_mark(usual));
    if (item)
        an_review_done(
            r,
            "\"%s\" gives response of all treated (missing counts as no response), of "
            "those assessable and of those alive at the window.",
            an_item_title(item));
    if (missing > usual->value || (missing > 0 && !item))
        an_review_fault(r, AN_WARNING);
    else
        an_review_judge(r, AN_REVIEW_HANDLED);
}

void an_review_attrition(an_reviewer *r)
{
    for (an_index k = 0; k < r->study->n_visits; k++)
        judge_attrition(r, &r->study->visits[k]);
}

/* ---- R07 Opioids ---- */

static double count_opioids(const an_study *study, const an_pain_visit *v)
{
    double n = 0;

    for (an_index i = 0; i < an_table_rows(study->table); i++)
        n += study->in[i] && !an_review_missing(study, v->score, i) &&
             !an_review_missing(study, study->pain_opioid, i) &&
             !an_review_missing(study, v->opioid, i);
    return n;
}

static void judge_opioids(an_reviewer *r, const an_pain_visit *v)
{
    const visit_count c = count_visit(r->study, v);

    if (!r->study->pain_opioid || !v->opioid) {
        an_review_say(
            r, "%s: no opioid dose is declared %s, so response is by the score alone.",
            v->name, r->study->pain_opioid ? "at the visit" : "at baseline");
        an_review_fault(r, AN_WARNING);
        return;
    }
    an_review_say(
        r, "%s: the opioid dose before and at the visit is known in %s with a score.",
        v->name, an_review_share(r, count_opioids(r->study, v), c.scored));
    an_review_judge(r, AN_REVIEW_HANDLED);
    if (section_of(r->study, v))
        an_review_done(
            r,
            "\"%s\" counts opioids as the international consensus does; response "
            "by the score alone stands below it under its own name.",
            an_item_title(section_of(r->study, v)));
}

void an_review_opioids(an_reviewer *r)
{
    for (an_index k = 0; k < r->study->n_visits; k++)
        judge_opioids(r, &r->study->visits[k]);
}
