/* The data of a figure as JSON: what is drawn, with the names of doc.h. */
#include "report/report.h"

static void member(an_json *j, const char *key, double x)
{
    if (isnan(x)) return;
    an_json_key(j, key);
    an_json_number(j, x);
}

static void series(an_json *j, const an_series *s, an_index n_ticks)
{
    an_json_line(j);
    an_json_open(j, '{');
    an_json_member(j, "label", s->label);
    an_json_key(j, "secondary");
    an_json_bool(j, s->secondary);
    an_json_key(j, "joined");
    an_json_bool(j, s->joined);
    an_json_numbers(j, "x", s->x, s->n);
    an_json_numbers(j, "y", s->y, s->n);
    an_json_numbers(j, "lower", s->lower, s->n);
    an_json_numbers(j, "upper", s->upper, s->n);
    an_json_numbers(j, "mark_x", s->mark_x, s->n_marks);
    an_json_numbers(j, "mark_y", s->mark_y, s->n_marks);
    an_json_numbers(j, "at_risk", s->at_risk, n_ticks);
    an_json_numbers(j, "n_events", s->n_events, n_ticks);
    an_json_close(j, '}');
}

static void forest_row(an_json *j, const an_forest_row *row)
{
    an_json_line(j);
    an_json_open(j, '{');
    an_json_member(j, "label", row->label);
    an_json_key(j, "level");
    an_json_bool(j, row->level);
    if (row->heading || row->reference) {
        an_json_key(j, row->heading ? "heading" : "reference");
        an_json_bool(j, true);
    } else {
        an_json_key(j, "ratio");
        an_json_number(j, row->ratio);
        an_json_key(j, "lower");
        an_json_number(j, row->lower);
        an_json_key(j, "upper");
        an_json_number(j, row->upper);
    }
    member(j, "p", row->p);
    member(j, "n", row->n);
    member(j, "n_events", row->n_events);
    an_json_close(j, '}');
}

static void flow_step(an_json *j, const an_flow_step *step)
{
    an_json_line(j);
    an_json_open(j, '{');
    an_json_member(j, "label", step->label);
    an_json_key(j, "n");
    an_json_number(j, step->n);
    an_json_key(j, "left");
    an_json_open(j, '[');
    for (an_index i = 0; i < step->n_left; i++) {
        an_json_open(j, '{');
        an_json_member(j, "reason", step->left_reason[i]);
        an_json_key(j, "n");
        an_json_number(j, step->left_n[i]);
        an_json_close(j, '}');
    }
    an_json_close(j, ']');
    an_json_close(j, '}');
}

void an_json_figure(an_json *j, const an_figure *f)
{
    static const char type[][12] = {"curves", "forest", "flow", "trajectory"};

    an_json_member(j, "figure", type[f->type]);
    an_json_member(j, "caption", f->caption);
    an_json_member(j, "x_label", f->x_label);
    an_json_member(j, "y_label", f->y_label);
    an_json_member(j, "annotation", f->annotation);
    an_json_numbers(j, "ticks", f->ticks, f->n_ticks);
    if (f->n_series > 0) {
        an_json_key(j, "series");
        an_json_open(j, '[');
        for (an_index i = 0; i < f->n_series; i++) series(j, &f->series[i], f->n_ticks);
        an_json_close(j, ']');
    }
    if (f->n_rows > 0) {
        an_json_key(j, "rows");
        an_json_open(j, '[');
        for (an_index i = 0; i < f->n_rows; i++) forest_row(j, &f->rows[i]);
        an_json_close(j, ']');
    }
    if (f->n_steps > 0) {
        an_json_key(j, "steps");
        an_json_open(j, '[');
        for (an_index i = 0; i < f->n_steps; i++) flow_step(j, &f->steps[i]);
        an_json_close(j, ']');
    }
}
