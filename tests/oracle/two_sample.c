/* Comparisons of samples. */
#include "oracle.h"
#include <anodyne/compare.h>

#include <math.h>
#include <string.h>

or_method or_mann_whitney, or_k_sample, or_friedman, or_correlation, or_p_adjust;

static json_t *pair(double a, double b)
{
    const double both[2] = {a, b};

    return or_vector(both, 2);
}

static bool in_level(const or_column *column, an_index row, const char *level)
{
    return column->text[row] && strcmp(column->text[row], level) == 0;
}

static void put_mann_whitney(json_t *values, const an_two_sample *f)
{
    or_put(values, "n1", or_count(f->n1));
    or_put(values, "n2", or_count(f->n2));
    or_put(values, "U", or_number(f->u));
    or_put(values, "auc", or_number(f->auc));
    or_put(values, "p_exact_two_sided_distance", or_number(f->p_distance));
    or_put(values, "p_exact_two_sided_doubled", or_number(f->p_doubled));
    or_put(values, "p_exact_less", or_number(f->p_less));
    or_put(values, "p_exact_greater", or_number(f->p_greater));
    or_put(values, "z", or_number(f->z));
    or_put(values, "p_asymptotic", or_number(f->p_coin));
    or_put(values, "normal_corrected.p", or_number(f->p_normal_corrected));
    or_put(values, "normal_uncorrected.p", or_number(f->p_normal));
    or_put(values, "hodges_lehmann_shift", or_number(f->shift));
    or_put(values, "exact_conf_int", pair(f->shift_lower, f->shift_upper));
}

an_status or_mann_whitney(an_ctx *ctx, const or_case *c, json_t *values)
{
    const or_column *y = or_find(c->data, or_arg_text(c, "y"));
    const or_column *group = or_find(c->data, or_arg_text(c, "group"));
    const json_t *levels = json_object_get(c->args, "levels");
    const char *first = json_string_value(json_array_get(levels, 0));
    const char *second = json_string_value(json_array_get(levels, 1));
    double *a = OR_NEW(c, double, c->data->n), *b = OR_NEW(c, double, c->data->n);
    an_index n1 = 0, n2 = 0;
    an_two_sample f;

    for (an_index i = 0; i < c->data->n; i++) {
        if (in_level(group, i, first)) a[n1++] = y->number[i];
        if (in_level(group, i, second)) b[n2++] = y->number[i];
    }
    const an_status st = an_two_sample_fit(ctx, n1, a, n2, b, NULL, &f);
    if (st != AN_OK) return st;
    put_mann_whitney(values, &f);
    or_put(values, "welch_t", or_number(f.welch_t));
    or_put(values, "welch_df", or_number(f.welch_df));
    or_put(values, "welch_p", or_number(f.welch_p));
    or_put(values, "welch_ci", pair(f.welch_lower, f.welch_upper));
    or_put(values, "student_t", or_number(f.student_t));
    or_put(values, "student_p", or_number(f.student_p));
    or_put(values, "student_ci", pair(f.student_lower, f.student_upper));
    or_put(values, "f_ratio", or_number(f.f_ratio));
    or_put(values, "f_p", or_number(f.f_p));
    return AN_OK;
}

/* Levels that occur with a value of x, in declared or sorted order, and the values. */
static or_group level_codes(const or_case *c, const char *name, const double *x,
                            double **kept)
{
    const or_column *column = or_find(c->data, name);
    int64_t *row = OR_NEW(c, int64_t, c->data->n);
    an_index n = 0;
    json_t *names = json_pack("[s]", name);

    *kept = OR_NEW(c, double, c->data->n);
    for (an_index i = 0; i < c->data->n; i++)
        if (column->text[i] && !isnan(x[i])) {
            (*kept)[n] = x[i];
            row[n++] = i;
        }
    or_group g = or_group_build(c, names, n, row);
    json_decref(names);
    return g;
}

/* Lower triangle without its first row and last column, as R prints pairwise tests. */
static json_t *triangle(const or_case *c, an_index k, const double *p)
{
    double *out = OR_NEW(c, double, (k - 1) * (k - 1));

    for (an_index j = 0; j < k - 1; j++)
        for (an_index i = 1; i < k; i++) out[(i - 1) + j * (k - 1)] = p[i + j * k];
    return or_matrix(out, k - 1, k - 1);
}

