/* The tables of scores in data/, compiled in: none can be missing, none can disagree. */
#include "clinic/score.h"

#include <math.h>
#include <string.h>

#define SUM AN_SCORE_SUM
#define CLASS AN_SCORE_CLASS
#define CODE AN_SCORE_CODE
#define HIGH true
#define LOW false
static const an_score_rule rules[] = {
#define AN_SCORE_RULE(id, title, kind, better, lowest, highest, citation, verified, \
                      remark)                                                       \
    {id, title, kind, better, lowest, highest, citation, verified, remark},
#include "../../data/scores.def"
#undef AN_SCORE_RULE
};

static const an_score_item items[] = {
#define AN_SCORE_ITEM(score, id, part_of, kind, min, max, unit, label) \
    {score, id, part_of, AN_ITEM_##kind, min, max, unit, label},
#include "../../data/score_items.def"
#undef AN_SCORE_ITEM
};

static const an_score_level levels[] = {
#define AN_SCORE_CHOICE(score, item, id, others, points, label, verified) \
    {score, item, id, others, NAN, NAN, points, label, verified},
#define AN_SCORE_CUT(score, item, id, from, to, points, label, verified) \
    {score, item, id, "", from, to, points, label, verified},
#include "../../data/score_levels.def"
#undef AN_SCORE_CHOICE
#undef AN_SCORE_CUT
};

static const an_score_group groups[] = {
#define AN_SCORE_GROUP(score, id, number, from, to, label, verified) \
    {score, id, number, from, to, label, verified},
#include "../../data/score_groups.def"
#undef AN_SCORE_GROUP
};

static const an_score_outcome outcomes[] = {
#define AN_SCORE_OUTCOME(score, group, what, months, value, lower, upper, citation, \
                         verified)                                                  \
    {score, group, AN_OUTCOME_##what, months, value, lower, upper, citation, verified},
#include "../../data/score_outcomes.def"
#undef AN_SCORE_OUTCOME
};

static const an_performance performance[] = {
#define AN_PERFORMANCE(convention, ecog, kps_from, kps_to, citation, verified) \
    {convention, ecog, kps_from, kps_to, citation, verified},
#include "../../data/performance.def"
#undef AN_PERFORMANCE
};

#define COUNT_OF(table) ((an_index)(sizeof(table) / sizeof *(table)))

an_index an_score_rule_count(void)
{
    return COUNT_OF(rules);
}

const an_score_rule *an_score_rule_at(an_index i)
{
    return i >= 0 && i < COUNT_OF(rules) ? rules + i : NULL;
}

const an_score_rule *an_score_rule_find(const char *id)
{
    for (an_index i = 0; i < COUNT_OF(rules); i++)
        if (strcmp(rules[i].id, id) == 0) return rules + i;
    return NULL;
}

const an_score_group *an_score_groups(an_index *n)
{
    *n = COUNT_OF(groups);
    return groups;
}

an_index an_score_outcome_count(void)
{
    return COUNT_OF(outcomes);
}

const an_score_outcome *an_score_outcome_at(an_index i)
{
    return i >= 0 && i < COUNT_OF(outcomes) ? outcomes + i : NULL;
}

an_index an_performance_count(void)
{
    return COUNT_OF(performance);
}

const an_performance *an_performance_at(an_index i)
{
    return i >= 0 && i < COUNT_OF(performance) ? performance + i : NULL;
}

const char *an_score_what_text(an_score_what what)
{
    static const char *const texts[] = {
        "median survival", "survival",     "ambulatory after radiotherapy",
        "free of pain",    "hazard ratio", "odds ratio of death",
    };

    return texts[what];
}

bool an_score_item_is_number(an_score_item_kind kind)
{
    return kind >= AN_ITEM_STEPS;
}

/* ---- Forms ---- */

static void find_items(an_score_form *form)
{
    for (an_index i = COUNT_OF(items) - 1; i >= 0; i--)
        if (strcmp(items[i].score, form->rule->id) == 0) {
            form->item = items + i;
            form->n_items++;
        }
}

static void find_levels(an_score_form *form)
{
    for (an_index k = 0; k < form->n_items; k++)
        for (an_index l = COUNT_OF(levels) - 1; l >= 0; l--)
            if (strcmp(levels[l].score, form->rule->id) == 0 &&
                strcmp(levels[l].item, form->item[k].id) == 0) {
                form->level[k] = levels + l;
                form->n_levels[k]++;
            }
}

static void find_groups(an_score_form *form)
{
    for (an_index g = COUNT_OF(groups) - 1; g >= 0; g--) {
        if (strcmp(groups[g].score, form->rule->id) != 0) continue;
        form->group[groups[g].number - 1] = groups + g;
        if (groups[g].number > form->n_groups) form->n_groups = groups[g].number;
    }
}

bool an_score_form_of(const char *id, an_score_form *out)
{
    *out = (an_score_form){.rule = an_score_rule_find(id)};
    if (!out->rule) return false;
    find_items(out);
    find_levels(out);
    find_groups(out);
    return true;
}

an_index an_score_form_item(const an_score_form *form, const char *id)
{
    for (an_index k = 0; k < form->n_items; k++)
        if (strcmp(form->item[k].id, id) == 0) return k;
    return -1;
}
