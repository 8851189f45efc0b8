/* concordance, concordance_marker. */
#include "cox.h"

#include <string.h>

or_method or_concordance, or_concordance_marker;

static an_concordance_weight weight_of(const or_case *c)
{
    static const char *const names[] = {"n", "S", "S/G", "n/G2", "I"};
    const char *name = or_arg_text(c, "timewt");

    for (int k = 0; name && k < 5; k++)
        if (strcmp(name, names[k]) == 0) return (an_concordance_weight)k;
    return AN_CONCORDANCE_N;
}

static void put_concordance(json_t *values, const an_concordance *found)
{
    const double count[] = {found->concordant, found->discordant, found->tied_x,
                            found->tied_y, found->tied_xy};

    or_put(values, "concordance", or_number(found->c));
    or_put(values, "var", or_number(found->var));
    or_put(values, "count", or_vector(count, 5));
}

an_status or_concordance(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_cox *fit = NULL;
    an_concordance found;
    an_status st = or_cox_input(ctx, c, NULL, &cox);

    if (st == AN_OK) st = an_cox_fit(ctx, &cox.data, &cox.options, &fit);
    if (st == AN_OK)
        st = an_concordance_of(ctx, &cox.data.surv, fit->eta, cox.data.strata,
                               cox.data.cluster, weight_of(c), &found);
    if (st == AN_OK) put_concordance(values, &found);
    an_cox_free(fit);
    return st;
}

an_status or_concordance_marker(an_ctx *ctx, const or_case *c, json_t *values)
{
    or_cox cox;
    an_concordance found;
    const char *marker = or_arg_text(c, "marker");
    an_status st = or_cox_input(ctx, c, marker, &cox);
    double *score = or_numbers(c, marker, cox.frame.n, cox.frame.row);

    for (an_index i = 0; i < cox.frame.n && !or_arg_bool(c, "reverse", false); i++)
        score[i] = -score[i];
    if (st == AN_OK)
        st = an_concordance_of(ctx, &cox.data.surv, score, cox.data.strata,
                               cox.data.cluster, weight_of(c), &found);
    if (st == AN_OK) put_concordance(values, &found);
    return st;
}
