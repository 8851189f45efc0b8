/* Effects that change with time, tt(x): the ratio at given times, whether it changes, and its curve. A
 * coefficient of x or of x times f(t) alone answers none of these. */
#include "study/analyses/regression.h"

#include "math/math.h"

enum { N_POINTS = 241, N_TIMES = 5, MOST_CUTS = 64 };

/* All that tells the effect of one covariate. */
typedef struct changing {
    const an_regression *r;
    const an_vector *v; /* x, of its first tt() */
    const char *key;
    const char *unit;   /* " days", or "" */
    an_index n_steps;   /* columns of x */
    double *l;          /* [n_columns] */
    double first, last; /* event times */
    an_index n_times;
    double *time;
    const char **words; /* [n_times] "60 days", "after 180 days" */
} changing;

/* ---- What belongs to one covariate ---- */

bool an_regression_over_time(const an_regression *r)
{
    return r->frame->design.over_time != NULL;
}

bool an_term_changes(const an_regression *r, const an_term *term)
{
    const an_design *design = &r->frame->design;

    for (an_index t = 0; t < design->n_terms; t++)
        if (design->terms[t].over_time &&
            strcmp(design->terms[t].over_time->base, term->name) == 0)
            return true;
    return false;
}

/* Is term t the first tt() of its covariate? */
static bool is_first(const an_regression *r, an_index t)
{
    const an_term *terms = r->frame->design.terms;

    if (!terms[t].over_time) return false;
    for (an_index i = 0; i < t; i++)
        if (terms[i].over_time &&
            strcmp(terms[i].over_time->base, terms[t].over_time->base) == 0)
            return false;
    return true;
}

static bool belongs(const changing *c, const an_term *term)
{
    return term->over_time ? strcmp(term->over_time->base, c->v->base) == 0
                           : term->vector && strcmp(term->name, c->v->base) == 0;
}

/* The log ratio of step s at time t is l' coef. */
static void fill_contrast(const changing *c, an_index s, double t)
{
    const an_design *design = &c->r->frame->design;

    memset(c->l, 0, (size_t)design->n_columns * sizeof *c->l);
    for (an_index i = 0; i < design->n_terms; i++) {
        const an_term *term = &design->terms[i];

        for (an_index k = s; k < term->n_columns && belongs(c, term); k += c->n_steps)
            c->l[term->first + k] =
                an_time_function_at(&design->over_time[term->first + k], t);
    }
}

static an_effect effect_at(const changing *c, an_index s, double t)
{
    fill_contrast(c, s, t);
    for (an_index k = 0; k < c->r->frame->design.n_columns; k++)
        if (!isfinite(c->l[k]))
            return (an_effect){NAN, NAN, NAN, NAN, 0, "not defined at this time"};
    return an_regression_contrast(c->r, c->l);
}

/* ---- Times ---- */

static bool all_steps(const changing *c)
{
    const an_design *design = &c->r->frame->design;

    for (an_index i = 0; i < design->n_terms; i++)
        for (an_index k = 0; k < design->terms[i].n_columns; k++)
            if (design->terms[i].over_time && belongs(c, &design->terms[i]) &&
                design->over_time[design->terms[i].first + k].kind != AN_TIME_STEP)
                return false;
    return true;
}

static const char *number(const changing *c, double x)
{
    return an_doc_format(c->r->doc, an_number(AN_KIND_NUMBER, x));
}

static void add_time(changing *c, double t, const char *words)
{
    c->time[c->n_times] = t;
    c->words[c->n_times++] = words;
}

/* Sorted cuts of all tt() of the covariate. */
static an_index find_cuts(const changing *c, double cut[MOST_CUTS])
{
    const an_design *design = &c->r->frame->design;
    an_index n = 0;

    for (an_index i = 0; i < design->n_terms; i++)
        for (an_index k = 0; k < design->terms[i].n_columns; k++) {
            const double from = design->over_time[design->terms[i].first + k].from;
            an_index at = n;

            if (!design->terms[i].over_time || !belongs(c, &design->terms[i])) continue;
            while (at > 0 && cut[at - 1] > from) at--;
            if ((at > 0 && cut[at - 1] == from) || n == MOST_CUTS) continue;
            memmove(cut + at + 1, cut + at, (size_t)(n - at) * sizeof *cut);
            cut[at] = from;
            n++;
        }
    return n;
}

