/* Sentences and notes of restricted means. */
#include "study/analyses/rmst_view.h"

static const char *time_text(const an_rmst_view *v, double x, double lower, double upper)
{
    return an_doc_format(v->doc, lower < upper ? an_rmst_time(v, x, lower, upper)
                                               : an_rmst_time(v, x, NAN, NAN));
}

static const char *mean_text(const an_rmst_view *v, const an_rmst_group *g)
{
    return time_text(v, g->mean, g->lower, g->upper);
}

static const an_rmst_group *group_of(const an_rmst_view *v, int32_t level)
{
    an_index i = 0;

    while (v->rmst->group[i].level != level) i++;
    return &v->rmst->group[i];
}

/* "2.9 months longer (95 % CI 0.4 to 5.4 months, p = 0.02)", told from the side on which it
 * is more. */
static void say_effect(const an_rmst_view *v, const char *key, const char *lead,
                       const char *a, const char *b, const an_rmst_effect *e)
{
    const bool longer = e->estimate >= 0;
    const double x = fabs(e->estimate), lower = longer ? e->lower : -e->upper,
                 upper = longer ? e->upper : -e->lower;

    if (!(e->p < 1 - v->params->conf_level))
        an_doc_text(v->doc, key,
                    "%sNo difference between %s and %s (reference) was shown: %s %s with "
                    "%s, %s.",
                    lead, a, b, time_text(v, x, lower, upper),
                    longer ? "longer" : "shorter", a, an_doc_p(v->doc, e->p));
    else
        an_doc_text(v->doc, key,
                    "%sTime free of %s was on average %s %s for %s than for %s "
                    "(reference), %s.",
                    lead, v->event, time_text(v, x, lower, upper),
                    longer ? "longer" : "shorter", a, b, an_doc_p(v->doc, e->p));
}

static void say_contrast(const an_rmst_view *v, const an_rmst_contrast *c)
{
    const an_rmst_group *a = group_of(v, c->level), *b = group_of(v, v->rmst->reference);
    const char *lead;

    if (a->beyond || b->beyond) return;
    lead = an_doc_printf(v->doc, "Mean time free of %s within %s: %s for %s, %s for %s. ",
                         v->event, v->within, mean_text(v, a), an_rmst_words(v, a->level),
                         mean_text(v, b), an_rmst_words(v, b->level));
    /* The other group's variance alone would make it look certain. */
    if (!(a->se > 0 && b->se > 0))
        an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", v->key[c->level]),
                    "%sOne of the two has no variance, so that no test of their "
                    "difference is put into words.",
                    lead);
    else
        say_effect(v, an_doc_printf(v->doc, "conclusion_%s", v->key[c->level]), lead,
                   an_rmst_words(v, a->level), an_rmst_words(v, b->level),
                   &c->difference);
}

static void say_adjusted(const an_rmst_view *v)
{
    const an_rmst_model *m = v->model[AN_RMST_DIFFERENCE];

    for (an_index j = 1; m && j < m->n_groups; j++) {
        const an_rmst_effect e = {m->estimate[j], m->se[j], m->lower[j], m->upper[j],
                                  m->p_value[j]};

        if (isnan(e.p)) continue;
        say_effect(v, an_doc_printf(v->doc, "adjusted_%s", v->key[m->level[j - 1]]),
                   an_doc_printf(v->doc, "Adjusted for %s: ", v->covariates.list),
                   an_rmst_words(v, m->level[j - 1]),
                   an_rmst_words(v, v->rmst->reference), &e);
    }
}

void an_rmst_say(const an_rmst_view *v)
{
    const an_rmst_group *g = v->rmst->group;

    if (v->rmst->n_groups == 1 && g->beyond)
        an_doc_text(v->doc, "conclusion",
                    "The mean time free of %s within %s is not known: follow-up ends "
                    "earlier.",
                    v->event, v->within);
    else if (v->rmst->n_groups == 1)
        an_doc_text(v->doc, "conclusion",
                    "Within %s there were %s free of %s on average.", v->within,
                    mean_text(v, g), v->event);
    for (an_index i = 0; i < v->rmst->n_contrasts; i++)
        say_contrast(v, &v->rmst->contrast[i]);
    say_adjusted(v);
}

