/* Tables of survival and of cumulative incidence, in per cent at given times. */
#include "study/audit/audit.h"

enum { MOST_CURVES = 12 };

typedef struct curve {
    const char *name;
    an_printed share; /* of the patients, per cent; NaN */
    an_index n;
    an_printed at[AN_MOST_POINTS];
} curve;

/* values: [89, 77] or {share: 24, values: [89, 77]}. */
static void read_curve(an_claim *claim, const an_yaml *map, const char *name, curve *out)
{
    static const char *const keys[] = {"share", "values", NULL};
    const an_yaml *node = an_yaml_get(map, name);
    const char *share = NULL;

    out->name = name;
    out->share = (an_printed){NAN, 0};
    if (node && node->kind == AN_YAML_MAP) {
        if (!an_yaml_check_map(claim->file, node, name, keys)) return;
        an_yaml_text(claim->file, node, "share", &share);
        if (share) out->share = an_printed_read(share);
        out->n = an_claim_list(claim, node, "values", out->at);
    } else {
        out->n = an_claim_list(claim, map, name, out->at);
    }
}

static an_index read_curves(an_claim *claim, const char *key, curve *out)
{
    const an_yaml *map = an_yaml_get(claim->node, key);

    if (!map || map->kind != AN_YAML_MAP || map->n > MOST_CURVES) {
        an_yaml_error(claim->file, map ? map->place : claim->node->place, "S203",
                      "A: [89, 77, 54]", "%s of %s: 1 to 12 named lists are needed", key,
                      claim->id);
        return 0;
    }
    for (an_index i = 0; i < map->n; i++) read_curve(claim, map, map->key[i], &out[i]);
    return map->n;
}

/* As many values as times, none out of order. */
static void judge_curve(an_claim *claim, const curve *c, an_index n_times, bool falls)
{
    if (c->n != n_times)
        an_claim_find(claim, AN_VERDICT_DISAGREES, "%s: %lld values for %lld times.",
                      c->name, (long long)c->n, (long long)n_times);
    for (an_index i = 0; i < c->n; i++)
        if (c->at[i].value < 0 || c->at[i].value > 100)
            an_claim_find(claim, AN_VERDICT_DISAGREES, "%s: %.10g %% is no share.",
                          c->name, c->at[i].value);
    for (an_index i = 1; i < c->n; i++)
        if (falls ? c->at[i].value > c->at[i - 1].value
                  : c->at[i].value < c->at[i - 1].value)
            an_claim_find(claim, AN_VERDICT_DISAGREES, "%s %s from %.10g to %.10g %%.",
                          c->name, falls ? "rises" : "falls", c->at[i - 1].value,
                          c->at[i].value);
}

static double low(an_printed p)
{
    return p.value - p.half;
}

static double high(an_printed p)
{
    return p.value + p.half;
}

/* The whole is the groups, each by its share. */
static void judge_mixture(an_claim *claim, an_index n, const curve *groups,
                          const curve *whole)
{
    for (an_index i = 0; i < whole->n; i++) {
        double middle = 0, least = 0, most = 0;

        for (an_index g = 0; g < n; g++) {
            if (isnan(groups[g].share.value) || i >= groups[g].n) return;
            middle += groups[g].share.value * groups[g].at[i].value / 100;
            least += fmax(0, low(groups[g].share)) * fmax(0, low(groups[g].at[i])) / 100;
            most += high(groups[g].share) * high(groups[g].at[i]) / 100;
        }
        an_claim_value(claim, an_doc_printf(claim->doc, "mixture_%lld", (long long)i + 1),
                       an_doc_printf(claim->doc, "Mixture of the groups, time %lld",
                                     (long long)i + 1),
                       an_number(AN_KIND_PROPORTION, middle / 100));
        if (an_printed_overlap(whole->at[i], least, most))
            an_claim_find(
                claim, AN_VERDICT_AGREES,
                "All, %.10g %%: within rounding of the groups together, %.1f %%.",
                whole->at[i].value, middle);
        else
            an_claim_find(claim, AN_VERDICT_DISAGREES,
                          "All, %.10g %%, is not the groups together, %.1f %%.",
                          whole->at[i].value, middle);
    }
}

void an_judge_survival(an_claim *claim)
{
    curve groups[MOST_CURVES] = {0}, whole = {.name = "whole"};
    an_printed times[AN_MOST_POINTS];
    const an_index n_times = an_claim_list(claim, claim->node, "times", times);
    const an_index n = read_curves(claim, "groups", groups);

    for (an_index g = 0; g < n; g++) judge_curve(claim, &groups[g], n_times, true);
    if (claim->verdict == AN_VERDICT_NONE && n > 0)
        an_claim_find(claim, AN_VERDICT_AGREES, "No curve rises.");
    if (!an_yaml_get(claim->node, "whole")) return;
    whole.n = an_claim_list(claim, claim->node, "whole", whole.at);
    judge_curve(claim, &whole, n_times, true);
    judge_mixture(claim, n, groups, &whole);
}

void an_judge_incidence(an_claim *claim)
{
    curve causes[MOST_CURVES] = {0};
    an_printed times[AN_MOST_POINTS];
    const an_index n_times = an_claim_list(claim, claim->node, "times", times);
    const an_index n = read_curves(claim, "causes", causes);

    for (an_index c = 0; c < n; c++) judge_curve(claim, &causes[c], n_times, false);
    for (an_index i = 0; i < n_times; i++) {
        double sum = 0, least = 0;

        for (an_index c = 0; c < n && i < causes[c].n; c++) {
            sum += causes[c].at[i].value;
            least += low(causes[c].at[i]);
        }
        an_claim_value(
            claim, an_doc_printf(claim->doc, "sum_%lld", (long long)i + 1),
            an_doc_printf(claim->doc, "All causes, time %lld", (long long)i + 1),
            an_number(AN_KIND_PROPORTION, sum / 100));
        if (least > 100)
            an_claim_find(
                claim, AN_VERDICT_DISAGREES,
                "At time %s the incidences add up to %.10g %%: patients have one "
                "first event.",
                an_doc_printf(claim->doc, "%.10g", times[i].value), sum);
        else
            an_claim_find(claim, AN_VERDICT_AGREES,
                          "At time %.10g the incidences add up to %.10g %%; %.10g %% are "
                          "free of all.",
                          times[i].value, sum, 100 - sum);
    }
}
