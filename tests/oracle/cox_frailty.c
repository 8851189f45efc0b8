/* cox_frailty */
#include "cox.h"
#include <anodyne/cox_frailty.h>

#include <string.h>

or_method or_cox_frailty;

/* Degrees of freedom of the terms, then of the frailty, as R lists them. */
static json_t *degrees(const an_cox_frailty *fit)
{
    json_t *list = or_vector(fit->df, fit->n_df);

    json_array_append_new(list, or_number(fit->df_frailty));
    return list;
}

an_status or_cox_frailty(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_cox_frailty_options options = an_cox_frailty_defaults();
    an_cox_frailty *fit = NULL;
    or_cox cox;
    const char *name = or_arg_text(c, "frailty");
    const char *distribution = or_arg_text(c, "distribution");
    an_status st = or_cox_input(ctx, c, name, &cox);
    json_t *names = json_pack("[s]", name);
    const or_group group = or_group_build(c, names, cox.frame.n, cox.frame.row);

    json_decref(names);
    cox.data.cluster = (an_grouping){.n_levels = group.n_levels, .code = group.code};
    options.ties = cox.options.ties;
    options.frailty = distribution && strcmp(distribution, "gaussian") == 0
                          ? AN_FRAILTY_GAUSSIAN
                          : AN_FRAILTY_GAMMA;
    options.n_terms = cox.frame.n_terms;
    options.term_of = cox.frame.term_of;
    if (st == AN_OK) st = an_cox_frailty_fit(ctx, &cox.data, &options, &fit);
    if (st != AN_OK) return st;
    or_put(values, "coef", or_vector(fit->coef, fit->p));
    or_put(values, "se", or_vector(fit->se, fit->p));
    or_put(values, "theta", or_number(fit->theta));
    or_put(values, "loglik_null", or_number(fit->loglik_null));
    or_put(values, "loglik_penalised", or_number(fit->loglik));
    or_put(values, "marginal_loglik", or_number(fit->loglik_marginal));
    or_put(values, "frailties", or_vector(fit->group, fit->n_groups));
    or_put(values, "df", degrees(fit));
    an_cox_frailty_free(fit);
    return AN_OK;
}
