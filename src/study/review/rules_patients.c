/* Rules of who is counted: clustering (R04), the flow of patients (R16). */
#include "study/review/review.h"

/* ---- R04 Rows of one patient ---- */

static bool takes_clusters(const an_plan_item *item)
{
    return an_item_follows(item) && item->frame;
}

static void judge_rows(an_reviewer *r)
{
    const char *without = "", *with = "";

    an_review_say(r, "The population is %s.", an_rows_all(r->doc, &r->population));
    for (an_index i = 0; i < r->study->n_items; i++) {
        const an_plan_item *item = &r->study->items[i];

        if (!takes_clusters(item)) continue;
        if (item->frame->cluster || item->frame->surv.entry)
            with = an_review_join(r, with, an_item_title(item));
        else if (item->frame->owners.name)
            without = an_review_join(r, without, an_item_title(item));
    }
    if (*with) an_review_done(r, "Rows of one patient belong together in \"%s\".", with);
    an_review_judge(r, AN_REVIEW_HANDLED);
    if (!*without) return;
    an_review_say(r,
                  "Each row counts as a patient in \"%s\": limits are too narrow there.",
                  without);
    an_review_fault(r, AN_WARNING);
}

void an_review_clustering(an_reviewer *r)
{
    const an_source_rule *first = &r->study->sources[0];

    if (r->population.owners.name) {
        judge_rows(r);
    } else if (first->id) {
        an_review_say(r, "Each of the %s has an identifier (%s) of its own.",
                      an_review_count(r, r->n), first->id);
        an_review_judge(r, AN_REVIEW_HANDLED);
    } else {
        an_review_say(
            r,
            "The source names no identifier (id), so that two rows of one patient "
            "would not be seen among %s.",
            an_review_count(r, r->n));
        an_review_judge(r, AN_REVIEW_UNKNOWN);
    }
}

/* ---- R16 The flow of patients ---- */

static bool has_flow(const an_study *study)
{
    for (an_index i = 0; i < study->n_items; i++)
        if (!study->items[i].analysis) return true;
    return false;
}

/* The analysis that lost most rows. */
static const an_plan_item *most_left(const an_study *study)
{
    const an_plan_item *most = NULL;
    an_index left = 0;

    for (an_index i = 0; i < study->n_items; i++) {
        const an_frame *f = study->items[i].frame;

        if (!f || f->n_given - f->n <= left) continue;
        left = f->n_given - f->n;
        most = &study->items[i];
    }
    return most;
}

void an_review_flow(an_reviewer *r)
{
    const an_study *study = r->study;
    const an_plan_item *most = most_left(study);
    const double read = (double)an_table_rows(study->table);
    double left = 0;

    for (an_index k = 0; k < study->n_rules; k++) left += (double)study->n_left[k];
    an_review_say(
        r, "Of %s in the data %s left by %lld rules, and %s are in the population.",
        an_review_count(r, read), an_count_text(r->doc, left), (long long)study->n_rules,
        an_count_text(r->doc, r->n));
    if (most)
        an_review_say(r, "Most were left out of \"%s\": %s.", an_item_title(most),
                      an_rows_share(r->doc, most->frame,
                                    (double)(most->frame->n_given - most->frame->n),
                                    (double)most->frame->n_given));
    if (has_flow(study)) {
        an_review_done(
            r, "The flow, with the reason of each who left, is a section of its own.");
        an_review_judge(r, AN_REVIEW_HANDLED);
    } else {
        an_review_say(r, "The plan does not ask for flow.");
        an_review_fault(r, AN_WARNING);
    }
}
