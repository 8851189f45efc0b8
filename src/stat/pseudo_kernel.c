/* The jackknife of probabilities and mean times in linear time. docs/methods/pseudo.md
 * derives it. */
#include "stat/pseudo.h"

void an_pseudo_weights(const an_cif_counts *c, double t, bool mean, double *a)
{
    for (an_index k = 0; k < c->n_times; k++) {
        a[k] = 0;
        if (c->time[k] <= t) a[k] = mean ? t - c->time[k] : 1;
    }
}

/* The last of the risk set leave by the event. */
static bool empties(double y, double d)
{
    return !(y - d > 0x1p-40 * y);
}

static double stay(double y, double d)
{
    return empties(y, d) ? 0 : (y - d) / y;
}

double an_pseudo_estimate(const an_cif_counts *c, const double *a, an_index cause)
{
    const double *const event = c->event + cause * c->n_times;
    double s = 1, sum = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        if (!(c->any[k] > 0)) continue;
        sum += a[k] * s * event[k] / c->at_risk[k];
        s *= stay(c->at_risk[k], c->any[k]);
    }
    return sum;
}

/* ---- Infinitesimal ---- */

/* Running sums up to, not including, each time: of d / (Y (Y - d)), the derivative of log S
 * by a row at risk; of the jumps of F; of jumps times the first; of jumps over Y. */
typedef struct sums {
    double *log_surv, *jump, *jump_log_surv, *jump_over_y;
} sums;

static void add_up(const an_cif_counts *c, const double *a, an_index cause, sums *s)
{
    const double *const event = c->event + cause * c->n_times;
    double surv = 1;

    s->log_surv[0] = s->jump[0] = s->jump_log_surv[0] = s->jump_over_y[0] = 0;
    for (an_index k = 0; k < c->n_times; k++) {
        const double y = c->at_risk[k], d = c->any[k];
        const double jump = d > 0 ? a[k] * surv * event[k] / y : 0;

        s->jump[k + 1] = s->jump[k] + jump;
        s->jump_log_surv[k + 1] = s->jump_log_surv[k] + jump * s->log_surv[k];
        s->jump_over_y[k + 1] = s->jump_over_y[k] + (jump > 0 ? jump / y : 0);
        s->log_surv[k + 1] = s->log_surv[k];
        if (!(d > 0)) continue;
        if (!empties(y, d)) s->log_surv[k + 1] += d / (y * (y - d));
        surv *= stay(y, d);
    }
}

/* While at risk, log S before u moves by the sum since entry; after the own time it stays
 * where that left it, less 1 / (Y - d) for an own event. */
static double influence_of(const an_cif_counts *c, const sums *s, const an_at_risk *row)
{
    const an_index in = row->in, next = row->out + 1;
    const double y = c->at_risk[row->out], d = c->any[row->out];
    double after = s->log_surv[next] - s->log_surv[in];

    if (row->cause && !empties(y, d)) after -= 1 / (y - d);
    return s->jump_log_surv[next] - s->jump_log_surv[in] -
           s->log_surv[in] * (s->jump[next] - s->jump[in]) +
           after * (s->jump[c->n_times] - s->jump[next]) -
           (s->jump_over_y[next] - s->jump_over_y[in]);
}

void an_pseudo_influence(const an_cif_counts *c, const double *a, an_index cause,
                         double sign, an_index n, const an_at_risk *row, double *work,
                         double *influence)
{
    const an_index m = c->n_times + 1;
    const double *const event = c->event + cause * c->n_times;
    sums s = {work, work + m, work + 2 * m, work + 3 * m};

    add_up(c, a, cause, &s);
    for (an_index i = 0; i < n; i++) {
        const an_index k = row[i].out;

        influence[i] += sign * influence_of(c, &s, &row[i]);
        /* The own event is a share of the jump at its time. */
        if (row[i].cause == cause + 1 && event[k] > 0)
            influence[i] += sign * (s.jump[k + 1] - s.jump[k]) / event[k];
    }
}

/* ---- Leave one out ---- */

/* F of the times from `first` on, by definition, without one row. */
static double by_definition(const an_cif_counts *c, const double *a, an_index cause,
                            const an_at_risk *row)
{
    const double *const event = c->event + cause * c->n_times;
    double s = 1, sum = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        const bool there = k >= row->in && k <= row->out, own = k == row->out;
        const double y = c->at_risk[k] - there;
        const double d = c->any[k] - (own && row->cause);

        if (!(y > 0 && d > 0)) continue;
        sum += a[k] * s * (event[k] - (own && row->cause == cause + 1)) / y;
        s *= stay(y, d);
    }
    return sum;
}

/* surv and sum: S and F before each time while one row less is at risk; rest: what the
 * times from each on add, for each unit of S before it. */
typedef struct parts {
    double *surv, *sum, *rest;
} parts;

static void fill_parts(const an_cif_counts *c, const double *a, an_index cause, parts *p)
{
    const double *const event = c->event + cause * c->n_times;
    const an_index m = c->n_times;

    p->surv[0] = 1;
    p->sum[0] = p->rest[m] = 0;
    for (an_index k = 0; k < m; k++) {
        const double y = c->at_risk[k] - 1, d = c->any[k];

        p->surv[k + 1] = p->surv[k];
        p->sum[k + 1] = p->sum[k];
        if (!(y > 0 && d > 0)) continue;
        p->sum[k + 1] += a[k] * p->surv[k] * event[k] / y;
        p->surv[k + 1] *= stay(y, d);
    }
    for (an_index k = m - 1; k >= 0; k--) {
        const double y = c->at_risk[k], d = c->any[k];

        p->rest[k] = p->rest[k + 1];
        if (d > 0) p->rest[k] = a[k] * event[k] / y + stay(y, d) * p->rest[k + 1];
    }
}

/* Before the own time, at it, after it. */
static double joined(const an_cif_counts *c, const double *a, an_index cause,
                     const parts *p, const an_at_risk *row)
{
    const an_index k = row->out;
    const double y = c->at_risk[k] - 1, d = c->any[k] - (row->cause != 0);
    const double own = c->event[k + cause * c->n_times] - (row->cause == cause + 1);
    double at = 0, left = 1;

    if (y > 0 && d > 0) {
        at = a[k] * own / y;
        left = stay(y, d);
    }
    return p->sum[k] + p->surv[k] * (at + left * p->rest[k + 1]);
}

void an_pseudo_without(const an_cif_counts *c, const double *a, an_index cause, bool late,
                       an_index n, const an_at_risk *row, double *work, double *out)
{
    const an_index m = c->n_times + 1;
    parts p = {work, work + m, work + 2 * m};

    if (!late) fill_parts(c, a, cause, &p);
    for (an_index i = 0; i < n; i++)
        out[i] =
            late ? by_definition(c, a, cause, &row[i]) : joined(c, a, cause, &p, &row[i]);
}
