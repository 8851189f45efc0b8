/* Figures to look at and to test on: every type, plain and difficult. All data are made
 * up. */
#ifndef AN_TEST_FIGURE_DEMO_H
#define AN_TEST_FIGURE_DEMO_H

#include "base/base.h"

#include <anodyne/figure.h>

enum { DEMO_PATIENTS = 400, DEMO_GROUPS = 4, DEMO_TICKS = 16 };

/* Storage of one figure of curves. */
typedef struct demo_curves {
    an_figure figure;
    an_series series[DEMO_GROUPS + 1];
    double x[DEMO_GROUPS + 1][DEMO_PATIENTS + 2], y[DEMO_GROUPS + 1][DEMO_PATIENTS + 2];
    double lower[DEMO_GROUPS + 1][DEMO_PATIENTS + 2],
        upper[DEMO_GROUPS + 1][DEMO_PATIENTS + 2];
    double mark_x[DEMO_GROUPS][DEMO_PATIENTS], mark_y[DEMO_GROUPS][DEMO_PATIENTS];
    double at_risk[DEMO_GROUPS][DEMO_TICKS], events[DEMO_GROUPS][DEMO_TICKS];
    double ticks[DEMO_TICKS];
} demo_curves;

static inline an_figure demo_empty(an_figure_type type)
{
    return (an_figure){
        .type = type, .x_min = NAN, .x_max = NAN, .y_min = NAN, .y_max = NAN};
}

/* Kaplan-Meier estimate of n exponential times of the given median, censored between half
 * of `until` and `until`; or 1 minus it. */
static inline void demo_group(demo_curves *c, an_index g, const char *label, an_index n,
                              double median, double until, bool incidence)
{
    an_rng rng = an_rng_new(2026, 7, (uint64_t)g);
    double time[DEMO_PATIENTS], s = 1, greenwood = 0;
    bool event[DEMO_PATIENTS];
    an_series *series = &c->series[g];
    an_index k = 0, marks = 0;

    for (an_index i = 0; i < n; i++) {
        const double t = an_rng_exponential(&rng) * median / log(2.0);
        const double censored = until * (0.4 + 0.6 * an_rng_uniform(&rng));
        an_index j = i;

        for (; j > 0 && time[j - 1] > fmin(t, censored); j--) {
            time[j] = time[j - 1];
            event[j] = event[j - 1];
        }
        time[j] = fmin(t, censored);
        event[j] = t <= censored;
    }
    c->x[g][0] = 0;
    c->y[g][0] = incidence ? 0 : 1;
    c->lower[g][0] = c->upper[g][0] = c->y[g][0];
    for (an_index i = 0; i < n; i++) {
        const double at_risk = (double)(n - i);
        double value, half;

        if (event[i]) {
            s *= (at_risk - 1) / at_risk;
            greenwood += 1 / (at_risk * (at_risk - 1));
        } else {
            c->mark_x[g][marks] = time[i];
            c->mark_y[g][marks++] = incidence ? 1 - s : s;
            if (i + 1 < n) continue;
        }
        value = incidence ? 1 - s : s;
        half = 1.96 * s * sqrt(greenwood);
        k++;
        c->x[g][k] = time[i];
        c->y[g][k] = value;
        c->lower[g][k] = isfinite(half) ? fmax(0, value - half) : NAN;
        c->upper[g][k] = isfinite(half) ? fmin(1, value + half) : NAN;
    }
    for (an_index j = 0; j < c->figure.n_ticks; j++) {
        c->at_risk[g][j] = c->events[g][j] = 0;
        for (an_index i = 0; i < n; i++) {
            c->at_risk[g][j] += time[i] >= c->ticks[j];
            c->events[g][j] += event[i] && time[i] <= c->ticks[j];
        }
    }
    *series = (an_series){.label = label,
                          .n = k + 1,
                          .x = c->x[g],
                          .y = c->y[g],
                          .lower = c->lower[g],
                          .upper = c->upper[g],
                          .n_marks = marks,
                          .mark_x = c->mark_x[g],
                          .mark_y = c->mark_y[g],
                          .at_risk = c->at_risk[g]};
    c->figure.n_series = g + 1;
}

static inline void demo_axes(demo_curves *c, const char *x, const char *y,
                             an_index n_ticks, double step)
{
    memset(c, 0, sizeof *c);
    c->figure = demo_empty(AN_FIGURE_CURVES);
    c->figure.caption = "Made-up data.";
    c->figure.x_label = x;
    c->figure.y_label = y;
    c->figure.y_percent = true;
    c->figure.n_ticks = n_ticks;
    for (an_index i = 0; i < n_ticks; i++) c->ticks[i] = step * (double)i;
    c->figure.ticks = c->ticks;
    c->figure.series = c->series;
}

