/*
 * State probabilities by the product of the matrices I + dA(t), and their influences: with
 * h the hazards at a time,
 *     p_k += p_j h_jk, p_j -= p_j h_jk,
 *     U_i likewise, and w_i p_j (moves_ijk - in_ij h_jk) / Y_j from j to k,
 * U_i the derivative of p by the logarithm of the weight of subject i.
 */
#include <anodyne/multistate.h>

#include "math/math.h"
#include "stat/cif.h"

an_multistate_options an_multistate_defaults(void)
{
    return (an_multistate_options){
        .conf_level = 0.95, .limits = AN_CIF_LOGLOG, .start = NAN, .tau = NAN};
}

typedef struct fitting {
    an_ctx *ctx;
    an_arena *mem, *work;
    const an_stays *stays;
    const an_multistate_options *options;
    an_index n_states, n_subjects, m;
    double start, tau;
    double *time;               /* [m] */
    an_index *first, *last;     /* [n] times at which a row is at risk: first..last - 1 */
    double *at_risk;            /* [m x states] */
    double *hazard;             /* [states x states] of one time */
    double *p, *old;            /* [states] */
    double *influence, *stayed; /* [subjects x states], row by row; integral of it */
} fitting;

static double entry_of(const an_stays *s, an_index i)
{
    return s->entry ? s->entry[i] : 0;
}

static double weight_of(const an_stays *s, an_index i)
{
    return s->weight ? s->weight[i] : 1;
}

static bool moves(const an_stays *s, an_index i)
{
    return s->to[i] >= 0 && s->to[i] != s->from[i];
}

static an_index subject_of(const an_stays *s, an_index i)
{
    return s->subject.code ? s->subject.code[i] : i;
}

/* ---- Input ---- */

static an_status bad_row(an_ctx *ctx, an_index i, const char *what)
{
    return an_fail(ctx, AN_ERR_DATA, "row %lld: %s", (long long)i + 1, what);
}

static an_status check_row(an_ctx *ctx, const an_stays *s, an_index i)
{
    const double w = weight_of(s, i);

    if (!isfinite(s->time[i]) || !isfinite(entry_of(s, i)) ||
        entry_of(s, i) >= s->time[i])
        return bad_row(ctx, i, "its stay has no length");
    if (s->from[i] < 0 || s->from[i] >= s->n_states || s->to[i] < -1 ||
        s->to[i] >= s->n_states)
        return bad_row(ctx, i, "its state is not one of the states");
    if (!(w > 0 && isfinite(w))) return bad_row(ctx, i, "its weight is not positive");
    if (s->subject.code &&
        (s->subject.code[i] < 0 || s->subject.code[i] >= s->subject.n_levels))
        return bad_row(ctx, i, "its subject is not a level");
    return AN_OK;
}

static an_status check(an_ctx *ctx, const an_stays *s, const an_multistate_options *o)
{
    an_status st = AN_OK;

    if (!(o->conf_level >= 0.5 && o->conf_level <= 0.9999) || isinf(o->start) ||
        isinf(o->tau))
        return an_fail(ctx, AN_ERR_ARGUMENT,
                       "conf_level must lie in 0.5..0.9999, start and tau be finite");
    if (s->n == 0 || s->n_states < 2)
        return an_fail(ctx, AN_ERR_DATA, "there is no row, or fewer than two states");
    for (an_index i = 0; i < s->n; i++) AN_TRY(check_row(ctx, s, i));
done:
    return st;
}

/* ---- Times ---- */

