/* One stratum of a log-rank test, in one pass over its rows or its days. */
#include "stat/logrank.h"

/* The risk set of each group and the events of the current time. */
typedef struct risk_set {
    an_index k;
    double *weight, *rows, *events; /* [k] */
    double surv, surv_peto;         /* pooled Kaplan-Meier before the time; Peto's */
} risk_set;

static double total(an_index k, const double *x)
{
    double sum = 0;

    for (an_index g = 0; g < k; g++) sum += x[g];
    return sum;
}

static void come(risk_set *risk, an_index group, double weight, double rows)
{
    risk->weight[group] += weight;
    risk->rows[group] += rows;
}

/* An empty group has weight 0, not a rest of rounding. */
static void go(risk_set *risk, an_index group, double weight, double rows)
{
    risk->weight[group] -= weight;
    risk->rows[group] -= rows;
    if (risk->rows[group] == 0) risk->weight[group] = 0;
}

/* Nobody yet; work[3 k]. */
static risk_set nobody(an_index k, double *work)
{
    memset(work, 0, (size_t)(3 * k) * sizeof *work);
    return (risk_set){.k = k,
                      .weight = work,
                      .rows = work + k,
                      .events = work + 2 * k,
                      .surv = 1,
                      .surv_peto = 1};
}

static double weight_of(const an_logrank_options *o, const risk_set *risk, double y)
{
    switch (o->weight) {
    case AN_LOGRANK_FH:
        return pow(risk->surv, o->rho) * pow(1 - risk->surv, o->gamma);
    case AN_LOGRANK_GEHAN:
        return y;
    case AN_LOGRANK_TARONE_WARE:
        return sqrt(y);
    case AN_LOGRANK_PETO:
        return risk->surv_peto;
    }
    return NAN;
}

static void add_variance(const risk_set *risk, double y, double scale, double *variance)
{
    for (an_index j = 0; j < risk->k; j++) {
        const double column = scale * risk->weight[j] / y;

        if (column == 0) continue;
        for (an_index i = 0; i < risk->k; i++)
            variance[i + j * risk->k] += column * ((i == j) - risk->weight[i] / y);
    }
}

static void add_time(const an_logrank_options *o, risk_set *risk, double *observed,
                     double *expected, double *variance)
{
    const double y = total(risk->k, risk->weight), d = total(risk->k, risk->events);

    if (!(d > 0)) return;
    risk->surv_peto *= 1 - d / (y + 1);

    const double w = weight_of(o, risk, y);

    for (an_index g = 0; g < risk->k; g++) {
        observed[g] += w * risk->events[g];
        expected[g] += w * d * risk->weight[g] / y;
    }
    if (y > 1) add_variance(risk, y, w * w * d * (y - d) / (y - 1), variance);
    risk->surv *= (y - d) / y;
}

/* ---- By rows ---- */

static void row_comes(risk_set *risk, const an_logrank_rows *rows, int64_t row)
{
    const double w = an_row_weight(rows->surv, row);

    come(risk, rows->group[row], w, w > 0);
}

static void row_goes(risk_set *risk, const an_logrank_rows *rows, int64_t row)
{
    const double w = an_row_weight(rows->surv, row);

    go(risk, rows->group[row], w, w > 0);
}

void an_logrank_stratum(const an_logrank_rows *rows, const an_logrank_options *options,
                        double *observed, double *expected, double *variance,
                        double *work)
{
    const an_surv *const surv = rows->surv;
    risk_set risk = nobody(rows->n_groups, work);
    an_index in = 0;

    for (an_index i = 0; i < rows->n && !rows->by_entry; i++)
        row_comes(&risk, rows, rows->by_time[i]);
    for (an_index i = 0, next; i < rows->n; i = next) {
        const double time = surv->time[rows->by_time[i]];

        for (; rows->by_entry && in < rows->n; in++) {
            if (!(surv->entry[rows->by_entry[in]] < time)) break;
            row_comes(&risk, rows, rows->by_entry[in]);
        }
        for (an_index g = 0; g < risk.k; g++) risk.events[g] = 0;
        for (next = i; next < rows->n; next++) {
            const int64_t row = rows->by_time[next];

            if (surv->time[row] != time) break;
            if (an_row_event(surv, row, options->cause))
                risk.events[rows->group[row]] += an_row_weight(surv, row);
        }
        add_time(options, &risk, observed, expected, variance);
        for (an_index j = i; j < next; j++) row_goes(&risk, rows, rows->by_time[j]);
    }
}

/* ---- By days ---- */

static double all_kinds(const an_day_table *t, const double *x, an_index cell)
{
    return x[cell * t->n_kinds] + an_day_table_events(t, x, cell, 0);
}

static void everybody_comes(risk_set *risk, const an_day_table *t, an_index first_group)
{
    for (an_index g = 0; g < risk->k; g++)
        for (an_index d = 0; d < t->days.n; d++) {
            const an_index cell = (first_group + g) * t->days.n + d;

            come(risk, g, all_kinds(t, t->left, cell), all_kinds(t, t->rows, cell));
        }
}

void an_logrank_days(const an_day_table *t, an_index first_group, an_index k,
                     const an_logrank_options *options, double *observed,
                     double *expected, double *variance, double *work)
{
    risk_set risk = nobody(k, work);

    if (!t->entered) everybody_comes(&risk, t, first_group);
    for (an_index d = 0; d < t->days.n; d++) {
        for (an_index g = 0; g < k; g++) {
            const an_index cell = (first_group + g) * t->days.n + d;

            if (t->entered) come(&risk, g, t->entered[cell], t->rows_entered[cell]);
            risk.events[g] = an_day_table_events(t, t->left, cell, options->cause);
        }
        add_time(options, &risk, observed, expected, variance);
        for (an_index g = 0; g < k; g++) {
            const an_index cell = (first_group + g) * t->days.n + d;

            go(&risk, g, all_kinds(t, t->left, cell), all_kinds(t, t->rows, cell));
        }
    }
}
