/*
 * What the analyses of time to event share: units of time, the event in words, and how a
 * log-rank test is put into a document.
 */
#ifndef AN_STUDY_ANALYSES_SURVIVAL_PARTS_H
#define AN_STUDY_ANALYSES_SURVIVAL_PARTS_H

#include "study/analyses/groups.h"
#include "study/analyses/package.h"

typedef enum an_show_unit {
    AN_SHOW_DATA,
    AN_SHOW_DAYS,
    AN_SHOW_MONTHS,
    AN_SHOW_YEARS
} an_show_unit;
extern const char *const an_show_unit_choices[];

/* Time of the data divided by `divisor` is time as shown. unit may be NULL. */
typedef struct an_time_scale {
    double divisor;
    const char *unit;
    bool assumed; /* nothing says that the data are in days */
} an_time_scale;

an_time_scale an_time_scale_of(const an_frame *frame, an_show_unit show);
/* Ticks from 0 to `last` (time of the data), in units as shown; none when it has no span. */
an_status an_time_ticks(an_ctx *ctx, an_arena *mem, const an_time_scale *scale,
                        double last, an_index *n, const double **ticks);
/* Horizons asked for, ascending, once each; none: the median time of the events of cause 1.
 * AN_ERR_ESTIMATE: there is no event. */
an_status an_horizons_of(an_ctx *ctx, an_arena *mem, an_doc *doc, const an_frame *frame,
                         const an_reals *asked, an_index *n, const double **times);
/* Curves over time from 0 on, without series yet; the scale names the axis. */
an_figure an_curves_figure(an_doc *doc, const an_time_scale *scale);
an_value an_scaled_time(const an_time_scale *scale, double value, double lower,
                        double upper, double level);

/* A time of the data in a sentence: "24 months", "7.4 months", "time 3". */
const char *an_time_in_words(an_doc *doc, const an_time_scale *scale, double t);

/* "re-irradiation", the event in the middle of a sentence, and at its start. */
const char *an_event_in_words(an_doc *doc, const an_frame *frame);
const char *an_event_at_start(an_doc *doc, const an_frame *frame);

/* Are there events of other causes, which an analysis of one counts as censored? */
bool an_frame_has_competing(const an_frame *frame);

/* Is there a weight that is not a whole number? */
bool an_frame_fractional(const an_frame *frame);

/* ", with baseline hazards of their own in the strata of sex"; "" without strata. */
const char *an_strata_in_words(an_doc *doc, const an_frame *frame);
/* Says so where nothing tells in what unit the times are. */
void an_note_assumed_unit(an_doc *doc, const an_time_scale *scale);

/* Why a log-rank test of these rows would not be valid; NULL: it is. */
const char *an_logrank_invalid(const an_frame *frame);
/* Table n, observed, expected per group; chi-squared, df, p. */
void an_logrank_describe(an_doc *doc, const an_frame *frame, const an_logrank *test,
                         const char *method);

#endif
