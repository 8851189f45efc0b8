/* Functions of vertebral levels: levels_overlap(a, b), sins_location(levels). */
#include <anodyne/levels.h>

#include "study/functions.h"

/* A level that is not read: where the first row with it is, and why. */
static an_status fail_level(const an_eval *ev, const an_expr *e, const an_vector *v,
                            an_index level, an_levels_fault fault)
{
    an_index i = 0;

    while (v->code[i] != level) i++;
    return an_source_fail(
        ev->ctx, ev->source, "U126", e->at,
        "write T10-L1, or T9, T11; in a study file type: vertebrae names every cell",
        "%s is not vertebral levels in row %lld of the data: %s",
        v->label ? v->label : "it", (long long)an_table_source_row(ev->table, i),
        an_levels_fault_text(fault));
}

/* e as sets of vertebrae, 0 missing. */
static an_status eval_levels(const an_eval *ev, const an_expr *e, an_levels **out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    an_vector v = {0};
    an_levels *of_level;

    AN_TRY(an_expr_eval(ev, e, &v));
    if (!v.code) {
        st = an_source_fail(ctx, ev->source, "U113", e->at, "levels_overlap(a, b)",
                            "%s is not a text of levels", v.label ? v.label : "it");
        goto done;
    }
    AN_ALLOC(of_level, ev->mem, v.n_levels);
    AN_ALLOC(*out, ev->mem, n);
    for (an_index k = 0; k < v.n_levels; k++) {
        const an_levels_fault fault =
            an_levels_read(v.levels[k], strlen(v.levels[k]), &of_level[k], NULL);

        if (fault) return fail_level(ev, e, &v, k, fault);
    }
    for (an_index i = 0; i < n; i++) (*out)[i] = v.code[i] < 0 ? 0 : of_level[v.code[i]];
done:
    return st;
}

an_status an_levels_overlap_eval(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    an_levels *a, *b;
    double *x;

    AN_TRY(eval_levels(ev, e->args[0], &a));
    AN_TRY(eval_levels(ev, e->args[1], &b));
    AN_ALLOC(x, ev->mem, n);
    for (an_index i = 0; i < n; i++)
        x[i] = a[i] && b[i] ? (a[i] & b[i]) != 0 : (double)NAN;
    *out = (an_vector){.type = AN_LOGICAL, .x = x};
done:
    return st;
}

/* A factor in the order of the points: rigid first. */
an_status an_sins_location_eval(const an_eval *ev, const an_expr *e, an_vector *out)
{
    an_status st = AN_OK;
    an_ctx *ctx = ev->ctx;
    const an_index n = an_table_rows(ev->table);
    an_levels *levels;
    const char **names;
    int32_t *code;

    AN_TRY(eval_levels(ev, e->args[0], &levels));
    AN_ALLOC(names, ev->mem, AN_SPINE_PART_COUNT);
    AN_ALLOC(code, ev->mem, n);
    for (int k = 0; k < AN_SPINE_PART_COUNT; k++)
        names[k] = an_spine_part_text((an_spine_part)k);
    for (an_index i = 0; i < n; i++) code[i] = an_levels_spine_part(levels[i]);
    *out = (an_vector){.type = AN_FACTOR,
                       .code = code,
                       .levels = names,
                       .n_levels = AN_SPINE_PART_COUNT};
done:
    return st;
}
