/* What the product of two covariates says: the effect of each at values of the other, and whether
 * these effects differ. A ratio of a product alone answers neither. */
#include "study/analyses/regression.h"
#include "study/profile.h"

#include "math/math.h"

/* ---- A sum of coefficients ---- */

/* Why a sum has no estimate, or NULL: parts that rise without end in one direction take it with
 * them, in both they leave nothing to say. */
static const char *reason_of(const an_regression *r, const double *l)
{
    bool aliased = false, falls = false, rises = false;

    for (an_index k = 0; k < r->frame->design.n_columns; k++) {
        const int towards = r->effect[k].towards;

        if (l[k] == 0 || !r->effect[k].reason) continue;
        aliased |= towards == 0;
        rises |= l[k] * towards > 0;
        falls |= l[k] * towards < 0;
    }
    if (rises && falls) return "parts of it have no finite estimate";
    if (aliased) return an_effect_missing(0).reason;
    if (rises || falls) return an_effect_missing(rises ? 1 : -1).reason;
    return NULL;
}

an_effect an_regression_contrast(const an_regression *r, const double *l)
{
    const double z = an_normal_quantile(1 - (1 - r->conf_level) / 2);
    const an_index p = r->frame->design.n_columns;
    const char *reason = reason_of(r, l);
    double b = 0, v = 0, se;

    if (reason) return (an_effect){NAN, NAN, NAN, NAN, 0, reason};
    for (an_index j = 0; j < p; j++) {
        if (l[j] == 0) continue;
        b += l[j] * r->coef[j];
        for (an_index k = 0; k < p; k++)
            if (l[k] != 0) v += l[j] * l[k] * r->vcov[k + j * p];
    }
    se = sqrt(fmax(0, v));
    return (an_effect){.ratio = exp(b),
                       .lower = exp(b - z * se),
                       .upper = exp(b + z * se),
                       .p = se > 0 ? an_normal_two_sided(b / se) : NAN,
                       .reason = se > 0 ? NULL : "not estimable"};
}

/* ---- The places where an effect is told ---- */

enum { N_QUARTILES = 3 };

/* One covariate, the steps that its effect is told in, and where the other one stands. */
typedef struct side {
    const an_vector *v;
    an_index n_places;
    an_setting *place;  /* [n_places] levels, or quartiles of a number */
    const char **words; /* [n_places] "Stage = 2", "Age = 62 years (median)" */
} side;

/* Numbers that take part in products, at their medians: the place of all that is not said. */
typedef struct middle {
    an_index n;
    an_setting *set; /* [n], and room for two more */
} middle;

typedef struct product {
    const an_regression *r;
    const middle *middle;
    an_index t;
    const char *key;
    side side[2];
    double *from, *to;         /* [n_columns] rows of the design */
    double lrt, lrt_df, lrt_p; /* against the model without it; NaN: none */
} product;

static an_status quartiles_of(const an_regression *r, const an_vector *v,
                              double out[N_QUARTILES])
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_index n = r->frame->n;
    int64_t *order;
    double *sorted;

    AN_ALLOC(order, r->mem, n);
    AN_ALLOC(sorted, r->mem, n);
    AN_TRY(an_order_double(ctx, n, v->x, order));
    for (an_index i = 0; i < n; i++) sorted[i] = v->x[order[i]];
    for (int k = 0; k < N_QUARTILES; k++)
        out[k] = an_quantile(n, sorted, 0.25 * (k + 1), 7);
done:
    return st;
}

static an_status find_quartiles(const an_regression *r, side *s)
{
    static const char *const names[] = {"lower quartile", "median", "upper quartile"};
    an_status st = AN_OK;
    double quartile[N_QUARTILES];

    AN_TRY(quartiles_of(r, s->v, quartile));
    for (int k = 0; k < N_QUARTILES; k++) {
        const double x = quartile[k];

        if (s->n_places > 0 && s->place[s->n_places - 1].x == x) continue;
        s->place[s->n_places] = (an_setting){.variable = s->v, .x = x};
        s->words[s->n_places++] =
            an_doc_printf(r->doc, "%s = %s%s%s (%s)", s->v->label,
                          an_doc_format(r->doc, an_number(AN_KIND_NUMBER, x)),
                          s->v->unit ? " " : "", s->v->unit ? s->v->unit : "", names[k]);
    }
done:
    return st;
}

