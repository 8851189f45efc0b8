/* The frame of those who are in the cohort of a landmark. */
#include "study/analyses/landmark_view.h"

static an_status vector_of_rows(an_ctx *ctx, an_arena *mem, const an_vector *v,
                                const an_landmark *c, const an_vector **out)
{
    an_status st = AN_OK;
    an_vector *copy = NULL;
    int32_t *code = NULL;
    double *x = NULL;

    *out = NULL;
    if (!v) return AN_OK;
    AN_ALLOC(copy, mem, 1);
    *copy = *v;
    if (v->code) AN_ALLOC(code, mem, c->n);
    if (v->x) AN_ALLOC(x, mem, c->n);
    for (an_index k = 0; k < c->n; k++) {
        if (v->code) code[k] = v->code[c->row[k]];
        if (v->x) x[k] = v->x[c->row[k]];
    }
    copy->code = code;
    copy->x = x;
    *out = copy;
done:
    return st;
}

/* What had happened until the landmark, as a factor: not yet is the reference. */
static an_status status_group(an_ctx *ctx, an_arena *mem, an_doc *doc,
                              const an_vector *since, const an_landmark *c,
                              const an_vector **out)
{
    an_status st = AN_OK;
    an_vector *v = NULL;
    const char **levels = NULL;

    AN_ALLOC(v, mem, 1);
    AN_ALLOC(levels, mem, 2);
    levels[0] = an_doc_printf(doc, "%s: not by then", since->label);
    levels[1] = an_doc_printf(doc, "%s: by then", since->label);
    *v = (an_vector){.name = since->name,
                     .label = since->label,
                     .type = AN_FACTOR,
                     .code = c->status,
                     .n_levels = 2,
                     .levels = levels};
    *out = v;
done:
    return st;
}

an_status an_landmark_frame(an_ctx *ctx, an_arena *mem, an_doc *doc,
                            const an_frame *frame, const an_landmark *cohort,
                            const an_vector *since, an_frame *out)
{
    an_status st = AN_OK;
    int64_t *row = NULL;

    *out = *frame;
    AN_ALLOC(row, mem, cohort->n);
    for (an_index k = 0; k < cohort->n; k++)
        row[k] = frame->row ? frame->row[cohort->row[k]] : cohort->row[k];
    out->n = cohort->n;
    out->row = row;
    out->surv = (an_surv){.n = cohort->n,
                          .time = cohort->time,
                          .event = cohort->event,
                          .weight = cohort->weight,
                          .n_causes = frame->surv.n_causes};
    out->n_bindings = 0;
    out->design = (an_design){0};
    AN_TRY(vector_of_rows(ctx, mem, frame->group, cohort, &out->group));
    AN_TRY(vector_of_rows(ctx, mem, frame->strata, cohort, &out->strata));
    AN_TRY(vector_of_rows(ctx, mem, frame->cluster, cohort, &out->cluster));
    if (since) AN_TRY(status_group(ctx, mem, doc, since, cohort, &out->group));
done:
    return st;
}

an_status an_landmark_design(an_ctx *ctx, an_arena *mem, const an_vector *group,
                             an_index n, an_index *p, double **x, int32_t *reference,
                             int32_t **level)
{
    an_status st = AN_OK;
    bool *used = NULL;

    *p = 0;
    *reference = -1;
    AN_ALLOC(used, mem, group->n_levels);
    AN_ALLOC(*level, mem, group->n_levels);
    AN_ALLOC(*x, mem, n * group->n_levels);
    for (an_index i = 0; i < n; i++) used[group->code[i]] = true;
    if (used[group->reference]) *reference = (int32_t)group->reference;
    for (int32_t l = 0; l < (int32_t)group->n_levels; l++) {
        if (!used[l] || l == *reference) continue;
        if (*reference < 0) {
            *reference = l;
            continue;
        }
        for (an_index i = 0; i < n; i++) (*x)[i + *p * n] = group->code[i] == l;
        (*level)[(*p)++] = l;
    }
done:
    return st;
}
