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

/* ---- Forest ---- */

static inline an_forest_row demo_row(const char *label, double ratio, double lower,
                                     double upper, double p, double n, double events)
{
    return (an_forest_row){.label = label,
                           .ratio = ratio,
                           .lower = lower,
                           .upper = upper,
                           .p = p,
                           .n = n,
                           .n_events = events};
}

static inline an_forest_row demo_heading(const char *label)
{
    an_forest_row row = demo_row(label, NAN, NAN, NAN, NAN, NAN, NAN);

    row.heading = true;
    return row;
}

static inline an_forest_row demo_reference(const char *label, double n, double events)
{
    an_forest_row row = demo_row(label, NAN, NAN, NAN, NAN, n, events);

    row.reference = true;
    return row;
}

static inline void demo_forest(an_figure *f, an_forest_row rows[40])
{
    an_index n = 0;

    rows[n++] = demo_heading("Dose per fraction");
    rows[n++] = demo_reference("≥ 5 Gy", 27, 17);
    rows[n++] = demo_row("< 5 Gy", 1.43, 0.71, 2.88, 0.317, 31, 22);
    rows[n++] = demo_row("Age (per 10 years)", 1.09, 0.82, 1.45, 0.553, NAN, NAN);
    rows[n++] = demo_row("Karnofsky performance status (per 10 points)", 0.62, 0.47, 0.81,
                         0.0004, NAN, NAN);
    rows[n++] = demo_heading("Primary tumour");
    rows[n++] = demo_reference("Breast or prostate", 24, 12);
    rows[n++] = demo_row("Lung", 2.33, 1.22, 4.42, 0.010, 20, 17);
    rows[n++] = demo_row("Other", 3.9, 0.6, 61.0, 0.124, 3, 2);
    rows[n++] = demo_row("Unknown", NAN, NAN, NAN, NAN, 1, 0);
    rows[n++] =
        demo_row("Visceral metastases (yes vs no)", 1.87, 1.02, 3.44, 0.043, 26, 21);
    for (an_index i = 1; i < 10; i++) rows[i].level = i < 3 || (i > 5 && i < 10);
    *f = demo_empty(AN_FIGURE_FOREST);
    f->caption = "Made-up data.";
    f->x_label = "Hazard ratio (95% CI)";
    f->favours_low = "longer survival";
    f->favours_high = "shorter survival";
    f->n_rows = n;
    f->rows = rows;
}

static inline void demo_forest_thirty(an_figure *f, an_forest_row rows[40])
{
    static const char *const label[] = {"Age < 65 years",   "Age ≥ 65 years",
                                        "Female",           "Male",
                                        "Karnofsky 80–100", "Karnofsky ≤ 70"};

    demo_forest(f, rows);
    for (int i = 0; i < 30; i++) {
        const double ratio = exp(0.9 * sin(i * 1.7));

        rows[i] = i % 6 ? demo_row(label[i % 6], ratio, ratio / (1.3 + 0.1 * (i % 7)),
                                   ratio * (1.3 + 0.1 * (i % 7)), 0.9 / (1 + i), 1000 + i,
                                   300 - i)
                        : demo_heading("Subgroup with a name that is rather long");
        rows[i].level = i % 6 != 0;
    }
    rows[7] = demo_row("Ratio beyond the axis", 4e6, 2e-9, INFINITY, 0.99, 12, 1);
    rows[8] = demo_row("Far below", 1e-8, 0, 0.02, 0.99, 12000, 1000);
    f->n_rows = 30;
}

static inline void demo_forest_chinese(an_figure *f, an_forest_row rows[40])
{
    demo_forest(f, rows);
    rows[0].label = "单次剂量";
    rows[3].label = "年龄（每 10 岁）";
    rows[4].label = "KPS 评分（每 10 分）";
    rows[5].label = "原发肿瘤";
    rows[6].label = "乳腺癌或前列腺癌";
    rows[7].label = "肺癌";
    rows[8].label = "其他";
    rows[9].label = "不明";
    rows[10].label = "内脏转移（有 比 无）";
    f->x_label = "风险比（95% CI）";
    f->favours_low = "生存更长";
    f->favours_high = "生存更短";
}

/* ---- Flow ---- */

