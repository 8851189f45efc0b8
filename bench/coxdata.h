/*
 * Cohorts for benchmarks of Cox regression: whole days, half of the rows censored, ties as in
 * a registry; indicators and measurements in turn, of which five matter.
 */
#ifndef AN_BENCH_COXDATA_H
#define AN_BENCH_COXDATA_H

#include "common.h"

enum { BENCH_SITES = 20, BENCH_ROWS_A_PATIENT = 4 };

typedef struct bench_coxdata {
    an_index n, p, lead; /* columns before x */
    bool counting;
    double *column; /* [n x (lead + p)] time event | entry time event site id, then x */
} bench_coxdata;

static inline double *bench_lead(const bench_coxdata *in, an_index k)
{
    return in->column + k * in->n;
}
void bench_coxdata_generate(const bench_coxdata *in);

#endif
