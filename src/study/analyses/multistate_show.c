/* Tables, figure and sentences on states. */
#include "study/analyses/multistate_view.h"

#include "math/math.h"

static const char *const method = "Aalen-Johansen";

/* ---- Tables ---- */

static an_value state_value(const an_multistate_view *v, const an_multistate *f,
                            an_index j, double t)
{
    const an_index k = an_multistate_step(f, t), at = k + j * f->n_times;

    if (t > f->time[f->n_times - 1])
        return an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    if (k < 0) return an_number(AN_KIND_PROPORTION, f->initial[j]);
    if (!(f->lower[at] < f->upper[at])) return an_number(AN_KIND_PROPORTION, f->prob[at]);
    return an_estimate_at(AN_KIND_PROPORTION, f->prob[at], f->lower[at], f->upper[at],
                          v->params->conf_level);
}

void an_multistate_show_moves(const an_multistate_view *v, an_index g)
{
    const an_multistate *f = v->fit[g];
    an_doc_column columns[AN_MULTISTATE_MOST + 1] = {{"from", "From"}};
    an_value cells[AN_MULTISTATE_MOST + 1];

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

void an_multistate_show_probabilities(const an_multistate_view *v, an_index g)
{
    const an_multistate *f = v->fit[g];
    an_doc_column columns[AN_MULTISTATE_MOST + 1] = {{"time", "Time"}};
    an_value cells[AN_MULTISTATE_MOST + 1];

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

void an_multistate_show_sojourn(const an_multistate_view *v)
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

static an_status fill_series(const an_multistate_view *v, const an_multistate *f,
                             an_index j, an_series *s)
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

an_status an_multistate_show_figure(const an_multistate_view *v, an_index g)
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

void an_multistate_say(const an_multistate_view *v)
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

void an_multistate_say_method(const an_multistate_view *v)
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
