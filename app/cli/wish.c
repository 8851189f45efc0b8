/* Options of the bedside verbs: a table of parameters and the struct it fills. */
#include "cli.h"

void cli_wish_options(const an_analysis *wishes, cli_options *out)
{
    for (const an_param *p = wishes->params; p->name; p++)
        cli_options_add(out, (cli_option){p->name, 0,
                                          p->type == AN_PARAM_REALS_TYPE    ? "LIST"
                                          : p->type == AN_PARAM_CHOICE_TYPE ? "CHOICE"
                                          : p->type == AN_PARAM_REAL_TYPE   ? "NUMBER"
                                          : p->type == AN_PARAM_BOOL_TYPE   ? NULL
                                                                            : "TEXT",
                                          p->help});
    cli_options_output(out);
}

static bool is_wish(const an_analysis *wishes, const char *name)
{
    for (const an_param *p = wishes->params; p->name; p++)
        if (cli_same_name(p->name, name)) return true;
    return false;
}

an_status cli_wish_read(an_ctx *ctx, const cli_args *args, const an_analysis *wishes,
                        an_options **out)
{
    an_status st = an_options_new(ctx, wishes, out);

    for (int i = 0; i < args->n_values && st == AN_OK; i++)
        if (is_wish(wishes, args->name[i]))
            st = an_options_set(ctx, *out, args->name[i], args->value[i]);
    return st;
}
