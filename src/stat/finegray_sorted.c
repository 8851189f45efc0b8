/* Rows of a Fine-Gray model in order, for effects that vary with time. */
#include "stat/finegray.h"

/* By (cell, time): rows of one cell that compete count in order of time. */
static an_status order_rows(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    an_status st = AN_OK;
    int64_t *by_time;

    AN_ALLOC(by_time, mem, fg->n);
    AN_ALLOC(fg->sorted.row, mem, fg->n);
    AN_ALLOC(fg->sorted.segment, mem, fg->n_cells + 1);
    AN_TRY(an_order_double(ctx, fg->n, fg->model->surv.time, by_time));
    an_order_codes(fg->n, fg->cell, fg->n_cells, by_time, fg->sorted.segment,
                   fg->sorted.row);
done:
    return st;
}

static void fill_row(const an_fg *fg, an_index k)
{
    const an_fg_sorted *to = &fg->sorted;
    const int64_t i = to->row[k];
    const an_index s = an_fg_stratum(fg, i);

    to->w[k] = an_fg_row_weight(fg, i);
    to->offset[k] = fg->model->offset ? fg->model->offset[i] : 0;
    to->time[k] = fg->model->surv.time[i];
    to->gh[k] = fg->gh[i];
    to->kind[k] = (int32_t)(fg->cell[i] % fg->n_kinds);
    to->group[k] = to->kind[k] < AN_FG_COMPETING ? 0 : to->kind[k] - AN_FG_COMPETING;
    to->to[k] = (int32_t)(fg->cell[i] / fg->n_kinds);
    to->from[k] = fg->from ? fg->from[i] : (int32_t)an_fg_bin(fg->first_time[s], s);
    to->event_time[k] = fg->event_of[fg->cell[i]];
    for (an_index c = 0; c < fg->q; c++) {
        const an_stored_column *column = &fg->column[c];

        to->x[k * fg->q + c] =
            (((const double *)column->x)[i] - column->centre) * column->scale;
    }
}

an_status an_fg_sort(an_ctx *ctx, an_arena *mem, an_fg *fg)
{
    an_status st = AN_OK;
    an_fg_sorted *to = &fg->sorted;
    const an_index n = fg->n;

    AN_TRY(order_rows(ctx, mem, fg));
    AN_ALLOC(to->x, mem, n * fg->q);
    AN_ALLOC(to->w, mem, n);
    AN_ALLOC(to->offset, mem, n);
    AN_ALLOC(to->time, mem, n);
    AN_ALLOC(to->gh, mem, n);
    AN_ALLOC(to->kind, mem, n);
    AN_ALLOC(to->group, mem, n);
    AN_ALLOC(to->from, mem, n);
    AN_ALLOC(to->to, mem, n);
    AN_ALLOC(to->event_time, mem, n);
    for (an_index k = 0; k < n; k++) fill_row(fg, k);
done:
    return st;
}
