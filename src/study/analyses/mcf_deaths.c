/* Which events of the data are death, after which there are none. */
#include "study/analyses/mcf_view.h"

/* Is this the event that a user calls so? "dead"; "2" for "status 2". */
static bool is_called(const char *label, const char *text)
{
    const char *last = strrchr(label, ' ');
    double number;

    return strcmp(label, text) == 0 ||
           (last && an_parse_double(text, strlen(text), &number) &&
            strcmp(last + 1, text) == 0);
}

static an_status fail_terminal(const an_mcf_view *v)
{
    const an_frame *f = v->frame;
    const char *list = "";

    for (an_index c = 1; c < f->surv.n_causes; c++)
        list = an_join(v->doc, list, f->cause_labels[c]);
    return an_fail_with(
        v->ctx, AN_ERR_ARGUMENT,
        &(an_problem){
            .severity = AN_ERROR,
            .code = "U104",
            .what = an_doc_printf(v->doc, "terminal: no event but the one counted is %s",
                                  v->params->terminal),
            .advice = *list ? an_doc_printf(v->doc, "choices: %s", list)
                            : "a column of the event with another value for death"});
}

/* Death is the last of a patient: the first row with an event taken for it that is not. */
static an_status goes_on(const an_mcf_view *v, int32_t terminal, an_index *row)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_surv *surv = &v->frame->surv;
    const an_vector *patient = v->frame->cluster;
    double *last = NULL;

    *row = -1;
    if (terminal == AN_MCF_NONE || !patient || !patient->code) return AN_OK;
    AN_ALLOC(last, v->mem, patient->n_levels);
    for (an_index g = 0; g < patient->n_levels; g++) last[g] = -INFINITY;
    for (an_index i = 0; i < surv->n; i++)
        last[patient->code[i]] = fmax(last[patient->code[i]], surv->time[i]);
    for (an_index i = 0; i < surv->n && *row < 0; i++)
        if (surv->event[i] > 1 &&
            (terminal == AN_MCF_OTHERS || surv->event[i] == terminal) &&
            surv->time[i] < last[patient->code[i]])
            *row = i;
done:
    return st;
}

static an_status check_last(const an_mcf_view *v, int32_t terminal)
{
    an_status st = AN_OK;
    an_index row;

    AN_TRY(goes_on(v, terminal, &row));
    if (row < 0) return AN_OK;
    st = an_fail_with(
        v->ctx, AN_ERR_DATA,
        &(an_problem){
            .severity = AN_ERROR,
            .code = "D136",
            .what = an_doc_printf(v->doc,
                                  "\"%s\" counts as death, but follow-up of the "
                                  "same patient goes on after it",
                                  v->frame->cause_labels[v->frame->surv.event[row] - 1]),
            .advice = v->params->terminal
                          ? "correct the rows, or name another event as terminal"
                          : "say which event is death: terminal = dead"});
done:
    return st;
}

/* The code of the terminal event for the estimator. */
an_status an_mcf_find_death(an_mcf_view *v, int32_t *terminal)
{
    const an_frame *f = v->frame;

    *terminal = AN_MCF_NONE;
    for (int32_t c = 2; c <= f->surv.n_causes; c++) {
        const char *label = f->cause_labels ? f->cause_labels[c - 1] : "death";

        if (v->params->terminal && !is_called(label, v->params->terminal)) continue;
        *terminal = v->death || !v->params->terminal ? AN_MCF_OTHERS : c;
        v->death = v->death ? an_doc_printf(v->doc, "%s or %s", v->death, label) : label;
    }
    if (v->params->terminal && !v->death) return fail_terminal(v);
    if (v->params->deaths == AN_MCF_DEATHS_CENSORED) *terminal = AN_MCF_NONE;
    return check_last(v, *terminal);
}
