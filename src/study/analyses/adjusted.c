/* Adjusted curves: what the model predicts if everybody had one level of a factor. */
#include "study/analyses/predicted.h"

#include "math/math.h"

/* A figure shows no more steps than this; each costs a pass over the rows. */
enum { MOST_STEPS = 64 };

typedef struct adjusting {
    const an_adjusted *a;
    const an_vector *factor;
    const double **x; /* [n_levels] */
    an_index n_table, n_steps;
    double *time; /* [n_table + n_steps]: those of the table, then those of the figure */
    double last;
    an_fg_standard *found;
} adjusting;

static int compare_times(const void *self, int64_t a, int64_t b)
{
    const double *t = self;

    return (t[a] > t[b]) - (t[a] < t[b]);
}

/* Event times of all strata in order, evenly thinned where there are many, and the end of follow-up. */
static an_status find_times(adjusting *g, const an_predicted *p)
{
    an_status st = AN_OK;
    const an_regression *r = g->a->r;
    an_ctx *const ctx = r->ctx;
    const an_fg_fit *fit = g->a->fit;
    const an_index n = fit->n_times, steps = n < MOST_STEPS ? n : MOST_STEPS;
    int64_t *order, *work;

    AN_ALLOC(order, r->mem, n);
    AN_ALLOC(work, r->mem, n);
    AN_ALLOC(g->time, r->mem, p->n_times + steps + 1);
    for (an_index j = 0; j < n; j++) order[j] = j;
    an_order_by(n, order, work, compare_times, fit->time);
    for (an_index k = 0; k < p->n_times; k++) g->time[k] = p->times[k];
    for (an_index k = 0; k < steps; k++)
        g->time[p->n_times + k] = fit->time[order[(k + 1) * n / steps - 1]];
    g->time[p->n_times + steps] = g->last;
    g->n_table = p->n_times;
    g->n_steps = steps + 1;
done:
    return st;
}

static an_status find_designs(adjusting *g)
{
    an_status st = AN_OK;
    const an_regression *r = g->a->r;
    an_ctx *const ctx = r->ctx;

    AN_TRY(an_model_factor(ctx, r->mem, r->frame, g->a->factor, &g->factor));
    AN_ALLOC(g->x, r->mem, g->factor->n_levels);
    for (an_index l = 0; l < g->factor->n_levels; l++)
        AN_TRY(an_design_at_level(ctx, r->mem, r->frame, g->factor, l, &g->x[l]));
done:
    return st;
}

/* As it is shown: F, or S with its limits exchanged. */
static an_predicted_point point_at(const adjusting *g, an_index k, an_index level)
{
    const an_index at = k + level * g->found->n_times;
    const an_fg_standard *f = g->found;
    const bool beyond = k < g->n_table && g->time[k] > g->last;

    if (!g->a->survival)
        return (an_predicted_point){f->incidence[at], f->lower[at], f->upper[at], beyond};
    return (an_predicted_point){1 - f->incidence[at], 1 - f->upper[at], 1 - f->lower[at],
                                beyond};
}

static an_status fill_curve(const adjusting *g, an_index level, an_predicted_curve *curve)
{
    an_status st = AN_OK;
    const an_regression *r = g->a->r;
    an_ctx *const ctx = r->ctx;
    const an_index n = g->n_steps + 1;
    double *x, *y, *lower, *upper;
    an_predicted_point *points;

    AN_ALLOC(x, r->mem, n);
    AN_ALLOC(y, r->mem, n);
    AN_ALLOC(lower, r->mem, n);
    AN_ALLOC(upper, r->mem, n);
    AN_ALLOC(points, r->mem, g->n_table);
    y[0] = lower[0] = upper[0] = g->a->survival;
    for (an_index k = 0; k < g->n_table; k++) points[k] = point_at(g, k, level);
    for (an_index k = 0; k < g->n_steps; k++) {
        const an_predicted_point p = point_at(g, g->n_table + k, level);

        x[k + 1] = g->time[g->n_table + k];
        y[k + 1] = p.value;
        lower[k + 1] = p.lower;
        upper[k + 1] = p.upper;
    }
    curve->key = an_doc_key(r->doc, g->factor->levels[level]);
    curve->label =
        an_doc_printf(r->doc, "%s = %s", an_label_in_words(r->doc, g->factor->label),
                      g->factor->levels[level]);
    curve->steps = (an_series){.n = n, .x = x, .y = y, .lower = lower, .upper = upper};
    curve->at = points;
done:
    return st;
}

