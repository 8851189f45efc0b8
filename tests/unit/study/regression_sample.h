/* Eighty patients that R can make too, an analysis of them, and a look into its tables of effects. */
#ifndef REGRESSION_SAMPLE_H
#define REGRESSION_SAMPLE_H

#include "look.h"
#include "study/analyses/cox_view.h"
#include "study/analyses/finegray_view.h"
#include "unit/base/faults.h"

#include <anodyne/formula.h>

extern const an_analysis an_analysis_cox, an_analysis_finegray;

enum { ROWS = 80 };

static inline void assert_near(double a, double b, double tolerance)
{
    if (!(fabs(a - b) <= tolerance)) fail_msg("%.17g is not %.17g", a, b);
}

static const char *const arms[] = {"A", "B", "C"};
static const char *const sexes[] = {"F", "M"};

typedef struct data {
    double time[ROWS], event[ROWS], cause[ROWS], age[ROWS];
    int32_t arm[ROWS], sex[ROWS];
} data;

/* In R, with i <- 0:79: age = 50 + (i * 7) %% 23, arm = i %% 3, sex = (i %/% 3) %% 2,
 * time = 20 + (i * 37) %% 101 + 10 * (i %% 3), event = i %% 5 != 4,
 * cause = ifelse(i %% 5 == 4, 0, ifelse(i %% 4 == 3, 2, 1)) */
static inline void make_data(data *d)
{
    for (int i = 0; i < ROWS; i++) {
        d->age[i] = 50 + i * 7 % 23;
        d->arm[i] = i % 3;
        d->sex[i] = i / 3 % 2;
        d->time[i] = 20 + i * 37 % 101 + 10 * (i % 3);
        d->event[i] = i % 5 != 4;
        d->cause[i] = i % 5 == 4 ? 0 : i % 4 == 3 ? 2 : 1;
    }
}

static inline an_status make_table(an_ctx *ctx, const data *d, an_table **out)
{
    const an_column columns[] = {
        {.name = "time", .type = AN_REAL, .real = d->time},
        {.name = "event", .type = AN_INTEGER, .real = d->event},
        {.name = "cause", .type = AN_INTEGER, .real = d->cause},
        {.name = "age", .type = AN_REAL, .real = d->age},
        {.name = "arm", .type = AN_FACTOR, .code = d->arm, .n_levels = 3, .levels = arms},
        {.name = "sex",
         .type = AN_FACTOR,
         .code = d->sex,
         .n_levels = 2,
         .levels = sexes},
    };
    an_status st = an_table_new(ctx, ROWS, "x.csv", NULL, NULL, NULL, out);

    for (size_t k = 0; st == AN_OK && k < sizeof columns / sizeof *columns; k++)
        st = an_table_add(ctx, *out, &columns[k]);
    return st;
}

/* The analysis with an option set, unless it is NULL. */
static inline an_status describe(an_ctx *ctx, const an_analysis *analysis,
                                 const char *formula, const char *option,
                                 const char *value, an_doc **doc)
{
    an_status st = AN_OK;
    const an_frame_spec spec = {.formula = formula};
    an_options *options = NULL;
    an_table *table = NULL;
    an_frame *frame = NULL;
    data d;

    *doc = NULL;
    make_data(&d);
    AN_TRY(make_table(ctx, &d, &table));
    AN_TRY(an_frame_build(ctx, table, analysis, &spec, &frame));
    AN_TRY(an_options_new(ctx, analysis, &options));
    if (option) AN_TRY(an_options_set(ctx, options, option, value));
    AN_TRY(an_doc_new(ctx, "Test", doc));
    AN_TRY(analysis->run(ctx, frame, an_options_values(options), *doc));
done:
    an_options_free(options);
    an_frame_free(frame);
    an_table_free(table);
    return st;
}

static inline const an_value *cells_of(const an_node *table, const char *key)
{
    for (an_index i = 0; i < table->n_rows; i++)
        if (strcmp(table->rows[i].key, key) == 0) return table->rows[i].cells;
    fail_msg("no row has the key %s", key);
    return NULL;
}

static inline void check(const an_node *table, const char *key, double ratio,
                         double lower, double upper, double p)
{
    const an_value *cells = cells_of(table, key);

    assert_near(cells[1].value / ratio, 1, 1e-6);
    assert_near(cells[1].lower / lower, 1, 1e-6);
    assert_near(cells[1].upper / upper, 1, 1e-6);
    assert_near(cells[2].value, p, 1e-6);
}

#endif