static inline void demo_flow(an_figure *f, an_flow_step steps[4])
{
    static const char *const first[] = {
        "Radiotherapy in fewer than three fractions",
        "No pain score recorded before radiotherapy, although the patient was followed",
        "Treated for a primary tumour of bone"};
    static const double first_n[] = {12, 7, 3};
    static const char *const second[] = {"Died before the first assessment"};
    static const double second_n[] = {5};
    static const char *const third[] = {"Lost to follow-up", "Too ill to score"};
    static const double third_n[] = {4, 2};

    steps[0] = (an_flow_step){"Patients with spinal metastases treated 2019\xe2\x80\x93"
                              "2024",
                              85, 3, first, first_n};
    steps[1] = (an_flow_step){"Treated with moderately hypofractionated radiotherapy", 63,
                              1, second, second_n};
    steps[2] = (an_flow_step){"Alive at one month", 58, 2, third, third_n};
    steps[3] = (an_flow_step){"Pain analysed", 52, 0, NULL, NULL};
    *f = demo_empty(AN_FIGURE_FLOW);
    f->caption = "Made-up data.";
    f->n_steps = 4;
    f->steps = steps;
}

static inline void demo_flow_chinese(an_figure *f, an_flow_step steps[4])
{
    static const char *const reasons[] = {
        "放疗次数少于三次", "放疗前无疼痛评分记录，虽有随访资料但无法评估疗效"};
    static const double n[] = {12, 10000};

    steps[0] = (an_flow_step){"2019–2024 年接受放疗的脊柱转移患者", 10085, 2, reasons, n};
    steps[1] = (an_flow_step){"纳入分析", 73, 0, NULL, NULL};
    *f = demo_empty(AN_FIGURE_FLOW);
    f->n_steps = 2;
    f->steps = steps;
}

/* ---- Trajectory ---- */

enum { DEMO_VISITS = 5 };
typedef struct demo_pain {
    an_figure figure;
    an_series series[62];
    double x[DEMO_VISITS], y[62][DEMO_VISITS], lower[2][DEMO_VISITS],
        upper[2][DEMO_VISITS], n[2][DEMO_VISITS];
} demo_pain;

/* 58 patients; scores fall from about 3.4 to 1.5 and some are missing; groups 1 or 2. */
static inline void demo_trajectory(demo_pain *p, int groups)
{
    static const char *const label[] = {"< 5 Gy per fraction, mean (95% CI)",
                                        "\xe2\x89\xa5 5 Gy per fraction, mean (95% CI)"};
    an_rng rng = an_rng_new(3, 1, 4);

    memset(p, 0, sizeof *p);
    for (int v = 0; v < DEMO_VISITS; v++) p->x[v] = (double[]){0, 1, 3, 6, 12}[v];
    for (int i = 0; i < 58; i++) {
        double level = 3.4 + 1.6 * an_rng_normal(&rng);

        for (int v = 0; v < DEMO_VISITS; v++) {
            if (v == 1) level -= 1.9;
            p->y[i][v] = fmin(10, fmax(0, round(level + 0.7 * an_rng_normal(&rng))));
            if (v > 0 && an_rng_uniform(&rng) < 0.08 * v) p->y[i][v] = NAN;
        }
        p->series[i] =
            (an_series){.n = DEMO_VISITS, .x = p->x, .y = p->y[i], .secondary = true};
    }
    for (int g = 0; g < groups; g++) {
        an_series *s = &p->series[58 + g];

        for (int v = 0; v < DEMO_VISITS; v++) {
            double n = 0, sum = 0;

            for (int i = g; i < 58; i += groups)
                if (isfinite(p->y[i][v])) {
                    n++;
                    sum += p->y[i][v];
                }
            p->n[g][v] = n;
            p->y[58 + g][v] = sum / n;
            p->lower[g][v] = sum / n - 3 / sqrt(n);
            p->upper[g][v] = sum / n + 3 / sqrt(n);
        }
        *s = (an_series){.label = groups > 1 ? label[g] : "Mean (95% CI)",
                         .n = DEMO_VISITS,
                         .x = p->x,
                         .y = p->y[58 + g],
                         .lower = p->lower[g],
                         .upper = p->upper[g],
                         .at_risk = p->n[g]};
    }
    p->figure = demo_empty(AN_FIGURE_TRAJECTORY);
    p->figure.x_label = "Months since radiotherapy";
    p->figure.y_label = "Worst pain (NRS)";
    p->figure.y_min = 0;
    p->figure.y_max = 10;
    p->figure.n_ticks = DEMO_VISITS;
    p->figure.ticks = p->x;
    p->figure.n_series = 58 + groups;
    p->figure.series = p->series;
}

#endif