static an_status find_places(const an_regression *r, const an_vector *v, side *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_index most = v->code ? v->n_levels : N_QUARTILES;

    *s = (side){.v = v};
    AN_ALLOC(s->place, r->mem, most);
    AN_ALLOC(s->words, r->mem, most);
    if (!v->code) return find_quartiles(r, s);
    for (an_index l = 0; l < v->n_levels; l++) {
        s->place[l] = (an_setting){.variable = v, .level = (int32_t)l};
        s->words[l] = an_doc_printf(r->doc, "%s = %s", v->label, v->levels[l]);
    }
    s->n_places = v->n_levels;
done:
    return st;
}

static bool in_middle(const middle *m, const an_vector *v)
{
    for (an_index k = 0; k < m->n; k++)
        if (m->set[k].variable == v) return true;
    return false;
}

static an_status find_middle(const an_regression *r, middle *m)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_index n_terms = r->frame->design.n_terms;
    const an_vector *v[AN_MOST_TERM_VARIABLES];

    AN_ALLOC(m->set, r->mem, n_terms * AN_MOST_TERM_VARIABLES + 2);
    for (an_index t = 0; t < n_terms; t++) {
        const an_index n = an_term_variables(r->frame, t, v);

        for (an_index k = 0; k < n && n > 1; k++) {
            double quartile[N_QUARTILES];

            if (v[k]->code || in_middle(m, v[k])) continue;
            AN_TRY(quartiles_of(r, v[k], quartile));
            m->set[m->n++] = (an_setting){.variable = v[k], .x = quartile[1]};
        }
    }
done:
    return st;
}

/* ---- Effects ---- */

/* Ratio of `own` at `to` against `from`, where the other one is at `place`. */
static an_status effect_of(const product *g, an_setting from, an_setting to,
                           an_setting place, an_effect *out)
{
    an_status st = AN_OK;
    const an_regression *r = g->r;
    an_setting *set = g->middle->set; /* what comes later wins */
    const an_index n = g->middle->n;

    set[n] = place;
    set[n + 1] = from;
    AN_TRY(an_design_row(r->ctx, r->mem, r->frame, n + 2, set, g->from));
    set[n + 1] = to;
    AN_TRY(an_design_row(r->ctx, r->mem, r->frame, n + 2, set, g->to));
    for (an_index k = 0; k < r->frame->design.n_columns; k++) g->to[k] -= g->from[k];
    *out = an_regression_contrast(r, g->to);
done:
    return st;
}

static void add_heading(const product *g, const char *key, const char *words)
{
    const an_value cells[] = {an_text(words), an_text(""), an_text("")};

    an_doc_row_add(g->r->doc, key, 0, cells);
}

/* A heading, and the effect of one step at each place of the other side. */
static an_status show_step(const product *g, const side *other, an_setting from,
                           an_setting to, const char *key, const char *words)
{
    an_status st = AN_OK;
    an_doc *const doc = g->r->doc;

    add_heading(g, key, words);
    for (an_index k = 0; k < other->n_places; k++) {
        an_effect e;

        AN_TRY(effect_of(g, from, to, other->place[k], &e));
        const an_value cells[] = {
            an_text(other->words[k]), an_effect_value(g->r, &e),
            an_number_or(AN_KIND_P, e.p, e.reason ? e.reason : "not estimable")};

        an_doc_row_add(
            doc, an_doc_printf(doc, "%s_at_%s", key, an_doc_key(doc, other->words[k])), 1,
            cells);
    }
done:
    return st;
}

static an_status show_level(const product *g, const side *own, const side *other,
                            an_index level)
{
    an_doc *const doc = g->r->doc;
    const an_vector *v = own->v;
    const char *const key = an_doc_printf(doc, "%s_%s", an_doc_key(doc, v->name),
                                          an_doc_key(doc, v->levels[level]));
    const char *const words =
        an_doc_printf(doc, "%s: %s against %s (reference)", v->label, v->levels[level],
                      v->levels[v->reference]);

    return show_step(g, other, own->place[v->reference], own->place[level], key, words);
}

static an_status show_number(const product *g, const side *own, const side *other)
{
    an_doc *const doc = g->r->doc;
    const char *const key = an_doc_key(doc, own->v->name);
    const char *const words =
        an_doc_printf(doc, "%s, per %s", own->v->label, an_one_unit(doc, own->v->unit));

    return show_step(g, other, (an_setting){.variable = own->v, .x = 0},
                     (an_setting){.variable = own->v, .x = 1}, key, words);
}

