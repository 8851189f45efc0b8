/* Centre and scale of the columns of a Fine-Gray model; a value that is not finite is named. */
#include "stat/finegray.h"

typedef struct measuring {
    const an_fg *fg;
    const an_lanes *lanes;
    an_stored_sums *found; /* [blocks x q] */
} measuring;

/* About the centre of each column as it is now. */
static void measure_block(void *self, an_index block, an_index first, an_index last)
{
    const measuring *t = self;
    const double *weight = t->fg->model->surv.weight;

    for (an_index k = 0; k < t->fg->q; k++) {
        const an_stored_column *c = &t->fg->column[k];

        t->lanes->measure(last - first, (const double *)c->x + first,
                          weight ? weight + first : NULL, c->centre,
                          &t->found[block * t->fg->q + k]);
    }
}

static an_status measure(an_ctx *ctx, measuring *t, an_stored_sums *total)
{
    an_status st = AN_OK;
    const an_index q = t->fg->q, n_blocks = an_block_count(t->fg->n, AN_FG_GRAIN);

    AN_TRY(an_map_blocks(ctx, t->fg->n, AN_FG_GRAIN, measure_block, t));
    for (an_index k = 0; k < q; k++) {
        total[k] = (an_stored_sums){.finite = true};
        for (an_index b = 0; b < n_blocks; b++) {
            const an_stored_sums *found = &t->found[b * q + k];

            total[k].total += found->total;
            total[k].sum += found->sum;
            total[k].distance += found->distance;
            total[k].finite &= found->finite;
        }
    }
done:
    return st;
}

static an_status name_infinite(an_ctx *ctx, const an_fg *fg, an_index k)
{
    const double *x = fg->column[k].x;
    an_index i = 0;

    while (i < fg->n - 1 && isfinite(x[i])) i++;
    return an_fail(ctx, AN_ERR_DATA, "row %lld: covariate %lld is not a finite number",
                   (long long)i + 1, (long long)k + 1);
}

/* Weighted mean and mean absolute deviation; a constant column gets scale 1. The origin is a
 * value of the column, so that the mean of a constant is the constant. */
an_status an_fg_columns(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    an_status st = AN_OK;
    const an_fg_model *model = fg->model;
    measuring t = {.fg = fg, .lanes = an_lanes_best()};
    an_stored_sums *total;

    AN_ALLOC(fg->column, mem, fg->q);
    AN_ALLOC(t.found, mem, fg->q * an_block_count(fg->n, AN_FG_GRAIN));
    AN_ALLOC(total, mem, fg->q);
    for (an_index k = 0; k < fg->q; k++) {
        const double *x = k < fg->p ? model->x + k * fg->n : model->varying[k - fg->p].z;

        fg->column[k] =
            (an_stored_column){.type = AN_STORED_F64, .x = x, .centre = x[0], .scale = 1};
    }
    AN_TRY(measure(ctx, &t, total));
    for (an_index k = 0; k < fg->q; k++) {
        an_stored_column *c = &fg->column[k];

        if (!total[k].finite) return name_infinite(ctx, fg, k);
        c->centre += total[k].sum / total[k].total;
        if (!isfinite(c->centre)) c->centre = 0;
    }
    AN_TRY(measure(ctx, &t, total));
    for (an_index k = 0; k < fg->q; k++) {
        an_stored_column *c = &fg->column[k];
        const double spread = total[k].distance / total[k].total;

        if (spread > 1e-14 * fabs(c->centre) && isfinite(spread)) c->scale = 1 / spread;
    }
done:
    return st;
}
