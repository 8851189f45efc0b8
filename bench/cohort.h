/*
 * The cohort that the benchmarks of curves, competing risks and residuals share: whole days
 * up to ten years, two causes, four groups, p columns. In a file: time, event, group, x,
 * column-major.
 */
#ifndef AN_BENCH_COHORT_H
#define AN_BENCH_COHORT_H

#include "common.h"

#include <anodyne/survival.h>

enum { BENCH_GROUPS = 4, BENCH_ANSWERS = 16 };

typedef struct bench_cohort {
    an_index n, p;
    an_surv surv; /* two causes, no weights, no entries */
    an_grouping group;
    const double *x; /* [n x p] column-major */
} bench_cohort;

typedef struct bench_result {
    double seconds;
    double bytes; /* of the input, each read once */
    int n;
    double answer[BENCH_ANSWERS];
} bench_result;

typedef struct bench_workload {
    const char *name;
    an_status (*run)(an_ctx *ctx, const bench_cohort *cohort, bench_result *out);
} bench_workload;

void bench_answer(bench_result *out, double value);
/* workloads end with a NULL name */
int bench_main(int argc, char **argv, const bench_workload *workloads);

#endif
