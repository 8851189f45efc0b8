/* Log-rank tests on their own: weights, strata, trend and all pairs. */
#include "study/analyses/survival_parts.h"

typedef struct options {
    int weight, exact, preset;
    double rho, gamma;
    bool trend, pairwise;
    an_reals trend_scores;
} options;

enum { FLEMING_HARRINGTON = 4, NOT_EXACT = 0 /* else an_logrank_scores + 1 */ };

static const char *const weights[] = {"log-rank",  "gehan-breslow",      "tarone-ware",
                                      "peto-peto", "fleming-harrington", NULL};
static const char *const names[] = {"log-rank test", "Gehan-Breslow test",
                                    "Tarone-Ware test", "Peto-Peto test",
                                    "Fleming-Harrington test"};

static const char *const exact_scores[] = {"none", "average", "mid", "last", NULL};

static const an_param params[] = {
    AN_PARAM_CHOICE(options, weight, 0, weights,
                    "Weight of an event time; late weights serve curves that part late"),
    AN_PARAM_REAL(options, rho, 0, -5, 5, NULL,
                  "Fleming-Harrington: power of the pooled survival before the time"),
    AN_PARAM_REAL(options, gamma, 0, 0, 5, NULL,
                  "Fleming-Harrington: power of one minus that survival"),
    AN_PARAM_BOOL(options, trend, 0,
                  "Also a test for trend over the levels in their order"),
    AN_PARAM_REALS(options, trend_scores, -1e15, 1e15, NULL,
                   "Scores of the levels with patients, for a test for trend in place of "
                   "1,2,3 ..."),
    AN_PARAM_CHOICE(
        options, exact, 0, exact_scores,
        "Also the exact permutation test of two groups; tied events: mean over "
        "their orders (average), the whole risk set (mid), what is left (last)"),
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
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
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
    "Callaert H. Comparing statistical software packages: the case of the logrank test in "
    "StatXact. Am Stat 2003;57:214-217. doi:10.1198/0003130031900",
    NULL,
};

/* A power without a weight asks for the family that has it. */
static int weight_of(const options *o)
{
    return o->weight == 0 && (o->rho != 0 || o->gamma != 0) ? FLEMING_HARRINGTON
                                                            : o->weight;
}

static an_logrank_options options_of(const options *o)
{
    static const an_logrank_weight weight[] = {AN_LOGRANK_FH, AN_LOGRANK_GEHAN,
                                               AN_LOGRANK_TARONE_WARE, AN_LOGRANK_PETO,
                                               AN_LOGRANK_FH};
    an_logrank_options t = an_logrank_defaults();

    t.weight = weight[weight_of(o)];
    if (weight_of(o) == FLEMING_HARRINGTON) {
        t.rho = o->rho;
        t.gamma = o->gamma;
    }
    if (o->trend_scores.n > 0) t.scores = o->trend_scores.x;
    return t;
}

/* Levels that somebody has, of whom the test has one score each. */
static an_status check_scores(an_ctx *ctx, const an_frame *frame, const options *o)
{
    an_status st = AN_OK;
    an_index used = 0;
    bool *seen = NULL;
    an_arena *mem = an_arena_new(ctx);

    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(seen, mem, frame->group->n_levels);
    for (an_index i = 0; i < frame->n; i++) {
        used += !seen[frame->group->code[i]];
        seen[frame->group->code[i]] = true;
    }
    if (o->trend_scores.n > 0 && o->trend_scores.n != used)
        st = an_fail(ctx, AN_ERR_ARGUMENT,
                     "trend_scores has %lld numbers; %lld levels of %s have patients",
                     (long long)o->trend_scores.n, (long long)used, frame->group->label);
done:
    an_arena_free(mem);
    return st;
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
                    "Time to %s differed between the groups (%s, %s): by observed over "
                    "expected events %s came %s for %s %s for %s.",
                    event, name, an_doc_p(doc, test->p), event,
                    test->n_groups == 2 ? "sooner" : "soonest",
                    an_level_in_words(doc, frame, test->level[most]),
                    test->n_groups == 2 ? "than" : "and latest",
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

static void say_method(an_doc *doc, const options *o, const an_logrank *test, bool exact)
{
    const char *powers = "";

    if (weight_of(o) == FLEMING_HARRINGTON)
        powers = an_doc_printf(doc, " with rho = %g and gamma = %g", o->rho, o->gamma);
    an_doc_text(doc, "methods",
                "Groups were compared by a %s%s%s, with hypergeometric variance; groups "
                "that were not at risk at an event do not count in the degrees of "
                "freedom.%s",
                test->n_strata > 1 ? "stratified " : "", names[weight_of(o)], powers,
                !exact
                    ? ""
                    : an_doc_printf(doc,
                                    " The exact test is that of all divisions of the "
                                    "patients into groups of these sizes, with log-rank "
                                    "scores (tied events: %s).",
                                    exact_scores[o->exact]));
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
                "%s was not at risk when an event happened that has a weight above 0: the "
                "test says nothing of it.",
                an_level_in_words(doc, frame, test->level[g]));
    if (an_frame_fractional(frame))
        an_doc_note(doc, AN_WARNING, "M207",
                    "Weights that are not whole numbers were taken as frequencies: the "
                    "p-value is not valid for sampling or propensity weights.");
    if (an_frame_has_competing(frame))
        an_doc_note(
            doc, AN_WARNING, "M210",
            "Competing causes are censored here, so that cause-specific hazards "
            "are compared. For the cumulative incidence use cif and Gray's test.");
}

