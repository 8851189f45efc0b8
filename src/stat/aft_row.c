/* The three standard distributions and the likelihood of one row. Densities and tails are
 * kept as logarithms, so that no row is lost far out. */
#include "stat/aft.h"

/* ---- Distributions ---- */

static const double LOG_ROOT_TWO_PI = 0.91893853320467274178;

/* log(1 - exp(-x)), x > 0: Maechler 2012. */
static double log_one_minus_exp(double x)
{
    return x > 0.69314718055994530942 ? log1p(-exp(-x)) : log(-expm1(-x));
}

/* log(1 + exp(x)) */
static double log_one_plus_exp(double x)
{
    return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static an_shape_at read_extreme(double z)
{
    const double w = exp(z);

    return (an_shape_at){.log_f = z - w,
                         .d1 = 1 - w,
                         .d2 = -w,
                         .log_upper = -w,
                         .log_lower = w > 0 ? log_one_minus_exp(w) : z};
}

static an_shape_at read_normal(double z)
{
    return (an_shape_at){.log_f = -z * z / 2 - LOG_ROOT_TWO_PI,
                         .d1 = -z,
                         .d2 = -1,
                         .log_upper = an_normal_log_cdf(-z),
                         .log_lower = an_normal_log_cdf(z)};
}

static an_shape_at read_logistic(double z)
{
    const double t = tanh(z / 2);

    return (an_shape_at){.log_f = -fabs(z) - 2 * log1p(exp(-fabs(z))),
                         .d1 = -t,
                         .d2 = -(1 - t * t) / 2,
                         .log_upper = -log_one_plus_exp(z),
                         .log_lower = -log_one_plus_exp(-z)};
}

an_shape_at an_shape_read(an_aft_shape shape, double z)
{
    switch (shape) {
    case AN_SHAPE_EXTREME:
        return read_extreme(z);
    case AN_SHAPE_NORMAL:
        return read_normal(z);
    default:
        return read_logistic(z);
    }
}

double an_shape_quantile(an_aft_shape shape, double p)
{
    switch (shape) {
    case AN_SHAPE_EXTREME:
        return log(-log1p(-p));
    case AN_SHAPE_NORMAL:
        return an_normal_quantile(p);
    default:
        return log(p) - log1p(-p);
    }
}

an_aft_shape an_aft_shape_of(an_aft_dist dist)
{
    switch (dist) {
    case AN_AFT_LOGNORMAL:
    case AN_AFT_GAUSSIAN:
        return AN_SHAPE_NORMAL;
    case AN_AFT_LOGLOGISTIC:
    case AN_AFT_LOGISTIC:
        return AN_SHAPE_LOGISTIC;
    default:
        return AN_SHAPE_EXTREME;
    }
}

bool an_aft_logs(an_aft_dist dist)
{
    return dist < AN_AFT_EXTREME;
}

double an_aft_known_scale(an_aft_dist dist)
{
    return dist == AN_AFT_EXPONENTIAL ? 1 : dist == AN_AFT_RAYLEIGH ? 0.5 : 0;
}

/* ---- Likelihood of a row ---- */

/* h(z) with its derivatives h1 and h2: by eta = y - sigma z and log(sigma). */
static an_aft_slope one_end(double h, double h1, double h2, double z, double sigma)
{
    return (an_aft_slope){.loglik = h,
                          .eta = -h1 / sigma,
                          .eta2 = h2 / (sigma * sigma),
                          .scale = -z * h1,
                          .scale2 = z * h1 + z * z * h2,
                          .both = (h1 + z * h2) / sigma};
}

static an_aft_slope exact(const an_shape_at *at, double z, double sigma)
{
    an_aft_slope s = one_end(at->log_f, at->d1, at->d2, z, sigma);

    s.loglik -= log(sigma);
    s.scale -= 1;
    return s;
}

/* log S: its slope is minus the hazard. */
static an_aft_slope later(const an_shape_at *at, double z, double sigma)
{
    const double hazard = exp(at->log_f - at->log_upper);

    return one_end(at->log_upper, -hazard, -hazard * (at->d1 + hazard), z, sigma);
}

static an_aft_slope earlier(const an_shape_at *at, double z, double sigma)
{
    const double rate = exp(at->log_f - at->log_lower);

    return one_end(at->log_lower, rate, rate * (at->d1 - rate), z, sigma);
}

/* log(F(z2) - F(z1)), from the tail that is the smaller one. */
static double log_between(const an_shape_at *a, const an_shape_at *b)
{
    if (a->log_upper < a->log_lower)
        return a->log_upper + log_one_minus_exp(a->log_upper - b->log_upper);
    return b->log_lower + log_one_minus_exp(b->log_lower - a->log_lower);
}

static an_aft_slope between(an_aft_shape shape, double z1, double z2, double sigma)
{
    const an_shape_at a = an_shape_read(shape, z1), b = an_shape_read(shape, z2);
    const double h = log_between(&a, &b);
    const double f1 = exp(a.log_f - h), f2 = exp(b.log_f - h);
    const double h11 = -f1 * (a.d1 + f1), h22 = f2 * (b.d1 - f2), h12 = f1 * f2;
    const double along1 = h11 + h12, along2 = h22 + h12; /* both ends move together */
    const double turn = z2 * f2 - z1 * f1;

    return (an_aft_slope){.loglik = h,
                          .eta = -(f2 - f1) / sigma,
                          .eta2 = (along1 + along2) / (sigma * sigma),
                          .scale = -turn,
                          .scale2 =
                              turn + z1 * z1 * h11 + 2 * z1 * z2 * h12 + z2 * z2 * h22,
                          .both = (f2 - f1 + z1 * along1 + z2 * along2) / sigma};
}

static an_aft_slope from_the_start(an_aft_shape shape, const an_aft_row *row, double eta,
                                   double sigma)
{
    const double z = (row->y - eta) / sigma;
    an_shape_at at;

    if (row->known == AN_KNOWN_BETWEEN)
        return between(shape, z, (row->end - eta) / sigma, sigma);
    at = an_shape_read(shape, z);
    if (row->known == AN_KNOWN_EXACT) return exact(&at, z, sigma);
    return row->known == AN_KNOWN_RIGHT ? later(&at, z, sigma) : earlier(&at, z, sigma);
}

/* A row that enters late is one of those who got so far: less log S(entry). */
an_aft_slope an_aft_slope_of(an_aft_shape shape, const an_aft_row *row, double eta,
                             double sigma)
{
    an_aft_slope s = from_the_start(shape, row, eta, sigma);

    if (row->late) {
        const an_aft_row until = {.known = AN_KNOWN_RIGHT, .y = row->entry};
        const an_aft_slope gone = from_the_start(shape, &until, eta, sigma);

        s.loglik -= gone.loglik;
        s.eta -= gone.eta;
        s.eta2 -= gone.eta2;
        s.scale -= gone.scale;
        s.scale2 -= gone.scale2;
        s.both -= gone.both;
    }
    return s;
}
