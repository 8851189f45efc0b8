/* Whose the rows are: a patient with two events has two, and is counted once. */
#include "study/frame_builder.h"
#include "study/guess.h"
#include "study/rows.h"

/* A row of nobody known is somebody's of its own. */
an_status an_owners_count(an_ctx *ctx, an_arena *mem, an_index n, const int32_t *code,
                          an_index *n_owners)
{
    an_status st = AN_OK;
    int32_t most = -1;
    bool *seen;

    *n_owners = 0;
    for (an_index i = 0; i < n; i++)
        if (code[i] > most) most = code[i];
    AN_ALLOC(seen, mem, (an_index)most + 1);
    for (an_index i = 0; i < n; i++) {
        *n_owners += code[i] < 0 || !seen[code[i]];
        if (code[i] >= 0) seen[code[i]] = true;
    }
done:
    return st;
}

static an_status patients_of_rows(an_builder *b, const int32_t **out)
{
    an_status st = AN_OK;
    an_ctx *ctx = b->ctx;
    int32_t *code;

    AN_ALLOC(code, b->mem, b->frame->n);
    for (an_index i = 0; i < b->frame->n; i++)
        code[i] = b->spec->patient[b->frame->row[i]];
    *out = code;
done:
    return st;
}

/* The identifier of a study knows best: where each patient has one row, clusters hold
 * patients. Else cluster(); its name tells whether it holds the rows of one patient. */
an_status an_builder_owners(an_builder *b)
{
    an_status st = AN_OK;
    an_frame *f = b->frame;
    const int32_t *code = NULL;
    an_owners o = {.persons = true};

    if (b->spec->patient) {
        o.name = b->spec->patient_name;
        AN_TRY(patients_of_rows(b, &code));
    } else if (f->cluster) {
        o.name = f->cluster->label;
        o.persons = an_names_patient(f->cluster->name);
        code = f->cluster->code;
    }
    if (!code) goto done;
    AN_TRY(an_owners_count(b->ctx, b->mem, f->n, code, &o.n));
    if (o.n < f->n) f->owners = o;
done:
    return st;
}
