/* Log-rank tests on their own: weights, strata, trend and all pairs. */
#include "study/analyses/survival_parts.h"

typedef struct options {
    int weight, preset;
    double rho, gamma;
    bool trend, pairwise;
} options;

static const char *const weights[] = {"log-rank",  "gehan-breslow",      "tarone-ware",
                                      "peto-peto", "fleming-harrington", NULL};
static const char *const names[] = {"log-rank test", "Gehan-Breslow test",
                                    "Tarone-Ware test", "Peto-Peto test",
                                    "Fleming-Harrington test"};

static const an_param params[] = {
    AN_PARAM_CHOICE(options, weight, 0, weights,
                    "Weight of an event time; late weights serve curves that part late"),
    AN_PARAM_REAL(options, rho, 0, -5, 5, NULL,
                  "Fleming-Harrington: power of the pooled survival before the time"),
    AN_PARAM_REAL(options, gamma, 0, 0, 5, NULL,
                  "Fleming-Harrington: power of one minus that survival"),
    AN_PARAM_BOOL(options, trend, 0,
                  "Also a test for trend over the levels in their order"),
    AN_PARAM_BOOL(options, pairwise, 0,
                  "Also every pair of groups, with p-values adjusted for their number"),
    AN_PARAM_CHOICE(options, preset, 0, an_package_choices,
                    "Defaults of a package; for this test all packages agree"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"group", AN_ROLE_GROUP, true, false, true, "Factor whose levels are compared"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Compared within these only: strata(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Mantel N. Evaluation of survival data and two new rank order statistics arising in "
    "its consideration. Cancer Chemother Rep 1966;50:163-170.",
    "Peto R, Peto J. Asymptotically efficient rank invariant test procedures. "
    "J R Stat Soc A 1972;135:185-207. doi:10.2307/2344317",
    "Harrington DP, Fleming TR. A class of rank test procedures for censored survival "
    "data. Biometrika 1982;69:553-566. doi:10.1093/biomet/69.3.553",
    "Tarone RE, Ware J. On distribution-free tests for equality of survival "
    "distributions. Biometrika 1977;64:156-160. doi:10.1093/biomet/64.1.156",
    NULL,
};

static an_logrank_options options_of(const options *o)
{
    static const an_logrank_weight weight[] = {AN_LOGRANK_FH, AN_LOGRANK_GEHAN,
                                               AN_LOGRANK_TARONE_WARE, AN_LOGRANK_PETO,
                                               AN_LOGRANK_FH};
    an_logrank_options t = an_logrank_defaults();

    t.weight = weight[o->weight];
    if (o->weight == 4) {
        t.rho = o->rho;
        t.gamma = o->gamma;
    }
    return t;
}

/* The groups with the most and the fewest events for what was expected. */
static void say_difference(an_doc *doc, const an_frame *frame, const an_logrank *test,
                           const char *name)
{
    const char *event = an_event_in_words(doc, frame);
    an_index most = -1, least = -1;

    for (an_index g = 0; g < test->n_groups; g++) {
        const double e = test->expected[g], o = test->observed[g];

        if (!(e > 0)) continue;
        if (most < 0 || o * test->expected[most] > test->observed[most] * e) most = g;
        if (least < 0 || o * test->expected[least] < test->observed[least] * e) least = g;
    }
    if (isnan(test->p))
        an_doc_text(doc, "conclusion",
                    "The groups cannot be compared: fewer than two of them were at risk "
                    "when %s was seen.",
                    event);
    else if (test->p < 0.05)
        an_doc_text(doc, "conclusion",
                    "Time to %s differed between the groups (%s, %s): %s came soonest "
                    "with %s and latest with %s.",
                    event, name, an_doc_p(doc, test->p), event,
                    an_level_in_words(doc, frame, test->level[most]),
                    an_level_in_words(doc, frame, test->level[least]));
    else
        an_doc_text(doc, "conclusion",
                    "No difference in time to %s between the groups was shown (%s, %s).",
                    event, name, an_doc_p(doc, test->p));
}

static void say_pairs(an_doc *doc, const an_frame *frame, const an_logrank_pairs *pairs,
                      const char *name)
{
    static const an_doc_column columns[] = {{"pair", "Pair"},
                                            {"chisq", "Chi-squared"},
                                            {"p", "p-value"},
                                            {"p_holm", "Holm"},
                                            {"p_bh", "Benjamini-Hochberg"},
                                            {"p_bonferroni", "Bonferroni"}};

    an_doc_table(doc, "pairs", "Every pair of groups", name, 6, columns);
    for (an_index i = 0; i < pairs->n; i++) {
        const an_logrank_pair *pair = &pairs->pair[i];
        const char *label = an_doc_printf(doc, "%s vs %s", an_level_label(frame, pair->a),
                                          an_level_label(frame, pair->b));
        const an_value cells[] = {an_text(label),
                                  an_number(AN_KIND_STATISTIC, pair->chisq),
                                  an_number(AN_KIND_P, pair->p),
                                  an_number(AN_KIND_P, pair->p_holm),
                                  an_number(AN_KIND_P, pair->p_bh),
                                  an_number(AN_KIND_P, pair->p_bonferroni)};

        an_doc_row_add(doc, an_doc_key(doc, label), 0, cells);
    }
    an_doc_table_end(doc, an_doc_printf(doc,
                                        "Each test uses the %s of its two groups only. "
                                        "The last three columns are adjusted over all "
                                        "pairs.",
                                        an_rows_noun(frame, 2)));
}

static void say_method(an_doc *doc, const options *o, const an_logrank *test)
{
    const char *powers = "";

    if (o->weight == 4)
        powers = an_doc_printf(doc, " with rho = %g and gamma = %g", o->rho, o->gamma);
    an_doc_text(doc, "methods",
                "Groups were compared by a %s%s%s, with hypergeometric variance; groups "
                "without expected events do not count in the degrees of freedom.",
                test->n_strata > 1 ? "stratified " : "", names[o->weight], powers);
}

static void add_notes(an_doc *doc, const an_frame *frame, const an_logrank *test)
{
    double n_events = 0;

    for (an_index i = 0; i < frame->n; i++) n_events += frame->surv.event[i] == 1;
    if (n_events > 0 && n_events < 10)
        an_doc_note(doc, AN_WARNING, "M201",
                    "Only %g event%s: the chi-squared distribution of the test is a poor "
                    "approximation.",
                    n_events, n_events == 1 ? "" : "s");
    for (an_index g = 0; g < test->n_groups; g++)
        if (!(test->expected[g] > 0))
            an_doc_note(
                doc, AN_WARNING, "M203",
                "%s was not at risk when an event happened and is left out of the "
                "degrees of freedom.",
                an_level_in_words(doc, frame, test->level[g]));
    if (an_frame_fractional(frame))
        an_doc_note(doc, AN_WARNING, "M207",
                    "Weights that are not whole numbers were taken as frequencies: the "
                    "p-value is not valid for sampling or propensity weights.");
    if (frame->surv.n_causes > 1)
        an_doc_note(
            doc, AN_WARNING, "M210",
            "Competing causes are censored here, so that cause-specific hazards "
            "are compared. For the cumulative incidence use cif and Gray's test.");
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const options *o = opt;
    const an_logrank_options t = options_of(o);
    an_grouping groups, strata;
    an_logrank *test = NULL;
    an_logrank_pairs *pairs = NULL;
    const char *const name = names[o->weight];

    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->strata, &strata));
    AN_TRY(an_logrank_fit(ctx, &frame->surv, &groups, &strata, &t, &test));
    say_difference(doc, frame, test, name);
    an_logrank_describe(doc, frame, test, name);
    if (o->trend) {
        an_value trend = an_number(AN_KIND_P, test->trend_p);

        trend.reason = isnan(test->trend_p) ? "no variance" : NULL;
        an_doc_value(doc, "trend_p", "p-value for trend over the levels in their order",
                     trend, "trend test with scores 1, 2, 3 ...");
    }
    if (o->pairwise && test->n_groups > 2) {
        AN_TRY(an_logrank_all_pairs(ctx, &frame->surv, &groups, &strata, &t, &pairs));
        say_pairs(doc, frame, pairs, name);
    }
    add_notes(doc, frame, test);
    say_method(doc, o, test);
    st = an_doc_status(doc);
done:
    an_logrank_free(test);
    an_logrank_pairs_free(pairs);
    return st;
}

const an_analysis an_analysis_logrank = {
    .id = "logrank",
    .title = "Log-rank test",
    .question = "Does the time to the event differ between these groups?",
    .method = "logrank",
    .example = "anodyne logrank examples/mgus2/mgus2.csv 'Surv(futime, death) ~ sex'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(options),
    .references = references,
    .run = run,
};
