/* Shared parts of the analyses of time to event. */
#include "study/analyses/survival_parts.h"

static const double YEAR_DAYS = 365.25; /* and a twelfth of it is a month: 30.4375 */

const char *const an_show_unit_choices[] = {"data", "days", "months", "years", NULL};
const char *const an_package_choices[] = {"none", "r", "sas", "stata", NULL};

an_time_scale an_time_scale_of(const an_frame *frame, an_show_unit show)
{
    an_time_scale scale = {.divisor = 1, .unit = frame->time_unit};

    if (show == AN_SHOW_DATA) return scale;
    scale.assumed = !frame->time_unit;
    scale.unit = an_show_unit_choices[show];
    if (show == AN_SHOW_MONTHS) scale.divisor = YEAR_DAYS / 12;
    if (show == AN_SHOW_YEARS) scale.divisor = YEAR_DAYS;
    return scale;
}

/* Steps that people count in; at most seven ticks. */
static double tick_step(double span, bool months)
{
    static const double month_steps[] = {1, 2, 3, 6, 12, 24, 36, 60, 120};
    double decade = pow(10, floor(log10(span)) - 1);

    for (size_t i = 0; months && i < sizeof month_steps / sizeof *month_steps; i++)
        if (span / month_steps[i] <= 6 && span >= 3) return month_steps[i];
    for (;; decade *= 10)
        for (int i = 0; i < 3; i++) {
            static const double leading[] = {1, 2, 5};

            if (span / (leading[i] * decade) <= 6) return leading[i] * decade;
        }
}

an_status an_time_ticks(an_ctx *ctx, an_arena *mem, const an_time_scale *scale,
                        double last, an_index *n, const double **ticks)
{
    an_status st = AN_OK;
    const double span = last / scale->divisor;
    const bool months = scale->unit && strcmp(scale->unit, "months") == 0;
    double *tick = NULL;

    *n = 0;
    *ticks = NULL;
    if (!(span > 0 && isfinite(span))) goto done;
    const double step = tick_step(span, months);

    AN_ALLOC(tick, mem, (an_index)floor(span / step) + 1);
    *n = (an_index)floor(span / step) + 1;
    for (an_index i = 0; i < *n; i++) tick[i] = step * (double)i;
    *ticks = tick;
done:
    return st;
}

an_figure an_curves_figure(an_doc *doc, const an_time_scale *scale)
{
    return (an_figure){
        .type = AN_FIGURE_CURVES,
        .x_label = scale->unit ? an_doc_printf(doc, "Time (%s)", scale->unit) : "Time",
        .x_min = 0,
        .x_max = NAN,
        .y_min = 0,
        .y_max = NAN};
}

static an_status median_event(an_ctx *ctx, an_arena *mem, an_doc *doc,
                              const an_frame *frame, double *time)
{
    an_status st = AN_OK;
    const an_surv *surv = &frame->surv;
    int64_t *order;
    double *t;
    an_index n = 0;

    AN_ALLOC(t, mem, surv->n);
    AN_ALLOC(order, mem, surv->n);
    for (an_index i = 0; i < surv->n; i++)
        if (surv->event[i] == 1) t[n++] = surv->time[i];
    if (n == 0)
        return an_fail(ctx, AN_ERR_ESTIMATE, "none of %s had %s: there is no horizon",
                       an_rows_all(doc, frame), an_event_in_words(doc, frame));
    AN_TRY(an_order_double(ctx, n, t, order));
    *time = t[order[(n - 1) / 2]];
done:
    return st;
}

an_status an_horizons_of(an_ctx *ctx, an_arena *mem, an_doc *doc, const an_frame *frame,
                         const an_reals *asked, an_index *n, const double **times)
{
    an_status st = AN_OK;
    double *time;
    int64_t *order;

    AN_ALLOC(time, mem, asked->n + 1);
    AN_ALLOC(order, mem, asked->n + 1);
    *times = time;
    *n = 1;
    AN_TRY(median_event(ctx, mem, doc, frame, &time[0]));
    if (asked->n == 0) goto done;
    *n = 0;
    AN_TRY(an_order_double(ctx, asked->n, asked->x, order));
    for (an_index k = 0; k < asked->n; k++)
        if (*n == 0 || asked->x[order[k]] != time[*n - 1])
            time[(*n)++] = asked->x[order[k]];
done:
    return st;
}

