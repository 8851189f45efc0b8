/* Bindings of a role as the columns of a model. */
#include "study/analyses/covariates.h"

#include "study/analyses/regression.h"

/* The level others are compared with: the reference where somebody has it, else the first
 * that somebody has; -1: nobody has any. */
static an_index base_level(const an_vector *v, an_index n, bool *used)
{
    for (an_index i = 0; i < n; i++)
        if (v->code[i] >= 0) used[v->code[i]] = true;
    if (v->n_levels > 0 && used[v->reference]) return v->reference;
    for (an_index l = 0; l < v->n_levels; l++)
        if (used[l]) return l;
    return -1;
}

static an_index most_columns(const an_frame *f, const char *role)
{
    an_index p = 0;

    for (an_index b = 0; b < f->n_bindings; b++)
        if (strcmp(f->bindings[b].role, role) == 0)
            p += f->bindings[b].vector->code ? f->bindings[b].vector->n_levels : 1;
    return p;
}

typedef struct columns {
    an_ctx *ctx;
    an_arena *mem;
    an_doc *doc;
    an_index n, p;
    double *x;
    const char **labels, **keys;
} columns;

static void add_number(columns *c, const an_vector *v)
{
    for (an_index i = 0; i < c->n; i++) c->x[i + c->p * c->n] = v->x[i];
    c->labels[c->p] = v->unit ? an_doc_printf(c->doc, "%s (per %s)", v->label,
                                              an_one_unit(c->doc, v->unit))
                              : v->label;
    c->keys[c->p++] = an_doc_key(c->doc, v->name);
}

static an_status add_factor(columns *c, const an_vector *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = c->ctx;
    bool *used = NULL;

    AN_ALLOC(used, c->mem, v->n_levels);
    const an_index base = base_level(v, c->n, used);

    for (an_index l = 0; l < v->n_levels; l++) {
        if (l == base || !used[l]) continue;
        for (an_index i = 0; i < c->n; i++) c->x[i + c->p * c->n] = v->code[i] == l;
        c->labels[c->p] = an_doc_printf(c->doc, "%s: %s vs %s (reference)", v->label,
                                        v->levels[l], v->levels[base]);
        c->keys[c->p++] =
            an_doc_key(c->doc, an_doc_printf(c->doc, "%s %s", v->name, v->levels[l]));
    }
done:
    return st;
}

an_status an_covariates_of(an_ctx *ctx, an_arena *mem, an_doc *doc, const an_frame *frame,
                           const char *role, an_covariates *out)
{
    an_status st = AN_OK;
    columns c = {.ctx = ctx, .mem = mem, .doc = doc, .n = frame->n};
    const an_index most = most_columns(frame, role);
    const char *list = NULL;

    AN_ALLOC(c.x, mem, frame->n * most);
    AN_ALLOC(c.labels, mem, most);
    AN_ALLOC(c.keys, mem, most);
    for (an_index b = 0; b < frame->n_bindings; b++) {
        const an_vector *v = frame->bindings[b].vector;

        if (strcmp(frame->bindings[b].role, role) != 0) continue;
        if (v->type == AN_DATE) {
            st = an_fail(ctx, AN_ERR_DATA, "%s is a date: take a time since a day",
                         v->label);
            goto done;
        }
        if (v->code)
            AN_TRY(add_factor(&c, v));
        else
            add_number(&c, v);
        list = list ? an_doc_printf(doc, "%s, %s", list, v->label) : v->label;
    }
    *out = (an_covariates){c.p, c.x, c.labels, c.keys, list};
done:
    return st;
}
