/*
 * Infinitesimal jackknife of the Aalen-Johansen probabilities: the derivative of every
 * probability with respect to the weight of one row, summed within clusters, squared.
 * With S before a time, hazards h_c and h = sum of h_c, a row at risk adds
 *
 *     dS / S  = A,  A += h / (Y - d) - [event here] / (Y - d)
 *     dF_c   += S (A h_c + ([event of c here] - h_c) / Y)
 *
 * and after its exit keeps A. Valid with any weights and any dependence within clusters.
 *
 * Linear time. Let F, A be the sums over a cluster and W its weight at risk. A time does the
 * same to all clusters, F += along A + fall W and A += rise W, so that the sums over clusters
 * of F^2, F A, F W, A^2, A W and W^2 follow without a look at them. A cluster is looked at
 * when a row of it comes or goes; sums of along, rise and fall tell what it has missed.
 */
#include "stat/cif.h"

#include "stat/event_table.h"

/* One cluster as it was when along, rise and fall of all times were these. */
typedef struct influence {
    double f, a, w;
    double along, rise, fall;
    bool listed;
    struct influence *next;
} influence;

typedef struct sums {
    double ff, fa, fw, aa, aw, ww;
    double most_ff, most_aa, most_ww; /* largest since all were looked at */
    double along, rise;               /* of all times so far */
    double fall;                      /* and of along times the rise before it */
    influence *clusters;
} sums;

/* What one time does to every cluster, and to those who leave at it. */
typedef struct step {
    double along, rise, fall;
    double event, own; /* A of any event, F of one of the cause */
} step;

/* Sums below this share of what they were have lost too many digits: all clusters are looked
 * at again. */
static const double CANCELLED = 1e-4;

static void remember(sums *s)
{
    s->most_ff = fmax(s->most_ff, s->ff);
    s->most_aa = fmax(s->most_aa, s->aa);
    s->most_ww = fmax(s->most_ww, s->ww);
}

static void step_all(sums *s, const step *t)
{
    const double x = t->along, y = t->fall, z = t->rise;

    s->ff +=
        2 * (x * s->fa + y * s->fw) + x * x * s->aa + 2 * x * y * s->aw + y * y * s->ww;
    s->fa += z * s->fw + x * s->aa + (x * z + y) * s->aw + y * z * s->ww;
    s->fw += x * s->aw + y * s->ww;
    s->aa += z * (2 * s->aw + z * s->ww);
    s->aw += z * s->ww;
    s->fall += y + x * s->rise;
    s->along += x;
    s->rise += z;
    remember(s);
}

static void move_to_now(const sums *s, influence *one)
{
    const double along = s->along - one->along;

    one->f += one->a * along + one->w * (s->fall - one->fall - one->rise * along);
    one->a += one->w * (s->rise - one->rise);
    one->along = s->along;
    one->rise = s->rise;
    one->fall = s->fall;
}

static void change(sums *s, influence *one, double f, double a, double w)
{
    move_to_now(s, one);

    const influence old = *one;

    one->f += f;
    one->a += a;
    one->w += w;
    s->ff += f * (old.f + one->f);
    s->aa += a * (old.a + one->a);
    s->ww += w * (old.w + one->w);
    s->fa += one->f * one->a - old.f * old.a;
    s->fw += one->f * one->w - old.f * old.w;
    s->aw += one->a * one->w - old.a * old.w;
    remember(s);
}

static void sum_again_if_cancelled(sums *s)
{
    if (s->ff >= CANCELLED * s->most_ff && s->aa >= CANCELLED * s->most_aa &&
        s->ww >= CANCELLED * s->most_ww)
        return;
    s->ff = s->fa = s->fw = s->aa = s->aw = s->ww = 0;
    for (influence *one = s->clusters; one; one = one->next) {
        move_to_now(s, one);
        s->ff += one->f * one->f;
        s->fa += one->f * one->a;
        s->fw += one->f * one->w;
        s->aa += one->a * one->a;
        s->aw += one->a * one->w;
        s->ww += one->w * one->w;
    }
    s->most_ff = s->ff;
    s->most_aa = s->aa;
    s->most_ww = s->ww;
}

/* ---- A sweep over the times for one cause ---- */

