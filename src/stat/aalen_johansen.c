/*
 * Aalen-Johansen probabilities of one transient state and n_causes absorbing ones
 * (Aalen and Johansen 1978): with h_c = d_c / Y at a time,
 *     P_c += P_0 h_c,    P_0 *= 1 - sum of h_c.
 */
#include "stat/cif.h"

/* What Kaplan-Meier would say of one cause, and its Nelson-Aalen hazard. */
static void naive_curve(const an_cif_counts *c, an_index cause, double *cumhaz,
                        double *one_minus_km)
{
    const double *d = c->event + cause * c->n_times;
    double surv = 1, hazard = 0;

    for (an_index k = 0; k < c->n_times; k++) {
        if (d[k] > 0) {
            hazard += d[k] / c->at_risk[k];
            surv *= (c->at_risk[k] - d[k]) / c->at_risk[k];
        }
        cumhaz[k] = hazard;
        one_minus_km[k] = 1 - surv;
    }
}

void an_aalen_johansen(const an_cif_counts *c, double *prob, double *cumhaz,
                       double *one_minus_km)
{
    const an_index m = c->n_times;
    double surv = 1;

    for (an_index k = 0; k < m; k++) {
        const double before = surv, d = c->any[k];

        for (an_index cause = 0; cause < c->n_causes; cause++) {
            const an_index at = k + (cause + 1) * m;
            const double own = c->event[k + cause * m];

            prob[at] = k > 0 ? prob[at - 1] : 0;
            if (own > 0) prob[at] += before * own / c->at_risk[k];
        }
        if (d > 0) surv *= (c->at_risk[k] - d) / c->at_risk[k];
        prob[k] = surv;
    }
    for (an_index cause = 0; cause < c->n_causes; cause++)
        naive_curve(c, cause, cumhaz + cause * m, one_minus_km + cause * m);
}