/* The end of each interval stands for it. */
static void take_intervals(changing *c)
{
    an_doc *doc = c->r->doc;
    double cut[MOST_CUTS];
    const an_index n = find_cuts(c, cut);

    for (an_index k = 0; k < n; k++)
        add_time(c, cut[k],
                 k == 0 ? an_doc_printf(doc, "up to %s%s", number(c, cut[k]), c->unit)
                        : an_doc_printf(doc, "after %s to %s%s", number(c, cut[k - 1]),
                                        number(c, cut[k]), c->unit));
    add_time(c, fmax(c->last, cut[n - 1] + 1),
             an_doc_printf(doc, "after %s%s", number(c, cut[n - 1]), c->unit));
}

/* Sorted times of the event, and how many. */
static an_status event_times(const changing *c, double **out, an_index *n_events)
{
    an_status st = AN_OK;
    an_ctx *const ctx = c->r->ctx;
    const an_surv *surv = &c->r->frame->surv;
    int64_t *order;
    double *time;
    an_index n = 0;

    AN_ALLOC(order, c->r->mem, surv->n);
    AN_ALLOC(time, c->r->mem, surv->n);
    AN_TRY(an_order_double(ctx, surv->n, surv->time, order));
    for (an_index i = 0; i < surv->n; i++)
        if (surv->event[order[i]] == 1) time[n++] = surv->time[order[i]];
    *out = time;
    *n_events = n;
done:
    return st;
}

static an_status find_times(changing *c)
{
    static const double quantile[N_TIMES] = {0.1, 0.25, 0.5, 0.75, 0.9};
    an_status st = AN_OK;
    an_ctx *const ctx = c->r->ctx;
    const an_reals *given = &c->r->hr_times;
    const an_index most = given->n > MOST_CUTS ? given->n : MOST_CUTS;
    an_index n = 0;
    double *event = NULL;

    AN_TRY(event_times(c, &event, &n));
    c->first = event[0];
    c->last = event[n - 1];
    AN_ALLOC(c->time, c->r->mem, most + 1);
    AN_ALLOC(c->words, c->r->mem, most + 1);
    if (given->n == 0 && all_steps(c)) {
        take_intervals(c);
        goto done;
    }
    for (an_index k = 0; k < (given->n ? given->n : N_TIMES); k++) {
        const double t = given->n ? given->x[k] : an_quantile(n, event, quantile[k], 1);

        if (c->n_times > 0 && c->time[c->n_times - 1] == t) continue;
        add_time(c, t, an_doc_printf(c->r->doc, "at %s%s", number(c, t), c->unit));
    }
done:
    return st;
}

/* ---- Words ---- */

/* The level of the factor that step s is about. */
static an_index level_of(const changing *c, an_index s)
{
    return s >= c->v->reference ? s + 1 : s;
}

static const char *step_words(const changing *c, an_index s)
{
    if (c->v->code)
        return an_doc_printf(c->r->doc, "%s: %s against %s (reference)", c->v->label,
                             c->v->levels[level_of(c, s)], c->v->levels[c->v->reference]);
    return an_doc_printf(c->r->doc, "%s, per %s", c->v->label,
                         an_one_unit(c->r->doc, c->v->unit));
}

static const char *step_key(const changing *c, an_index s)
{
    if (!c->v->code) return c->key;
    return an_doc_printf(c->r->doc, "%s_%s", c->key,
                         an_doc_key(c->r->doc, c->v->levels[level_of(c, s)]));
}

/* ---- Table and figure ---- */

