/* Clock, files and the line of results of the bench programs. */
#include "common.h"

#include <sys/resource.h>
#include <time.h>

double bench_now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

bool bench_read(const char *path, an_index n, double *data)
{
    FILE *file = fopen(path, "rb");
    const size_t done = file ? fread(data, sizeof *data, (size_t)n, file) : 0;

    if (file) fclose(file);
    if (done != (size_t)n) fprintf(stderr, "bench: cannot read %s\n", path);
    return done == (size_t)n;
}

bool bench_write(const char *path, an_index n, const double *data)
{
    FILE *file = fopen(path, "wb");
    const size_t done = file ? fwrite(data, sizeof *data, (size_t)n, file) : 0;
    const bool closed = file && fclose(file) == 0;

    if (done != (size_t)n || !closed) fprintf(stderr, "bench: cannot write %s\n", path);
    return done == (size_t)n && closed;
}

void bench_report(double seconds, double bytes, double flops, int n_answers,
                  const double *answers)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    printf("%.6f %.1f %.6g %.6g", seconds, (double)usage.ru_maxrss / 1024, bytes, flops);
    for (int i = 0; i < n_answers; i++) printf(" %.12g", answers[i]);
    printf("\n");
}

int bench_columns(int argc, char **argv, an_index extra, bench_generate_fn *generate,
                  bench_time_fn *time_it)
{
    an_ctx *ctx = an_ctx_new();
    const char *threads = getenv("AN_BENCH_THREADS");
    an_status st = AN_ERR_IO;

    if (argc != 6 || !ctx) return 2;
    an_ctx_set_threads(ctx, threads ? atoi(threads) : 0);
    const an_index n = atoll(argv[4]), p = atoll(argv[5]), size = n * (p + extra);
    double *column = an_malloc(ctx, (size_t)size * sizeof *column);

    if (!column) return 1;
    if (strcmp(argv[1], "write") == 0) {
        generate(n, p, column);
        st = bench_write(argv[3], size, column) ? AN_OK : AN_ERR_IO;
    } else if (bench_read(argv[3], size, column)) {
        st = time_it(ctx, n, p, column);
    }
    an_free(ctx, column);
    an_ctx_free(ctx);
    return an_status_exit(st);
}
