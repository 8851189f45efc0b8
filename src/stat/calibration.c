/* Calibration: are predicted risks what happens? In groups, and as a smooth curve by a model
 * of the outcome with the complementary log-log of the risk as covariate. */
#include "stat/calibration.h"

#include "math/math.h"
#include "stat/event_table.h"

#include <anodyne/competing.h>
#include <anodyne/spline.h>

enum { N_KNOTS = 3, N_POINTS = 100 };

/* ---- Groups ---- */

/* code[n]: groups of about n / n_groups rows in order of risk, ties together. */
static void cut_groups(an_index n, const double *risk, const int64_t *order,
                       an_index *n_groups, int32_t *code)
{
    const an_index asked = *n_groups;
    an_index group = 0, in_group = 0;

    for (an_index j = 0; j < n; j++) {
        const bool tied = j > 0 && risk[order[j]] == risk[order[j - 1]];

        if (in_group > 0 && !tied && j * asked >= (group + 1) * n) {
            while (j * asked >= (group + 1) * n && group + 1 < asked) group++;
            in_group = 0;
        }
        code[order[j]] = (int32_t)group;
        in_group++;
    }
    *n_groups = group + 1;
}

static void fill_group(const an_predicted *p, an_index k, const int32_t *code,
                       const an_cif_group *cif, int32_t group, an_calibration_group *out)
{
    const double *risk = p->risk + k * p->surv.n;
    const an_index at = an_cif_step(cif, p->time[k]);
    double sum = 0, total = 0;

    *out = (an_calibration_group){.n = cif->n, .lowest = INFINITY, .highest = -INFINITY};
    for (an_index i = 0; i < p->surv.n; i++) {
        const double w = an_row_weight(&p->surv, i);

        if (code[i] != group) continue;
        out->lowest = fmin(out->lowest, risk[i]);
        out->highest = fmax(out->highest, risk[i]);
        sum += w * risk[i];
        total += w;
    }
    out->expected = sum / total;
    if (at < 0) return; /* nobody had anything by then */
    out->observed = cif->prob[cif->n_times + at];
    out->se = cif->se[cif->n_times + at];
    out->lower = cif->lower[cif->n_times + at];
    out->upper = cif->upper[cif->n_times + at];
}

an_status an_calibration_of(an_ctx *ctx, const an_predicted *predicted, an_index k,
                            double conf_level, an_index *n_groups,
                            an_calibration_group *out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    an_cif_options o = an_cif_defaults();
    an_cif *cif = NULL;
    an_grouping groups = {0};
    int32_t *code;
    int64_t *order;
    an_index kept = 0;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_predicted_check(ctx, predicted));
    if (*n_groups < 2 || *n_groups > 100) {
        st = an_fail(ctx, AN_ERR_ARGUMENT, "calibration takes 2 to 100 groups");
        goto done;
    }
    AN_ALLOC(code, mem, predicted->surv.n);
    AN_ALLOC(order, mem, predicted->surv.n);
    AN_TRY(an_order_double(ctx, predicted->surv.n,
                           predicted->risk + k * predicted->surv.n, order));
    cut_groups(predicted->surv.n, predicted->risk + k * predicted->surv.n, order,
               n_groups, code);
    groups = (an_grouping){.n_levels = *n_groups, .code = code};
    o.conf_level = conf_level;
    AN_TRY(an_cif_fit(ctx, &predicted->surv, &groups, NULL, &o, &cif));
    for (an_index g = 0; g < *n_groups; g++)
        if (cif->groups[g].n > 0)
            fill_group(predicted, k, code, &cif->groups[g], (int32_t)g, &out[kept++]);
    *n_groups = kept;
done:
    an_cif_free(cif);
    an_arena_free(mem);
    return st;
}

/* ---- A model of the outcome given the risk ---- */

typedef struct smoothing {
    an_ctx *ctx;
    const an_predicted *p;
    double time;
    const double *risk; /* [n] */
    double low, high;   /* smallest risk above 0, largest below 1 */
    double *link;       /* [n] log(-log(1 - risk)) */
    int64_t *order;     /* [n] by risk */
    an_spline spline;
    an_index df;   /* columns of the curve; 1: a straight line, 0: one risk for all */
    double *basis; /* [n x df] */
    an_fg_model model;
    an_fg_fit *fit; /* NULL: no event, or one risk for all */
    an_cif *cif;
    an_arena *work;
} smoothing;