/* Effects of one side at the places of the other. A spline has none per unit. */
static an_status show_side(const product *g, const side *own, const side *other)
{
    an_status st = AN_OK;

    if (own->v->spline) return AN_OK;
    if (!own->v->code) return show_number(g, own, other);
    for (an_index l = 0; l < own->v->n_levels; l++)
        if (l != own->v->reference) AN_TRY(show_level(g, own, other, l));
done:
    return st;
}

static bool in_other_products(const product *g)
{
    const an_vector *v[AN_MOST_TERM_VARIABLES];

    for (an_index t = 0; t < g->r->frame->design.n_terms; t++) {
        const an_index n = t == g->t ? 0 : an_term_variables(g->r->frame, t, v);

        for (an_index k = 0; k < n && n > 1; k++)
            if (v[k] == g->side[0].v || v[k] == g->side[1].v) return true;
    }
    return false;
}

/* A main effect of the product with a tt() beside it. */
static bool sides_change(const product *g)
{
    const an_design *design = &g->r->frame->design;

    for (an_index t = 0; t < design->n_terms; t++) {
        const an_term *term = &design->terms[t];

        if ((term->vector == g->side[0].v || term->vector == g->side[1].v) &&
            term->vector && an_term_changes(g->r, term))
            return true;
    }
    return false;
}

static an_status show_effects(const product *g)
{
    an_status st = AN_OK;
    an_doc *const doc = g->r->doc;
    const an_term *term = &g->r->frame->design.terms[g->t];
    const an_doc_column columns[] = {
        {"label", "Effect"}, {"ratio", g->r->ratio}, {"p", "p"}};

    an_doc_table(
        doc, an_doc_printf(doc, "within_%s", g->key),
        an_doc_printf(doc, "%s: the effect of each at values of the other", term->label),
        g->r->method, 3, columns);
    AN_TRY(show_side(g, &g->side[0], &g->side[1]));
    AN_TRY(show_side(g, &g->side[1], &g->side[0]));
    an_doc_table_end(
        doc,
        an_doc_printf(doc,
                      "Sums of the coefficients of the model with Wald's limits, the "
                      "other covariates being equal. Quartiles are those of the rows "
                      "used.%s%s",
                      in_other_products(g)
                          ? " Where a covariate has further products, the numbers in "
                            "them are at their median and the factors at their "
                            "reference level."
                          : "",
                      sides_change(g) ? " Effects that change with time are shown "
                                        "where the function of time is 0."
                                      : ""));
done:
    return st;
}

/* ---- Tests ---- */

an_status an_regression_without(const an_regression *r, an_index t, an_columns_left *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_design *design = &r->frame->design;
    const an_term *term = &design->terms[t];
    const an_index first = term->first, after = first + term->n_columns;
    const an_index n_rows = design->n_rows, behind = design->n_columns - after;
    an_time_function *functions;
    double *x;

    *out = (an_columns_left){first + behind, design->x, design->over_time};
    if (behind == 0) return AN_OK; /* the last one: a shorter design */
    AN_SPACE(x, r->mem, out->p * n_rows);
    memcpy(x, design->x, (size_t)(first * n_rows) * sizeof *x);
    memcpy(x + first * n_rows, design->x + after * n_rows,
           (size_t)(behind * n_rows) * sizeof *x);
    out->x = x;
    if (!design->over_time) goto done;
    AN_ALLOC(functions, r->mem, out->p);
    for (an_index k = 0; k < out->p; k++)
        functions[k] = design->over_time[k < first ? k : k + term->n_columns];
    out->over_time = functions;
done:
    return st;
}

static an_status find_lrt(const an_regression *r, an_index t, double *chisq, double *df,
                          double *p)
{
    an_status st = AN_OK;

    *chisq = *df = *p = NAN;
    if (!r->test_without) return AN_OK;
    AN_TRY(r->test_without(r, t, chisq, df));
    if (*df > 0) *p = an_chisq_upper(fmax(*chisq, 0), *df);
done:
    return st;
}

