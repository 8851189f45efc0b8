/* Times known to lie in an interval: the roles left and right, the last time without the
 * event and the first with it. */
#include "study/frame_builder.h"

static const an_vector *part_named(const an_builder *b, const char *role)
{
    for (an_index i = 0; i < b->n_parts; i++)
        if (strcmp(b->parts[i].role, role) == 0) return &b->parts[i].full;
    return NULL;
}

/* The first row of the population whose ends are in the wrong order is an error with its
 * cell. */
static an_status check_order(an_builder *b, const an_vector *left, const an_vector *right)
{
    const an_column *column = an_table_find(b->table, right->name);

    for (an_index i = 0; i < b->n_rows; i++) {
        char what[300];
        an_problem problem = {
            .severity = AN_ERROR,
            .code = "D135",
            .what = what,
            .why = "the first time with the event is not before the last one without it",
            .advice = "correct one of the two cells, or leave the row out: --where"};

        if (!b->in[i] || !(left->x[i] > right->x[i])) continue;
        snprintf(what, sizeof what, "%s is before %s", right->label, left->label);
        an_table_address(b->table, column, i, &problem);
        return an_fail_with(b->ctx, AN_ERR_DATA, &problem);
    }
    return AN_OK;
}

an_status an_builder_interval(an_builder *b)
{
    an_status st = AN_OK;
    an_ctx *const ctx = b->ctx;
    const an_vector *left = part_named(b, "left"), *right = part_named(b, "right");
    bool *drop;

    if (!left || !right) return AN_OK;
    AN_TRY(check_order(b, left, right));
    AN_ALLOC(drop, b->mem, b->n_rows);
    for (an_index i = 0; i < b->n_rows; i++)
        drop[i] = isnan(left->x[i]) && isnan(right->x[i]);
    AN_TRY(an_builder_drop(
        b, drop,
        an_arena_printf(b->mem, "missing: %s and %s", left->label, right->label)));
done:
    return st;
}
