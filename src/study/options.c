/* The options of one analysis and the memory of their lists and texts. */
#include <anodyne/formula.h>

#include "base/base.h"
#include "study/params.h"

struct an_options {
    an_arena *mem;
    const an_param *params;
    void *values;
};

an_status an_options_new(an_ctx *ctx, const an_analysis *analysis, an_options **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_options *options;

    *out = NULL;
    if (!mem) return AN_ERR_MEMORY;
    AN_ALLOC(options, mem, 1);
    options->mem = mem;
    options->params = analysis->params;
    options->values = an_arena_alloc(mem, 1, analysis->options_size);
    if (!options->values) {
        st = an_fail_memory(ctx);
        goto done;
    }
    an_params_defaults(options->params, options->values);
    *out = options;
done:
    if (st != AN_OK) an_arena_free(mem);
    return st;
}

void an_options_free(an_options *options)
{
    if (options) an_arena_free(options->mem);
}

an_status an_options_set_from(const an_setter *to, an_options *options, const char *name,
                              const char *text)
{
    return an_params_set_from(to, options->params, options->values, name, text,
                              options->mem);
}

an_status an_options_set(an_ctx *ctx, an_options *options, const char *name,
                         const char *text)
{
    return an_params_set(ctx, options->params, options->values, name, text, options->mem);
}

const void *an_options_values(const an_options *options)
{
    return options->values;
}
