/* Rules of regression models: events per coefficient (R12). */
#include "study/review/review.h"

/* ---- R12 Events per coefficient ---- */

static bool is_penalised(const an_plan_item *item)
{
    const char *penalty = an_item_choice(item, "penalty");

    return an_item_is(item, "coxnet") || (penalty && strcmp(penalty, "none") != 0);
}

static void judge_size(an_reviewer *r, const an_plan_item *item)
{
    const an_review_limit *few = an_review_limit_find("events_few");
    const an_review_limit *too_few = an_review_limit_find("events_too_few");
    const double n_events = an_item_events(item);
    const double per = n_events / (double)item->frame->design.n_columns;
    const bool penalised = is_penalised(item);

    an_review_say(r, "%s: %s for %lld coefficient%s, %s each%s.", an_item_title(item),
                  an_events_count(r->doc, n_events, ""),
                  (long long)item->frame->design.n_columns,
                  item->frame->design.n_columns == 1 ? "" : "s",
                  an_doc_printf(r->doc, "%.1f", per), penalised ? " (penalised)" : "");
    an_review_judge(r, AN_REVIEW_HANDLED);
    if (per >= few->value || penalised) return;
    an_review_add(r, "That is fewer than %g%s.",
                  per < too_few->value ? too_few->value : few->value,
                  an_review_mark(per < too_few->value ? too_few : few));
    an_review_fault(r, per < too_few->value ? AN_ERROR : AN_WARNING);
}

void an_review_events_per_coefficient(an_reviewer *r)
{
    for (an_index i = 0; i < r->study->n_items; i++)
        if (an_item_is_model(&r->study->items[i])) judge_size(r, &r->study->items[i]);
    if (r->now->state > AN_REVIEW_NOT_APPLICABLE)
        an_review_done(
            r, "Each model says its events per coefficient, and a note (M310) where "
               "they are few.");
}
