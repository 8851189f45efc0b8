/* Tables, sentences and notes of the validation of a model. */
#include "study/analyses/validate_view.h"

#include "math/math.h"

static const char *const method = "Validation";

/* ---- Cells ---- */

/* A number in 0..1 with its error. */
static an_value with_error(const an_validate_view *w, double x, double se,
                           const char *reason)
{
    const double z = an_normal_quantile(0.5 + w->params->conf_level / 2);
    an_value v = an_estimate_at(AN_KIND_COEFFICIENT, x, fmax(0, x - z * se),
                                fmin(1, x + z * se), w->params->conf_level);

    if (isnan(x)) v.reason = reason;
    return v;
}

static an_value corrected(const an_corrected *c)
{
    return an_number_or(AN_KIND_COEFFICIENT, c->corrected, "not estimable");
}

bool an_validate_resampled(const an_validate_view *w)
{
    return w->v->n_boot > 0;
}

bool an_validate_competing(const an_validate_view *w)
{
    return w->frame->surv.n_causes > 1;
}

/* ---- The model as a whole ---- */

void an_validate_show_model(const an_validate_view *w)
{
    const an_validation *v = w->v;
    double events = 0;

    for (an_index i = 0; i < v->n; i++) events += w->frame->surv.event[i] == 1;
    an_doc_value(w->doc, "n", an_rows_title(w->frame),
                 an_number(AN_KIND_COUNT, (double)v->n), method);
    an_doc_value(w->doc, "events", "Events", an_number(AN_KIND_COUNT, events), method);
    an_doc_value(w->doc, "concordance", "Concordance (Harrell's C), apparent",
                 with_error(w, v->concordance.apparent, v->concordance_se,
                            "no pair can be compared"),
                 method);
    if (!an_validate_resampled(w)) return;
    an_doc_value(w->doc, "concordance_corrected", "Concordance corrected for optimism",
                 corrected(&v->concordance), method);
    an_doc_value(w->doc, "slope_corrected",
                 "Calibration slope to be expected on other patients",
                 corrected(&v->slope), method);
}

/* ---- Scores ---- */

static void show_discrimination(const an_validate_view *w)
{
    const an_doc_column columns[] = {
        {"time", "Horizon"},
        {"cases", "Events by then"},
        {"beyond", "Free of any"},
        {"lost", "Lost before"},
        {"auc", "AUC, apparent"},
        {"auc_corrected", "AUC, corrected"},
        {"auc_all", "AUC, competing events among the controls"}};

    an_doc_table(w->doc, "discrimination", "Who has the event by the horizon", method,
                 an_validate_competing(w) ? 7 : 6, columns);
    for (an_index k = 0; k < w->n_times; k++) {
        const an_score *s = &w->v->score[k];
        const char *none = "no event by then, or nobody beyond";
        const an_value cells[] = {an_scaled_time(&w->scale, s->time, NAN, NAN, 0),
                                  an_number(AN_KIND_COUNT, s->n_cases),
                                  an_number(AN_KIND_COUNT, s->n_beyond),
                                  an_number(AN_KIND_COUNT, s->n_lost),
                                  with_error(w, s->auc, s->auc_se, none),
                                  an_validate_resampled(w) ? corrected(&w->v->auc[k])
                                                           : an_text(""),
                                  with_error(w, s->auc_all, s->auc_all_se, none)};

        an_doc_row_add(w->doc, an_doc_printf(w->doc, "%g", s->time), 0, cells);
    }
    an_doc_table_end(
        w->doc, "AUC: probability that of two, one with the event by the horizon and "
                "one without, the first had the higher predicted risk; 0.5: a coin. "
                "Censoring by inverse probability weights.");
}

static void show_accuracy(const an_validate_view *w)
{
    static const an_doc_column columns[] = {{"time", "Horizon"},
                                            {"observed", "Incidence"},
                                            {"expected", "Mean risk"},
                                            {"brier", "Brier score"},
                                            {"null", "of one risk for all"},
                                            {"ipa", "IPA, apparent"},
                                            {"ipa_corrected", "IPA, corrected"}};

    an_doc_table(w->doc, "accuracy", "How far predicted risks are from what happened",
                 method, 7, columns);
    for (an_index k = 0; k < w->n_times; k++) {
        const an_score *s = &w->v->score[k];
        const an_value cells[] = {
            an_scaled_time(&w->scale, s->time, NAN, NAN, 0),
            an_number(AN_KIND_PROPORTION, s->observed),
            an_number(AN_KIND_PROPORTION, s->expected),
            with_error(w, s->brier, s->brier_se, "not estimable"),
            an_number(AN_KIND_COEFFICIENT, s->brier_null),
            an_number_or(AN_KIND_PROPORTION, s->ipa, "no event by then"),
            an_validate_resampled(w)
                ? an_number_or(AN_KIND_PROPORTION, w->v->ipa[k].corrected,
                               "not estimable")
                : an_text("")};

        an_doc_row_add(w->doc, an_doc_printf(w->doc, "%g", s->time), 0, cells);
    }
    an_doc_table_end(
        w->doc, "Brier score: mean square of outcome less risk; less is better. IPA: "
                "by how much it is below that of one risk for all; at or below 0 the "
                "model is useless.");
}