/* Distinct times of moves after start, and the last time of all. */
static an_status find_times(fitting *f)
{
    an_status st = AN_OK;
    an_ctx *const ctx = f->ctx;
    const an_stays *s = f->stays;
    double *all, last = -INFINITY;
    int64_t *order;
    an_index n = 0;

    AN_ALLOC(all, f->work, s->n + 1);
    AN_ALLOC(order, f->work, s->n + 1);
    AN_ALLOC(f->time, f->mem, s->n + 1);
    for (an_index i = 0; i < s->n; i++) {
        last = fmax(last, s->time[i]);
        if (moves(s, i) && s->time[i] > f->start) all[n++] = s->time[i];
    }
    if (last > f->start) all[n++] = last;
    AN_TRY(an_order_double(ctx, n, all, order));
    for (an_index k = 0; k < n; k++)
        if (f->m == 0 || all[order[k]] != f->time[f->m - 1])
            f->time[f->m++] = all[order[k]];
done:
    return st;
}

static an_status count_risk(fitting *f)
{
    an_status st = AN_OK;
    an_ctx *const ctx = f->ctx;
    const an_stays *s = f->stays;

    AN_ALLOC(f->first, f->work, s->n);
    AN_ALLOC(f->last, f->work, s->n);
    AN_ALLOC(f->at_risk, f->mem, f->m * f->n_states);
    for (an_index i = 0; i < s->n; i++) {
        f->first[i] = an_count_up_to(f->m, f->time, entry_of(s, i));
        f->last[i] = an_count_up_to(f->m, f->time, s->time[i]);
        for (an_index k = f->first[i]; k < f->last[i]; k++)
            f->at_risk[k + s->from[i] * f->m] += weight_of(s, i);
    }
done:
    return st;
}

/* ---- Start ---- */

static bool at_start(const fitting *f, an_index i)
{
    return entry_of(f->stays, i) <= f->start && f->stays->time[i] > f->start;
}

static an_status set_start(fitting *f)
{
    const an_stays *s = f->stays;
    double total = 0;

    for (an_index i = 0; i < s->n; i++)
        if (at_start(f, i)) {
            total += weight_of(s, i);
            f->p[s->from[i]] += weight_of(s, i);
        }
    if (total == 0)
        return an_fail(f->ctx, AN_ERR_DATA,
                       "nobody is under observation just after the start");
    for (an_index j = 0; j < f->n_states; j++) f->p[j] /= total;
    for (an_index i = 0; i < s->n; i++) {
        double *u = f->influence + subject_of(s, i) * f->n_states;

        if (!at_start(f, i)) continue;
        for (an_index j = 0; j < f->n_states; j++)
            u[j] += weight_of(s, i) * ((s->from[i] == j) - f->p[j]) / total;
    }
    return AN_OK;
}

/* ---- One time ---- */

static void read_hazards(fitting *f, an_index k, const int64_t *row, an_index n)
{
    const an_index q = f->n_states;

    memset(f->hazard, 0, (size_t)(q * q) * sizeof(double));
    for (an_index j = 0; j < n; j++) {
        const an_index i = row[j];

        f->hazard[f->stays->from[i] + f->stays->to[i] * q] +=
            weight_of(f->stays, i) / f->at_risk[k + f->stays->from[i] * f->m];
    }
}

/* x <- x (I + dA). */
static void step(const fitting *f, double *x)
{
    const an_index q = f->n_states;

    memcpy(f->old, x, (size_t)q * sizeof *x);
    for (an_index to = 0; to < q; to++)
        for (an_index from = 0; from < q; from++) {
            const double moved = f->old[from] * f->hazard[from + to * q];

            if (moved == 0) continue;
            x[to] += moved;
            x[from] -= moved;
        }
}

/* What row i itself changes at time k, p being the probabilities just before. */
static void own_influence(fitting *f, an_index k, an_index i)
{
    const an_stays *s = f->stays;
    const an_index q = f->n_states, j = s->from[i];
    const bool moved = moves(s, i) && s->time[i] == f->time[k];
    const double each = weight_of(s, i) * f->p[j] / f->at_risk[k + j * f->m];
    double *u = f->influence + subject_of(s, i) * q;

    for (an_index to = 0; to < q; to++) {
        const double d = each * ((moved && s->to[i] == to) - f->hazard[j + to * q]);

        u[to] += d;
        u[j] -= d;
    }
}

