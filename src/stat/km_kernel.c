/* Steps of the hazard, the infinitesimal jackknife in linear time, limits of S. */
#include "stat/km.h"

an_hazard_step an_cumhaz_step(int ctype, double y, double d, double m)
{
    an_hazard_step step = {0};
    const double tied = d / m; /* mean weight of the tied events */

    if (ctype == 1 || m < 2) {
        step.value = d / y;
        step.variance = d / (y * y);
        step.at_risk = -step.variance;
        step.event = 1 / y;
        return step;
    }
    for (double j = 0; j < m; j++) {
        const double left = y - j * tied;
        const double jump = tied / left;

        step.value += jump;
        step.variance += jump / left;
        step.event += (1 + j * jump) / (m * left);
    }
    step.at_risk = -step.variance;
    return step;
}

an_hazard_step an_log_surv_step(double y, double d)
{
    const double left = y - d;

    return (an_hazard_step){.value = log(left / y),
                            .variance = d / (y * left),
                            .at_risk = d / (y * left),
                            .event = -1 / left};
}

/* ---- Infinitesimal jackknife ---- */

/* With c the sum of at_risk so far, the influence of a cluster is d + w (c - its c). The
 * sums over clusters of influence^2, influence * weight and weight^2 follow each step
 * without a look at the clusters; a cluster is looked at when a row of it comes or goes.
 * Once a sum is far below what it has been (a few clusters hold everybody, weights of very
 * different size have left) its digits are gone, and all clusters are looked at. */
typedef struct sums {
    double c, dd, dw, ww;
    double most_dd, most_ww; /* largest since all were looked at */
    an_influence *clusters;
} sums;

static const double CANCELLED = 1e-4;

static void remember(sums *s)
{
    s->most_dd = fmax(s->most_dd, s->dd);
    s->most_ww = fmax(s->most_ww, s->ww);
}

static void step_all(sums *s, double at_risk)
{
    s->dd += at_risk * (2 * s->dw + at_risk * s->ww);
    s->dw += at_risk * s->ww;
    s->c += at_risk;
    remember(s);
}

static void move_to(an_influence *one, double c)
{
    one->d += one->w * (c - one->c);
    one->c = c;
}

static void change(sums *s, an_influence *one, double influence, double weight)
{
    move_to(one, s->c);
    s->dd += influence * (2 * one->d + influence);
    s->dw += (one->d + influence) * (one->w + weight) - one->d * one->w;
    s->ww += weight * (2 * one->w + weight);
    remember(s);
    one->d += influence;
    one->w += weight;
}

static void sum_again_if_cancelled(sums *s)
{
    if (s->dd >= CANCELLED * s->most_dd && s->ww >= CANCELLED * s->most_ww) return;
    s->dd = s->dw = s->ww = 0;
    for (an_influence *one = s->clusters; one; one = one->next) {
        move_to(one, s->c);
        s->dd += one->d * one->d;
        s->dw += one->d * one->w;
        s->ww += one->w * one->w;
    }
    s->most_dd = s->dd;
    s->most_ww = s->ww;
}

static an_influence *of_row(const an_jackknife_rows *rows, an_influence *state,
                            int64_t row)
{
    return state + (rows->cluster ? rows->cluster[row] : row);
}

/* Forgets the states of these rows, then brings in those that are there from the
 * start. */
static void begin(const an_jackknife_rows *rows, sums *s, an_influence *state)
{
    for (an_index i = 0; i < rows->n; i++)
        *of_row(rows, state, rows->by_time[i]) = (an_influence){0};
    for (an_index i = 0; i < rows->n; i++) {
        an_influence *one = of_row(rows, state, rows->by_time[i]);

        if (one->listed) continue;
        one->listed = true;
        one->next = s->clusters;
        s->clusters = one;
    }
    for (an_index i = 0; i < rows->n && !rows->by_entry; i++) {
        const int64_t row = rows->by_time[i];

        change(s, of_row(rows, state, row), 0, an_row_weight(rows->surv, row));
    }
}

void an_jackknife(const an_jackknife_rows *rows, an_index n_times, const double *time,
                  const an_hazard_step *step, an_influence *state, double *variance)
{
    const an_surv *const surv = rows->surv;
    sums s = {0};
    an_index in = 0, out = 0;

    begin(rows, &s, state);
    for (an_index k = 0; k < n_times; k++) {
        const bool happens = step[k].at_risk != 0 || step[k].event != 0;

        for (; rows->by_entry && in < rows->n; in++) {
            const int64_t row = rows->by_entry[in];

            if (!(surv->entry[row] < time[k])) break;
            change(&s, of_row(rows, state, row), 0, an_row_weight(surv, row));
        }
        if (happens) sum_again_if_cancelled(&s);
        step_all(&s, step[k].at_risk);
        for (; out < rows->n && surv->time[rows->by_time[out]] == time[k]; out++) {
            const int64_t row = rows->by_time[out];
            const double w = an_row_weight(surv, row);
            const bool event = an_row_event(surv, row, rows->cause) != rows->swapped;

            change(&s, of_row(rows, state, row), event ? w * step[k].event : 0, -w);
        }
        /* Without an event the digits stay, so that a limit does not move. */
        if (happens) sum_again_if_cancelled(&s);
        variance[k] = s.dd;
    }
}

/* ---- Limits ---- */

static double logit_limit(double s, double shift)
{
    return 1 - 1 / (1 + exp(log(s / (1 - s)) + shift));
}

static double arcsin_limit(double s, double shift)
{
    const double angle = fmin(fmax(asin(sqrt(s)) + shift, 0), asin(1));

    return sin(angle) * sin(angle);
}

/* One limit: direction -1 the lower, 1 the upper; width = z times the relative error. */
static double limit(an_conf_type type, double s, double width, double direction)
{
    const double shift = direction * width;

    switch (type) {
    case AN_CONF_PLAIN:
        return fmin(fmax(s + s * shift, 0), 1);
    case AN_CONF_LOG:
        return fmin(exp(log(s) + shift), 1);
    case AN_CONF_LOG_LOG:
        return exp(-exp(log(-log(s)) + shift / log(s)));
    case AN_CONF_LOGIT:
        return logit_limit(s, shift / (1 - s));
    case AN_CONF_ARCSIN:
        return arcsin_limit(s, 0.5 * shift * sqrt(s / (1 - s)));
    }
    return NAN;
}

void an_surv_limits(an_conf_type type, double z, an_index n, const double *surv,
                    const double *se_surv, const double *scale, double *lower,
                    double *upper)
{
    for (an_index k = 0; k < n; k++) {
        const double s = surv[k], width = z * se_surv[k] / s;

        if (s == 0) {
            lower[k] = upper[k] = type != AN_CONF_ARCSIN && se_surv[k] == 0 ? 0 : NAN;
        } else if (s == 1 || se_surv[k] == 0) {
            lower[k] = upper[k] = s;
        } else {
            lower[k] = limit(type, s, scale ? width * scale[k] : width, -1);
            upper[k] = limit(type, s, width, 1);
        }
    }
}
