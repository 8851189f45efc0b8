/* Baseline tables and quantiles. */
#include "oracle.h"
#include <anodyne/compare.h>
#include <anodyne/descriptive.h>
#include <anodyne/tables.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

or_method or_quantile_types, or_table1;

an_status or_quantile_types(an_ctx *ctx, const or_case *c, json_t *values)
{
    const double *x = or_find(c->data, or_arg_text(c, "x"))->number;
    an_index n_p;
    const double *p = or_arg_numbers(c, "probs", &n_p);
    double *q = OR_NEW(c, double, n_p);
    an_summary s;
    an_status st = an_summarise(ctx, c->data->n, x, 7, &s);

    if (st == AN_OK) or_put(values, "n", or_count(s.n));
    for (int type = 1; type <= 9 && st == AN_OK; type++) {
        st = an_quantiles(ctx, c->data->n, x, n_p, p, type, q);
        or_put(values, or_printf(c, "type%d", type), or_vector(q, n_p));
    }
    return st;
}

/* One baseline table: rows with a group, and the groups in the case's order. */
typedef struct baseline {
    an_ctx *ctx;
    const or_case *c;
    json_t *values;
    an_index n, k; /* rows with a group, groups */
    int64_t *row;
    int32_t *code;
    const char **label;
} baseline;

static void put(const baseline *b, json_t *value, const char *variable, const char *what)
{
    or_put(b->values, or_printf(b->c, "%s.%s", variable, what), value);
}

static json_t *pair(double a, double b)
{
    const double both[2] = {a, b};

    return or_vector(both, 2);
}

/* Values of rows whose code is `group`, or of all when it is negative. */
static an_index choose(const baseline *b, const double *x, an_index group, double *out)
{
    an_index n = 0;

    for (an_index i = 0; i < b->n; i++)
        if (group < 0 || b->code[i] == group) out[n++] = x[b->row[i]];
    return n;
}

static an_status summarise(const baseline *b, const char *variable, const char *who,
                           an_index n, const double *x, an_summary *s)
{
    const char *prefix = or_printf(b->c, "%s.%s", variable, who);
    an_summary other;
    an_status st = an_summarise(b->ctx, n, x, 7, s);

    if (st != AN_OK) return st;
    const double five[5] = {s->min, s->q1, s->median, s->q3, s->max};
    put(b, or_count(s->n), prefix, "n");
    put(b, or_count(s->n_missing), prefix, "missing");
    put(b, pair(s->mean, s->sd), prefix, "mean_sd");
    put(b, or_vector(five, 5), prefix, "min_q1_median_q3_max");
    st = an_summarise(b->ctx, n, x, 2, &other);
    if (st == AN_OK) put(b, pair(other.q1, other.q3), prefix, "q1_q3_type2");
    if (st == AN_OK) st = an_summarise(b->ctx, n, x, 6, &other);
    if (st == AN_OK) put(b, pair(other.q1, other.q3), prefix, "q1_q3_type6");
    return st;
}

static void put_smd(const baseline *b, const char *variable, an_index n_pairs,
                    const double *smd)
{
    double sum = 0;

    for (an_index i = 0; i < n_pairs; i++) sum += smd[i];
    put(b, or_vector(smd, n_pairs), variable, "smd_pairs");
    put(b, or_number(sum / (double)n_pairs), variable, "smd_mean");
}

static an_status put_tests(const baseline *b, const char *variable, const double *x)
{
    double *values = OR_NEW(b->c, double, b->n), *other = OR_NEW(b->c, double, b->n);
    an_k_sample k;
    an_two_sample t;
    an_status st;

    choose(b, x, -1, values);
    st = an_k_sample_fit(b->ctx, b->n, values, b->k, b->code, &k);
    if (st == AN_ERR_ESTIMATE) return AN_OK; /* no test is possible: none is expected */
    if (st != AN_OK) return st;
    put(b, or_number(k.kruskal_p), variable, "kruskal_p");
    put(b, or_number(k.anova_p), variable, "anova_p");
    if (b->k != 2) return AN_OK;
    const an_two_sample_options quick = {0.95, 0}; /* no exact test is asked for */
    const an_index n1 = choose(b, x, 0, values), n2 = choose(b, x, 1, other);
    st = an_two_sample_fit(b->ctx, n1, values, n2, other, &quick, &t);
    if (st != AN_OK) return st;
    put(b, or_number(t.student_p), variable, "t_student_p");
    put(b, or_number(t.welch_p), variable, "t_welch_p");
    put(b, or_number(t.p_normal_corrected), variable, "wilcoxon_p");
    return AN_OK;
}