static void show_tests(const an_regression *r, an_index t, double chisq, double df,
                       double p)
{
    const char *label = r->frame->design.terms[t].label, *key = r->term_key[t];

    an_regression_test_row(r, an_doc_printf(r->doc, "%s_term", key),
                           an_doc_printf(r->doc, "%s: %s", label, r->term_test),
                           r->term_chisq[t], r->term_df[t], r->term_p[t],
                           "not estimable");
    if (r->test_without)
        an_regression_test_row(r, an_doc_printf(r->doc, "%s_lrt", key),
                               an_doc_printf(r->doc, "%s: likelihood ratio", label),
                               chisq, df, p, "not estimable");
}

an_status an_regression_show_term_tests(const an_regression *r, an_index t)
{
    an_status st = AN_OK;
    double chisq, df, p;

    AN_TRY(find_lrt(r, t, &chisq, &df, &p));
    show_tests(r, t, chisq, df, p);
done:
    return st;
}

static void say_tests(const product *g)
{
    an_doc *const doc = g->r->doc;
    const double p = g->r->term_p[g->t];
    const char *const lrt =
        isnan(g->lrt_p)
            ? ""
            : an_doc_printf(doc, "; likelihood-ratio test, %s", an_doc_p(doc, g->lrt_p));

    if (isnan(p)) return;
    an_doc_text(doc, an_doc_printf(doc, "interaction_%s", g->key),
                p < 1 - g->r->conf_level
                    ? "The effect of %s on the %s of %s depends on %s (%s test, %s%s): "
                      "read the ratios of each at values of the other."
                    : "It was not shown that the effect of %s on the %s of %s depends on "
                      "%s (%s test, %s%s); that is no proof that it does not.",
                g->side[0].v->label, g->r->rate, g->r->event, g->side[1].v->label,
                g->r->term_test, an_doc_p(doc, p), lrt);
}

/* ---- Products of two, that are part of no other ---- */

static bool within_another(const an_regression *r, an_index t, const product *g)
{
    const an_vector *v[AN_MOST_TERM_VARIABLES];

    for (an_index i = 0; i < r->frame->design.n_terms; i++) {
        const an_index n = i == t ? 0 : an_term_variables(r->frame, i, v);
        int held = 0;

        for (an_index k = 0; k < n; k++)
            held += v[k] == g->side[0].v || v[k] == g->side[1].v;
        if (held == 2) return true;
    }
    return false;
}

static an_status take_product(const an_regression *r, const middle *m, an_index t,
                              product *g, bool *is)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    const an_vector *v[AN_MOST_TERM_VARIABLES];

    *is = an_term_variables(r->frame, t, v) == 2;
    if (!*is) return AN_OK;
    *g = (product){.r = r, .middle = m, .t = t, .key = r->term_key[t]};
    g->side[0].v = v[0];
    g->side[1].v = v[1];
    *is = !within_another(r, t, g);
    if (!*is) return AN_OK;
    AN_TRY(find_places(r, v[0], &g->side[0]));
    AN_TRY(find_places(r, v[1], &g->side[1]));
    AN_ALLOC(g->from, r->mem, r->frame->design.n_columns);
    AN_ALLOC(g->to, r->mem, r->frame->design.n_columns);
done:
    return st;
}

an_status an_regression_show_products(const an_regression *r)
{
    an_status st = AN_OK;
    const an_index n = r->frame->design.n_terms;
    an_ctx *const ctx = r->ctx;
    product *g;
    an_index found = 0;
    middle m = {0};

    AN_ALLOC(g, r->mem, n);
    AN_TRY(find_middle(r, &m));
    for (an_index t = 0; t < n; t++) {
        bool is;

        AN_TRY(take_product(r, &m, t, &g[found], &is));
        found += is;
    }
    if (found == 0) goto done;
    for (an_index k = 0; k < found; k++) AN_TRY(show_effects(&g[k]));
    an_regression_tests_open(r, "interactions", "Tests of the products",
                             "Test of all coefficients of a product");
    for (an_index k = 0; k < found; k++) {
        AN_TRY(find_lrt(r, g[k].t, &g[k].lrt, &g[k].lrt_df, &g[k].lrt_p));
        show_tests(r, g[k].t, g[k].lrt, g[k].lrt_df, g[k].lrt_p);
    }
    an_doc_table_end(r->doc, r->lrt_foot);
    for (an_index k = 0; k < found; k++) say_tests(&g[k]);
done:
    return st;
}