static const char *comparison_text(const an_rmst_view *v)
{
    if (v->rmst->n_contrasts == 0) return "";
    if (v->rmst->n_contrasts == 1)
        return " Groups were compared by the difference and, on the log scale, by the "
               "ratio of means and of times lost.";
    return " Groups were compared by the difference, with Holm's adjustment and a Wald "
           "test of all, and, on the log scale, by the ratio of means and of times lost.";
}

void an_rmst_say_method(const an_rmst_view *v)
{
    const char *adjusted = "";

    if (v->model[0] || v->model[1] || v->model[2])
        adjusted = an_doc_printf(
            v->doc,
            " Adjusted differences and ratios are those of an analysis of covariance "
            "(covariates: %s) of the time within the horizon, weighted by the inverse of "
            "the probability of being uncensored in each group (Tian, Zhao and Wei).",
            v->covariates.list);
    an_doc_text(
        v->doc, "methods",
        "Restricted mean survival time is the area under the Kaplan-Meier curve of "
        "time to %s up to %s (%s), with %s variance and normal limits (%g %%).%s%s",
        v->event, v->within,
        v->rmst->tau_chosen
            ? "the smallest of the groups' last times, as no horizon was set"
            : "the horizon asked for",
        v->rmst->robust ? "robust (infinitesimal jackknife)" : "Greenwood's",
        100 * v->params->conf_level, comparison_text(v), adjusted);
}

/* ---- Notes ---- */

static void note_groups(const an_rmst_view *v)
{
    double events = 0;

    for (an_index i = 0; i < v->rmst->n_groups; i++) {
        const an_rmst_group *g = &v->rmst->group[i];
        const char *words = an_rmst_words(v, g->level);

        events += g->n_event;
        if (g->beyond)
            an_doc_note(v->doc, AN_WARNING, "M215",
                        "%s: follow-up ends at %s, before the horizon, and not everybody "
                        "had %s. The mean is not known; take a horizon of at most that.",
                        words, time_text(v, g->last, NAN, NAN), v->event);
        else if (g->n_event == 0)
            an_doc_note(
                v->doc, AN_NOTE, "M203",
                "%s: no event within the horizon, so that the mean is the horizon "
                "and has no variance. Comparisons with it look more certain than they "
                "are.",
                words);
        else if (!(g->se > 0))
            an_doc_note(v->doc, AN_WARNING, "M222",
                        "%s: all (%lld) had the event together, so that the mean has no "
                        "estimate of its variance. Comparisons with it look more certain "
                        "than they are.",
                        words, (long long)g->n);
    }
    if (events > 0 && events < 10)
        an_doc_note(v->doc, AN_WARNING, "M201",
                    "Only %g event%s within the horizon: normal limits and tests for so "
                    "few are approximate.",
                    events, events == 1 ? "" : "s");
}

void an_rmst_note(const an_rmst_view *v)
{
    const an_frame *f = v->frame;

    note_groups(v);
    if (v->rmst->tau_chosen)
        an_doc_note(v->doc, AN_NOTE, "M214",
                    "No horizon was set: the smallest of the groups' last times, %s, was "
                    "taken. It depends on the data; set one in advance with tau.",
                    v->within);
    if (f->group && v->rmst->n_groups == 1)
        an_doc_note(v->doc, AN_WARNING, "M204",
                    "Only one level of %s has %s: there is nothing to compare.",
                    an_label_in_words(v->doc, f->group->label), an_rows_noun(f, 2));
    if (an_frame_has_competing(f))
        an_doc_note(v->doc, AN_WARNING, "M210",
                    "Competing causes are censored here, so that the mean is that of a "
                    "world without them.");
    if (v->rmst->weighted)
        an_doc_note(v->doc, AN_NOTE, "M207", "Case weights are used%s.",
                    v->rmst->robust ? ", with the robust variance" : " as frequencies");
    if (f->surv.entry)
        an_doc_note(v->doc, AN_NOTE, "M209",
                    "Delayed entry: a %s counts as at risk after the entry time only.",
                    an_rows_noun(f, 1));
    if (f->n_time_merged > 0)
        an_doc_note(v->doc, AN_NOTE, "M211",
                    "%lld times that differed by rounding only were joined.",
                    (long long)f->n_time_merged);
    an_note_assumed_unit(v->doc, &v->scale);
}
