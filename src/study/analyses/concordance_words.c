/* Tables and sentences of the analysis of concordance. */
#include "study/analyses/concordance_view.h"

#include "math/math.h"

static const char *const names[AN_CONCORDANCE_WEIGHTS] = {
    "Harrell", "Peto-Wilcoxon (S)", "Schemper (S/G)", "Uno (1/G\u00b2)",
    "Each event alike"};
static const char *const keys[AN_CONCORDANCE_WEIGHTS] = {"harrell", "s", "sg", "uno",
                                                         "i"};

/* Of more markers the table of differences says enough. */
enum { SAID = 3 };

static const char *const no_pair = "no pair can be compared";

static const an_concordance *chosen(const an_concordance_view *v)
{
    return v->found[v->params->weight];
}

/* Limits on the scale of C, cut at 0 and 1. */
static an_value c_value(const an_concordance_view *v, const an_concordance *found)
{
    const double spread = v->quantile * found->se;
    an_value c = an_estimate_at(AN_KIND_NUMBER, found->c, fmax(0, found->c - spread),
                                fmin(1, found->c + spread), v->params->conf_level);

    if (isnan(c.value)) c.reason = no_pair;
    return c;
}

/* ---- Differences ---- */

typedef struct difference {
    double value, se, p;
} difference;

static difference difference_of(const an_concordance_view *v, an_index a, an_index b)
{
    const double var =
        v->vcov[a + a * v->k] + v->vcov[b + b * v->k] - 2 * v->vcov[a + b * v->k];
    difference d = {.value = chosen(v)[a].c - chosen(v)[b].c, .se = sqrt(fmax(0, var))};

    d.p = d.se > 0 ? an_normal_two_sided(d.value / d.se) : NAN;
    if (isnan(d.value)) d.se = NAN;
    return d;
}

static an_value difference_value(const an_concordance_view *v, const difference *d)
{
    an_value value =
        an_estimate_at(AN_KIND_NUMBER, d->value, d->value - v->quantile * d->se,
                       d->value + v->quantile * d->se, v->params->conf_level);

    if (isnan(value.value)) value.reason = no_pair;
    return value;
}

/* ---- Tables ---- */

/* Pairs are counted; with weights that are not counts they are sums. */
static an_value pair_count(const an_concordance_view *v, double n)
{
    const bool counts = v->params->weight == AN_CONCORDANCE_N && !v->surv.weight;

    return an_number(counts ? AN_KIND_COUNT : AN_KIND_NUMBER, n);
}

static void show_markers(const an_concordance_view *v)
{
    static const an_doc_column columns[] = {
        {"marker", "Marker"},
        {"c", "C"},
        {"se", "Standard error"},
        {"concordant", "Concordant pairs"},
        {"discordant", "Discordant pairs"},
        {"tied_marker", "Tied in the marker"},
        {"tied_time", "Tied in time"},
        {"tied_both", "Tied in both"},
    };

    an_doc_table(v->doc, "markers", "Concordance of each marker",
                 names[v->params->weight], 8, columns);
    for (an_index k = 0; k < v->k; k++) {
        const an_concordance *f = &chosen(v)[k];
        const an_value cells[] = {an_text(v->label[k]),
                                  c_value(v, f),
                                  an_number_or(AN_KIND_NUMBER, f->se, no_pair),
                                  pair_count(v, f->concordant),
                                  pair_count(v, f->discordant),
                                  pair_count(v, f->tied_x),
                                  pair_count(v, f->tied_y),
                                  pair_count(v, f->tied_xy)};

        an_doc_row_add(v->doc, v->key[k], 0, cells);
    }
    an_doc_table_end(
        v->doc,
        an_doc_printf(
            v->doc,
            "Concordant: the one with the %s marker had the event (%s) first. Pairs tied in "
            "the marker count one half, pairs tied in time not at all.%s",
            v->params->direction == 0 ? "higher" : "lower", v->event,
            v->params->weight == AN_CONCORDANCE_N ? "" : " Pairs are weighted."));
}

