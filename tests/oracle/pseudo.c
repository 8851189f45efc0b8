/* Pseudo-values, infinitesimal and leave-one-out. */
#include "oracle.h"
#include <anodyne/pseudo.h>

#include <string.h>

or_method or_pseudo_values, or_pseudo_values_loo;

typedef struct input {
    or_frame frame;
    an_surv surv;
    an_index n_times;
    const double *times;
    const char *type;
    bool competing;
} input;

/* args.event of a competing case lists the codes in the order of the states. */
static void read_causes(const or_case *c, or_frame *f)
{
    const json_t *event = json_object_get(c->args, "event");
    const json_t *codes = json_object_get(event, "codes");
    const or_column *column =
        or_find(c->data, json_string_value(json_object_get(event, "var")));

    f->n_causes = (int32_t)json_array_size(codes) - 1;
    for (an_index i = 0; i < f->n; i++)
        for (int32_t k = 0; k <= f->n_causes; k++)
            if (column->number[f->row[i]] ==
                json_number_value(json_array_get(codes, (size_t)k)))
                f->event[i] = k;
}

static an_status read_input(an_ctx *ctx, const or_case *c, input *in)
{
    an_index n_merged;

    in->frame = or_frame_build(c);
    in->type = or_arg_text(c, "type");
    in->competing = or_arg_bool(c, "competing", false);
    in->times = or_arg_numbers(c, "times", &in->n_times);
    in->frame.n_causes = 1;
    if (in->competing) read_causes(c, &in->frame);
    in->surv = (an_surv){.n = in->frame.n,
                         .time = in->frame.time,
                         .event = in->frame.event,
                         .entry = in->frame.entry,
                         .weight = in->frame.weight,
                         .n_causes = in->frame.n_causes};
    return an_surv_timefix(ctx, in->frame.n, in->frame.time, in->frame.entry, &n_merged);
}

static an_pseudo_options options_of(const input *in, an_pseudo_jackknife jackknife)
{
    an_pseudo_options o = an_pseudo_defaults();
    const bool mean = strcmp(in->type, "rmst") == 0;

    o.jackknife = jackknife;
    if (in->competing)
        o.type = mean ? AN_PSEUDO_STATE_TIME : AN_PSEUDO_STATE;
    else
        o.type = mean ? AN_PSEUDO_MEAN : AN_PSEUDO_SURVIVAL;
    return o;
}

static void put_states(const or_case *c, const input *in, const an_pseudo *p,
                       json_t *values)
{
    const json_t *codes = json_object_get(json_object_get(c->args, "event"), "codes");
    json_t *names = json_array();

    json_array_append_new(names, json_string("(s0)"));
    for (an_index s = 1; s < p->n_states; s++) {
        const json_t *code = json_array_get(codes, (size_t)s);

        json_array_append_new(names,
                              json_string(or_printf(c, "%g", json_number_value(code))));
    }
    or_put(values, "columns", names);
    for (an_index t = 0; t < p->n_times; t++) {
        double *x = OR_NEW(c, double, p->n * p->n_states);

        for (an_index s = 0; s < p->n_states; s++)
            memcpy(x + s * p->n, p->value + (t + s * p->n_times) * p->n,
                   (size_t)p->n * sizeof *x);
        or_put(values, or_printf(c, "at_%g", in->times[t]),
               or_matrix(x, p->n, p->n_states));
    }
}

static an_status fit(an_ctx *ctx, const or_case *c, an_pseudo_jackknife jackknife,
                     json_t *values)
{
    an_pseudo *p = NULL;
    input in;
    an_status st = read_input(ctx, c, &in);
    const an_pseudo_options o = options_of(&in, jackknife);

    if (st == AN_OK)
        st = an_pseudo_fit(ctx, &in.surv, NULL, in.n_times, in.times, &o, &p);
    if (st == AN_OK && in.competing)
        put_states(c, &in, p, values);
    else if (st == AN_OK && p->n_times == 1 && jackknife == AN_PSEUDO_INFINITESIMAL)
        or_put(values, "pseudo", or_vector(p->value, p->n));
    else if (st == AN_OK)
        or_put(values, "pseudo", or_matrix(p->value, p->n, p->n_times));
    an_pseudo_free(p);
    return st;
}

an_status or_pseudo_values(an_ctx *ctx, const or_case *c, json_t *values)
{
    return fit(ctx, c, AN_PSEUDO_INFINITESIMAL, values);
}

an_status or_pseudo_values_loo(an_ctx *ctx, const or_case *c, json_t *values)
{
    return fit(ctx, c, AN_PSEUDO_LEAVE_ONE_OUT, values);
}