static void move_all(fitting *f, an_index k)
{
    for (an_index g = 0; g < f->n_subjects; g++) step(f, f->influence + g * f->n_states);
    for (an_index i = 0; i < f->stays->n; i++)
        if (f->first[i] <= k && k < f->last[i]) own_influence(f, k, i);
    step(f, f->p);
}

/* ---- Expected time ---- */

static void integrate(fitting *f, double from, double to, double *sojourn)
{
    const double length = fmin(to, f->tau) - fmin(from, f->tau);

    if (!(length > 0)) return;
    for (an_index j = 0; j < f->n_states; j++) sojourn[j] += length * f->p[j];
    for (an_index c = 0; c < f->n_subjects * f->n_states; c++)
        f->stayed[c] += length * f->influence[c];
}

static void sum_squares(const fitting *f, const double *u, an_index stride, double *out)
{
    for (an_index j = 0; j < f->n_states; j++) {
        double sum = 0;

        for (an_index g = 0; g < f->n_subjects; g++)
            sum += u[g * f->n_states + j] * u[g * f->n_states + j];
        out[j * stride] = sqrt(sum);
    }
}

/* ---- All times ---- */

typedef struct results {
    double *prob, *se, *lower, *upper, *cumhaz, *moves, *initial, *sojourn, *sojourn_se;
} results;

static an_status new_results(fitting *f, results *r)
{
    an_status st = AN_OK;
    an_ctx *const ctx = f->ctx;
    const an_index q = f->n_states, m = f->m;

    AN_ALLOC(r->prob, f->mem, m * q);
    AN_ALLOC(r->se, f->mem, m * q);
    AN_ALLOC(r->lower, f->mem, m * q);
    AN_ALLOC(r->upper, f->mem, m * q);
    AN_ALLOC(r->cumhaz, f->mem, m * q * q);
    AN_ALLOC(r->moves, f->mem, q * q);
    AN_ALLOC(r->initial, f->mem, q);
    AN_ALLOC(r->sojourn, f->mem, q);
    AN_ALLOC(r->sojourn_se, f->mem, q);
    AN_ALLOC(f->hazard, f->work, q * q);
    AN_ALLOC(f->p, f->work, q);
    AN_ALLOC(f->old, f->work, q);
    AN_ALLOC(f->influence, f->work, f->n_subjects * q);
    AN_ALLOC(f->stayed, f->work, f->n_subjects * q);
done:
    return st;
}

static void put_time(const fitting *f, an_index k, results *r)
{
    const an_index q = f->n_states;

    for (an_index j = 0; j < q; j++) r->prob[k + j * f->m] = fmax(0, f->p[j]);
    sum_squares(f, f->influence, f->m, r->se + k);
    for (an_index c = 0; c < q * q; c++)
        r->cumhaz[k + c * f->m] =
            (k > 0 ? r->cumhaz[k - 1 + c * f->m] : 0) + f->hazard[c];
}

/* Rows that move, by time: order[at..] of those at one time. */
static an_status order_moves(fitting *f, int64_t **row, an_index **begin, results *r)
{
    an_status st = AN_OK;
    an_ctx *const ctx = f->ctx;
    const an_stays *s = f->stays;
    an_index *count;

    AN_ALLOC(*row, f->work, s->n);
    AN_ALLOC(*begin, f->work, f->m + 2);
    count = *begin;
    for (an_index i = 0; i < s->n; i++)
        if (moves(s, i) && s->time[i] > f->start) {
            count[f->last[i] + 1]++; /* its time has subscript last - 1 */
            r->moves[s->from[i] + s->to[i] * f->n_states]++;
        }
    for (an_index k = 0; k <= f->m; k++) count[k + 1] += count[k];
    for (an_index i = 0; i < s->n; i++)
        if (moves(s, i) && s->time[i] > f->start) (*row)[count[f->last[i]]++] = i;
done:
    return st;
}