/* ---- Differences from the reference level ---- */

static void add_difference(const adjusting *g, const an_predicted *p, an_index level,
                           an_index k)
{
    const an_regression *r = g->a->r;
    const an_index at = k + level * g->found->n_times;
    const double sign = g->a->survival ? -1 : 1, se = g->found->difference_se[at];
    const double d = sign * g->found->difference[at];
    const double spread = an_normal_quantile(0.5 + r->conf_level / 2) * se;
    const bool beyond = g->time[k] > g->last;
    const an_value cells[] = {
        an_text(p->curve[level].label),
        an_scaled_time(&p->scale, g->time[k], NAN, NAN, 0),
        beyond ? an_not_estimable(AN_KIND_POINTS, "after the last follow-up")
               : an_points(d, d - spread, d + spread, r->conf_level),
        beyond ? an_not_estimable(AN_KIND_P, "after the last follow-up")
               : an_number_or(AN_KIND_P, se > 0 ? an_normal_two_sided(d / se) : NAN,
                              "no spread")};

    an_doc_row_add(r->doc,
                   an_doc_printf(r->doc, "%s_%g", p->curve[level].key, g->time[k]), 0,
                   cells);
}

static void show_differences(const adjusting *g, const an_predicted *p)
{
    an_doc *const doc = g->a->r->doc;
    static const an_doc_column columns[] = {
        {"level", "Level"}, {"time", "Time"}, {"difference", "Difference"}, {"p", "p"}};

    an_doc_table(
        doc, "adjusted_differences",
        an_doc_printf(doc, "Differences of %c%s", an_lower(p->title[0]), p->title + 1),
        p->method, 4, columns);
    for (an_index l = 0; l < g->factor->n_levels; l++)
        for (an_index k = 0; k < g->n_table && l != g->factor->reference; k++)
            add_difference(g, p, l, k);
    an_doc_table_end(doc, an_doc_printf(doc, "From %s = %s, with Wald's limits.",
                                        g->factor->label,
                                        g->factor->levels[g->factor->reference]));
}

/* ---- All of it ---- */

static an_status describe(const adjusting *g, an_predicted *p)
{
    an_status st = AN_OK;
    const an_adjusted *a = g->a;

    p->key = "adjusted";
    p->head = "Everybody with";
    p->before = "If everybody had";
    p->after = " and all other covariates as they are,";
    p->caption = an_doc_printf(a->r->doc, "of all %s, were they at each level",
                               an_rows_noun(a->r->frame, 2));
    p->title = a->title;
    p->share = a->share;
    p->method = "g-computation";
    p->limits = a->survival ? "log(-log S)" : "log(-log(1 - F))";
    p->foot = an_doc_printf(
        a->r->doc,
        "Mean over all %s of what the model predicts for each of them "
        "at the level; variance by influence functions.%s%s",
        an_rows_noun(a->r->frame, 2), a->foot ? " " : "", a->foot ? a->foot : "");
    for (an_index l = 0; l < p->n_curves; l++) AN_TRY(fill_curve(g, l, &p->curve[l]));
    AN_TRY(an_predicted_show(p));
    show_differences(g, p);
done:
    return st;
}

bool an_adjusted_separates(const an_fg_fit *fit)
{
    for (an_index k = 0; k < fit->q; k++)
        if (fit->infinite[k]) return true;
    return false;
}

an_status an_adjusted_show(const an_adjusted *a)
{
    an_status st = AN_OK;
    const an_surv *surv = &a->model->surv;
    adjusting g = {.a = a};
    an_predicted p;

    for (an_index i = 0; i < surv->n; i++) g.last = fmax(g.last, surv->time[i]);
    AN_TRY(find_designs(&g));
    if (an_adjusted_separates(a->fit)) {
        an_predicted_refuse(a->r);
        goto done;
    }
    AN_TRY(an_predicted_start(a->r, a->times, g.last, g.factor->n_levels, &p));
    AN_TRY(find_times(&g, &p));
    AN_TRY(an_fg_standardise(a->r->ctx, a->model, a->fit, g.factor->n_levels, g.x,
                             g.factor->reference, g.n_table + g.n_steps, g.time,
                             &g.found));
    AN_TRY(describe(&g, &p));
done:
    an_fg_standard_free(g.found);
    return st;
}
