/*
 * Totals. What is known of an item is a set of points, one of them where it is answered; sets
 * are added item by item, and what comes out is every total that is still possible. Points
 * are whole or half: subscript i stands for (i - ZERO) / 2.
 */
#include "clinic/score.h"

#include <math.h>
#include <string.h>

enum { ZERO = 96, SIZE = 256 };

typedef struct points {
    int first, last; /* subscripts; last < first: none */
    bool at[SIZE];
} points;

static int subscript(double value)
{
    return (int)lround(2 * value) + ZERO;
}

static double value_of(int i)
{
    return (i - ZERO) / 2.0;
}

static void put(points *p, int i)
{
    if (i < 0 || i >= SIZE) return;
    p->at[i] = true;
    if (i < p->first) p->first = i;
    if (i > p->last) p->last = i;
}

static void clear(points *p)
{
    memset(p->at, 0, sizeof p->at);
    p->first = SIZE;
    p->last = -1;
}

static void put_one(points *p, double value)
{
    clear(p);
    put(p, subscript(value));
}

/* Every number of COUNT and POINTS. */
static void put_units(const an_score_item *item, double per_unit, points *out)
{
    const double step = item->kind == AN_ITEM_COUNT ? 1 : 0.5;

    for (double x = item->min; x <= item->max; x += step)
        put(out, subscript(x * per_unit));
}

/* The points that one answer leaves possible; all of the item if it is not given. */
static void points_of(const an_score_form *form, an_index i, const an_score_answer *a,
                      points *out)
{
    const an_score_item *item = &form->item[i];
    const an_score_level *level = form->level[i];
    const bool units = item->kind == AN_ITEM_COUNT || item->kind == AN_ITEM_POINTS;

    clear(out);
    if (units && a->possible)
        put(out, subscript(a->x * level->points));
    else if (units)
        put_units(item, level->points, out);
    for (an_index l = 0; l < form->n_levels[i] && !units; l++)
        if (!a->possible || (a->possible >> l & 1)) put(out, subscript(level[l].points));
}

typedef int combine(int a, int b);

static int sum_of(int a, int b)
{
    return a + b - ZERO;
}

static int worst_of(int a, int b)
{
    return a > b ? a : b;
}

static void join(points *total, const points *more, combine *how)
{
    points out;

    clear(&out);
    for (int a = total->first; a <= total->last; a++)
        for (int b = more->first; b <= more->last && total->at[a]; b++)
            if (more->at[b]) put(&out, how(a, b));
    *total = out;
}

/* ---- Items that are made of others ---- */

static bool is_part(const an_score_form *form, an_index part, an_index of)
{
    return strcmp(form->item[part].part_of, form->item[of].id) == 0;
}

/* An item that is not given is the worst of its parts, where it has some and one of them is
 * given. */
static bool from_parts(const an_score_form *form, an_index item,
                       const an_score_answer *answer, points *out)
{
    bool given = false;

    put_one(out, 0);
    for (an_index k = 0; k < form->n_items; k++) {
        points part;

        if (!is_part(form, k, item)) continue;
        given |= answer[k].possible != 0;
        points_of(form, k, &answer[k], &part);
        join(out, &part, worst_of);
    }
    return given;
}

static void note_parts(const an_score_form *form, an_index item,
                       const an_score_answer *answer, bool missing, an_score_total *t)
{
    for (an_index k = 0; k < form->n_items; k++) {
        if (!is_part(form, k, item)) continue;
        t->flags |= answer[k].flags;
        if (missing && !answer[k].possible) t->missing |= (uint32_t)1 << k;
    }
}

static void item_points(const an_score_form *form, an_index i,
                        const an_score_answer *answer, points *p, an_score_total *t)
{
    const bool made = !answer[i].possible && from_parts(form, i, answer, p);
    bool missing;

    if (!made) points_of(form, i, &answer[i], p);
    missing = p->last > p->first;
    if (made)
        note_parts(form, i, answer, missing, t);
    else {
        t->flags |= answer[i].flags;
        if (missing || !answer[i].possible) t->missing |= (uint32_t)1 << i;
    }
}

/* ---- The total ---- */

/* Subscript of the group that a total lies in; -1: none. */
static int group_of(const an_score_form *form, double total)
{
    an_index n;
    const an_score_group *rows = an_score_groups(&n);

    for (an_index k = 0; k < n; k++)
        if (strcmp(rows[k].score, form->rule->id) == 0 && total >= rows[k].from &&
            total <= rows[k].to)
            return rows[k].number - 1;
    return -1;
}

/* One total that is possible; of a table of decisions its class. */
static void note_total(const an_score_form *form, double total, an_score_total *t)
{
    const int group = group_of(form, total);
    const double number = form->rule->kind == AN_SCORE_CLASS ? group + 1 : total;

    if (group >= 0)
        t->groups |= (uint32_t)1 << group;
    else if (form->n_groups > 0)
        t->flags |= AN_SCORE_OUTSIDE;
    if (form->rule->kind == AN_SCORE_CLASS && group < 0) return;
    if (isnan(t->lowest) || number < t->lowest) t->lowest = number;
    if (isnan(t->highest) || number > t->highest) t->highest = number;
}

static void conclude(const an_score_form *form, an_score_total *t)
{
    for (an_index i = 0; i < form->n_items; i++) t->n_missing += t->missing >> i & 1;
    t->complete = t->n_missing == 0;
    t->score = t->lowest == t->highest ? t->lowest : NAN;
    t->group = -1;
    for (int g = 0; g < (int)form->n_groups; g++)
        if (t->groups == (uint32_t)1 << g && !(t->flags & AN_SCORE_OUTSIDE)) t->group = g;
}

an_score_total an_score_total_of(const an_score_form *form, const an_score_answer *answer)
{
    an_score_total t = {.lowest = NAN, .highest = NAN};
    points total;

    put_one(&total, 0);
    for (an_index i = 0; i < form->n_items; i++) {
        points item;

        if (*form->item[i].part_of) continue;
        item_points(form, i, answer, &item, &t);
        join(&total, &item, sum_of);
    }
    for (int k = total.first; k <= total.last; k++)
        if (total.at[k]) note_total(form, value_of(k), &t);
    conclude(form, &t);
    return t;
}