static an_status walk(fitting *f, results *r)
{
    an_status st = AN_OK;
    int64_t *row;
    an_index *begin, from = 0;
    double before = f->start;

    AN_TRY(order_moves(f, &row, &begin, r));
    AN_TRY(set_start(f));
    memcpy(r->initial, f->p, (size_t)f->n_states * sizeof(double));
    for (an_index k = 0; k < f->m; k++) {
        AN_TRY(an_poll(f->ctx));
        an_progress(f->ctx, (double)k / (double)f->m, "multistate: times");
        integrate(f, before, f->time[k], r->sojourn);
        before = f->time[k];
        read_hazards(f, k, row + from, begin[k + 1] - from);
        if (begin[k + 1] > from) move_all(f, k);
        from = begin[k + 1];
        put_time(f, k, r);
    }
    sum_squares(f, f->stayed, 1, r->sojourn_se);
    for (an_index j = 0; j < f->n_states && !(f->tau <= before); j++)
        r->sojourn[j] = r->sojourn_se[j] = NAN;
done:
    return st;
}

/* ---- The operation ---- */

static void publish(const fitting *f, const results *r, an_multistate *out)
{
    *out = (an_multistate){.n = f->stays->n,
                           .n_subjects = f->n_subjects,
                           .n_states = f->n_states,
                           .n_times = f->m,
                           .time = f->time,
                           .initial = r->initial,
                           .prob = r->prob,
                           .se = r->se,
                           .lower = r->lower,
                           .upper = r->upper,
                           .at_risk = f->at_risk,
                           .cumhaz = r->cumhaz,
                           .moves = r->moves,
                           .sojourn = r->sojourn,
                           .sojourn_se = r->sojourn_se,
                           .start = f->start,
                           .tau = f->tau,
                           .mem = f->mem};
}

static double earliest_entry(const an_stays *s)
{
    double first = INFINITY;

    for (an_index i = 0; i < s->n; i++) first = fmin(first, entry_of(s, i));
    return first;
}

an_status an_multistate_fit(an_ctx *ctx, const an_stays *stays,
                            const an_multistate_options *options, an_multistate **out)
{
    an_status st = AN_OK;
    const an_multistate_options o = options ? *options : an_multistate_defaults();
    fitting f = {.ctx = ctx,
                 .stays = stays,
                 .options = &o,
                 .n_states = stays->n_states,
                 .n_subjects = stays->subject.code ? stays->subject.n_levels : stays->n,
                 .tau = o.tau,
                 .mem = an_arena_new(ctx),
                 .work = an_arena_new(ctx)};
    results r = {0};
    an_multistate *fit;

    if (!f.mem || !f.work) {
        st = AN_ERR_MEMORY;
        goto done;
    }
    AN_TRY(check(ctx, stays, &o));
    f.start = isnan(o.start) ? earliest_entry(stays) : o.start;
    AN_TRY(find_times(&f));
    AN_TRY(count_risk(&f));
    AN_TRY(new_results(&f, &r));
    AN_ALLOC(fit, f.mem, 1);
    AN_TRY(walk(&f, &r));
    an_cif_set_limits(f.m * f.n_states, r.prob, r.se,
                      an_normal_quantile(0.5 + o.conf_level / 2), o.limits, r.lower,
                      r.upper);
    publish(&f, &r, fit);
    *out = fit;
    f.mem = NULL;
done:
    an_arena_free(f.work);
    an_arena_free(f.mem);
    return st;
}

void an_multistate_free(an_multistate *fit)
{
    if (fit) an_arena_free(fit->mem);
}

an_index an_multistate_step(const an_multistate *fit, double t)
{
    return an_count_up_to(fit->n_times, fit->time, t) - 1;
}