static an_status continuous(const baseline *b, const char *variable)
{
    const double *x = or_find(b->c->data, variable)->number;
    double *values = OR_NEW(b->c, double, b->n);
    double *smd = OR_NEW(b->c, double, b->k * b->k);
    an_summary *s = OR_NEW(b->c, an_summary, b->k), all;
    an_index n_pairs = 0;
    an_status st =
        summarise(b, variable, "overall", choose(b, x, -1, values), values, &all);

    for (an_index g = 0; g < b->k && st == AN_OK; g++)
        st = summarise(b, variable, b->label[g], choose(b, x, g, values), values, s + g);
    if (st != AN_OK) return st;
    for (an_index g = 0; g < b->k; g++)
        for (an_index h = g + 1; h < b->k; h++)
            smd[n_pairs++] = an_smd_continuous(s[g].mean, s[g].sd * s[g].sd, s[h].mean,
                                               s[h].sd * s[h].sd);
    put_smd(b, variable, n_pairs, smd);
    return put_tests(b, variable, x);
}

/* Level counts [levels x groups] by row, column percentages and their differences. */
static an_status factor(const baseline *b, const char *variable)
{
    const or_column *column = or_find(b->c->data, variable);
    int64_t *row = OR_NEW(b->c, int64_t, b->n);
    int32_t *code = OR_NEW(b->c, int32_t, b->n);
    an_index n = 0, n_pairs = 0;
    json_t *names = json_pack("[s]", variable);
    an_status st = AN_OK;

    for (an_index i = 0; i < b->n; i++)
        if (column->text[b->row[i]]) {
            row[n] = b->row[i];
            code[n++] = b->code[i];
        }
    const or_group levels = or_group_build(b->c, names, n, row);
    const an_index r = levels.n_levels;
    double *count = OR_NEW(b->c, double, r * b->k),
           *by_row = OR_NEW(b->c, double, r * b->k);
    double *percent = OR_NEW(b->c, double, r * b->k);
    double *smd = OR_NEW(b->c, double, b->k * b->k);
    an_contingency f;

    json_decref(names);
    for (an_index i = 0; i < n; i++) count[levels.code[i] + code[i] * r]++;
    for (an_index g = 0; g < b->k; g++) {
        double total = 0;

        for (an_index l = 0; l < r; l++) total += count[l + g * r];
        for (an_index l = 0; l < r; l++) {
            percent[l + g * r] = 100 * count[l + g * r] / total;
            by_row[l * b->k + g] = count[l + g * r];
        }
    }
    for (an_index g = 0; g < b->k; g++)
        for (an_index h = g + 1; h < b->k && st == AN_OK; h++)
            st = an_smd_factor(b->ctx, r, count + g * r, count + h * r, smd + n_pairs++);
    if (st == AN_OK) st = an_contingency_fit(b->ctx, r, b->k, by_row, NULL, &f);
    if (st != AN_OK) return st;
    put(b, or_strings(levels.values, r), variable, "levels");
    put(b, or_matrix(count, r, b->k), variable, "counts");
    put(b, or_matrix(percent, r, b->k), variable, "percent");
    put(b, or_count(b->n - n), variable, "missing");
    put_smd(b, variable, n_pairs, smd);
    put(b, or_number(f.chisq_p), variable, "chisq_p");
    put(b, or_number(f.fisher_p), variable, "fisher_p");
    if (r == 2 && b->k == 2) {
        an_two_by_two t;

        an_two_by_two_fit(by_row[0], by_row[1], by_row[2], by_row[3], 0.95, &t);
        put(b, or_number(t.chisq_corrected_p), variable, "chisq_yates_p");
    }
    return AN_OK;
}

static void collect(baseline *b, double *n_of)
{
    const or_column *group = or_find(b->c->data, or_arg_text(b->c, "group"));

    for (an_index i = 0; i < b->c->data->n; i++)
        for (an_index g = 0; g < b->k; g++)
            if (group->text[i] && strcmp(group->text[i], b->label[g]) == 0) {
                b->row[b->n] = i;
                b->code[b->n++] = (int32_t)g;
                n_of[g]++;
            }
}

an_status or_table1(an_ctx *ctx, const or_case *c, json_t *values)
{
    const json_t *groups = json_object_get(c->args, "groups");
    const json_t *numbers = json_object_get(c->args, "continuous");
    const json_t *factors = json_object_get(c->args, "categorical");
    baseline b = {.ctx = ctx, .c = c, .values = values};
    double *n_of;
    an_status st = AN_OK;

    b.k = (an_index)json_array_size(groups);
    b.row = OR_NEW(c, int64_t, c->data->n);
    b.code = OR_NEW(c, int32_t, c->data->n);
    b.label = OR_NEW(c, const char *, b.k);
    n_of = OR_NEW(c, double, b.k);
    for (an_index g = 0; g < b.k; g++)
        b.label[g] = json_string_value(json_array_get(groups, (size_t)g));
    collect(&b, n_of);
    or_put(values, "n", or_counts(n_of, b.k));
    or_put(values, "n_total", or_count(b.n));
    for (size_t i = 0; i < json_array_size(numbers) && st == AN_OK; i++)
        st = continuous(&b, json_string_value(json_array_get(numbers, i)));
    for (size_t i = 0; i < json_array_size(factors) && st == AN_OK; i++)
        st = factor(&b, json_string_value(json_array_get(factors, i)));
    return st;
}