static void show_weights(const an_concordance_view *v)
{
    an_doc_column columns[1 + AN_CONCORDANCE_WEIGHTS] = {{"marker", "Marker"}};

    for (int w = 0; w < AN_CONCORDANCE_WEIGHTS; w++)
        columns[1 + w] = (an_doc_column){keys[w], names[w]};
    an_doc_table(v->doc, "weights", "Concordance by weight of the pairs", "Concordance",
                 1 + AN_CONCORDANCE_WEIGHTS, columns);
    for (an_index k = 0; k < v->k; k++) {
        an_value cells[1 + AN_CONCORDANCE_WEIGHTS] = {an_text(v->label[k])};

        for (int w = 0; w < AN_CONCORDANCE_WEIGHTS; w++)
            cells[1 + w] = c_value(v, &v->found[w][k]);
        an_doc_row_add(v->doc, v->key[k], 0, cells);
    }
    an_doc_table_end(v->doc,
                     "Harrell's C depends on when patients were censored; Uno's does "
                     "not, if censoring tells nothing about the event. S: survival, G: "
                     "being uncensored, both just before the event of the pair.");
}

static void show_differences(const an_concordance_view *v)
{
    static const an_doc_column columns[] = {{"markers", "Markers"},
                                            {"difference", "Difference of C"},
                                            {"se", "Standard error"},
                                            {"p", "p"}};

    if (v->k < 2) return;
    an_doc_table(v->doc, "differences", "Differences between markers",
                 names[v->params->weight], 4, columns);
    for (an_index a = 0; a < v->k; a++)
        for (an_index b = a + 1; b < v->k; b++) {
            const difference d = difference_of(v, a, b);
            const an_value cells[] = {
                an_text(an_doc_printf(v->doc, "%s less %s", v->label[a], v->label[b])),
                difference_value(v, &d), an_number_or(AN_KIND_NUMBER, d.se, no_pair),
                an_number_or(AN_KIND_P, d.p, isnan(d.value) ? no_pair : "no spread")};

            an_doc_row_add(v->doc, an_doc_printf(v->doc, "%s_%s", v->key[a], v->key[b]),
                           0, cells);
        }
    an_doc_table_end(v->doc, v->k > 2 ? "p-values are not adjusted for the number of "
                                        "comparisons."
                                      : NULL);
}

void an_concordance_show(const an_concordance_view *v)
{
    show_markers(v);
    show_differences(v);
    show_weights(v);
    an_doc_value(v->doc, "n", an_rows_title(v->frame),
                 an_number(AN_KIND_COUNT, (double)v->surv.n), "Concordance");
    an_doc_value(v->doc, "events", "Events",
                 an_number(AN_KIND_COUNT, (double)v->n_events), "Concordance");
}

/* ---- Sentences ---- */

/* "the higher age", "sex = M": the side of marker k that has the event earlier, or later. */
static const char *side(const an_concordance_view *v, an_index k, bool early)
{
    const an_vector *factor = v->frame->design.terms[k].vector;
    const bool high = early == (v->params->direction == 0);

    if (!factor || !factor->code)
        return an_doc_printf(v->doc, "the %s %s", high ? "higher" : "lower",
                             an_label_in_words(v->doc, v->label[k]));
    for (an_index l = 0; l < factor->n_levels; l++)
        if ((l != factor->reference) == high)
            return an_doc_printf(v->doc, "%s = %s",
                                 an_label_in_words(v->doc, factor->label),
                                 factor->levels[l]);
    return "";
}

