/* BED and EQD2. */
#include "oracle.h"
#include <anodyne/dose.h>

or_method or_bed_eqd2;

an_status or_bed_eqd2(an_ctx *ctx, const or_case *c, json_t *values)
{
    const double d = or_arg_number(c, "dose_per_fraction", 0);
    const double n = or_arg_number(c, "fractions", 0);
    const double alpha_beta = or_arg_number(c, "alpha_beta", 0);

    (void)ctx;
    or_put(values, "total_dose", or_number(n * d));
    or_put(values, "bed", or_number(an_bed_gy(d, n, alpha_beta)));
    or_put(values, "eqd2", or_number(an_eqd2_gy(d, n, alpha_beta)));
    return AN_OK;
}