/* Survival in two dose classes. */
static inline void demo_survival(demo_curves *c)
{
    demo_axes(c, "Months since start of radiotherapy", "Overall survival", 7, 6);
    demo_group(c, 0, "< 5 Gy per fraction", 31, 11, 36, false);
    demo_group(c, 1, "\xe2\x89\xa5 5 Gy per fraction", 27, 16, 36, false);
    c->figure.annotation = "Log-rank p = 0.21\nHR 0.71 (95% CI 0.41\xe2\x80\x93"
                           "1.22)";
}

/* Re-irradiation with death as a competing event, and what 1 - KM would have said. */
static inline void demo_incidence(demo_curves *c)
{
    demo_axes(c, "Months since start of radiotherapy",
              "Cumulative incidence of re-irradiation", 7, 4);
    demo_group(c, 0, "< 5 Gy per fraction", 31, 40, 24, true);
    demo_group(c, 1, "\xe2\x89\xa5 5 Gy per fraction", 27, 90, 24, true);
    demo_group(c, 2, "1 \xe2\x88\x92 Kaplan\xe2\x80\x93Meier, < 5 Gy", 31, 22, 24, true);
    c->series[2].secondary = true;
    c->series[2].at_risk = NULL;
    c->series[2].lower = c->series[2].upper = NULL;
    c->series[2].n_marks = 0;
    c->series[0].n_marks = c->series[1].n_marks = 0;
    c->series[0].n_events = c->events[0];
    c->series[1].n_events = c->events[1];
    c->figure.annotation = "Gray's test p = 0.03";
}

static inline void demo_chinese(demo_curves *c)
{
    demo_axes(c, "放疗开始后时间（月）", "总生存率", 7, 6);
    demo_group(c, 0, "单次剂量 < 5 Gy", 31, 11, 36, false);
    demo_group(c, 1, "单次剂量 ≥ 5 Gy", 27, 16, 36, false);
    c->figure.annotation = "Log-rank 检验 p = 0.21";
}

/* Four groups, long names, one reaching 0. */
static inline void demo_four(demo_curves *c)
{
    demo_axes(c, "Months since start of radiotherapy", "Freedom from pain progression", 9,
              3);
    demo_group(c, 0, "Breast or prostate, no visceral metastases", 120, 20, 24, false);
    demo_group(c, 1, "Breast or prostate with visceral metastases", 96, 12, 24, false);
    demo_group(c, 2, "Lung (non-small cell), EGFR or ALK alteration", 64, 7, 24, false);
    demo_group(c, 3, "Other primary tumour, performance status \xe2\x89\xa4 60", 48, 2,
               24, false);
    c->figure.annotation = "Log-rank p < 0.001";
}

/* One group; censored patients only. */
static inline void demo_flat(demo_curves *c)
{
    demo_axes(c, "Months", "Freedom from myelitis", 5, 6);
    demo_group(c, 0, "All patients", 58, 1e9, 24, false);
}

static inline void demo_million(demo_curves *c)
{
    demo_axes(c, "Months since diagnosis", "Survival", 16, 6);
    demo_group(c, 0, "Registry", 400, 40, 90, false);
    demo_group(c, 1, "Linked", 400, 60, 90, false);
    for (an_index i = 0; i < c->figure.n_ticks; i++) {
        c->at_risk[0][i] *= 10000 / 4.0;
        c->at_risk[1][i] *= 3000.0;
    }
}

/* Nothing to draw, and things that cannot be drawn. */
static inline void demo_nothing(demo_curves *c)
{
    demo_axes(c, "Months", "Survival", 0, 1);
}

static inline void demo_broken(demo_curves *c)
{
    demo_axes(c, "Months", "Survival", 5, 3);
    demo_group(c, 0, "A & B <i>\"x\"</i>", 40, 6, 12, false);
    demo_group(c, 1, "one point", 1, 3, 12, false);
    demo_group(c, 2, "bad \xff\x01 bytes", 20, 9, 12, false);
    c->series[1].n = 1;
    c->y[0][5] = NAN;
    c->x[0][9] = NAN;
    c->y[0][12] = INFINITY;
    c->lower[0][3] = NAN;
    c->series[2].at_risk = NULL;
    c->at_risk[1][2] = NAN;
}

#endif
