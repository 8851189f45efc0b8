/*
 * Ghosh and Lin's mean and its infinitesimal jackknife in linear time. With S before a
 * time, y at risk, r events and d deaths there, a person of weight w at risk moves by
 *
 *     d += g a + h w,  g = S r / y,  h = -S r / y^2     and S / y for an event of its own,
 *     a += k w,        k = d / (y (y - d))              less 1 / (y - d) for its own death.
 *
 * The step is the same for all persons, so that the six sums over persons of products of
 * (d, a, w) follow it without a look at the persons; a person is looked at when a row of
 * it comes or goes. From running sums G of g, K of k, and P of g K + h it then becomes
 *
 *     d += a (G - G0) + w (P - P0 - K0 (G - G0)),  a += w (K - K0).
 */
#include "stat/mcf.h"

void an_mcf_means(const an_mcf_counts *c, double *alive, double *mean)
{
    double s = 1, m = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        const double y = c->at_risk[k];

        if (c->event[k] > 0) m += s * (c->event[k] / y);
        if (c->death[k] > 0) s = c->all[k] ? 0 : s * ((y - c->death[k]) / y);
        mean[k] = m;
        alive[k] = s;
    }
}

/* Once a sum is far below what it has been its digits are gone, and all persons are
 * looked at. */
static const double CANCELLED = 1e-4;

typedef struct sums {
    double g, k, p;                /* running sums of steps */
    double dd, da, dw, aa, aw, ww; /* over persons */
    double most_dd, most_aa, most_ww;
    an_mcf_person *persons;
} sums;

typedef struct step {
    double g, h, k;
    double event, death; /* of a row's own event, and death, per weight */
} step;

static void remember(sums *s)
{
    s->most_dd = fmax(s->most_dd, s->dd);
    s->most_aa = fmax(s->most_aa, s->aa);
    s->most_ww = fmax(s->most_ww, s->ww);
}

static void step_all(sums *s, const step *t)
{
    const double d_a = t->g * s->aa + t->h * s->aw, d_w = t->g * s->aw + t->h * s->ww;

    s->dd += 2 * (t->g * s->da + t->h * s->dw) + t->g * d_a + t->h * d_w;
    s->dw += d_w;
    s->da += d_a + t->k * s->dw;
    s->aa += t->k * (2 * s->aw + t->k * s->ww);
    s->aw += t->k * s->ww;
    s->p += t->g * s->k + t->h;
    s->g += t->g;
    s->k += t->k;
    remember(s);
}

static void move_to(an_mcf_person *one, const sums *s)
{
    const double g = s->g - one->g;

    one->d += one->a * g + one->w * (s->p - one->p - one->k * g);
    one->a += one->w * (s->k - one->k);
    one->g = s->g;
    one->k = s->k;
    one->p = s->p;
}

/* Adds (or with sign -1 takes away) what one person has in the sums. */
static void count_in(sums *s, const an_mcf_person *one, double sign)
{
    s->dd += sign * one->d * one->d;
    s->da += sign * one->d * one->a;
    s->dw += sign * one->d * one->w;
    s->aa += sign * one->a * one->a;
    s->aw += sign * one->a * one->w;
    s->ww += sign * one->w * one->w;
}

static void change(sums *s, an_mcf_person *one, double d, double a, double w)
{
    move_to(one, s);
    count_in(s, one, -1);
    one->d += d;
    one->a += a;
    one->w += w;
    count_in(s, one, 1);
    remember(s);
}

static void sum_again_if_cancelled(sums *s)
{
    if (s->dd >= CANCELLED * s->most_dd && s->aa >= CANCELLED * s->most_aa &&
        s->ww >= CANCELLED * s->most_ww)
        return;
    s->dd = s->da = s->dw = s->aa = s->aw = s->ww = 0;
    for (an_mcf_person *one = s->persons; one; one = one->next) {
        move_to(one, s);
        count_in(s, one, 1);
    }
    s->most_dd = s->dd;
    s->most_aa = s->aa;
    s->most_ww = s->ww;
}

static an_mcf_person *of_row(const an_mcf_rows *rows, an_mcf_person *state, int64_t row)
{
    return state + (rows->person ? rows->person[row] : row);
}

static void begin(const an_mcf_rows *rows, sums *s, an_mcf_person *state)
{
    for (an_index i = 0; i < rows->n; i++)
        *of_row(rows, state, rows->by_time[i]) = (an_mcf_person){0};
    for (an_index i = 0; i < rows->n; i++) {
        const int64_t row = rows->by_time[i];
        an_mcf_person *one = of_row(rows, state, row);

        if (!one->listed) {
            one->listed = true;
            one->next = s->persons;
            s->persons = one;
        }
        if (!rows->by_entry) change(s, one, 0, 0, an_row_weight(rows->surv, row));
    }
}

static step step_at(const an_mcf_counts *c, an_index k, double s)
{
    const double y = c->at_risk[k], r = c->event[k], d = c->death[k];
    step t = {0};

    if (r > 0) t = (step){.g = s * (r / y), .h = -s * (r / y) / y, .event = s / y};
    if (d > 0 && !c->all[k]) {
        t.k = d / (y * (y - d));
        t.death = -1 / (y - d);
    }
    return t;
}

/* Rows that enter or end before a time; where one ends there, the next piece begins. */
static void pass_until(const an_mcf_rows *rows, double time, an_mcf_person *state,
                       an_index *in, an_index *out, sums *s)
{
    const an_surv *const surv = rows->surv;

    for (; rows->by_entry && *in < rows->n; ++*in) {
        const int64_t row = rows->by_entry[*in];

        if (!(surv->entry[row] < time)) break;
        change(s, of_row(rows, state, row), 0, 0, an_row_weight(surv, row));
    }
    for (; *out < rows->n && surv->time[rows->by_time[*out]] < time; ++*out) {
        const int64_t row = rows->by_time[*out];

        change(s, of_row(rows, state, row), 0, 0, -an_row_weight(surv, row));
    }
}

void an_mcf_variances(const an_mcf_rows *rows, const an_mcf_counts *c,
                      const double *alive, an_mcf_person *state, double *variance)
{
    const an_surv *const surv = rows->surv;
    sums s = {0};
    an_index in = 0, out = 0;

    begin(rows, &s, state);
    for (an_index k = 0; k < c->n_times; k++) {
        const step t = step_at(c, k, k > 0 ? alive[k - 1] : 1);

        pass_until(rows, c->time[k], state, &in, &out, &s);
        sum_again_if_cancelled(&s);
        step_all(&s, &t);
        for (; out < rows->n && surv->time[rows->by_time[out]] == c->time[k]; out++) {
            const int64_t row = rows->by_time[out];
            const double w = an_row_weight(surv, row);
            const int32_t e = surv->event[row];

            change(&s, of_row(rows, state, row), e == AN_MCF_EVENT ? w * t.event : 0,
                   e == AN_MCF_DEATH ? w * t.death : 0, -w);
        }
        sum_again_if_cancelled(&s);
        variance[k] = s.dd;
    }
}