/* Risks of 0 and 1 count as the nearest that is neither. */
static double link_of(const smoothing *s, double risk)
{
    return log(-log1p(-fmin(fmax(risk, s->low), s->high)));
}

static void basis_at(const smoothing *s, double link, double *out)
{
    if (s->df > 1)
        an_spline_basis(&s->spline, link, out);
    else
        out[0] = link;
}

static an_fg_options options_of(const an_predicted *p, double conf_level)
{
    an_fg_options o = an_fg_defaults();

    o.conf_level = conf_level;
    if (p->surv.n_causes == 1) o.ties = AN_FG_EFRON; /* Cox regression as R has it */
    return o;
}

static an_status fit_on(const smoothing *s, an_index p, const double *x,
                        double conf_level, an_fg_model *model, an_fg_fit **fit)
{
    const an_fg_options o = options_of(s->p, conf_level);
    an_status st;

    *model = (an_fg_model){.surv = s->p->surv, .cause = 1, .p = p, .x = x};
    st = an_fg_fit_model(s->ctx, model, &o, fit);
    return st == AN_ERR_ESTIMATE ? AN_OK : st;
}

static bool usable(const an_fg_fit *fit)
{
    if (!fit || !fit->converged) return false;
    for (an_index c = 0; c < fit->q; c++)
        if (fit->infinite[c] || fit->aliased[c]) return false;
    return true;
}

/* Three knots; where the risks are too few for them a straight line. */
static an_status place_knots(smoothing *s)
{
    an_status st = AN_OK;
    const an_index n = s->p->surv.n;

    s->df = s->risk[s->order[0]] < s->risk[s->order[n - 1]] && s->low < s->high;
    if (s->df == 0) return AN_OK;
    st = an_spline_place(s->ctx, AN_SPLINE_RESTRICTED, N_KNOTS, n, s->link, &s->spline);
    if (st == AN_OK) s->df = s->spline.df;
    return st == AN_ERR_DATA ? AN_OK : st;
}

static an_status fill_basis(smoothing *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = s->ctx;
    const an_index n = s->p->surv.n;
    double at[AN_SPLINE_MOST_DF];

    AN_ALLOC(s->basis, s->work, n * s->df);
    for (an_index i = 0; i < n && s->df > 0; i++) {
        basis_at(s, s->link[i], at);
        for (an_index k = 0; k < s->df; k++) s->basis[i + k * n] = at[k];
    }
done:
    return st;
}

static an_status start_smoothing(smoothing *s, an_index k)
{
    an_status st = AN_OK;
    an_ctx *const ctx = s->ctx;
    const an_index n = s->p->surv.n;

    s->work = an_arena_new(ctx);
    if (!s->work) return AN_ERR_MEMORY;
    s->time = s->p->time[k];
    s->risk = s->p->risk + k * n;
    s->low = 1;
    for (an_index i = 0; i < n; i++) {
        const bool inside = s->risk[i] > 0 && s->risk[i] < 1;

        if (inside) s->low = fmin(s->low, s->risk[i]);
        if (inside) s->high = fmax(s->high, s->risk[i]);
    }
    AN_ALLOC(s->link, s->work, n);
    AN_ALLOC(s->order, s->work, n);
    AN_TRY(an_order_double(ctx, n, s->risk, s->order));
    for (an_index i = 0; i < n; i++) s->link[i] = link_of(s, s->risk[i]);
    AN_TRY(place_knots(s));
    AN_TRY(fill_basis(s));
done:
    return st;
}

static an_status fit_smooth(smoothing *s, double conf_level)
{
    an_status st = AN_OK;

    if (s->df == 0) return AN_OK;
    AN_TRY(fit_on(s, s->df, s->basis, conf_level, &s->model, &s->fit));
    if (!usable(s->fit) && s->df > 1) { /* too few events for a curve */
        an_fg_free(s->fit);
        s->fit = NULL;
        s->df = 1;
        AN_TRY(fit_on(s, 1, s->link, conf_level, &s->model, &s->fit));
    }
done:
    return st;
}