typedef struct sweep {
    const an_surv *surv;
    const int32_t *code; /* cluster of each row of surv; NULL: each row alone */
    an_index n;
    const int64_t *rows; /* [n] by time */
    const int64_t
        *by_entry; /* [n] positions in rows; NULL: all are there from the start */
    const an_cif_counts *c;
    const double *prob;
    influence *state;
} sweep;

static influence *of_row(const sweep *t, an_index at)
{
    return t->state + (t->code ? t->code[t->rows[at]] : at);
}

static void begin(const sweep *t, sums *s)
{
    *s = (sums){0};
    for (an_index i = 0; i < t->n; i++) *of_row(t, i) = (influence){0};
    for (an_index i = 0; i < t->n; i++) {
        influence *one = of_row(t, i);

        if (!one->listed) {
            one->listed = true;
            one->next = s->clusters;
            s->clusters = one;
        }
        if (!t->by_entry) change(s, one, 0, 0, an_row_weight(t->surv, t->rows[i]));
    }
}

static step step_at(const sweep *t, an_index cause, an_index k)
{
    const double y = t->c->at_risk[k], d = t->c->any[k], left = y - d;
    const double s = k > 0 ? t->prob[k - 1] : 1;
    step out = {0};

    if (!(d > 0)) return out;
    out.own = s / y;
    out.along = s * t->c->event[k + cause * t->c->n_times] / y;
    out.fall = -out.along / y;
    if (left > 0) {
        out.rise = d / y / left;
        out.event = -1 / left;
    }
    return out;
}

/* squares[k], and free_squares[k] of the state without an event unless it is NULL. */
static void sweep_times(const sweep *t, an_index cause, double *squares,
                        double *free_squares)
{
    const an_surv *surv = t->surv;
    an_index in = 0, out = 0;
    sums s;

    begin(t, &s);
    for (an_index k = 0; k < t->c->n_times; k++) {
        const double time = t->c->time[k];
        const step now = step_at(t, cause, k);

        for (; t->by_entry && in < t->n; in++) {
            const int64_t row = t->rows[t->by_entry[in]];

            if (!(surv->entry[row] < time)) break;
            change(&s, of_row(t, t->by_entry[in]), 0, 0, an_row_weight(surv, row));
        }
        if (t->c->any[k] > 0) sum_again_if_cancelled(&s);
        step_all(&s, &now);
        for (; out < t->n && surv->time[t->rows[out]] == time; out++) {
            const int32_t event = surv->event[t->rows[out]];
            const double w = an_row_weight(surv, t->rows[out]);

            change(&s, of_row(t, out), event == cause + 1 ? w * now.own : 0,
                   event ? w * now.event : 0, -w);
        }
        /* Without an event the digits stay, so that a limit does not move. */
        if (t->c->any[k] > 0) sum_again_if_cancelled(&s);
        squares[k] = s.ff;
        if (free_squares) free_squares[k] = t->prob[k] * t->prob[k] * s.aa;
    }
}

static an_status order_entries(an_ctx *ctx, an_arena *mem, sweep *t)
{
    an_status st = AN_OK;
    double *entry;
    int64_t *order;

    AN_SPACE(entry, mem, t->n);
    AN_SPACE(order, mem, t->n);
    for (an_index i = 0; i < t->n; i++) entry[i] = t->surv->entry[t->rows[i]];
    AN_TRY(an_order_double(ctx, t->n, entry, order));
    t->by_entry = order;
done:
    return st;
}

an_status an_cif_jackknife(an_ctx *ctx, const an_surv *surv, const an_grouping *cluster,
                           an_index n, const int64_t *rows, const an_cif_counts *c,
                           const double *prob, double *variance)
{
    an_status st = AN_OK;
    const bool clustered = cluster && cluster->code;
    sweep t = {.surv = surv,
               .code = clustered ? cluster->code : NULL,
               .n = n,
               .rows = rows,
               .c = c,
               .prob = prob};
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return an_fail_memory(ctx);
    AN_SPACE(t.state, mem, clustered ? cluster->n_levels : n);
    if (surv->entry) AN_TRY(order_entries(ctx, mem, &t));
    for (an_index cause = 0; cause < c->n_causes; cause++)
        sweep_times(&t, cause, variance + (cause + 1) * c->n_times,
                    cause == 0 ? variance : NULL);
done:
    an_arena_free(mem);
    return st;
}
