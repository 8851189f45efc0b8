/* Concordance: how well a marker orders patients by when they have the event. */
#include "study/analyses/concordance_view.h"

#include "math/math.h"

static const char *const weights[] = {"harrell", "s", "sg", "uno", "i", NULL};
static const char *const directions[] = {"risk", "survival", NULL};

static const an_param params[] = {
    AN_PARAM_CHOICE(an_concordance_params, weight, 0, weights,
                    "Weight of a pair; harrell: 1, s: Peto-Wilcoxon, sg: Schemper, uno: "
                    "1/G^2, i: each event alike"),
    AN_PARAM_CHOICE(an_concordance_params, direction, 0, directions,
                    "What a higher marker is held to mean: risk, an earlier event; "
                    "survival, a later one (default of R)"),
    AN_PARAM_REAL(an_concordance_params, tau, 0, 0, 1e15, "unit of the data",
                  "Only events up to this time make pairs; 0: all"),
    AN_PARAM_REAL(an_concordance_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_SURV, true, false, true,
     "Surv(time, event) or Surv(entry, time, event)"},
    {"terms", AN_ROLE_TERMS, true, true, true,
     "Markers: numbers, or factors of two levels"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Pairs are formed within strata: strata(...)"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true,
     "Rows that belong together: cluster(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Harrell FE, Califf RM, Pryor DB, Lee KL, Rosati RA. Evaluating the yield of medical "
    "tests. JAMA 1982;247:2543-2546. doi:10.1001/jama.1982.03320430047030",
    "Uno H, Cai T, Pencina MJ, D'Agostino RB, Wei LJ. On the C-statistics for evaluating "
    "overall adequacy of risk prediction procedures with censored survival data. Stat Med "
    "2011;30:1105-1117. doi:10.1002/sim.4154",
    "Therneau TM, Watson DA. The concordance statistic and the Cox model. Mayo Clinic "
    "Technical Report 85, 2015.",
    NULL,
};

/* ---- Data ---- */

static an_status check_markers(an_concordance_view *v)
{
    const an_design *design = &v->frame->design;

    for (an_index t = 0; t < design->n_terms; t++)
        if (design->terms[t].n_columns != 1)
            return an_fail(
                v->ctx, AN_ERR_ARGUMENT,
                "%s has %lld columns and orders nobody by itself: a marker is a "
                "number or a factor of two levels; as.numeric(%s) takes its "
                "levels in their order",
                design->terms[t].label, (long long)design->terms[t].n_columns,
                design->terms[t].name);
    return AN_OK;
}

/* Events after tau make no pair; whoever has one is followed all the same. */
static an_status cut_events(an_concordance_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    int32_t *event;

    v->surv = v->frame->surv;
    AN_ALLOC(event, v->mem, v->surv.n);
    for (an_index i = 0; i < v->surv.n; i++) {
        const bool late = v->params->tau > 0 && v->surv.time[i] > v->params->tau;

        event[i] = v->surv.event[i] == 1 && !late;
        v->n_events += event[i];
    }
    v->surv.event = event;
    if (v->n_events == 0)
        AN_TRY(an_fail(ctx, AN_ERR_ESTIMATE,
                       "none of the %s had %s%s: no pair can be compared",
                       an_rows_all(v->doc, v->frame), v->event,
                       v->params->tau > 0 ? " by tau" : ""));
done:
    return st;
}

static an_status fill_scores(an_concordance_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index size = v->surv.n * v->k;
    double *score;

    AN_ALLOC(score, v->mem, size);
    for (an_index i = 0; i < size; i++)
        score[i] =
            v->params->direction == 0 ? v->frame->design.x[i] : -v->frame->design.x[i];
    v->score = score;
done:
    return st;
}

static an_status estimate(an_concordance_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    an_grouping strata, cluster;

    AN_TRY(an_vector_grouping(ctx, v->frame->strata, &strata));
    AN_TRY(an_vector_grouping(ctx, v->frame->cluster, &cluster));
    v->clustered = cluster.code != NULL;
    v->stratified = strata.code != NULL;
    AN_ALLOC(v->vcov, v->mem, v->k * v->k);
    for (int w = 0; w < AN_CONCORDANCE_WEIGHTS; w++) {
        AN_ALLOC(v->found[w], v->mem, v->k);
        AN_TRY(an_concordance_several(ctx, &v->surv, v->k, v->score, strata, cluster,
                                      (an_concordance_weight)w, v->found[w],
                                      w == v->params->weight ? v->vcov : NULL));
    }
done:
    return st;
}

static an_status name_markers(an_concordance_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;

    AN_ALLOC(v->label, v->mem, v->k);
    AN_ALLOC(v->key, v->mem, v->k);
    for (an_index k = 0; k < v->k; k++) {
        const an_term *term = &v->frame->design.terms[k];

        v->label[k] = v->frame->design.labels[term->first];
        if (term->vector) v->label[k] = term->label;
        v->key[k] = an_doc_key(v->doc, term->name);
        for (an_index l = 0; l < k; l++)
            if (strcmp(v->key[l], v->key[k]) == 0)
                v->key[k] = an_doc_printf(v->doc, "%s_%lld", v->key[k], (long long)k + 1);
    }
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    an_concordance_view v = {.ctx = ctx,
                             .frame = frame,
                             .params = opt,
                             .doc = doc,
                             .event = an_event_in_words(doc, frame),
                             .k = frame->design.n_terms};

    v.mem = an_arena_new(ctx);
    if (!v.mem) return AN_ERR_MEMORY;
    v.quantile = an_normal_quantile(0.5 + v.params->conf_level / 2);
    AN_TRY(check_markers(&v));
    AN_TRY(cut_events(&v));
    AN_TRY(fill_scores(&v));
    AN_TRY(name_markers(&v));
    AN_TRY(estimate(&v));
    an_concordance_say(&v);
    an_concordance_show(&v);
    an_concordance_say_method(&v);
    st = an_doc_status(doc);
done:
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_concordance = {
    .id = "concordance",
    .title = "Concordance (C index)",
    .question = "How well does a marker order patients by when they have the event, and "
                "does one marker do so better than another?",
    .method = "concordance",
    .example =
        "anodyne concordance examples/mgus2/mgus2.csv 'Surv(futime, death) ~ age + "
        "creat'",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_concordance_params),
    .references = references,
    .run = run,
};
