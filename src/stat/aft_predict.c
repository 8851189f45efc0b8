/* What a fit says of given covariates. Kernels. */
#include "stat/aft.h"

static double predictor(const an_aft *fit, const double *x, double offset)
{
    double eta = offset + fit->beta[0];

    for (an_index k = 0; k < fit->p; k++)
        if (fit->beta[1 + k] != 0) eta += x[k] * fit->beta[1 + k];
    return eta;
}

double an_aft_quantile(const an_aft *fit, const double *x, double offset, an_index k,
                       double prob, double *se)
{
    const an_index q = fit->q, m = 1 + fit->p;
    const double e = an_shape_quantile(an_aft_shape_of(fit->dist), prob);
    const double turn = fit->scale[k] * e; /* derivative by log(sigma) */
    const double y = predictor(fit, x, offset) + turn;
    const double time = fit->log_time ? exp(y) : y;
    double var = 0;

    for (an_index j = 0; j < q && se; j++) {
        const double dj = j == 0 ? 1 : j < m ? x[j - 1] : j == m + k ? turn : 0;

        for (an_index i = 0; i < q; i++) {
            const double di = i == 0 ? 1 : i < m ? x[i - 1] : i == m + k ? turn : 0;

            var += di * fit->vcov[i + j * q] * dj;
        }
    }
    if (se) *se = sqrt(var) * (fit->log_time ? time : 1);
    return time;
}

double an_aft_survival(const an_aft *fit, const double *x, double offset, an_index k,
                       double t)
{
    const double y = fit->log_time ? log(t) : t;

    if (fit->log_time && t <= 0) return 1;
    return exp(an_shape_read(an_aft_shape_of(fit->dist),
                             (y - predictor(fit, x, offset)) / fit->scale[k])
                   .log_upper);
}
