/* A document with one of everything, for the tests of the renderers. Invented numbers. */
#ifndef DEMO_H
#define DEMO_H

#include <anodyne/render.h>

#include <math.h>

static void demo_pain(an_doc *doc)
{
    an_doc_open(doc, "pain", "Pain");
    an_doc_open(doc, "scores", "Scores before and after");
    an_doc_value(doc, "n_pairs", "Pairs", an_number(AN_KIND_COUNT, 58), NULL);
    an_doc_value(doc, "before", "Mean NRS before (SD)",
                 an_estimate(AN_KIND_MEAN_SD, 199.0 / 58, 1.92, NAN), NULL);
    an_doc_value(doc, "improved", "Any decrease", an_count_of(49, 58), NULL);
    an_doc_value(doc, "rate", "Response rate",
                 an_estimate(AN_KIND_PROPORTION, 49.0 / 58, 0.7308, 0.9163), "wilson");
    an_doc_value(doc, "p", "Signed-rank test", an_number(AN_KIND_P, 3e-9), "Pratt");
    an_doc_text(
        doc, "words",
        "Pain fell in %s patients, %s; %s.\n\nThe window was one month:\n- patients "
        "who died before it are not assessable\n- opioids are in oral morphine",
        an_doc_format(doc, an_count_of(49, 58)),
        an_doc_format(doc, an_estimate(AN_KIND_PROPORTION, 49.0 / 58, 0.7308, 0.9163)),
        an_doc_p(doc, 0.0344));
    an_doc_close(doc);
    an_doc_close(doc);
}

static void demo_baseline(an_doc *doc)
{
    static const an_doc_column columns[] = {{"what", "Characteristic"},
                                            {"all", "All (n = 58)"},
                                            {"low", "< 5 Gy (n = 21)"},
                                            {"high", "\xE2\x89\xA5 5 Gy (n = 37)"},
                                            {"smd", "SMD"}};
    static const struct {
        const char *label;
        int indent;
        an_value v[4];
    } row[] = {
        {"Age, years, mean (SD)",
         0,
         {{AN_KIND_MEAN_SD, 64.21, 10.12, NAN, NULL, "years", NULL, 0, false},
          {AN_KIND_MEAN_SD, 65.0, 9.87, NAN, NULL, "years", NULL, 0, false},
          {AN_KIND_MEAN_SD, 63.76, 10.3, NAN, NULL, "years", NULL, 0, false},
          {AN_KIND_SMD, -0.123, NAN, NAN, NULL, NULL, NULL, 0, false}}},
        {"Karnofsky index, median (quartiles)",
         0,
         {{AN_KIND_MEDIAN_RANGE, 70, 60, 80, NULL, NULL, NULL, 0, false},
          {AN_KIND_MEDIAN_RANGE, 70, 60, 80, NULL, NULL, NULL, 0, false},
          {AN_KIND_MEDIAN_RANGE, 70, 55, 80, NULL, NULL, NULL, 0, false},
          {AN_KIND_SMD, 0.04, NAN, NAN, NULL, NULL, NULL, 0, false}}},
        {"Primary tumour",
         0,
         {{0}, {0}, {0}, {AN_KIND_SMD, 0.31, NAN, NAN, NULL, NULL, NULL, 0, false}}},
        {"Lung",
         1,
         {{AN_KIND_COUNT_OF, 23, NAN, 58, NULL, NULL, NULL, 0, false},
          {AN_KIND_COUNT_OF, 9, NAN, 21, NULL, NULL, NULL, 0, false},
          {AN_KIND_COUNT_OF, 14, NAN, 37, NULL, NULL, NULL, 0, false},
          {0}}},
        {"Breast <script>alert('x')</script> & \"others\"",
         1,
         {{AN_KIND_COUNT_OF, 12, NAN, 58, NULL, NULL, NULL, 0, false},
          {AN_KIND_COUNT_OF, 3, NAN, 21, NULL, NULL, NULL, 0, false},
          {AN_KIND_COUNT_OF, 9, NAN, 37, NULL, NULL, NULL, 0, false},
          {0}}},
        {"\xE5\x89\x8D\xE5\x88\x97\xE8\x85\xBA\xE7\x99\x8C", /* prostate cancer */
         1,
         {{AN_KIND_COUNT_OF, 23, NAN, 58, NULL, NULL, NULL, 0, false},
          {AN_KIND_COUNT_OF, 9, NAN, 21, NULL, NULL, NULL, 0, false},
          {AN_KIND_COUNT_OF, 14, NAN, 37, NULL, NULL, NULL, 0, false},
          {0}}},
    };

    an_doc_open(doc, "patients", "Patients");
    an_doc_table(doc, "table1", "Patients at baseline", "table1", 5, columns);
    for (int i = 0; i < 6; i++) {
        const an_value cells[] = {an_text(row[i].label), row[i].v[0], row[i].v[1],
                                  row[i].v[2], row[i].v[3]};

        an_doc_row_add(doc, an_doc_key(doc, row[i].label), row[i].indent, cells);
    }
    an_doc_table_end(doc,
                     "SMD: standardised mean difference, < 5 Gy minus \xE2\x89\xA5 5 "
                     "Gy. Percentages are of the column.");
    an_doc_note(doc, AN_NOTE, "M101",
                "Two patients have no albumin; they are in every "
                "denominator that does not need it.");
    an_doc_close(doc);
}