static void end_smoothing(smoothing *s)
{
    an_fg_free(s->fit);
    an_cif_free(s->cif);
    an_arena_free(s->work);
}

/* ---- Indices ---- */

/* seen[n]: incidence by the horizon at the risk of each row; false: none. */
static bool smooth_rows(const smoothing *s, double *seen)
{
    double base = 0, at[AN_SPLINE_MOST_DF];

    if (!usable(s->fit)) return false;
    for (an_index j = 0; j < s->fit->n_times; j++)
        if (s->fit->time[j] <= s->time) base += s->fit->jump[j];
    for (an_index i = 0; i < s->p->surv.n; i++) {
        double eta = 0;

        basis_at(s, s->link[i], at);
        for (an_index k = 0; k < s->df; k++) eta += at[k] * s->fit->coef[k];
        seen[i] = -expm1(-base * exp(eta));
    }
    return true;
}

/* distance[n] between smoothed and predicted risk, to be sorted here. */
static an_status measure(const smoothing *s, const double *seen,
                         an_calibration_indices *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = s->ctx;
    const an_index n = s->p->surv.n;
    double *distance, *sorted, sum = 0, total = 0;
    int64_t *order;

    AN_ALLOC(distance, s->work, n);
    AN_ALLOC(sorted, s->work, n);
    AN_ALLOC(order, s->work, n);
    for (an_index i = 0; i < n; i++) {
        const double w = an_row_weight(&s->p->surv, i);

        distance[i] = fabs(seen[i] - s->risk[i]);
        sum += w * distance[i];
        total += w;
    }
    AN_TRY(an_order_double(ctx, n, distance, order));
    for (an_index i = 0; i < n; i++) sorted[i] = distance[order[i]];
    out->ici = sum / total;
    out->e50 = an_quantile(n, sorted, 0.5, 7);
    out->e90 = an_quantile(n, sorted, 0.9, 7);
done:
    return st;
}

/* Observed over expected, limits on the log scale. */
static an_status compare_totals(smoothing *s, double conf_level,
                                an_calibration_indices *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = s->ctx;
    const double z = an_normal_quantile(0.5 + conf_level / 2);
    double sum = 0, total = 0;
    an_index at;

    AN_TRY(an_cif_fit(ctx, &s->p->surv, NULL, NULL, NULL, &s->cif));
    at = an_cif_step(&s->cif->groups[0], s->time);
    if (at < 0) goto done; /* nobody had anything by then */
    for (an_index i = 0; i < s->p->surv.n; i++) {
        sum += an_row_weight(&s->p->surv, i) * s->risk[i];
        total += an_row_weight(&s->p->surv, i);
    }
    at += s->cif->groups[0].n_times;
    if (!(s->cif->groups[0].prob[at] > 0 && sum > 0)) goto done;
    out->ratio = s->cif->groups[0].prob[at] / (sum / total);
    out->ratio_lower =
        out->ratio * exp(-z * s->cif->groups[0].se[at] / s->cif->groups[0].prob[at]);
    out->ratio_upper =
        out->ratio * exp(z * s->cif->groups[0].se[at] / s->cif->groups[0].prob[at]);
done:
    return st;
}

static an_status find_slope(smoothing *s, double conf_level, an_calibration_indices *out)
{
    an_status st = AN_OK;
    an_fg_model model;
    an_fg_fit *fit = NULL;

    if (s->df == 0) return AN_OK;
    AN_TRY(fit_on(s, 1, s->link, conf_level, &model, &fit));
    if (!usable(fit)) goto done;
    out->slope = fit->coef[0];
    out->slope_lower = fit->lower[0];
    out->slope_upper = fit->upper[0];
done:
    an_fg_free(fit);
    return st;
}

