/* Firth's penalised likelihood and its gradient. */
#include "stat/cox_firth.h"

an_status an_firth_new(an_ctx *ctx, const an_cox_data *data, an_cox_ties ties,
                       an_arena *mem, an_firth *f)
{
    an_status st = AN_OK;
    const an_index p = data->p;
    double **const vectors[] = {&f->score, &f->step, &f->old, &f->gained, &f->image};
    double **const matrices[] = {&f->inverse, &f->hessian, &f->factor, &f->across,
                                 &f->normal};

    AN_TRY(an_cox_model_new(ctx, data, ties, mem, &f->model));
    for (size_t k = 0; k < sizeof vectors / sizeof *vectors; k++)
        AN_ALLOC(*vectors[k], mem, p);
    for (size_t k = 0; k < sizeof matrices / sizeof *matrices; k++)
        AN_ALLOC(*matrices[k], mem, p * p);
    AN_ALLOC(f->path, mem, f->model.plan->n * p);
    AN_ALLOC(f->m, mem, f->model.plan->n);
    AN_ALLOC(f->h, mem, f->model.plan->n);
    AN_ALLOC(f->xi, mem, 4 * f->model.plan->m * p);
    AN_TRY(an_firth_at(ctx, f));
    if (p > 0) memcpy(f->hessian, f->inverse, (size_t)(p * p) * sizeof(double));
done:
    return st;
}

/* log det of the information of the columns that are not aliased, and its inverse. */
static double invert(an_firth *f)
{
    const an_cox_model *model = &f->model;
    const an_index p = model->p;
    double log_det = 0;

    for (an_index j = 0; j < p; j++)
        for (an_index k = 0; k < p; k++)
            f->factor[k + j * p] =
                model->aliased[j] || model->aliased[k] ? 0 : model->state.info[k + j * p];
    an_ldl_factor(p, f->factor, 0, NULL);
    for (an_index j = 0; j < p; j++)
        if (!model->aliased[j]) log_det += log(f->factor[j + j * p]);
    an_ldl_invert(p, f->factor, f->inverse);
    return log_det;
}

/* image = V x; returns x' V x. */
static double apply(const an_firth *f, const double *x, double *image)
{
    const an_index p = f->model.p;
    double sum = 0;

    memset(image, 0, (size_t)p * sizeof *image);
    for (an_index k = 0; k < p; k++)
        for (an_index l = 0; l < p; l++) image[l] += f->inverse[l + k * p] * x[k];
    for (an_index k = 0; k < p; k++) sum += x[k] * image[k];
    return sum;
}

/* B, by rows. */
static void fill_path(an_firth *f)
{
    const an_cox_plan *plan = f->model.plan;
    const an_index p = f->model.p, m = plan->m;
    double *own = f->xi + m * p;

    an_cox_xi(plan, &f->model.state, f->xi, own);
    an_cox_spread(plan, p, f->xi, own + m * p, f->path);
    for (an_index i = 0; i < plan->n; i++)
        for (an_index k = 0; k < p && plan->death[i]; k++)
            f->path[i * p + k] -= own[plan->last[i] * p + k];
}

/* The factors of x_i and of B_i. */
static void weigh_rows(an_firth *f)
{
    const an_cox_plan *plan = f->model.plan;
    const an_index p = f->model.p;

    for (an_index i = 0; i < plan->n; i++) {
        const double *b = f->path + i * p;
        const double r = f->model.state.r[i];
        const double h = apply(f, plan->x + i * p, f->image);
        double across = 0;

        for (an_index k = 0; k < p; k++) across += f->image[k] * b[k];
        f->m[i] = f->model.state.v[i] * h - 2 * r * across;
        f->h[i] = -r * h;
    }
}

/* u += 2 sum wbar (m' V m) m over the tied deaths of event time j. */
static void add_cubes(an_firth *f, an_index j, double *u)
{
    const an_cox_plan *plan = f->model.plan;
    const an_cox_state *state = &f->model.state;
    const an_index p = f->model.p;
    const double *s1 = state->s1 + j * p, s0 = state->s0[j];
    const int64_t tie = plan->tie[j];
    const double *d1 = tie < 0 ? NULL : state->d1 + tie * p;
    const double ss = apply(f, s1, f->image) / (s0 * s0), d = (double)plan->d[j];
    double sd = 0, dd = 0, of_s = 0, of_d = 0;

    for (an_index k = 0; k < p && d1; k++) sd += f->image[k] * d1[k];
    if (d1) dd = apply(f, d1, f->image) / (s0 * s0);
    sd /= s0 * s0;
    for (an_index k = 0; k < (d1 ? plan->d[j] : 1); k++) {
        const double share = d1 ? (double)k / d : 0;
        const double phi = d1 ? 1 - share * (state->d0[tie] / s0) : 1;
        const double size = ss - 2 * share * sd + share * share * dd;
        const double weight =
            2 * (d1 ? plan->wsum[j] / d : plan->wsum[j]) * size / (phi * phi * phi);

        of_s += weight / s0;
        of_d += weight * share / s0;
    }
    for (an_index k = 0; k < p; k++) u[k] += of_s * s1[k] - (d1 ? of_d * d1[k] : 0);
}

an_status an_firth_at(an_ctx *ctx, an_firth *f)
{
    an_status st = AN_OK;
    an_cox_model *model = &f->model;
    const an_index p = model->p;
    double log_det;

    AN_TRY(an_cox_model_risk(ctx, model));
    f->loglik = -INFINITY;
    if (!isfinite(model->state.loglik)) goto done;
    AN_TRY(an_cox_model_information(ctx, model));
    log_det = invert(f);
    if (!isfinite(log_det)) goto done;
    f->loglik = model->state.loglik + log_det / 2;
    fill_path(f);
    weigh_rows(f);
    AN_TRY(an_rows_moments(ctx, model->plan->n, p, model->plan->x, f->m, NULL, f->score,
                           NULL));
    AN_TRY(an_rows_moments(ctx, model->plan->n, p, f->path, f->h, NULL, f->image, NULL));
    for (an_index k = 0; k < p; k++) f->score[k] += f->image[k];
    for (an_index j = 0; j < model->plan->m; j++) add_cubes(f, j, f->score);
    for (an_index k = 0; k < p; k++)
        f->score[k] = model->aliased[k] ? 0 : model->state.score[k] + f->score[k] / 2;
done:
    return st;
}