static void show_step(const changing *c, an_index s)
{
    an_doc *doc = c->r->doc;
    const char *key = step_key(c, s);
    const an_value heading[] = {an_text(step_words(c, s)), an_text(""), an_text("")};

    an_doc_row_add(doc, key, 0, heading);
    for (an_index k = 0; k < c->n_times; k++) {
        const an_effect e = effect_at(c, s, c->time[k]);
        const an_value cells[] = {
            an_text(c->words[k]), an_effect_value(c->r, &e),
            an_number_or(AN_KIND_P, e.p, e.reason ? e.reason : "not estimable")};

        an_doc_row_add(doc,
                       an_doc_printf(doc, "%s_%s", key, an_doc_key(doc, c->words[k])), 1,
                       cells);
    }
}

static void show_table(const changing *c)
{
    an_doc *doc = c->r->doc;
    const an_doc_column columns[] = {
        {"label", "Effect"}, {"ratio", c->r->ratio}, {"p", "p"}};

    an_doc_table(doc, an_doc_printf(doc, "over_time_%s", c->key),
                 an_doc_printf(doc, "%s: its effect over time", c->v->label),
                 c->r->method, 3, columns);
    for (an_index s = 0; s < c->n_steps; s++) show_step(c, s);
    an_doc_table_end(
        doc, an_doc_printf(doc,
                           "The ratio among those at risk at that time: its logarithm is "
                           "the coefficient of %s, where the model has it, plus that of "
                           "each product with time times the function of time. p: is the "
                           "ratio 1 at that time?",
                           c->v->label));
}

static an_status fill_series(const changing *c, an_index s, double from, double to,
                             an_series *out, double *highest)
{
    an_status st = AN_OK;
    an_ctx *const ctx = c->r->ctx;
    double *x, *y, *lower, *upper;

    AN_ALLOC(x, c->r->mem, N_POINTS);
    AN_ALLOC(y, c->r->mem, N_POINTS);
    AN_ALLOC(lower, c->r->mem, N_POINTS);
    AN_ALLOC(upper, c->r->mem, N_POINTS);
    for (int i = 0; i < N_POINTS; i++) {
        an_effect e;

        x[i] = from + (to - from) * i / (N_POINTS - 1);
        e = effect_at(c, s, x[i]);
        y[i] = e.ratio;
        lower[i] = e.lower;
        upper[i] = e.upper;
        if (isfinite(e.upper)) *highest = fmax(*highest, fmin(e.upper, 3 * e.ratio));
    }
    *out = (an_series){.label = c->v->code ? c->v->levels[level_of(c, s)] : c->r->ratio,
                       .n = N_POINTS,
                       .x = x,
                       .y = y,
                       .lower = lower,
                       .upper = upper};
done:
    return st;
}

static an_status show_figure(const changing *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = c->r->ctx;
    an_doc *doc = c->r->doc;
    const an_index n = c->n_steps;
    double highest = 1;
    an_series *series;

    if (!(c->last > c->first)) return AN_OK;
    AN_ALLOC(series, c->r->mem, n + 1);
    for (an_index s = 0; s < n; s++)
        AN_TRY(fill_series(c, s, c->first, c->last, &series[s], &highest));
    series[n] = (an_series){.label = "No difference",
                            .n = 2,
                            .secondary = true,
                            .x = (double[]){c->first, c->last},
                            .y = (double[]){1, 1}};
    const an_figure figure = {
        .type = AN_FIGURE_CURVES,
        .x_label = *c->unit ? an_doc_printf(doc, "Time (%s)", c->unit + 1) : "Time",
        .y_label = c->r->ratio,
        .x_min = c->first,
        .x_max = c->last,
        .y_min = 0,
        .y_max = highest,
        .n_series = n + 1,
        .series = series,
        .caption = an_doc_printf(
            doc,
            "%s for %s by %s%s%s over time with pointwise %g %% confidence limits, from "
            "the first to the last event, %s with all covariates together.",
            c->r->ratio, c->r->event, c->v->label, c->v->code ? " against " : "",
            c->v->code ? c->v->levels[c->v->reference] : "", 100 * c->r->conf_level,
            c->r->method)};

    an_doc_figure(doc, an_doc_printf(doc, "curve_over_time_%s", c->key),
                  an_doc_printf(doc, "%s of %s over time", c->r->ratio, c->v->label),
                  c->r->method, &figure);
done:
    return st;
}

