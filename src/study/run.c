/* One analysis as a section of a document, with what the reader must know about it. */
#include <anodyne/formula.h>

#include "base/base.h"
#include "study/rows.h"

/* ---- Settings as text ---- */

static void put_list(an_buf *buf, const an_reals *list)
{
    if (list->n == 0) an_buf_puts(buf, "default");
    for (an_index i = 0; i < list->n; i++) {
        if (i > 0) an_buf_putc(buf, ' ');
        an_buf_double(buf, list->x[i]);
    }
}

static void put_setting(an_buf *buf, const an_param *p, const void *options)
{
    const void *field = (const char *)options + p->offset;

    an_buf_printf(buf, "%s = ", p->name);
    switch (p->type) {
    case AN_PARAM_REAL_TYPE:
        an_buf_double(buf, *(const double *)field);
        break;
    case AN_PARAM_INTEGER_TYPE:
        an_buf_printf(buf, "%lld", (long long)*(const int64_t *)field);
        break;
    case AN_PARAM_BOOL_TYPE:
        an_buf_puts(buf, *(const bool *)field ? "true" : "false");
        break;
    case AN_PARAM_CHOICE_TYPE:
        an_buf_puts(buf, p->choices[*(const int *)field]);
        break;
    case AN_PARAM_REALS_TYPE:
        put_list(buf, field);
        break;
    case AN_PARAM_TEXT_TYPE:
        an_buf_puts(buf, *(const char *const *)field ? *(const char *const *)field
                                                     : "default");
        break;
    case AN_PARAM_END_TYPE:
        break;
    }
}

/* Provenance "<key>": the analysis, its formula and every setting, defaults too. */
static an_status record_settings(an_ctx *ctx, const an_analysis *analysis,
                                 const an_frame *frame, const void *options,
                                 const char *key, an_doc *doc)
{
    an_buf buf;
    an_status st;

    an_buf_init(&buf, ctx, 1 << 20);
    an_buf_puts(&buf, analysis->id);
    if (frame->formula) an_buf_printf(&buf, "; %s", frame->formula);
    for (const an_param *p = analysis->params; p->name; p++) {
        an_buf_puts(&buf, "; ");
        put_setting(&buf, p, options);
    }
    st = buf.st;
    if (st == AN_OK) an_doc_provenance(doc, key, buf.data);
    an_buf_free(&buf);
    return st;
}

/* ---- The section ---- */

static an_status note_dropped(an_ctx *ctx, const an_frame *frame, an_doc *doc)
{
    an_buf buf;
    an_status st;

    if (frame->n_dropped_reasons == 0) return AN_OK;
    an_buf_init(&buf, ctx, 1 << 20);
    for (an_index k = 0; k < frame->n_dropped_reasons; k++)
        an_buf_printf(&buf, "%s%s (%s)", k ? "; " : "", frame->dropped[k].reason,
                      an_count_text(doc, (double)frame->dropped[k].n));
    st = buf.st;
    if (st == AN_OK)
        an_doc_note(doc, AN_NOTE, "N101", "%s of %s rows are left out: %s.",
                    an_count_text(doc, (double)(frame->n_given - frame->n)),
                    an_count_text(doc, (double)frame->n_given), buf.data);
    an_buf_free(&buf);
    return st;
}

/* An estimator says what it lacks; the user also needs a code, a reason and a way on. */
static an_status explain_refusal(an_ctx *ctx, const an_analysis *analysis, an_status st,
                                 an_index listed)
{
    char what[1024], see[100];
    an_problem problem = {.severity = AN_ERROR, .what = what};

    if (st == AN_ERR_DATA) {
        problem.code = "D133";
        problem.why = "the analysis refuses these rows, numbered among those it uses";
        problem.advice = "correct the data, or leave the rows out";
    } else if (st == AN_ERR_ESTIMATE) {
        problem.code = "M301";
        problem.why = "these rows do not hold what the estimate needs";
        problem.advice =
            "check the event and the rows that are used, or leave this analysis out";
    } else if (st == AN_ERR_ARGUMENT) {
        problem.code = "U124";
        problem.why = "the analysis cannot do what it was asked";
        problem.advice = see;
    } else {
        return st;
    }
    if (an_problem_count(ctx, AN_ERROR) > listed) return st;
    snprintf(what, sizeof what, "%s", an_message(ctx));
    snprintf(see, sizeof see, "see: anodyne describe %s", analysis->id);
    return an_fail_with(ctx, st, &problem);
}

an_status an_analysis_run(an_ctx *ctx, const an_analysis *analysis, const an_frame *frame,
                          const void *options, const char *key, const char *title,
                          an_doc *doc)
{
    an_status st = AN_OK;
    const an_index listed = an_problem_count(ctx, AN_ERROR);

    an_doc_patients(doc, (double)frame->n);
    an_doc_open(doc, key, title ? title : analysis->title);
    AN_TRY(an_params_check(ctx, analysis->params, options));
    for (an_index k = 0; k < frame->n_notes; k++)
        an_doc_note(doc, AN_NOTE, "N102", "%s", frame->notes[k]);
    AN_TRY(note_dropped(ctx, frame, doc));
    an_rows_describe(doc, frame);
    AN_TRY(
        explain_refusal(ctx, analysis, analysis->run(ctx, frame, options, doc), listed));
    for (an_index k = 0; analysis->references && analysis->references[k]; k++)
        an_doc_reference(doc, analysis->references[k]);
    AN_TRY(record_settings(ctx, analysis, frame, options, key, doc));
    AN_TRY(an_doc_status(doc));
done:
    if (st == AN_ERR_DATA || st == AN_ERR_ESTIMATE)
        an_doc_note(doc, AN_WARNING, "N103", "This analysis could not be done: %s.",
                    an_message(ctx));
    an_doc_close(doc);
    an_doc_patients(doc, (double)NAN);
    return st;
}
