/* Patients who move between states: the probability of each state as time goes on. */
#include "study/analyses/multistate_view.h"

static const an_param params[] = {
    AN_PARAM_TEXT(an_multistate_params, initial,
                  "Name of the state in which all begin, without --from; default: start"),
    AN_PARAM_REALS(an_multistate_params, times, 0, 1e15, "unit of the data",
                   "Times at which probabilities are reported; none: ticks of the axis"),
    AN_PARAM_REAL(an_multistate_params, tau, 0, 0, 1e15, "unit of the data",
                  "Horizon of the expected time in each state; 0: none"),
    AN_PARAM_REAL(an_multistate_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(an_multistate_params, unit, 0, an_show_unit_choices,
                    "Unit in which times are shown, from data in days"),
    AN_PARAM_END,
};

static const an_role roles[] = {
    {"surv", AN_ROLE_CAUSES, true, false, true,
     "Surv(entry, time, state): the state entered at time; the first level is none seen"},
    {"from", AN_ROLE_FACTOR, false, false, true,
     "State during the row; without it the state entered before, in rows of one cluster"},
    {"group", AN_ROLE_GROUP, false, false, true, "Factor with curves for each level"},
    {"cluster", AN_ROLE_CLUSTER, false, false, true, "Of whom a row is: cluster(id)"},
    {"weights", AN_ROLE_WEIGHTS, false, false, true,
     "How often a row counts: weights(...)"},
    AN_ROLE_END,
};

static const char *const references[] = {
    "Aalen OO, Johansen S. An empirical transition matrix for non-homogeneous Markov "
    "chains based on censored observations. Scand J Stat 1978;5:141-150",
    "Datta S, Satten GA. Validity of the Aalen-Johansen estimators of stage occupation "
    "probabilities and Nelson-Aalen estimators of integrated transition hazards for "
    "non-Markov models. Stat Probab Lett 2001;55:403-411. "
    "doi:10.1016/S0167-7152(01)00155-9",
    "Putter H, Fiocco M, Geskus RB. Tutorial in biostatistics: competing risks and "
    "multi-state models. Stat Med 2007;26:2389-2430. doi:10.1002/sim.2712",
    NULL,
};

/* ---- States ---- */

static an_status state_of(an_multistate_view *v, const char *label, int32_t *out)
{
    for (an_index j = 0; j < v->n_states; j++)
        if (strcmp(v->state[j], label) == 0) {
            *out = (int32_t)j;
            return AN_OK;
        }
    if (v->n_states == AN_MULTISTATE_MOST)
        return an_fail(v->ctx, AN_ERR_DATA, "more than %d states", AN_MULTISTATE_MOST);
    *out = (int32_t)v->n_states;
    v->state[v->n_states++] = label;
    return AN_OK;
}

/* State entered by each cause. */
static an_status fill_to(an_multistate_view *v, int32_t *of_cause)
{
    an_status st = AN_OK;
    const an_surv *surv = &v->frame->surv;

    for (an_index c = 0; c < surv->n_causes; c++) {
        const char *label = v->frame->cause_labels ? v->frame->cause_labels[c] : NULL;

        AN_TRY(state_of(
            v, label ? label : an_doc_printf(v->doc, "state %lld", (long long)c + 1),
            &of_cause[c]));
    }
    for (an_index i = 0; i < v->frame->n; i++)
        v->to[i] = surv->event[i] > 0 ? of_cause[surv->event[i] - 1] : -1;
done:
    return st;
}

static an_status read_from(an_multistate_view *v, const an_vector *from)
{
    an_status st = AN_OK;

    for (an_index l = 0; l < from->n_levels; l++) {
        bool used = false;
        int32_t state = 0;

        for (an_index i = 0; i < v->frame->n; i++) used |= from->code[i] == l;
        if (used) AN_TRY(state_of(v, from->levels[l], &state));
        for (an_index i = 0; used && i < v->frame->n; i++)
            if (from->code[i] == l) v->from[i] = state;
    }
done:
    return st;
}

typedef struct by_subject {
    const int32_t *who;
    const double *time;
} by_subject;

static int compare(const void *self, int64_t a, int64_t b)
{
    const by_subject *s = self;

    if (s->who[a] != s->who[b]) return s->who[a] < s->who[b] ? -1 : 1;
    return (s->time[a] > s->time[b]) - (s->time[a] < s->time[b]);
}

/* Without a column: where the row of the same subject before it ended. */
static an_status follow_from(an_multistate_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *who = v->frame->cluster;
    const by_subject self = {who ? who->code : NULL, v->frame->surv.time};
    int64_t *order, *work;

    if (!self.who) return AN_OK; /* everybody begins in state 0 */
    AN_ALLOC(order, v->mem, v->frame->n);
    AN_ALLOC(work, v->mem, v->frame->n);
    for (an_index i = 0; i < v->frame->n; i++) order[i] = i;
    an_order_by(v->frame->n, order, work, compare, &self);
    for (an_index k = 1; k < v->frame->n; k++) {
        const int64_t i = order[k], before = order[k - 1];

        if (self.who[i] != self.who[before]) continue;
        v->from[i] = v->to[before] >= 0 ? v->to[before] : v->from[before];
    }
done:
    return st;
}

static an_status fill_states(an_multistate_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *from = an_frame_role(v->frame, "from");
    int32_t *of_cause, initial;

    AN_ALLOC(v->from, v->mem, v->frame->n);
    AN_ALLOC(v->to, v->mem, v->frame->n);
    AN_ALLOC(of_cause, v->mem, v->frame->surv.n_causes);
    if (from)
        AN_TRY(read_from(v, from));
    else
        AN_TRY(state_of(v, v->params->initial ? v->params->initial : "start", &initial));
    AN_TRY(fill_to(v, of_cause));
    if (!from) AN_TRY(follow_from(v));
    for (an_index j = 0; j < v->n_states; j++)
        v->key[j] = an_doc_key(v->doc, v->state[j]);
done:
    return st;
}

/* ---- Fits ---- */

/* Rows of one group as arrays of their own. */
static an_status fit_group(an_multistate_view *v, an_index group, const an_vector *by)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_surv *surv = &v->frame->surv;
    const an_vector *who = v->frame->cluster;
    an_multistate_options o = an_multistate_defaults();
    an_stays s = {.n_states = v->n_states};
    double *entry, *time, *weight = NULL;
    int32_t *from, *to, *subject;

    AN_ALLOC(entry, v->mem, v->frame->n);
    AN_ALLOC(time, v->mem, v->frame->n);
    AN_ALLOC(from, v->mem, v->frame->n);
    AN_ALLOC(to, v->mem, v->frame->n);
    AN_ALLOC(subject, v->mem, v->frame->n);
    if (surv->weight) AN_ALLOC(weight, v->mem, v->frame->n);
    for (an_index i = 0; i < v->frame->n; i++) {
        if (by && by->code[i] != group) continue;
        entry[s.n] = surv->entry ? surv->entry[i] : 0;
        time[s.n] = surv->time[i];
        from[s.n] = v->from[i];
        to[s.n] = v->to[i];
        subject[s.n] = who && who->code ? who->code[i] : (int32_t)i;
        if (weight) weight[s.n] = surv->weight[i];
        s.n++;
    }
    if (s.n == 0) return AN_OK;
    s.entry = entry;
    s.time = time;
    s.from = from;
    s.to = to;
    s.weight = weight;
    s.subject = (an_grouping){.n_levels = who && who->code ? who->n_levels : v->frame->n,
                              .code = subject};
    o.conf_level = v->params->conf_level;
    if (v->params->tau > 0) o.tau = v->params->tau;
    AN_TRY(an_multistate_fit(ctx, &s, &o, &v->fit[group]));
    v->last = fmax(v->last, v->fit[group]->time[v->fit[group]->n_times - 1]);
done:
    return st;
}

