/* Patients who move between states: the probability of each state as time goes on. */
#include <anodyne/multistate.h>

#include "math/math.h"
#include "study/analyses/survival_parts.h"

typedef struct multistate_params {
    const char *initial;
    an_reals times;
    double tau, conf_level;
    int unit;
} multistate_params;

static const an_param params[] = {
    AN_PARAM_TEXT(multistate_params, initial,
                  "Name of the state in which all begin, without --from; default: start"),
    AN_PARAM_REALS(multistate_params, times, 0, 1e15, "unit of the data",
                   "Times at which probabilities are reported; none: ticks of the axis"),
    AN_PARAM_REAL(multistate_params, tau, 0, 0, 1e15, "unit of the data",
                  "Horizon of the expected time in each state; 0: none"),
    AN_PARAM_REAL(multistate_params, conf_level, 0.95, 0.5, 0.9999, NULL,
                  "Confidence level of the limits"),
    AN_PARAM_CHOICE(multistate_params, unit, 0, an_show_unit_choices,
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

enum { MOST_STATES = 50 };

typedef struct view {
    an_ctx *ctx;
    const an_frame *frame;
    const multistate_params *params;
    an_doc *doc;
    an_arena *mem;
    an_time_scale scale;
    an_index n_states;
    const char *state[MOST_STATES], *key[MOST_STATES];
    int32_t *from, *to; /* [n] */
    const char **group_key;
    an_index n_groups;
    an_multistate **fit; /* [n_groups] NULL: no row */
    double last;
    an_index n_times;
    const double *times;
} view;

static const char *const method = "Aalen-Johansen";

/* ---- States ---- */

static an_status state_of(view *v, const char *label, int32_t *out)
{
    for (an_index j = 0; j < v->n_states; j++)
        if (strcmp(v->state[j], label) == 0) {
            *out = (int32_t)j;
            return AN_OK;
        }
    if (v->n_states == MOST_STATES)
        return an_fail(v->ctx, AN_ERR_DATA, "more than %d states", MOST_STATES);
    *out = (int32_t)v->n_states;
    v->state[v->n_states++] = label;
    return AN_OK;
}

/* State entered by each cause. */
static an_status fill_to(view *v, int32_t *of_cause)
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

static an_status read_from(view *v, const an_vector *from)
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
static an_status follow_from(view *v)
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

static an_status fill_states(view *v)
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
static an_status fit_group(view *v, an_index group, const an_vector *by)
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

static an_status fit_all(view *v)
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

static an_status choose_times(view *v)
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

/* ---- Tables ---- */

static an_value state_value(const view *v, const an_multistate *f, an_index j, double t)
{
    const an_index k = an_multistate_step(f, t), at = k + j * f->n_times;

    if (t > f->time[f->n_times - 1])
        return an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    if (k < 0) return an_number(AN_KIND_PROPORTION, f->initial[j]);
    if (!(f->lower[at] < f->upper[at])) return an_number(AN_KIND_PROPORTION, f->prob[at]);
    return an_estimate_at(AN_KIND_PROPORTION, f->prob[at], f->lower[at], f->upper[at],
                          v->params->conf_level);
}

static void show_moves(const view *v, an_index g)
{
    const an_multistate *f = v->fit[g];
    an_doc_column columns[MOST_STATES + 1] = {{"from", "From"}};
    an_value cells[MOST_STATES + 1];

    for (an_index j = 0; j < v->n_states; j++)
        columns[j + 1] =
            (an_doc_column){v->key[j], an_doc_printf(v->doc, "to %s", v->state[j])};
    an_doc_table(v->doc, an_doc_printf(v->doc, "moves_%s", v->group_key[g]),
                 an_doc_printf(v->doc, "Moves seen: %s",
                               an_level_in_words(v->doc, v->frame, (int32_t)g)),
                 method, v->n_states + 1, columns);
    for (an_index i = 0; i < v->n_states; i++) {
        cells[0] = an_text(v->state[i]);
        for (an_index j = 0; j < v->n_states; j++)
            cells[j + 1] = i == j
                               ? an_text("")
                               : an_number(AN_KIND_COUNT, f->moves[i + j * v->n_states]);
        an_doc_row_add(v->doc, v->key[i], 0, cells);
    }
    an_doc_table_end(v->doc, NULL);
}

static void show_probabilities(const view *v, an_index g)
{
    const an_multistate *f = v->fit[g];
    an_doc_column columns[MOST_STATES + 1] = {{"time", "Time"}};
    an_value cells[MOST_STATES + 1];

    for (an_index j = 0; j < v->n_states; j++)
        columns[j + 1] = (an_doc_column){v->key[j], v->state[j]};
    an_doc_table(v->doc, an_doc_printf(v->doc, "states_%s", v->group_key[g]),
                 an_doc_printf(v->doc, "In each state: %s",
                               an_level_in_words(v->doc, v->frame, (int32_t)g)),
                 method, v->n_states + 1, columns);
    for (an_index t = 0; t < v->n_times; t++) {
        cells[0] = an_scaled_time(&v->scale, v->times[t], NAN, NAN, 0);
        for (an_index j = 0; j < v->n_states; j++)
            cells[j + 1] = state_value(v, f, j, v->times[t]);
        an_doc_row_add(v->doc, an_doc_printf(v->doc, "%g", v->times[t]), 0, cells);
    }
    an_doc_table_end(v->doc, "Shares of those under observation at the start.");
}

static void show_sojourn(const view *v)
{
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"state", "State"},
                                     {"time", "Expected time"}};
    const double z = an_normal_quantile(0.5 + v->params->conf_level / 2);

    if (!(v->params->tau > 0)) return;
    an_doc_table(
        v->doc, "sojourn",
        an_doc_printf(v->doc, "Expected time in each state within %s",
                      an_doc_format(v->doc, an_scaled_time(&v->scale, v->params->tau, NAN,
                                                           NAN, 0))),
        method, 3, columns);
    for (an_index g = 0; g < v->n_groups; g++)
        for (an_index j = 0; v->fit[g] && j < v->n_states; j++) {
            const double x = v->fit[g]->sojourn[j], se = v->fit[g]->sojourn_se[j];
            an_value cells[] = {
                an_text(j == 0 ? an_level_label(v->frame, (int32_t)g) : ""),
                an_text(v->state[j]),
                an_scaled_time(&v->scale, x, fmax(0, x - z * se), x + z * se,
                               v->params->conf_level)};

            if (isnan(x)) cells[2].reason = "the horizon is after the last follow-up";
            an_doc_row_add(v->doc,
                           an_doc_printf(v->doc, "%s_%s", v->group_key[g], v->key[j]), 0,
                           cells);
        }
    an_doc_table_end(v->doc, NULL);
}