static void demo_forest(an_doc *doc)
{
    static const an_forest_row rows[] = {
        {"Dose per fraction", NAN, NAN, NAN, NAN, NAN, NAN, false, true, false},
        {"\xE2\x89\xA5 5 Gy", NAN, NAN, NAN, NAN, 37, 24, true, false, true},
        {"< 5 Gy", 2.3333, 1.2159, 4.4199, 0.0112, 21, 16, false, false, true},
        {"Karnofsky index (per 10 points)", 0.71, 0.504, 0.998, 0.0489, 58, 40, false,
         false, 0},
    };
    const an_figure f = {.type = AN_FIGURE_FOREST,
                         .caption = "Hazard ratios with 95 % confidence intervals; 58 "
                                    "patients, 40 deaths.",
                         .x_label = "Hazard ratio of death",
                         .x_min = NAN,
                         .x_max = NAN,
                         .y_min = NAN,
                         .y_max = NAN,
                         .n_rows = 4,
                         .rows = rows,
                         .favours_low = "longer survival",
                         .favours_high = "shorter survival"};

    an_doc_figure(doc, "forest", "Multivariable Cox model of overall survival", "cox",
                  &f);
}

static void demo_curves(an_doc *doc)
{
    static const double x[] = {0, 1, 2.5, 4, 7, 11, 15, 20};
    static const double y[] = {1, 0.93, 0.85, 0.7, 0.55, 0.4, 0.31, 0.2};
    static const double lower[] = {1, 0.84, 0.74, 0.58, 0.41, 0.27, 0.18, 0.09};
    static const double upper[] = {1, 0.97, 0.92, 0.8, 0.68, 0.53, 0.45, 0.35};
    static const double y_high[] = {1, 0.95, 0.88, 0.8, 0.66, 0.5, 0.44, 0.4};
    static const double ticks[] = {0, 6, 12, 18}, risk[] = {21, 12, 7, 3};
    static const double risk_high[] = {37, 25, 16, 9}, mark_x[] = {9, 13},
                        mark_y[] = {0.55, 0.4};
    static const an_series series[] = {{.label = "< 5 Gy",
                                        .n = 8,
                                        .x = x,
                                        .y = y,
                                        .lower = lower,
                                        .upper = upper,
                                        .n_marks = 2,
                                        .mark_x = mark_x,
                                        .mark_y = mark_y,
                                        .at_risk = risk},
                                       {.label = "\xE2\x89\xA5 5 Gy",
                                        .n = 8,
                                        .x = x,
                                        .y = y_high,
                                        .at_risk = risk_high}};
    const an_figure f = {.type = AN_FIGURE_CURVES,
                         .caption = "Kaplan-Meier estimates with 95 % log-log limits; "
                                    "ticks are censored patients.",
                         .x_label = "Months since radiotherapy",
                         .y_label = "Overall survival",
                         .x_min = 0,
                         .x_max = 20,
                         .y_min = 0,
                         .y_max = 1,
                         .y_percent = true,
                         .n_ticks = 4,
                         .ticks = ticks,
                         .n_series = 2,
                         .series = series,
                         .annotation = "Log-rank test p = 0.034"};

    an_doc_figure(doc, "curve", "Overall survival by dose per fraction", "km", &f);
}

