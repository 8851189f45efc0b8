/*
 * What the analyses of time to event share: units of time, names, and how a log-rank test
 * is put into a document.
 */
#ifndef AN_STUDY_ANALYSES_SURVIVAL_PARTS_H
#define AN_STUDY_ANALYSES_SURVIVAL_PARTS_H

#include <anodyne/analysis.h>

#include "base/base.h"
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
an_value an_scaled_time(const an_time_scale *scale, double value, double lower,
                        double upper, double level);

/* "re-irradiation": the event in the middle of a sentence. */
const char *an_event_in_words(an_doc *doc, const an_frame *frame);

/* Vectors as groupings; n_levels 0 when there is none. AN_ERR_DATA: not a factor. */
an_status an_vector_grouping(an_ctx *ctx, const an_vector *vector, an_grouping *out);
/* Label of a level; "All patients" without groups. */
const char *an_level_label(const an_vector *group, int32_t level);
/* The same in a sentence: "sex = 1" where the label alone is a number. */
const char *an_level_in_words(an_doc *doc, const an_vector *group, int32_t level);
/* Keys of all levels, each unique; keys[n_levels]. */
void an_level_keys(an_doc *doc, const an_vector *group, const char **keys);
/* Is there a weight that is not a whole number? */
bool an_frame_fractional(const an_frame *frame);

/* Table n, observed, expected per group; chi-squared, df, p. */
void an_logrank_describe(an_doc *doc, const an_frame *frame, const an_logrank *test,
                         const char *method);

#endif