/* ---- Figure ---- */

static an_status fill_series(const view *v, const an_multistate *f, an_index j,
                             an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index n = f->n_times + 1, first = j * f->n_times;
    double *x, *y, *lower, *upper;

    AN_ALLOC(x, v->mem, n);
    AN_ALLOC(y, v->mem, n);
    AN_ALLOC(lower, v->mem, n);
    AN_ALLOC(upper, v->mem, n);
    x[0] = f->start / v->scale.divisor;
    y[0] = lower[0] = upper[0] = f->initial[j];
    for (an_index k = 1; k < n; k++) {
        x[k] = f->time[k - 1] / v->scale.divisor;
        y[k] = f->prob[first + k - 1];
        lower[k] = f->lower[first + k - 1];
        upper[k] = f->upper[first + k - 1];
    }
    *s = (an_series){
        .label = v->state[j], .n = n, .x = x, .y = y, .lower = lower, .upper = upper};
done:
    return st;
}

static an_status show_figure(const view *v, an_index g)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const char *whom = an_level_in_words(v->doc, v->frame, (int32_t)g);
    an_series *series;
    an_figure figure = an_curves_figure(v->doc, &v->scale);

    AN_ALLOC(series, v->mem, v->n_states);
    for (an_index j = 0; j < v->n_states; j++)
        AN_TRY(fill_series(v, v->fit[g], j, &series[j]));
    figure.x_min = NAN; /* from the start that was asked for */
    figure.n_series = v->n_states;
    figure.series = series;
    figure.y_label = "In the state";
    figure.y_max = 1;
    figure.y_percent = true;
    figure.caption = an_doc_printf(
        v->doc,
        "Probability of each state by the Aalen-Johansen estimator with pointwise %g %% "
        "limits: %s, %s.",
        100 * v->params->conf_level, whom,
        an_rows_count(v->doc, v->frame, (double)v->fit[g]->n));
    an_doc_figure(v->doc, an_doc_printf(v->doc, "figure_%s", v->group_key[g]),
                  an_doc_printf(v->doc, "States: %s", whom), method, &figure);
done:
    return st;
}

/* ---- Sentences ---- */

static void say(const view *v)
{
    const double t = v->n_times > 0 ? v->times[v->n_times - 1] : v->last;

    for (an_index g = 0; g < v->n_groups; g++) {
        const char *text = "";

        if (!v->fit[g]) continue;
        for (an_index j = 0; j < v->n_states; j++)
            text =
                an_doc_printf(v->doc, "%s%s%s %s", text, j > 0 ? "; " : "", v->state[j],
                              an_doc_format(v->doc, state_value(v, v->fit[g], j, t)));
        an_doc_text(v->doc, an_doc_printf(v->doc, "conclusion_%s", v->group_key[g]),
                    "%s, at %s: %s.", an_level_in_words(v->doc, v->frame, (int32_t)g),
                    an_doc_format(v->doc, an_scaled_time(&v->scale, t, NAN, NAN, 0)),
                    text);
    }
}

static void say_method(const view *v)
{
    an_doc_text(
        v->doc, "methods",
        "Probabilities of the %lld states are Aalen and Johansen's, from the moves "
        "and the numbers in each state; errors are infinitesimal jackknives%s, "
        "limits (%g %%) symmetric on the scale of log(-log p).",
        (long long)v->n_states, v->frame->cluster ? " summed within patients" : "",
        100 * v->params->conf_level);
    if (!v->frame->cluster)
        an_doc_note(v->doc, AN_NOTE, "M360",
                    "Nothing says of whom a row is, so that rows count as independent: "
                    "cluster(id).");
    an_note_assumed_unit(v->doc, &v->scale);
}

/* ---- Run ---- */

static an_status describe(view *v)
{
    an_status st = AN_OK;

    AN_TRY(choose_times(v));
    say(v);
    for (an_index g = 0; g < v->n_groups; g++) {
        if (!v->fit[g]) continue;
        AN_TRY(show_figure(v, g));
        show_probabilities(v, g);
        show_moves(v, g);
    }
    show_sojourn(v);
    say_method(v);
    st = an_doc_status(v->doc);
done:
    return st;
}

static an_status run(an_ctx *ctx, const an_frame *frame, const void *opt, an_doc *doc)
{
    an_status st = AN_OK;
    const multistate_params *p = opt;
    view v = {.ctx = ctx,
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
    .options_size = sizeof(multistate_params),
    .references = references,
    .run = run,
};
