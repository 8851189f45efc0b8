/* The log-rank family. */
#include "oracle.h"
#include <anodyne/survival.h>

#include <math.h>

or_method or_logrank, or_weighted_logrank, or_pairwise_logrank, or_logrank_permutation;

typedef struct input {
    or_frame frame;
    an_surv surv;
    an_grouping group, strata;
} input;

static an_status read_input(an_ctx *ctx, const or_case *c, bool timefix, input *in)
{
    an_index n_merged;

    in->frame = or_frame_build(c);
    const or_frame *f = &in->frame;

    in->surv = (an_surv){.n = f->n,
                         .time = f->time,
                         .event = f->event,
                         .entry = f->entry,
                         .weight = f->weight,
                         .n_causes = 1};
    in->group = (an_grouping){f->group.n_levels, f->group.code, f->group.labels};
    in->strata = (an_grouping){f->strata.n_levels, f->strata.code, f->strata.labels};
    return timefix ? an_surv_timefix(ctx, f->n, f->time, f->entry, &n_merged) : AN_OK;
}

/* ---- G(rho) ---- */

static void put_test(const char *const *names, const an_logrank *test, json_t *values)
{
    const an_index k = test->n_groups, s = test->n_strata;

    or_put(values, "groups", or_strings(names, k));
    or_put(values, "n", or_counts(test->n, k));
    or_put(values, "observed", or_vector(test->observed, k));
    or_put(values, "expected", or_vector(test->expected, k));
    or_put(values, "observed_minus_expected", or_vector(test->u, k));
    or_put(values, "variance", or_matrix(test->variance, k, k));
    or_put(values, "chisq", or_number(test->chisq));
    or_put(values, "df", or_number(test->df));
    or_put(values, "p", or_number(test->p));
    or_put(values, "trend_z", or_number(test->trend_z));
    or_put(values, "trend_chisq", or_number(test->trend_chisq));
    or_put(values, "trend_p", or_number(test->trend_p));
    or_put(values, "observed_by_stratum", or_matrix(test->observed_stratum, k, s));
    or_put(values, "expected_by_stratum", or_matrix(test->expected_stratum, k, s));
}

an_status or_logrank(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_logrank_options o = an_logrank_defaults();
    an_logrank *test = NULL;
    const bool timefix = or_arg_bool(c, "timefix", true);
    an_index n;
    input in;
    an_status st = read_input(ctx, c, timefix, &in);

    o.rho = or_arg_number(c, "rho", 0);
    o.scores = or_arg_numbers(c, "trend_scores", &n);
    if (st == AN_OK) st = an_logrank_fit(ctx, &in.surv, &in.group, &in.strata, &o, &test);
    /* Without timefix the reference is not R and names levels without their column. */
    if (st == AN_OK)
        put_test(timefix ? in.frame.group.labels : in.frame.group.values, test, values);
    an_logrank_free(test);
    return st;
}

/* ---- Weighted forms ---- */

static const struct {
    const char *name;
    an_logrank_weight weight;
    double rho, gamma;
} forms[] = {{"logrank", AN_LOGRANK_FH, 0, 0},
             {"gehan_breslow", AN_LOGRANK_GEHAN, 0, 0},
             {"tarone_ware", AN_LOGRANK_TARONE_WARE, 0, 0},
             {"fh_1_0", AN_LOGRANK_FH, 1, 0},
             {"fh_0_1", AN_LOGRANK_FH, 0, 1},
             {"fh_1_1", AN_LOGRANK_FH, 1, 1},
             {"fh_0.5_0.5", AN_LOGRANK_FH, 0.5, 0.5}};

an_status or_weighted_logrank(an_ctx *ctx, const or_case *c, json_t *values)
{
    input in;
    an_status st = read_input(ctx, c, true, &in);

    for (size_t i = 0; i < sizeof forms / sizeof *forms && st == AN_OK; i++) {
        const char *name = forms[i].name;
        const an_logrank_options o = {.weight = forms[i].weight,
                                      .rho = forms[i].rho,
                                      .gamma = forms[i].gamma,
                                      .cause = 1};
        an_logrank *test = NULL;

        st = an_logrank_fit(ctx, &in.surv, &in.group, &in.strata, &o, &test);
        if (st != AN_OK) break;
        or_put(values, "groups", or_strings(in.frame.group.values, test->n_groups));
        or_put(values, or_printf(c, "%s.U", name), or_vector(test->u, test->n_groups));
        or_put(values, or_printf(c, "%s.V", name),
               or_matrix(test->variance, test->n_groups, test->n_groups));
        or_put(values, or_printf(c, "%s.chisq", name), or_number(test->chisq));
        or_put(values, or_printf(c, "%s.p", name), or_number(test->p));
        an_logrank_free(test);
    }
    return st;
}

/* ---- All pairs ---- */

static void put_pairs(const or_case *c, const input *in, const an_logrank_pairs *pairs,
                      json_t *values)
{
    const char *const *value = in->frame.group.values;
    json_t *names = json_array(), *chisq = json_array(), *p = json_array();
    json_t *holm = json_array(), *bh = json_array(), *bonferroni = json_array();

    for (an_index i = 0; i < pairs->n; i++) {
        const an_logrank_pair *pair = &pairs->pair[i];

        json_array_append_new(
            names, json_string(or_printf(c, "%s vs %s", value[pair->a], value[pair->b])));
        json_array_append_new(chisq, or_number(pair->chisq));
        json_array_append_new(p, or_number(pair->p));
        json_array_append_new(holm, or_number(pair->p_holm));
        json_array_append_new(bh, or_number(pair->p_bh));
        json_array_append_new(bonferroni, or_number(pair->p_bonferroni));
    }
    or_put(values, "pairs", names);
    or_put(values, "chisq", chisq);
    or_put(values, "p", p);
    or_put(values, "p_holm", holm);
    or_put(values, "p_bh", bh);
    or_put(values, "p_bonferroni", bonferroni);
}

an_status or_pairwise_logrank(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_logrank_pairs *pairs = NULL;
    input in;
    an_status st = read_input(ctx, c, true, &in);

    if (st == AN_OK)
        st = an_logrank_all_pairs(ctx, &in.surv, &in.group, &in.strata, NULL, &pairs);
    if (st == AN_OK) put_pairs(c, &in, pairs, values);
    an_logrank_pairs_free(pairs);
    return st;
}

/* ---- Permutation ---- */

an_status or_logrank_permutation(an_ctx *ctx, const or_case *c, json_t *values)
{
    static const char *const names[] = {"average-scores", "mid-ranks", "Hothorn-Lausen"};
    input in;
    an_status st = read_input(ctx, c, false, &in);

    for (int i = 0; i < 3 && st == AN_OK; i++) {
        an_logrank_exact test;

        st = an_logrank_permute(ctx, &in.surv, &in.group, (an_logrank_scores)i, &test);
        if (st != AN_OK) break;
        or_put(values, or_printf(c, "%s.z", names[i]), or_number(test.z));
        or_put(values, or_printf(c, "%s.p_asymptotic", names[i]),
               or_number(test.p_asymptotic));
        or_put(values, or_printf(c, "%s.p_exact", names[i]), or_number(test.p_exact));
    }
    return st;
}