static an_status fit_all(an_multistate_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_vector *by = v->frame->group;

    v->n_groups = by ? by->n_levels : 1;
    AN_ALLOC(v->fit, v->mem, v->n_groups);
    AN_ALLOC(v->group_key, v->mem, v->n_groups);
    an_level_keys(v->doc, by, v->group_key);
    for (an_index g = 0; g < v->n_groups; g++) AN_TRY(fit_group(v, g, by));
done:
    return st;
}

static an_status choose_times(an_multistate_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const double *ticks;
    an_index n_ticks;
    double *times;

    v->times = v->params->times.x;
    v->n_times = v->params->times.n;
    if (v->n_times > 0) return AN_OK;
    AN_TRY(an_time_ticks(ctx, v->mem, &v->scale, v->last, &n_ticks, &ticks));
    AN_ALLOC(times, v->mem, n_ticks + 1);
    for (an_index k = 1; k < n_ticks; k++)
        times[v->n_times++] = ticks[k] * v->scale.divisor;
    v->times = times;
done:
    return st;
}

/* ---- Run ---- */

static an_status describe(an_multistate_view *v)
{
    an_status st = AN_OK;

    AN_TRY(choose_times(v));
    an_multistate_say(v);
    for (an_index g = 0; g < v->n_groups; g++) {
        if (!v->fit[g]) continue;
        AN_TRY(an_multistate_show_figure(v, g));
        an_multistate_show_probabilities(v, g);
        an_multistate_show_moves(v, g);
    }
    an_multistate_show_sojourn(v);
    an_multistate_say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const an_multistate_params *p = opt;
    an_multistate_view v = {.ctx = ctx,
                            .frame = frame,
                            .params = p,
                            .doc = doc,
                            .mem = an_arena_new(ctx),
                            .scale = an_time_scale_of(frame, (an_show_unit)p->unit)};

    if (!v.mem) return AN_ERR_MEMORY;
    AN_TRY(fill_states(&v));
    AN_TRY(fit_all(&v));
    AN_TRY(describe(&v));
done:
    for (an_index g = 0; v.fit && g < v.n_groups; g++) an_multistate_free(v.fit[g]);
    an_arena_free(v.mem);
    return st;
}

const an_analysis an_analysis_multistate = {
    .id = "multistate",
    .title = "Probability of each state",
    .question = "How many patients are in each state (free of pain, relapsed, dead) as "
                "time goes on, and how long?",
    .method = "multistate",
    .example =
        "anodyne multistate examples/states/states.csv 'Surv(since, until, becomes) ~ "
        "cluster(id)' --from state --censor lost --tau 12",
    .roles = roles,
    .params = params,
    .options_size = sizeof(an_multistate_params),
    .references = references,
    .run = run,
};
