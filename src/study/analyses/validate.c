/* How good the predictions of a model are, here and on other patients. */
#include "study/analyses/validate_view.h"

static const char *const ties_choices[] = {"efron", "breslow", NULL};

static const an_param params[] = {
    AN_PARAM_REALS(an_validate_params, times, 0, 1e15, "unit of the data",
                   "Horizons of prediction; none: the median time of the events"),
    AN_PARAM_INTEGER(an_validate_params, groups, 4, 2, 20, NULL,
                     "Groups of predicted risk in the table of calibration"),
    AN_PARAM_INTEGER(an_validate_params, resamples, 200, 0, 100000, NULL,
                     "Bootstrap resamples for the optimism; 0: apparent values only"),
    AN_PARAM_INTEGER(an_validate_params, seed, 1, 0, 9007199254740991.0, NULL,
                     "Seed of the resamples"),
    AN_PARAM_CHOICE(an_validate_params, ties, 0, ties_choices, "Tied event times"),
    AN_PARAM_REAL(an_validate_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_validate_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(time, event); with competing causes a Cox model of each makes the risk"},
    {"terms", AN_ROLE_TERMS, true, true, true, "Covariates of the model"},
    {"strata", AN_ROLE_STRATA, false, true, true,
     "Strata with baseline hazards of their own: strata(...)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Graf E, Schmoor C, Sauerbrei W, Schumacher M. Assessment and comparison of "
    "prognostic classification schemes for survival data. Stat Med 1999;18:2529-2545. "
    "doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5",
    "Blanche P, Dartigues JF, Jacqmin-Gadda H. Estimating and comparing time-dependent "
    "areas under receiver operating characteristic curves for censored event times with "
    "competing risks. Stat Med 2013;32:5381-5397. doi:10.1002/sim.5958",
    "Kattan MW, Gerds TA. The index of prediction accuracy: an intuitive measure useful "
    "for evaluating risk prediction models. Diagn Progn Res 2018;2:7. "
    "doi:10.1186/s41512-018-0029-2",
    "Austin PC, Harrell FE, van Klaveren D. Graphical calibration curves and the "
    "integrated calibration index (ICI) for survival models. Stat Med 2020;39:2714-2742. "
    "doi:10.1002/sim.8570",
    "Austin PC, Putter H, Giardiello D, van Klaveren D. Graphical calibration curves and "
    "the integrated calibration index (ICI) for competing risk models. Diagn Progn Res "
    "2022;6:2. doi:10.1186/s41512-021-00114-6",
    "Harrell FE, Lee KL, Mark DB. Multivariable prognostic models. Stat Med "
    "1996;15:361-387. "
    "doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4",
    "Collins GS, Reitsma JB, Altman DG, Moons KGM. Transparent reporting of a "
    "multivariable prediction model for individual prognosis or diagnosis (TRIPOD). Ann "
    "Intern Med 2015;162:55-63. doi:10.7326/M14-0697",
    NULL,
};

const char *an_validate_time(const an_validate_view *w, double t)
{
    return an_time_in_words(w->doc, &w->scale, t);
}

/* ---- Run ---- */

static an_status fit(an_validate_view *w)
{
    const an_design *design = &w->frame->design;
    an_cox_data data = {.surv = w->frame->surv,
                        .p = design->n_columns,
                        .x = design->x,
                        .offset = design->offset,
                        .names = design->names};
    an_validation_options o = an_validation_defaults();
    const an_status st = an_vector_grouping(w->ctx, w->frame->strata, &data.strata);

    if (st != AN_OK) return st;
    o.n_boot = w->params->resamples;
    o.seed = (uint64_t)w->params->seed;
    o.breslow = w->params->ties == 1;
    return an_validate_cox(w->ctx, &data, w->n_times, w->time, &o, &w->v);
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const an_validate_params *p = opt;
    an_validate_view w = {.ctx = ctx,
                          .frame = frame,
                          .params = p,
                          .doc = doc,
                          .mem = an_arena_new(ctx),
                          .scale = an_time_scale_of(frame, (an_show_unit)p->unit),
                          .event = an_event_in_words(doc, frame)};

    if (!w.mem) return AN_ERR_MEMORY;
    AN_TRY(an_horizons_of(ctx, w.mem, doc, frame, &p->times, &w.n_times, &w.time));
    AN_TRY(fit(&w));
    an_validate_say(&w);
    an_validate_show_model(&w);
    an_validate_show_scores(&w);
    AN_TRY(an_validate_show_calibration(&w));
    an_validate_note(&w);
    an_validate_say_method(&w);
    st = an_doc_status(doc);
done:
    an_validation_free(w.v);
    an_arena_free(w.mem);
    return st;
}

const an_analysis an_analysis_validate = {
    .id = "validate",
    .title = "How good the predictions of a model are",
    .question =
        "Can the covariates tell who will have the event by a given time, and are "
        "the predicted risks right?",
    .method = "validate",
    .example = "anodyne validate examples/mgus2/mgus2.csv 'Surv(etime, event) ~ age + "
               "mspike' --times 60 --resamples 10",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_validate_params),
    .references = references,
    .run = run,
};