static void say_marker(const an_concordance_view *v, an_index k)
{
    const an_concordance *f = &chosen(v)[k];
    const char *key = an_doc_printf(v->doc, "conclusion_%s", v->key[k]);
    const double spread = v->quantile * f->se;
    const char *finding = "it was not shown to order them better than chance";

    if (isnan(f->c)) {
        an_doc_text(v->doc, key, "%s: no pair can be compared.", v->label[k]);
        return;
    }
    if (fabs(f->c - 0.5) > spread)
        finding = an_doc_printf(v->doc, "%s went with an earlier event",
                                side(v, k, f->c > 0.5));
    an_doc_text(v->doc, key,
                "%s: C %s. Of two %s of whom one is known to have had %s before the "
                "other, the one with %s had it first in %s; %s.",
                v->label[k], an_doc_format(v->doc, c_value(v, f)),
                an_rows_noun(v->frame, 2), v->event, side(v, k, true),
                an_doc_format(v->doc, an_number(AN_KIND_PROPORTION, f->c)), finding);
}

/* Two markers that point the same way can be compared; else one has to be turned first. */
static void say_difference(const an_concordance_view *v, an_index a, an_index b)
{
    const difference d = difference_of(v, a, b);
    const an_index more = d.value >= 0 ? a : b, less = d.value >= 0 ? b : a;
    const difference up = {fabs(d.value), d.se, d.p};
    const char *key = an_doc_printf(v->doc, "difference_%s_%s", v->key[a], v->key[b]);
    const char *by = an_doc_format(v->doc, difference_value(v, &up));
    const char *other = an_label_in_words(v->doc, v->label[less]);

    if (isnan(d.p)) return;
    if (chosen(v)[less].c < 0.5)
        an_doc_text(v->doc, key,
                    "The C of %s is higher than that of %s by %s, %s; but %s points the "
                    "other way (C below 0.5): turn it round before you ask which of them "
                    "orders %s better.",
                    an_label_in_words(v->doc, v->label[more]), other, by,
                    an_doc_p(v->doc, d.p), other, an_rows_noun(v->frame, 2));
    else
        an_doc_text(v->doc, key, "%s %s %s better than %s: its C is higher by %s, %s.",
                    v->label[more],
                    d.p < 1 - v->params->conf_level ? "ordered"
                                                    : "was not shown to order",
                    an_rows_noun(v->frame, 2), other, by, an_doc_p(v->doc, d.p));
}

void an_concordance_say(const an_concordance_view *v)
{
    an_doc_text(
        v->doc, "direction",
        "A C above 0.5 means: the higher the marker, the %s %s. At 0.5 the marker "
        "tells nothing about the order; below 0.5 it points the other way.",
        v->params->direction == 0 ? "earlier" : "later", v->event);
    for (an_index k = 0; k < v->k; k++) say_marker(v, k);
    for (an_index a = 0; a < v->k && v->k <= SAID; a++)
        for (an_index b = a + 1; b < v->k; b++) say_difference(v, a, b);
}

void an_concordance_say_method(const an_concordance_view *v)
{
    static const char *const words[AN_CONCORDANCE_WEIGHTS] = {
        "Harrell's concordance", "concordance with Peto-Wilcoxon weights",
        "concordance with Schemper's weights",
        "Uno's concordance, whose pairs weigh 1 / (probability to be uncensored)^2",
        "concordance in which each event counts alike"};
    const char *tau = "";

    if (v->params->tau > 0)
        tau = an_doc_printf(v->doc, " Only events up to %g%s%s make pairs.",
                            v->params->tau, v->frame->time_unit ? " " : "",
                            v->frame->time_unit ? v->frame->time_unit : "");
    an_doc_text(
        v->doc, "methods",
        "Discrimination for %s is %s%s, with infinitesimal-jackknife standard errors%s; "
        "the difference of two markers takes the products of their influences. A "
        "censoring at the time of an event counts as later; two events at one time are "
        "no pair.%s%s Limits (%g %%) are Wald's.",
        v->event, words[v->params->weight],
        v->stratified ? " of pairs within strata" : "",
        v->clustered ? " summed within clusters" : "", tau,
        v->frame->surv.n_causes > 1 ? " A competing event counts as a censoring." : "",
        100 * v->params->conf_level);
}
