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

/* ---- Presets of other packages ---- */

typedef struct preset {
    const char *package, *option, *value;
} preset;

/* Defaults of R survival 3.x and cmprsk 2.2, SAS PHREG and LIFETEST, Stata stcox and sts.
 */
static const preset presets[] = {
    {"anodyne", "preset", "none"},   {"r", "preset", "r"},
    {"sas", "preset", "sas"},        {"stata", "preset", "stata"},
    {"r", "ties", "efron"},          {"sas", "ties", "breslow"},
    {"stata", "ties", "breslow"},    {"r", "conf_type", "log"},
    {"sas", "conf_type", "log-log"}, {"stata", "conf_type", "log-log"},
    {"r", "limits", "log"},          {"sas", "limits", "loglog"},
    {"stata", "limits", "loglog"},   {"r", "quantile_type", "7"},
    {"sas", "quantile_type", "2"},   {"stata", "quantile_type", "2"},
};
enum { N_PRESETS = sizeof presets / sizeof *presets };

static const an_param *param_named(const an_param *params, const char *name)
{
    for (const an_param *p = params; p->name; p++)
        if (strcmp(p->name, name) == 0) return p;
    return NULL;
}

static bool has_choice(const an_param *p, const char *text)
{
    for (int i = 0; p && p->type == AN_PARAM_CHOICE_TYPE && p->choices[i]; i++)
        if (strcmp(p->choices[i], text) == 0) return true;
    return false;
}

an_status an_options_preset(an_ctx *ctx, an_options *options, const char *package)
{
    static const char *const packages[] = {"anodyne", "r", "sas", "stata"};
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "U104",
                                .what = "preset: no such package",
                                .todo = "choose one of: anodyne r sas stata"};
    an_status st = AN_OK;
    bool known = false;

    for (int i = 0; i < 4; i++) known |= strcmp(package, packages[i]) == 0;
    if (!known) return an_fail_with(ctx, AN_ERR_ARGUMENT, &problem);
    for (int i = 0; i < N_PRESETS; i++) {
        const an_param *p = param_named(options->params, presets[i].option);

        if (strcmp(presets[i].package, package) != 0) continue;
        if (!has_choice(p, presets[i].value)) continue;
        AN_TRY(an_options_set(ctx, options, p->name, presets[i].value));
    }
done:
    return st;
}