static void show_trend(an_doc *doc, const options *o, const an_logrank *test)
{
    const an_value p = an_number_or(AN_KIND_P, test->trend_p, "no variance");
    const char *method = "trend test with scores 1, 2, 3 ...";

    if (!o->trend && o->trend_scores.n == 0) return;
    if (o->trend_scores.n > 0) {
        method = an_doc_printf(doc, "trend test with scores %g", o->trend_scores.x[0]);
        for (an_index i = 1; i < o->trend_scores.n; i++)
            method = an_doc_printf(doc, "%s, %g", method, o->trend_scores.x[i]);
    }
    an_doc_value(doc, "trend_z", "z of the trend over the levels",
                 an_number_or(AN_KIND_STATISTIC, test->trend_z, "no variance"), method);
    an_doc_value(doc, "trend_p", "p-value for trend over the levels in their order", p,
                 method);
}

/* An exact test that the data do not allow is a finding, not a failure. */
static an_status show_exact(an_ctx *ctx, an_doc *doc, const an_frame *frame,
                            const options *o, const an_grouping *groups, bool *shown)
{
    an_status st = AN_OK;
    an_logrank_exact test;

    if (o->exact == NOT_EXACT) return AN_OK;
    if (frame->strata)
        st = an_fail(ctx, AN_ERR_ARGUMENT, "it knows no strata");
    else
        st = an_logrank_permute(ctx, &frame->surv, groups,
                                (an_logrank_scores)(o->exact - 1), &test);
    if (st == AN_ERR_ARGUMENT || st == AN_ERR_DATA || st == AN_ERR_ESTIMATE) {
        an_doc_note(doc, AN_WARNING, "M218", "No exact test: %s.", an_message(ctx));
        return AN_OK;
    }
    if (st != AN_OK) return st;
    *shown = true;
    an_doc_open(doc, "exact", "Exact permutation test");
    an_doc_value(doc, "z", "Standardised score of the first level",
                 an_number(AN_KIND_STATISTIC, test.z), "permutation log-rank test");
    an_doc_value(doc, "p_normal", "p-value, normal",
                 an_number_or(AN_KIND_P, test.p_asymptotic, "no variance"),
                 "permutation variance");
    an_doc_value(doc, "p_exact", "p-value, exact",
                 an_number_or(AN_KIND_P, test.p_exact,
                              "too many divisions into groups; the normal one is good at "
                              "that size"),
                 "all divisions into groups of these sizes");
    an_doc_close(doc);
    return AN_OK;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const options *o = opt;
    const an_logrank_options t = options_of(o);
    an_grouping groups, strata;
    an_logrank *test = NULL;
    an_logrank_pairs *pairs = NULL;
    const char *const name = names[weight_of(o)];
    bool exact = false;

    AN_TRY(an_vector_grouping(ctx, frame->group, &groups));
    AN_TRY(an_vector_grouping(ctx, frame->strata, &strata));
    AN_TRY(check_scores(ctx, frame, o));
    AN_TRY(an_logrank_fit(ctx, &frame->surv, &groups, &strata, &t, &test));
    say_difference(doc, frame, test, name);
    an_logrank_describe(doc, frame, test, name);
    show_trend(doc, o, test);
    AN_TRY(show_exact(ctx, doc, frame, o, &groups, &exact));
    if (o->pairwise && test->n_groups > 2) {
        an_logrank_options pair = t;

        pair.scores = NULL;
        AN_TRY(an_logrank_all_pairs(ctx, &frame->surv, &groups, &strata, &pair, &pairs));
        say_pairs(doc, frame, pairs, name);
    }
    add_notes(doc, frame, test);
    say_method(doc, o, test, exact);
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
