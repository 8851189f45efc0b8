/* Pain before and after radiotherapy: paired scores, response, trajectory. */
#include "study/analyses/pain.h"

#include <anodyne/paired.h>

static const char *const opioid_choices[] = {"required", "score_only", NULL};

static const char *const increase_choices[] = {"any", "quarter", NULL};
static const char *const stable_choices[] = {"not_increased", "unchanged", NULL};

static const an_param params[] = {
    AN_PARAM_REAL(an_pain_options, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_REAL(an_pain_options, min_baseline, 2, 0, 10, "NRS",
                  "Baseline score from which the consensus definition applies"),
    AN_PARAM_CHOICE(an_pain_options, opioids, 0, opioid_choices,
                    "Consensus response of patients without an opioid dose: not "
                    "assessable, or by the score alone"),
    AN_PARAM_CHOICE(an_pain_options, opioid_increase, 0, increase_choices,
                    "What rise of opioids excludes a consensus response: any, or one of "
                    "at least 25 %"),
    AN_PARAM_CHOICE(an_pain_options, stable, 0, stable_choices,
                    "Opioids with which 2 points more is progression: not up by 25 %, or "
                    "unchanged"),
    AN_PARAM_BOOL(
        an_pain_options, pp_extended, 0,
        "2 points more with 25 % more opioid is progression, not indeterminate"),
    AN_PARAM_REALS(an_pain_options, times, 0, 1e5, NULL,
                   "Times of baseline, follow-up and further visits on the figure "
                   "(default 0, 1, 2, ...)"),
    AN_PARAM_TEXT(an_pain_options, time_label, "Label of the figure's time axis"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"baseline", AN_ROLE_NUMBER, true, false, false, "Pain score before treatment"},
    {"followup", AN_ROLE_NUMBER, true, false, false, "Pain score at the window"},
    {"opioid_baseline", AN_ROLE_NUMBER, false, false, false,
     "Opioids before, oral morphine equivalents [mg/day]"},
    {"opioid_followup", AN_ROLE_NUMBER, false, false, false,
     "Opioids at the window, oral morphine equivalents [mg/day]"},
    {"opioid_baseline_other", AN_ROLE_NUMBER, false, true, false,
     "Dose before by another table"},
    {"opioid_followup_other", AN_ROLE_NUMBER, false, true, false,
     "Dose at the window by that table"},
    {"methadone", AN_ROLE_ANY, false, false, false,
     "Takes methadone: yes/no, true/false or 1/0"},
    {"systemic", AN_ROLE_ANY, false, false, false,
     "Another systemic treatment changed in the window: yes/no, true/false or 1/0"},
    {"secondary_worse", AN_ROLE_ANY, false, false, false,
     "A secondary site is worse, for the rule of RTOG 0631: yes/no, true/false or 1/0"},
    {"group", AN_ROLE_FACTOR, false, false, false, "Groups to show side by side"},
    {"alive_at_window", AN_ROLE_ANY, false, false, false,
     "Alive at the window: yes/no, true/false or 1/0"},
    {"visits", AN_ROLE_NUMBER, false, true, false, "Later pain scores, in time order"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Chow E, Hoskin P, Mitera G, et al. Update of the international consensus on "
    "palliative radiotherapy endpoints for future clinical trials in bone metastases. "
    "Int J Radiat Oncol Biol Phys 2012;82:1730-1737. doi:10.1016/j.ijrobp.2011.02.008",
    "Pratt JW. Remarks on zeros and ties in the Wilcoxon signed rank procedures. J Am "
    "Stat Assoc 1959;54:655-667. doi:10.1080/01621459.1959.10501526",
    "Hodges JL, Lehmann EL. Estimates of location based on rank tests. Ann Math Stat "
    "1963;34:598-611. doi:10.1214/aoms/1177704172",
    "Wilson EB. Probable inference, the law of succession, and statistical inference. J "
    "Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953",
    NULL,
};

/* ---- Reading the frame ---- */

static bool is_word(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (an_same_word(text, *words)) return true;
    return false;
}

/* 1 alive, 0 dead, -1 not a word for either. */
static int level_meaning(const char *level)
{
    static const char *const yes[] = {"yes", "true", "1", "alive", NULL};
    static const char *const no[] = {"no", "false", "0", "dead", "died", NULL};

    return is_word(level, yes) ? 1 : is_word(level, no) ? 0 : -1;
}

static an_index count_missing(const an_pain *p)
{
    an_index n = 0;

    for (an_index i = 0; i < p->n; i++) n += isnan(p->after->x[i]);
    return n;
}

/* A column of yes and no; *out stays NULL where it is not bound. */
static an_status read_yes(an_pain *p, const char *role, const char *what, int8_t **out)
{
    const an_vector *v = an_frame_role(p->frame, role);
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;

    if (!v) return AN_OK;
    for (an_index k = 0; v->code && k < v->n_levels; k++)
        if (level_meaning(v->levels[k]) < 0)
            return an_fail(ctx, AN_ERR_DATA, "%s: `%s` is neither yes nor no (%s)",
                           v->label, v->levels[k], what);
    AN_ALLOC(*out, p->mem, p->n);
    for (an_index i = 0; i < p->n; i++)
        (*out)[i] = (int8_t)(!v->code         ? (isnan(v->x[i]) ? -1 : v->x[i] != 0)
                             : v->code[i] < 0 ? -1
                                              : level_meaning(v->levels[v->code[i]]));
done:
    return st;
}

static an_status read_alive(an_pain *p)
{
    an_ctx *ctx = p->ctx;
    an_status st = AN_OK;

    AN_TRY(read_yes(p, "alive_at_window", "alive at the window", &p->alive));
    if (!p->alive && count_missing(p) > 0) return AN_OK;
    if (!p->alive) AN_ALLOC(p->alive, p->mem, p->n);
    for (an_index i = 0; i < p->n; i++)
        if (!isnan(p->after->x[i])) p->alive[i] = 1; /* who gave a score was alive */
done:
    return st;
}

static an_status read_frame(an_pain *p)
{
    const an_vector *ob = an_frame_role(p->frame, "opioid_baseline");
    const an_vector *of = an_frame_role(p->frame, "opioid_followup");

    an_status st;

    p->n = p->frame->n;
    p->before = an_frame_role(p->frame, "baseline");
    p->after = an_frame_role(p->frame, "followup");
    p->group = an_frame_role(p->frame, "group");
    p->opioid_before = ob && of ? ob->x : NULL;
    p->opioid_after = ob && of ? of->x : NULL;
    p->rule = an_consensus_defaults();
    p->rule.min_baseline = p->o->min_baseline;
    p->rule.opioid_policy = p->opioid_before && p->o->opioids == 0 ? AN_OPIOID_REQUIRED
                                                                   : AN_OPIOID_SCORE_ONLY;
    p->rule.increase_tolerance = p->o->opioid_increase == 1 ? 0.25 : 0;
    p->rule.strict_stability = p->o->stable == 1;
    p->rule.worse_is_progression = p->o->pp_extended;
    if (p->n == 0) return an_fail(p->ctx, AN_ERR_ESTIMATE, "there is no patient");
    st = read_yes(p, "methadone", "methadone in use", &p->methadone);
    if (st == AN_OK)
        st = read_yes(p, "systemic", "systemic treatment changed", &p->systemic);
    if (st == AN_OK)
        st = read_yes(p, "secondary_worse", "secondary site worse", &p->secondary_worse);
    return st != AN_OK ? st : read_alive(p);
}

static an_index count_outside(const an_pain *p, const an_vector *v)
{
    an_index n = 0;

    for (an_index i = 0; i < p->n; i++) n += v->x[i] < 0 || v->x[i] > 10;
    return n;
}

/* ---- Paired scores ---- */

static an_value mean_sd(double mean, double sd)
{
    return an_estimate(AN_KIND_MEAN_SD, mean, sd, NAN);
}

static an_value median_of(double median)
{
    return an_number(AN_KIND_NUMBER, median);
}

static an_value typical_change(const an_pain *p, const an_paired *f)
{
    an_value v = an_estimate_at(AN_KIND_NUMBER, f->pseudomedian, f->pseudomedian_lower,
                                f->pseudomedian_upper, p->o->conf_level);

    v.unit = "points";
    return v;
}

static void paired_values(an_pain *p, const an_paired *f)
{
    an_doc *doc = p->doc;
    const an_signed_rank *w = &f->pratt;
    const an_value change = typical_change(p, f);
    an_value mean = an_estimate_at(AN_KIND_NUMBER, f->mean, f->mean_lower, f->mean_upper,
                                   p->o->conf_level);

    mean.unit = change.unit;

    an_doc_value(doc, "n_pairs",
                 an_doc_printf(doc, "%s with both scores", an_rows_title(p->frame)),
                 an_count_of((double)f->n, (double)p->n), "count");
    an_doc_value(doc, "baseline_mean",
                 an_doc_printf(doc, "%s, mean (SD)", p->before->label),
                 mean_sd(f->mean_y, f->sd_y), "of the pairs");
    an_doc_value(doc, "followup_mean",
                 an_doc_printf(doc, "%s, mean (SD)", p->after->label),
                 mean_sd(f->mean_x, f->sd_x), "of the pairs");
    an_doc_value(doc, "baseline_median",
                 an_doc_printf(doc, "%s, median", p->before->label),
                 median_of(f->median_y), "of the pairs");
    an_doc_value(doc, "followup_median",
                 an_doc_printf(doc, "%s, median", p->after->label),
                 median_of(f->median_x), "of the pairs");
    an_doc_value(doc, "pseudomedian", "Change (after minus before), Hodges-Lehmann",
                 change,
                 f->pseudomedian_exact ? "Hodges-Lehmann, limits by inverting the exact "
                                         "signed-rank test"
                                       : "Hodges-Lehmann, limits from the normal "
                                         "approximation");
    an_doc_value(doc, "p_signed_rank",
                 w->exact ? "Exact signed-rank test, zeros by Pratt, p"
                          : "Signed-rank test, normal approximation, zeros by Pratt, p",
                 an_number_or(AN_KIND_P, w->p_two_sided, "no score changed"),
                 w->exact ? "exact signed-rank, zeros by Pratt"
                          : "signed-rank, normal approximation, zeros by Pratt");
    an_doc_value(doc, "mean_change", "Mean change (after minus before)", mean,
                 "paired t interval");
    an_doc_value(doc, "p_t", "Paired t test, p",
                 an_number_or(AN_KIND_P, f->t_p, "every change is the same"),
                 "paired t test");
    an_doc_value(doc, "n_lower", "Score lower than before",
                 an_count_of((double)f->n_negative, (double)f->n), "count of pairs");
    an_doc_value(doc, "n_same", "Score unchanged",
                 an_count_of((double)f->n_zero, (double)f->n), "count of pairs");
    an_doc_value(doc, "n_higher", "Score higher than before",
                 an_count_of((double)f->n_positive, (double)f->n), "count of pairs");
}

/* "; exact signed-rank test, p < 0.001", or nothing where nothing changed. */
static const char *test_phrase(an_doc *doc, const an_signed_rank *w)
{
    if (isnan(w->p_two_sided)) return "";
    return an_doc_printf(doc, "; %ssigned-rank test, %s", w->exact ? "exact " : "",
                         an_doc_p(doc, w->p_two_sided));
}

static void paired_sentence(an_pain *p, const an_paired *f)
{
    an_doc *doc = p->doc;
    const char *all = an_rows_all(doc, p->frame);
    const char *who = f->n == p->n
                          ? an_doc_printf(doc, "In all %s", all)
                          : an_doc_printf(doc, "In the %s of %s with both scores",
                                          an_count_text(doc, (double)f->n), all);
    const char *how = f->mean < 0 ? "fell" : f->mean > 0 ? "rose" : "did not change,";
    const char *change = an_doc_format(doc, typical_change(p, f));

    an_doc_text(
        doc, "change",
        "%s, mean pain %s from %s to %s. The typical change (Hodges-Lehmann, after minus before) is %s%s.",
        who, how, an_doc_format(doc, an_number(AN_KIND_NUMBER, f->mean_y)),
        an_doc_format(doc, an_number(AN_KIND_NUMBER, f->mean_x)), change,
        test_phrase(doc, &f->pratt));
}

static an_status paired(an_pain *p)
{
    an_paired_options o = an_paired_defaults();
    an_paired f;
    an_status st;

    o.conf_level = p->o->conf_level;
    st = an_paired_fit(p->ctx, p->n, p->after->x, p->before->x, &o, &f);
    if (st == AN_ERR_ESTIMATE)
        return an_fail(p->ctx, st, "no %s has both pain scores, %s and %s",
                       an_rows_noun(p->frame, 1), p->before->label, p->after->label);
    if (st != AN_OK) return st;
    an_doc_open(p->doc, "paired", "Change of the score");
    paired_sentence(p, &f);
    paired_values(p, &f);
    if (isinf(f.pseudomedian_lower))
        an_doc_note(p->doc, AN_WARNING, "M411",
                    "With %lld pairs no shift can be excluded at this level: the "
                    "Hodges-Lehmann limits are infinite.",
                    (long long)f.n);
    if (!f.pratt.exact || !f.pseudomedian_exact)
        an_doc_note(
            p->doc, AN_NOTE, "M412",
            "The signed-rank test is exact up to %lld changed scores and its limits "
            "up to %lld pairs; beyond, the normal approximation with the variance "
            "given the ranks is used.",
            (long long)o.exact_test, (long long)o.exact_limit);
    an_doc_close(p->doc);
    return AN_OK;
}

/* ---- What the reader must know ---- */

static void notes(an_pain *p)
{
    const an_index outside = count_outside(p, p->before) + count_outside(p, p->after);

    if (outside > 0)
        an_doc_note(p->doc, AN_WARNING, "M413",
                    "%lld scores lie outside of 0 to 10: check that these columns are "
                    "numeric rating scales.",
                    (long long)outside);
    if (!p->opioid_before)
        an_doc_note(p->doc, AN_WARNING, "M414",
                    "Opioid doses were not given, so the consensus classes rest on the "
                    "scores alone: a fall of pain bought with more opioids counts as "
                    "response.");
    if (!p->alive)
        an_doc_note(
            p->doc, AN_NOTE, "M415",
            "Survival at the window was not given: the third denominator, alive at "
            "the window, cannot be formed.");
}

static void methods(an_pain *p)
{
    an_doc_text(
        p->doc, "methods",
        "Pain scores before and after were compared in those with both scores by the "
        "exact conditional signed-rank test (zeros by Pratt, mid-ranks) and the "
        "Hodges-Lehmann estimate with limits that invert it; a paired t test stands "
        "beside it. Response follows the international consensus of 2012%s (baseline "
        "score of at least %g); other definitions use the score alone. Proportions have "
        "Wilson %g %% limits over all treated (a missing score is no response)%s.",
        p->opioid_before ? " with oral morphine equivalents" : ", without opioid doses",
        p->o->min_baseline, 100 * p->o->conf_level,
        p->alive ? ", those assessable, and those alive at the window"
                 : " and those assessable");
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_pain p = {.ctx = ctx, .frame = frame, .o = opt, .doc = doc};

    p.mem = an_arena_new(ctx);
    if (!p.mem) return AN_ERR_MEMORY;
    AN_TRY(read_frame(&p));
    AN_TRY(paired(&p));
    AN_TRY(an_pain_responses(&p));
    an_pain_intensities(&p);
    AN_TRY(an_pain_trajectory(&p));
    notes(&p);
    methods(&p);
    AN_TRY(an_doc_status(doc));
done:
    an_arena_free(p.mem);
    return st;
}

const an_analysis an_analysis_pain = {
    .id = "pain",
    .title = "Pain before and after radiotherapy",
    .question = "How much did pain change after radiotherapy, and in how many patients?",
    .method = "pain",
    .example = "anodyne pain examples/spine-hfrt/cohort.csv 'nrs_1month ~ nrs_baseline' "
               "--opioid-baseline opioid_baseline_mg --opioid-followup opioid_1month_mg",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_pain_options),
    .references = references,
    .run = run,
};
