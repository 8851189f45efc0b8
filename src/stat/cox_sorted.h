/* cox_sorted: the sorted layout of a Cox plan; private to cox_plan.c and cox_sorted.c. */
#ifndef AN_STAT_COX_SORTED_H
#define AN_STAT_COX_SORTED_H

#include "stat/cox_plan.h"

typedef struct an_cox_sorting {
    an_index n;
    an_days days;                  /* n = 0: times are no days */
    const int32_t *day_last;       /* [strata x days] last event time up to that day */
    int64_t *order, *work, *start; /* start[2 m + 1] */
    int32_t *first, *last;         /* of every row; last < first: never at risk */
    int32_t *code;                 /* 2 last, and 1 unless it dies; -1: never at risk */
    int8_t *level;
    int32_t *kept_code, *kept_first; /* the same of the plan's rows */
    int8_t *kept_level;
} an_cox_sorting;

static inline int32_t an_cox_stratum_of(const an_cox_data *data, an_index row)
{
    return data->strata.code ? data->strata.code[row] : 0;
}

/* Rows by (level, last, deaths first), columns apart; the rest of s is taken from work. */
an_status an_cox_lay_sorted(an_ctx *ctx, const an_cox_data *data, an_cox_detail detail,
                            an_cox_sorting *s, an_arena *mem, an_arena *work,
                            an_cox_plan *plan);

#endif