/* s has been fitted; seen[n] in return. */
static an_status find_indices(smoothing *s, double conf_level, double *seen,
                              an_calibration_indices *out)
{
    an_status st = AN_OK;

    *out = (an_calibration_indices){NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN};
    AN_TRY(compare_totals(s, conf_level, out));
    AN_TRY(find_slope(s, conf_level, out));
    if (smooth_rows(s, seen)) AN_TRY(measure(s, seen, out));
done:
    return st;
}

an_status an_calibration_indices_of(an_ctx *ctx, const an_predicted *p, an_index k,
                                    an_calibration_indices *out)
{
    an_status st = AN_OK;
    smoothing s = {.ctx = ctx, .p = p};
    double *seen;

    AN_TRY(start_smoothing(&s, k));
    AN_ALLOC(seen, s.work, p->surv.n);
    AN_TRY(fit_smooth(&s, 0.95));
    AN_TRY(find_indices(&s, 0.95, seen, out));
done:
    end_smoothing(&s);
    return st;
}

/* ---- Curve ---- */

/* From the 1 % to the 99 % quantile of the risks: beyond them few rows hold the curve. */
static an_status draw(smoothing *s, an_calibration_curve *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = s->ctx;
    const an_index n = s->p->surv.n;
    double *sorted, *x, *risk, *smooth, *lower, *upper, at[AN_SPLINE_MOST_DF];
    an_fg_incidence *found = NULL;

    if (!usable(s->fit)) return AN_OK;
    AN_ALLOC(sorted, s->work, n);
    AN_ALLOC(x, s->work, N_POINTS * s->df);
    AN_ALLOC(risk, out->mem, N_POINTS);
    AN_ALLOC(smooth, out->mem, N_POINTS);
    AN_ALLOC(lower, out->mem, N_POINTS);
    AN_ALLOC(upper, out->mem, N_POINTS);
    for (an_index i = 0; i < n; i++) sorted[i] = s->risk[s->order[i]];
    const double from = an_quantile(n, sorted, 0.01, 7);
    const double to = an_quantile(n, sorted, 0.99, 7);

    for (an_index i = 0; i < N_POINTS; i++) {
        risk[i] = from + (to - from) * (double)i / (N_POINTS - 1);
        basis_at(s, link_of(s, risk[i]), at);
        for (an_index k = 0; k < s->df; k++) x[i + k * N_POINTS] = at[k];
    }
    AN_TRY(an_fg_incidence_of(ctx, &s->model, s->fit, 0, N_POINTS, x, NULL, 1, &s->time,
                              &found));
    memcpy(smooth, found->incidence, N_POINTS * sizeof *smooth);
    memcpy(lower, found->lower, N_POINTS * sizeof *lower);
    memcpy(upper, found->upper, N_POINTS * sizeof *upper);
    out->n_points = N_POINTS;
    out->risk = risk;
    out->smooth = smooth;
    out->lower = lower;
    out->upper = upper;
done:
    an_fg_incidence_free(found);
    return st;
}

an_status an_calibration_curve_of(an_ctx *ctx, const an_predicted *predicted, an_index k,
                                  double conf_level, an_calibration_curve **out)
{
    an_status st = AN_OK;
    an_arena *mem = an_arena_new(ctx);
    smoothing s = {.ctx = ctx, .p = predicted};
    an_calibration_curve *result;
    double *seen;

    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(an_predicted_check(ctx, predicted));
    AN_ALLOC(result, mem, 1);
    *result = (an_calibration_curve){
        .n = predicted->surv.n, .time = predicted->time[k], .mem = mem};
    AN_TRY(start_smoothing(&s, k));
    AN_ALLOC(seen, mem, predicted->surv.n);
    AN_TRY(fit_smooth(&s, conf_level));
    AN_TRY(find_indices(&s, conf_level, seen, &result->index));
    AN_TRY(draw(&s, result));
    result->seen = result->n_points > 0 ? seen : NULL;
    result->df = usable(s.fit) ? s.df : 0;
    *out = result;
    mem = NULL;
done:
    end_smoothing(&s);
    an_arena_free(mem);
    return st;
}

void an_calibration_curve_free(an_calibration_curve *curve)
{
    if (curve) an_arena_free(curve->mem);
}