an_status or_k_sample(an_ctx *ctx, const or_case *c, json_t *values)
{
    const or_column *y = or_find(c->data, or_arg_text(c, "y"));
    double *x;
    const or_group g = level_codes(c, or_arg_text(c, "group"), y->number, &x);
    const an_index k = g.n_levels;
    an_index n = 0;
    double *p_t = OR_NEW(c, double, k *k), *p_w = OR_NEW(c, double, k *k);
    an_k_sample f;

    for (an_index i = 0; i < c->data->n; i++)
        n += !isnan(y->number[i]) &&
             or_find(c->data, or_arg_text(c, "group"))->text[i] != NULL;
    an_status st = an_k_sample_fit(ctx, n, x, k, g.code, &f);
    if (st == AN_OK) st = an_pairwise(ctx, n, x, k, g.code, p_t, p_w);
    if (st != AN_OK) return st;
    or_put(values, "groups", or_strings(g.values, k));
    or_put(values, "kruskal_chisq", or_number(f.kruskal));
    or_put(values, "kruskal_df", or_number(f.kruskal_df));
    or_put(values, "kruskal_p", or_number(f.kruskal_p));
    or_put(values, "anova_F", or_number(f.anova_f));
    or_put(values, "anova_p", or_number(f.anova_p));
    or_put(values, "welch_F", or_number(f.welch_f));
    or_put(values, "welch_denom_df", or_number(f.welch_df));
    or_put(values, "welch_p", or_number(f.welch_p));
    or_put(values, "bartlett", or_number(f.bartlett));
    or_put(values, "bartlett_p", or_number(f.bartlett_p));
    or_put(values, "fligner", or_number(f.fligner));
    or_put(values, "fligner_p", or_number(f.fligner_p));
    or_put(values, "pairwise_wilcox_holm", triangle(c, k, p_w));
    or_put(values, "pairwise_t_holm", triangle(c, k, p_t));
    return AN_OK;
}

an_status or_friedman(an_ctx *ctx, const or_case *c, json_t *values)
{
    const or_column *y = or_find(c->data, or_arg_text(c, "y"));
    int64_t *row = OR_NEW(c, int64_t, c->data->n);
    json_t *t_name = json_pack("[s]", or_arg_text(c, "treatment"));
    json_t *b_name = json_pack("[s]", or_arg_text(c, "block"));
    an_friedman f;

    for (an_index i = 0; i < c->data->n; i++) row[i] = i;
    const or_group t = or_group_build(c, t_name, c->data->n, row);
    const or_group b = or_group_build(c, b_name, c->data->n, row);
    double *x = OR_NEW(c, double, t.n_levels *b.n_levels);

    json_decref(t_name);
    json_decref(b_name);
    for (an_index i = 0; i < t.n_levels * b.n_levels; i++) x[i] = NAN;
    for (an_index i = 0; i < c->data->n; i++)
        x[b.code[i] * t.n_levels + t.code[i]] = y->number[i];
    const an_status st = an_friedman_fit(ctx, b.n_levels, t.n_levels, x, &f);
    if (st != AN_OK) return st;
    or_put(values, "chisq", or_number(f.chisq));
    or_put(values, "df", or_number(f.df));
    or_put(values, "p", or_number(f.p));
    return AN_OK;
}

an_status or_correlation(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_correlation f;
    const an_status st =
        an_correlation_fit(ctx, c->data->n, or_find(c->data, or_arg_text(c, "x"))->number,
                           or_find(c->data, or_arg_text(c, "y"))->number, 0.95, &f);

    if (st != AN_OK) return st;
    or_put(values, "n", or_count(f.n));
    or_put(values, "pearson", or_number(f.pearson));
    or_put(values, "pearson_t", or_number(f.pearson_t));
    or_put(values, "pearson_p", or_number(f.pearson_p));
    or_put(values, "pearson_ci", pair(f.pearson_limits.lower, f.pearson_limits.upper));
    or_put(values, "spearman", or_number(f.spearman));
    or_put(values, "spearman_p_t", or_number(f.spearman_p));
    or_put(values, "kendall_tau_b", or_number(f.kendall));
    or_put(values, "kendall_z", or_number(f.kendall_z));
    or_put(values, "kendall_p", or_number(f.kendall_p));
    return AN_OK;
}

an_status or_p_adjust(an_ctx *ctx, const or_case *c, json_t *values)
{
    static const struct {
        const char *name;
        an_adjustment method;
    } methods[] = {{"holm", AN_ADJUST_HOLM},     {"hochberg", AN_ADJUST_HOCHBERG},
                   {"hommel", AN_ADJUST_HOMMEL}, {"BH", AN_ADJUST_BH},
                   {"BY", AN_ADJUST_BY},         {"bonferroni", AN_ADJUST_BONFERRONI}};
    an_index n;
    const double *p = or_arg_numbers(c, "p", &n);
    double *adjusted = OR_NEW(c, double, n);

    for (size_t k = 0; k < sizeof methods / sizeof *methods; k++) {
        const an_status st = an_p_adjust(ctx, methods[k].method, n, p, adjusted);

        if (st != AN_OK) return st;
        or_put(values, methods[k].name, or_vector(adjusted, n));
    }
    return AN_OK;
}
