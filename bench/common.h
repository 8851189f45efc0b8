/*
 * What every bench program shares. A family of workloads is one program bench_FAMILY.c, one
 * peer script peer_FAMILY.R and one table FAMILY.rows; bench/run knows no family.
 *
 *     bench-FAMILY write WORKLOAD FILE N P    seeded data as binary doubles
 *     bench-FAMILY time  WORKLOAD FILE N P    one line: seconds, peak memory, bytes and
 *                                             operations that cannot be saved, answers
 */
#ifndef AN_BENCH_COMMON_H
#define AN_BENCH_COMMON_H

#include "base/base.h"

double bench_now(void); /* seconds of a clock that only moves on */

/* n doubles, read from or written to a file. False: told on stderr. */
bool bench_read(const char *path, an_index n, double *data);
bool bench_write(const char *path, an_index n, const double *data);

/* bytes that must be read, floating-point operations that must be done; 0: not known */
void bench_report(double seconds, double bytes, double flops, int n_answers,
                  const double *answers);

/* The main of a program whose data are n rows of p + extra columns. */
typedef void bench_generate_fn(an_index n, an_index p, double *column);
typedef an_status bench_time_fn(an_ctx *ctx, an_index n, an_index p,
                                const double *column);
int bench_columns(int argc, char **argv, an_index extra, bench_generate_fn *generate,
                  bench_time_fn *time_it);

#endif
