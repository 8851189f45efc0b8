/* Restricted mean survival time: survRM2's two arms, and its models with covariates. */
#include "oracle.h"
#include <anodyne/rmst.h>

#include <math.h>
#include <string.h>

or_method or_rmst;

enum { CONTROL, TREATED };

typedef struct input {
    or_frame frame;
    an_surv surv;
    an_grouping arm;
    an_index p;
    double *x; /* [n x p] */
} input;

static bool is_value(const or_case *c, const or_column *column, int64_t row,
                     const char *name)
{
    const json_t *value = json_object_get(json_object_get(c->args, "arm"), name);

    if (json_is_string(value))
        return column->text[row] &&
               strcmp(column->text[row], json_string_value(value)) == 0;
    return column->number && column->number[row] == json_number_value(value);
}

/* Rows whose time, event, arm and covariates are known; arm 0 is the control. */
static an_status read_input(an_ctx *ctx, const or_case *c, input *in)
{
    const json_t *covariates = json_object_get(c->args, "covariates");
    const char *name =
        json_string_value(json_object_get(json_object_get(c->args, "arm"), "var"));
    const or_column *column = or_find(c->data, name);
    an_index n = 0, n_merged;
    int32_t *code;
    bool *keep;

    in->frame = or_frame_build_with(c, name);
    or_frame *const f = &in->frame;

    in->p = (an_index)json_array_size(covariates);
    in->x = OR_NEW(c, double, f->n *(in->p + 1));
    code = OR_NEW(c, int32_t, f->n);
    keep = OR_NEW(c, bool, f->n);
    for (an_index i = 0; i < f->n; i++) {
        const bool treated = is_value(c, column, f->row[i], "treated");

        keep[i] = treated || is_value(c, column, f->row[i], "control");
        for (an_index j = 0; j < in->p && keep[i]; j++) {
            const json_t *term = json_array_get(covariates, (size_t)j);
            const char *var = json_string_value(json_object_get(term, "var"));

            keep[i] = !isnan(or_find(c->data, var)->number[f->row[i]]);
        }
        n += keep[i];
    }
    an_index m = 0;

    for (an_index i = 0; i < f->n; i++) {
        if (!keep[i]) continue;
        for (an_index j = 0; j < in->p; j++) {
            const json_t *term = json_array_get(covariates, (size_t)j);
            const char *var = json_string_value(json_object_get(term, "var"));

            in->x[m + j * n] = or_find(c->data, var)->number[f->row[i]];
        }
        code[m] = is_value(c, column, f->row[i], "treated") ? TREATED : CONTROL;
        f->time[m] = f->time[i];
        f->event[m] = f->event[i];
        m++;
    }
    in->surv = (an_surv){.n = n, .time = f->time, .event = f->event, .n_causes = 1};
    in->arm = (an_grouping){.n_levels = 2, .code = code};
    return an_surv_timefix(ctx, n, f->time, NULL, &n_merged);
}

static void put_mean(json_t *values, const char *name, double mean, double se,
                     double lower, double upper)
{
    const double x[] = {mean, se, lower, upper};

    or_put(values, name, or_vector(x, 4));
}

static void put_arm(const or_case *c, const an_rmst_group *g, int arm, json_t *values)
{
    put_mean(values, or_printf(c, "rmst_arm%d", arm), g->mean, g->se, g->lower, g->upper);
    put_mean(values, or_printf(c, "rmtl_arm%d", arm), g->lost, g->se, g->lost_lower,
             g->lost_upper);
    or_put(values, or_printf(c, "var_arm%d", arm), or_number(g->se * g->se));
}

static void put_effect(const an_rmst_effect *e, an_index row, double *matrix)
{
    const double x[] = {e->estimate, e->lower, e->upper, e->p};

    for (an_index k = 0; k < 4; k++) matrix[row + 3 * k] = x[k];
}

static an_status plain(an_ctx *ctx, const or_case *c, const input *in,
                       const an_rmst_options *o, json_t *values)
{
    an_rmst *r = NULL;
    an_status st = an_rmst_fit(ctx, &in->surv, &in->arm, NULL, o, &r);
    double matrix[12];

    if (st == AN_OK && (r->n_groups < 2 || r->group[0].beyond || r->group[1].beyond))
        st = AN_ERR_ESTIMATE;
    if (st == AN_OK) {
        put_arm(c, &r->group[CONTROL], 0, values);
        put_arm(c, &r->group[TREATED], 1, values);
        put_effect(&r->contrast->difference, 0, matrix);
        put_effect(&r->contrast->ratio, 1, matrix);
        put_effect(&r->contrast->lost_ratio, 2, matrix);
        or_put(values, "contrasts", or_matrix(matrix, 3, 4));
    }
    an_rmst_free(r);
    return st;
}

static void put_model(const char *name, const an_rmst_model *m, json_t *values)
{
    json_t *rows = json_array();

    for (an_index j = 0; j < m->p; j++) {
        const double x[] = {m->coef[j],     m->se[j],    m->z[j],    m->p_value[j],
                            m->estimate[j], m->lower[j], m->upper[j]};
        json_t *row = json_array();

        for (int k = 0; k < 7; k++)
            if (k != 4 || m->scale != AN_RMST_DIFFERENCE)
                json_array_append_new(row, or_number(x[k]));
        json_array_append_new(rows, row);
    }
    or_put(values, name, rows);
}

static an_status adjusted(an_ctx *ctx, const input *in, const an_rmst_options *o,
                          json_t *values)
{
    static const char *const names[] = {"difference_model", "ratio_model",
                                        "rmtl_ratio_model"};
    double matrix[12] = {[2] = NAN, [5] = NAN, [8] = NAN, [11] = NAN};
    an_status st = AN_OK;

    for (int s = 0; s < 3 && st == AN_OK; s++) {
        an_rmst_model *m = NULL;

        st = an_rmst_regress(ctx, &in->surv, &in->arm, NULL, in->p, in->x,
                             (an_rmst_scale)s, o, &m);
        if (s == AN_RMST_LOST_RATIO && st == AN_ERR_ESTIMATE) return AN_OK;
        if (st != AN_OK) break;
        const an_rmst_effect arm = {m->estimate[1], m->se[1], m->lower[1], m->upper[1],
                                    m->p_value[1]};

        put_effect(&arm, s, matrix);
        put_model(names[s], m, values);
        or_put(values, "adjusted", or_matrix(matrix, 3, 4));
        an_rmst_model_free(m);
    }
    return st;
}

an_status or_rmst(an_ctx *ctx, const or_case *c, json_t *values)
{
    an_rmst_options o = an_rmst_defaults();
    input in = {0};
    an_status st = read_input(ctx, c, &in);

    o.tau = or_arg_number(c, "tau", NAN);
    o.conf_level = or_arg_number(c, "conf_int", 0.95);
    o.tolerance = 1e-8; /* where the reference's glm stops */
    or_put(values, "n", or_count(in.surv.n));
    if (st == AN_OK)
        st = in.p > 0 ? adjusted(ctx, &in, &o, values) : plain(ctx, c, &in, &o, values);
    return st;
}