void an_validate_show_scores(const an_validate_view *w)
{
    show_discrimination(w);
    show_accuracy(w);
}

/* ---- Sentences and notes ---- */

void an_validate_say(const an_validate_view *w)
{
    for (an_index k = 0; k < w->n_times; k++) {
        const an_score *s = &w->v->score[k];
        const bool use = an_validate_resampled(w) && !isnan(w->v->auc[k].corrected);
        const double auc = use ? w->v->auc[k].corrected : s->auc;
        const double ipa = use ? w->v->ipa[k].corrected : s->ipa;

        if (isnan(s->auc)) continue;
        an_doc_text(
            w->doc, an_doc_printf(w->doc, "conclusion_%g", s->time),
            "By %s: of two %s, one with %s and one still free of any event, the model gives "
            "the first the higher risk with probability %.2f%s; its risks are %s",
            an_validate_time(w, s->time), an_rows_noun(w->frame, 2), w->event, auc,
            use ? " (corrected for optimism)" : " (on the data that made it)",
            ipa > 0 ? an_doc_printf(w->doc,
                                    "%.1f %% closer to what happened than one risk for "
                                    "all.",
                                    100 * ipa)
                    : "no closer to what happened than one risk for all.");
    }
}

void an_validate_note(const an_validate_view *w)
{
    const an_validation *v = w->v;

    for (an_index k = 0; k < w->n_times; k++)
        if (v->score[k].n_cases < 10 || v->score[k].n_beyond < 10)
            an_doc_note(w->doc, AN_WARNING, "M350",
                        "By %s there are %s events, and %s are followed beyond: too few "
                        "for a stable AUC or Brier score.",
                        an_validate_time(w, v->score[k].time),
                        an_count_text(w->doc, v->score[k].n_cases),
                        an_count_text(w->doc, v->score[k].n_beyond));
    if (an_validate_resampled(w) && v->slope.corrected < 0.85)
        an_doc_note(w->doc, AN_WARNING, "M351",
                    "Overfitted: on other patients high risks would be too high and low "
                    "ones too low (calibration slope %.2f). Drop covariates, or shrink "
                    "the coefficients by this factor.",
                    v->slope.corrected);
    if (v->n_failed > 0)
        an_doc_note(w->doc, AN_NOTE, "M352",
                    "%lld of %lld resamples had no estimate and were left out.",
                    (long long)v->n_failed, (long long)(v->n_failed + v->n_boot));
    an_note_assumed_unit(w->doc, &w->scale);
}

void an_validate_say_method(const an_validate_view *w)
{
    const char *optimism = "";

    if (an_validate_resampled(w))
        optimism = an_doc_printf(
            w->doc,
            " Optimism is the mean over %lld bootstrap resamples of the index of the "
            "resample's model there less that on all %s (Harrell)%s.",
            (long long)w->v->n_boot, an_rows_noun(w->frame, 2),
            w->frame->strata ? "; rows are drawn within strata" : "");
    an_doc_text(
        w->doc, "methods",
        "Risks of %s are those of %s%s%s. AUC and Brier score weigh by the inverse "
        "probability of not being censored (marginal Kaplan-Meier estimate); "
        "limits (%g %%) are from infinitesimal-jackknife errors that take the "
        "predictions as given. Calibration curves are from %s with a restricted "
        "cubic spline (3 knots) of the complementary log-log of the predicted "
        "risk, over the whole follow-up (Austin).%s",
        w->event,
        an_validate_competing(w)
            ? "cause-specific Cox models, one for each cause, combined to "
              "the absolute risk"
            : "a Cox model with all covariates",
        an_strata_in_words(w->doc, w->frame),
        w->frame->design.offset ? ", and an offset" : "", 100 * w->params->conf_level,
        an_validate_competing(w) ? "Fine-Gray regression" : "Cox regression", optimism);
}
