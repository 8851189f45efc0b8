/* Case weights: weights(w) in the formula, or the role weights. */
#include "study/frame_builder.h"

static const an_vector *weights_of(const an_builder *b)
{
    const an_role *role = an_role_of_kind(b->analysis, AN_ROLE_WEIGHTS);

    for (an_index i = 0; role && i < b->n_parts; i++)
        if (strcmp(b->parts[i].role, role->name) == 0) return &b->parts[i].full;
    return NULL;
}

static an_status refuse(an_builder *b, const an_vector *w, an_index row)
{
    an_problem problem = {.severity = AN_ERROR,
                          .code = "D131",
                          .what = "a weight is negative, or infinite",
                          .why = "a row counts as often as its weight says",
                          .advice = "correct it, or leave the row out: --where"};

    an_table_address(b->table, w->name ? an_table_find(b->table, w->name) : NULL, row,
                     &problem);
    return an_fail_with(b->ctx, AN_ERR_DATA, &problem);
}

an_status an_builder_weights(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    const an_vector *w = weights_of(b);
    bool *drop;

    if (!w) return AN_OK;
    AN_ALLOC(drop, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++) {
        if (b->keep[i] && !(w->x[i] >= 0 && isfinite(w->x[i]))) return refuse(b, w, i);
        drop[i] = w->x[i] == 0;
    }
    AN_TRY(an_builder_drop(b, drop, "weight 0"));
done:
    return st;
}