static void demo_flow(an_doc *doc)
{
    static const char *const reason[] = {"no spinal metastasis", "no follow-up"};
    static const double left[] = {2, 1};
    static const an_flow_step steps[] = {
        {.label = "Records", .n = 61, .n_left = 2, .left_reason = reason, .left_n = left},
        {.label = "Treated with HFRT", .n = 58}};

    an_doc_figure(doc, "flow", "Flow of patients", NULL,
                  &(an_figure){.type = AN_FIGURE_FLOW,
                               .x_min = NAN,
                               .x_max = NAN,
                               .y_min = NAN,
                               .y_max = NAN,
                               .n_steps = 2,
                               .steps = steps});
}

static void demo_survival(an_doc *doc)
{
    static const an_doc_column columns[] = {{"group", "Group"},
                                            {"n", "Patients"},
                                            {"events", "Deaths"},
                                            {"median", "Median"},
                                            {"year", "Alive at 12 months"},
                                            {"hr", "Hazard ratio"},
                                            {"p", "p"}};
    const an_value low[] = {an_text("< 5 Gy"),
                            an_number(AN_KIND_COUNT, 21),
                            an_number(AN_KIND_COUNT, 16),
                            an_time_value(7.41, 5.06, 11, "months"),
                            an_estimate(AN_KIND_PROPORTION, 0.381, 0.18, 0.58),
                            an_estimate(AN_KIND_RATIO, 2.3333, 1.2159, 4.4199),
                            an_number(AN_KIND_P, 0.0112)};
    const an_value high[] = {an_text("\xE2\x89\xA5 5 Gy"),
                             an_number(AN_KIND_COUNT, 37),
                             an_number(AN_KIND_COUNT, 24),
                             an_time_value(NAN, 9.2, NAN, "months"),
                             an_estimate(AN_KIND_PROPORTION, 0.541, 0.37, 0.68),
                             an_text("reference"),
                             an_text("")};

    an_doc_open(doc, "overall_survival", "Overall survival");
    an_doc_table(doc, "groups", "Survival by dose per fraction", "km", 7, columns);
    an_doc_row_add(doc, "lt5_gy", 0, low);
    an_doc_row_add(doc, "ge5_gy", 0, high);
    an_doc_table_end(doc, NULL);
    demo_curves(doc);
    demo_forest(doc);
    an_doc_note(doc, AN_WARNING, "M310",
                "5.7 events per parameter: coefficients are unstable, and the intervals "
                "are too narrow.");
    an_doc_note(doc, AN_ERROR, "M999", "A made-up error, for its looks.");
    an_doc_value(doc, "infinite", "A ratio without upper limit",
                 an_estimate(AN_KIND_RATIO, 3.2, 0.9, INFINITY), NULL);
    an_doc_value(doc, "none", "A ratio that does not exist",
                 an_not_estimable(AN_KIND_RATIO, "no events in one group"), NULL);
    an_doc_close(doc);
}

static an_status demo_doc(an_ctx *ctx, an_doc **out)
{
    an_status st = an_doc_new(ctx, "Palliative radiotherapy of spinal metastases", out);

    if (st != AN_OK) return st;
    an_doc_text(*out, "summary", "A synthetic example: every number here is invented.");
    demo_baseline(*out);
    demo_flow(*out);
    demo_pain(*out);
    demo_survival(*out);
    an_doc_provenance(*out, "anodyne", an_version());
    an_doc_provenance(*out, "data", "clinic.csv, SHA-256 0123456789abcdef");
    st = an_doc_status(*out);
    if (st != AN_OK) {
        an_doc_free(*out);
        *out = NULL;
    }
    return st;
}

#endif