/* ---- All of them ---- */

static bool estimated(const changing *c)
{
    for (an_index s = 0; s < c->n_steps; s++)
        if (!effect_at(c, s, c->time[0]).reason) return true;
    return false;
}

static an_status start(const an_regression *r, an_index t, changing *c)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_term *term = &r->frame->design.terms[t];

    *c = (changing){.r = r,
                    .v = term->over_time,
                    .key = an_doc_key(r->doc, term->over_time->base),
                    .unit = r->frame->time_unit
                                ? an_doc_printf(r->doc, " %s", r->frame->time_unit)
                                : "",
                    .n_steps = term->n_columns / term->over_time->n_functions};
    AN_ALLOC(c->l, r->mem, r->frame->design.n_columns);
    AN_TRY(find_times(c));
done:
    return st;
}

static an_status show_tests(const an_regression *r)
{
    an_status st = AN_OK;
    const an_design *design = &r->frame->design;

    an_regression_tests_open(r, "changes", "Does the effect change with time?",
                             "Test of the product with time");
    for (an_index t = 0; t < design->n_terms; t++)
        if (design->terms[t].over_time) AN_TRY(an_regression_show_term_tests(r, t));
    an_doc_table_end(r->doc, r->lrt_foot);
done:
    return st;
}

an_status an_regression_show_over_time(const an_regression *r)
{
    an_status st = AN_OK;
    changing c;

    if (!an_regression_over_time(r)) return AN_OK;
    for (an_index t = 0; t < r->frame->design.n_terms; t++) {
        if (!is_first(r, t)) continue;
        AN_TRY(start(r, t, &c));
        if (c.n_steps == 0) continue; /* a factor of one level */
        show_table(&c);
        if (estimated(&c)) AN_TRY(show_figure(&c));
    }
    AN_TRY(show_tests(r));
done:
    return st;
}

/* "HR 2.1 (1.2 to 3.4) at 6 months, 1.3 (0.9 to 1.9) at 12 months" */
static const char *list_effects(const changing *c, an_index s)
{
    an_doc *doc = c->r->doc;
    const char *list = c->r->phrase;

    for (an_index k = 0; k < c->n_times; k++) {
        const an_effect e = effect_at(c, s, c->time[k]);

        list = an_doc_printf(doc, "%s%s %s %s", list, k ? "," : "",
                             an_doc_format(doc, an_effect_value(c->r, &e)), c->words[k]);
    }
    return list;
}

static void say_term(const changing *c, an_index t, bool changes)
{
    an_doc *doc = c->r->doc;
    const an_term *term = &c->r->frame->design.terms[t];

    an_doc_text(doc, an_doc_printf(doc, "change_%s", c->r->term_key[t]),
                changes
                    ? "%s: its effect on the %s of %s changes with time (%s, %s test, "
                      "%s)."
                    : "%s: it was not shown that its effect on the %s of %s changes "
                      "with time (%s, %s test, %s); that is no proof that it does "
                      "not.",
                c->v->label, c->r->rate, c->r->event, term->label, c->r->term_test,
                an_doc_p(doc, c->r->term_p[t]));
    for (an_index s = 0; s < c->n_steps; s++)
        an_doc_text(doc,
                    an_doc_printf(doc, "change_%s_%s", c->r->term_key[t], step_key(c, s)),
                    "%s: %s.", step_words(c, s), list_effects(c, s));
}

an_status an_regression_say_over_time(const an_regression *r, an_index *n_said)
{
    an_status st = AN_OK;
    changing c;

    *n_said = 0;
    for (an_index t = 0; t < r->frame->design.n_terms; t++) {
        const bool changes = r->term_p[t] < 1 - r->conf_level;

        if (!r->frame->design.terms[t].over_time || isnan(r->term_p[t])) continue;
        AN_TRY(start(r, t, &c));
        say_term(&c, t, changes);
        *n_said += changes;
    }
done:
    return st;
}
