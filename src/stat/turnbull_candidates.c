/* Where mass can lie: intervals between the ends of what is known, and the range of them in
 * which each row has its event. */
#include "stat/turnbull.h"

/* ---- Ends of what is known ---- */

/* At one time exact ones come first, then ends, then starts: (left, right]. */
typedef enum end_kind { END_EXACT, END_RIGHT, END_LEFT } end_kind;

typedef struct end {
    double time;
    end_kind kind;
} end;

typedef struct ends {
    an_index n;
    end *end;
    int64_t *order, *work;
} ends;

static int compare_ends(const void *self, int64_t a, int64_t b)
{
    const end *x = (const end *)self + a, *y = (const end *)self + b;

    if (x->time != y->time) return x->time < y->time ? -1 : 1;
    return (x->kind > y->kind) - (x->kind < y->kind);
}

/* ---- Rows ---- */

/* An exact time is its right end: R's rule makes left-censored ones exact. */
static double left_of(const an_turnbull_group *g, an_index i)
{
    if (g->known[i] == AN_KNOWN_EXACT) return g->time->right[g->row[i]];
    return g->known[i] == AN_KNOWN_LEFT ? -INFINITY : g->time->left[g->row[i]];
}

static double right_of(const an_turnbull_group *g, an_index i)
{
    return g->known[i] == AN_KNOWN_RIGHT ? INFINITY : g->time->right[g->row[i]];
}

static void add_end(ends *e, double time, end_kind kind)
{
    e->end[e->n++] = (end){time, kind};
}

static void collect_ends(const an_turnbull_group *g, ends *e)
{
    e->n = 0;
    for (an_index i = 0; i < g->n; i++) {
        if (g->known[i] == AN_KNOWN_EXACT) {
            add_end(e, left_of(g, i), END_EXACT);
            continue;
        }
        if (g->known[i] != AN_KNOWN_LEFT) add_end(e, left_of(g, i), END_LEFT);
        if (g->known[i] != AN_KNOWN_RIGHT) add_end(e, right_of(g, i), END_RIGHT);
    }
    for (an_index k = 0; k < e->n; k++) e->order[k] = k;
    an_order_by(e->n, e->order, e->work, compare_ends, e->end);
}

static const end *end_at(const ends *e, an_index k)
{
    return &e->end[e->order[k]];
}

static void add_candidate(an_turnbull_group *g, double left, double right)
{
    if (g->m > 0 && left == right && g->left[g->m - 1] == left &&
        g->right[g->m - 1] == right)
        return; /* an exact time again */
    g->left[g->m] = left;
    g->right[g->m++] = right;
}

/* Mass can lie at exact times, and between a start and an end that follows it at once;
 * before the first end, and after the last start. R also looks between an exact time and
 * an end that follows it, where no mass is left in the end. */
static void find_candidates(an_turnbull_group *g, const ends *e)
{
    const bool as_r = g->options->rule == AN_TURNBULL_R;

    g->m = 0;
    for (an_index k = 0; k < e->n; k++) {
        const end *at = end_at(e, k), *before = k > 0 ? end_at(e, k - 1) : NULL;

        if (at->kind == END_EXACT)
            add_candidate(g, at->time, at->time);
        else if (at->kind == END_RIGHT && !before)
            add_candidate(g, -INFINITY, at->time);
        else if (at->kind == END_RIGHT &&
                 (before->kind == END_LEFT || (as_r && before->kind == END_EXACT)))
            add_candidate(g, before->time, at->time);
    }
    if (e->n > 0 && end_at(e, e->n - 1)->kind == END_LEFT)
        add_candidate(g, end_at(e, e->n - 1)->time, INFINITY);
}

/* R: left-censored times before every possible one are taken as exact. */
static bool fix_early(an_turnbull_group *g)
{
    double first = INFINITY;
    bool fixed = false;

    for (an_index k = 0; k < g->m; k++)
        if (isfinite(g->left[k])) first = fmin(first, g->left[k] / 2 + g->right[k] / 2);
    for (an_index i = 0; i < g->n; i++)
        if (g->known[i] == AN_KNOWN_LEFT && right_of(g, i) < first) {
            g->known[i] = AN_KNOWN_EXACT;
            fixed = true;
        }
    return fixed;
}

/* First candidate that is not before the row's own interval. */
static an_index first_candidate(const an_turnbull_group *g, double left, bool exact)
{
    an_index low = 0, high = g->m;

    while (low < high) {
        const an_index k = low + (high - low) / 2;
        const bool inside =
            g->left[k] == g->right[k] && !exact ? g->left[k] > left : g->left[k] >= left;

        if (inside)
            high = k;
        else
            low = k + 1;
    }
    return low;
}

static void find_ranges(an_turnbull_group *g)
{
    for (an_index i = 0; i < g->n; i++) {
        const bool exact = g->known[i] == AN_KNOWN_EXACT;

        g->first[i] = first_candidate(g, left_of(g, i), exact);
        /* the last candidate whose right end is not after the row's */
        g->last[i] = an_count_up_to(g->m, g->right, right_of(g, i)) - 1;
        g->weight[i] = g->time->weight ? g->time->weight[g->row[i]] : 1;
        assert(g->first[i] <= g->last[i]);
    }
}

/* ---- The operation ---- */

static an_status group_arrays(an_turnbull_group *g, ends *e)
{
    an_status st = AN_OK;
    an_ctx *const ctx = g->ctx;
    const an_index most = 2 * g->n + 1;

    AN_ALLOC(e->end, g->work, most);
    AN_ALLOC(e->order, g->work, most);
    AN_ALLOC(e->work, g->work, most);
    AN_ALLOC(g->left, g->work, most);
    AN_ALLOC(g->right, g->work, most);
    AN_ALLOC(g->mass, g->work, most);
    AN_ALLOC(g->first, g->work, g->n);
    AN_ALLOC(g->last, g->work, g->n);
    AN_ALLOC(g->weight, g->work, g->n);
done:
    return st;
}

an_status an_turnbull_candidates(an_turnbull_group *g)
{
    an_status st = AN_OK;
    ends e = {0};

    AN_TRY(group_arrays(g, &e));
    collect_ends(g, &e);
    find_candidates(g, &e);
    if (g->options->rule == AN_TURNBULL_R && fix_early(g)) {
        collect_ends(g, &e);
        find_candidates(g, &e);
    }
    find_ranges(g);
done:
    return st;
}
