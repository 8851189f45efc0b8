/* Answers to the items of a score: which levels they leave possible. */
#include "clinic/score.h"

#include "base/base.h"

#include <anodyne/levels.h>

const char *an_score_fault_text(an_score_fault fault)
{
    static const char *const texts[AN_SCORE_FAULT_COUNT] = {
        "taken",
        "no level of this item",
        "neither a primary tumour nor a class of this score",
        "a primary tumour that this score does not list",
        "the published table has no points for it",
        "not a possible value",
        "not in steps of this item",
    };

    return texts[fault];
}

static an_score_fault take(const an_score_form *form, an_index item, uint32_t possible,
                           double x, an_score_answer *out)
{
    *out = (an_score_answer){.possible = possible, .x = x};
    for (an_index l = 0; l < form->n_levels[item]; l++)
        if ((possible >> l & 1) && form->level[item][l].verified == 0)
            out->flags |= AN_SCORE_UNVERIFIED;
    if (possible & (possible - 1)) out->flags |= AN_SCORE_UNDECIDED;
    return AN_SCORE_TAKEN;
}

/* ---- Numbers ---- */

static bool belongs(const an_score_level *level, an_score_item_kind kind, double x)
{
    return (kind == AN_ITEM_UP_TO ? x > level->from || (x == 0 && level->from == 0)
                                  : x >= level->from) &&
           (kind == AN_ITEM_FROM ? x < level->to : x <= level->to);
}

an_score_fault an_score_answer_number(const an_score_form *form, an_index item, double x,
                                      an_score_answer *out)
{
    const an_score_item *it = &form->item[item];
    const double step = it->kind == AN_ITEM_POINTS ? 0.5 : 1;

    *out = (an_score_answer){0};
    if (!an_score_item_is_number(it->kind)) return AN_SCORE_NO_LEVEL;
    if (!(x >= it->min && x <= it->max)) return AN_SCORE_OUT_OF_RANGE;
    if (it->kind == AN_ITEM_COUNT || it->kind == AN_ITEM_POINTS)
        return fmod(x, step) != 0 ? AN_SCORE_NOT_A_STEP : take(form, item, 1, x, out);
    if (it->kind == AN_ITEM_STEPS && fmod(x, 1) != 0) return AN_SCORE_NOT_A_STEP;
    for (an_index l = 0; l < form->n_levels[item]; l++)
        if (belongs(&form->level[item][l], it->kind, x))
            return take(form, item, (uint32_t)1 << l, x, out);
    return AN_SCORE_NO_POINTS;
}

/* ---- Words ---- */

static uint32_t named_level(const an_score_form *form, an_index item, const char *text)
{
    for (an_index l = 0; l < form->n_levels[item]; l++) {
        const an_score_level *level = &form->level[item][l];

        if (an_score_same_name(text, level->id, strlen(level->id)) ||
            an_score_is_listed(level->others, text))
            return (uint32_t)1 << l;
    }
    return 0;
}

static an_score_fault take_primary(const an_score_form *form, an_index item,
                                   const char *text, an_score_answer *out)
{
    const an_primary *primary = an_primary_find(text);
    const uint32_t declared = named_level(form, item, text);
    int verified = 2;
    uint32_t possible =
        primary ? an_score_primary_levels(form, item, primary, &verified) : 0;

    if (!primary && !declared) return AN_SCORE_NO_PRIMARY;
    if (!possible && !declared) return AN_SCORE_NOT_LISTED;
    take(form, item, possible ? possible : declared, (double)NAN, out);
    if (!possible) out->flags |= AN_SCORE_DECLARED;
    if (verified == 0) out->flags |= AN_SCORE_UNVERIFIED;
    return AN_SCORE_TAKEN;
}

static an_score_fault take_location(const an_score_form *form, an_index item,
                                    const char *text, an_score_answer *out)
{
    an_levels levels;
    uint32_t possible;

    if (an_levels_read(text, strlen(text), &levels, NULL) != AN_LEVELS_READ)
        return AN_SCORE_NO_LEVEL;
    possible = named_level(form, item, an_spine_part_text(an_levels_spine_part(levels)));
    return possible ? take(form, item, possible, (double)NAN, out) : AN_SCORE_NO_LEVEL;
}

an_score_fault an_score_answer_text(const an_score_form *form, an_index item,
                                    const char *text, an_score_answer *out)
{
    const an_score_item *it = &form->item[item];
    const bool per_unit = it->kind == AN_ITEM_COUNT || it->kind == AN_ITEM_POINTS;
    double x;
    uint32_t level;

    *out = (an_score_answer){0};
    if (it->kind == AN_ITEM_PRIMARY) return take_primary(form, item, text, out);
    level = per_unit ? 0 : named_level(form, item, text);
    if (an_score_item_is_number(it->kind) && an_parse_double(text, strlen(text), &x))
        return an_score_answer_number(form, item, x, out);
    if (level) return take(form, item, level, (double)NAN, out);
    if (it->kind == AN_ITEM_LOCATION) return take_location(form, item, text, out);
    return AN_SCORE_NO_LEVEL;
}

/* ---- Performance status of the other scale ---- */

/* Levels of item "ecog" at an ECOG status, or of item "kps" at each step of 10. */
static uint32_t levels_between(const an_score_form *form, an_index item, double from,
                               double to, double step)
{
    uint32_t possible = 0;
    an_score_answer one;

    for (double x = from; x <= to; x += step)
        if (an_score_answer_number(form, item, x, &one) == AN_SCORE_TAKEN)
            possible |= one.possible;
    return possible;
}

an_score_fault an_score_answer_converted(const an_score_form *form, an_index item,
                                         const char *convention, double other,
                                         an_score_answer *out)
{
    const bool to_kps = strcmp(form->item[item].id, "kps") == 0;
    uint32_t possible = 0;
    bool known = false;

    *out = (an_score_answer){0};
    if (!to_kps && strcmp(form->item[item].id, "ecog") != 0) return AN_SCORE_NO_LEVEL;
    for (an_index i = 0; i < an_performance_count(); i++) {
        const an_performance *p = an_performance_at(i);

        if (strcmp(p->convention, convention) != 0) continue;
        if (to_kps ? other != p->ecog : !(other >= p->kps_from && other <= p->kps_to))
            continue;
        known = true;
        possible |= to_kps ? levels_between(form, item, p->kps_from, p->kps_to, 10)
                           : levels_between(form, item, p->ecog, p->ecog, 1);
    }
    if (!possible) return known ? AN_SCORE_NO_POINTS : AN_SCORE_OUT_OF_RANGE;
    take(form, item, possible, (double)NAN, out);
    out->flags |= AN_SCORE_CONVERTED | AN_SCORE_UNVERIFIED;
    return AN_SCORE_TAKEN;
}