an_value an_scaled_time(const an_time_scale *scale, double value, double lower,
                        double upper, double level)
{
    an_value v = an_time_value(value / scale->divisor, lower / scale->divisor,
                               upper / scale->divisor, scale->unit);

    v.level = level;
    return v;
}

const char *an_time_in_words(an_doc *doc, const an_time_scale *scale, double t)
{
    an_value v = an_scaled_time(scale, t, NAN, NAN, 0);

    if (v.value == floor(v.value)) v.kind = AN_KIND_NUMBER; /* nobody says 24.0 months */
    return an_doc_printf(doc, "%s%s", scale->unit ? "" : "time ", an_doc_format(doc, v));
}

const char *an_strata_in_words(an_doc *doc, const an_frame *frame)
{
    if (!frame->strata) return "";
    return an_doc_printf(doc, ", with baseline hazards of their own in the strata of %s",
                         an_label_in_words(doc, frame->strata->label));
}

void an_note_assumed_unit(an_doc *doc, const an_time_scale *scale)
{
    if (scale->assumed)
        an_doc_note(
            doc, AN_NOTE, "M212",
            "Nothing says in what unit the times are; they were taken to be days.");
}

const char *an_event_in_words(an_doc *doc, const an_frame *frame)
{
    const char *label = frame->event_label;

    if (!label || !*label) return "the event";
    return an_label_in_words(doc, label);
}

const char *an_event_at_start(an_doc *doc, const an_frame *frame)
{
    const char *label = frame->event_label;

    if (!label || !*label) return "The event";
    if (label[0] >= 'a' && label[0] <= 'z')
        return an_doc_printf(doc, "%c%s", label[0] - 'a' + 'A', label + 1);
    return label;
}

bool an_frame_has_competing(const an_frame *frame)
{
    return frame->surv.n_causes > 1 || frame->others_censored;
}

bool an_frame_fractional(const an_frame *frame)
{
    const double *w = frame->surv.weight;

    for (an_index i = 0; w && i < frame->n; i++)
        if (w[i] != floor(w[i])) return true;
    return false;
}

/* Rows that follow each other from entry to end are not counted twice. */
const char *an_logrank_invalid(const an_frame *frame)
{
    if (an_frame_fractional(frame))
        return "weights that are not whole numbers have no hypergeometric variance. Use "
               "a weighted Cox model with robust variance";
    if (frame->cluster && frame->owners.name && !frame->surv.entry)
        return "it takes every row as independent. Use a Cox model with cluster()";
    return NULL;
}

void an_logrank_describe(an_doc *doc, const an_frame *frame, const an_logrank *test,
                         const char *method)
{
    const an_doc_column columns[] = {{"group", frame->group->label},
                                     {"n", an_rows_title(frame)},
                                     {"observed", "Observed"},
                                     {"expected", "Expected"},
                                     {"ratio", "Observed / expected"}};
    an_value chisq = an_number(AN_KIND_STATISTIC, test->chisq);
    an_value p = an_number(AN_KIND_P, test->p);

    an_doc_table(doc, "groups", "Observed and expected events", method, 5, columns);
    for (an_index g = 0; g < test->n_groups; g++) {
        const char *label = an_level_label(frame, test->level[g]);
        const an_value cells[] = {
            an_text(label), an_number(AN_KIND_COUNT, test->n[g]),
            an_number(AN_KIND_NUMBER, test->observed[g]),
            an_number(AN_KIND_NUMBER, test->expected[g]),
            test->expected[g] > 0
                ? an_number(AN_KIND_RATIO, test->observed[g] / test->expected[g])
                : an_not_estimable(AN_KIND_RATIO, "no event expected")};

        an_doc_row_add(doc, an_doc_key(doc, label), 0, cells);
    }
    an_doc_table_end(doc, test->n_strata > 1
                              ? an_doc_printf(doc, "Stratified: sums over %lld strata.",
                                              (long long)test->n_strata)
                              : NULL);
    if (isnan(test->p)) {
        chisq.value = NAN;
        chisq.reason = p.reason = "fewer than two groups with expected events";
    }
    an_doc_value(doc, "chisq", "Chi-squared", chisq, method);
    an_doc_value(doc, "df", "Degrees of freedom", an_number(AN_KIND_COUNT, test->df),
                 method);
    an_doc_value(doc, "p", "p-value", p, method);
}
