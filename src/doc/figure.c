/* Deep copy of a figure: the document owns all that it draws. */
#include "doc/doc.h"

/* What a copy needs; `failed` is kept so that it is asked once, at the end. */
typedef struct copier {
    an_arena *mem;
    bool failed;
} copier;

static void *copy_bytes(copier *c, const void *from, an_index n, size_t size)
{
    void *to;

    if (!from) return NULL;
    to = an_arena_alloc(c->mem, n, size);
    if (!to) {
        c->failed = true;
    } else if (n > 0) {
        memcpy(to, from, (size_t)n * size);
    }
    return to;
}

static const double *copy_reals(copier *c, const double *from, an_index n)
{
    return copy_bytes(c, from, n, sizeof *from);
}

static const char *copy_text(copier *c, const char *from)
{
    return from ? copy_bytes(c, from, (an_index)strlen(from) + 1, 1) : NULL;
}

static void copy_series(copier *c, an_series *s, an_index n_ticks)
{
    s->label = copy_text(c, s->label);
    s->x = copy_reals(c, s->x, s->n);
    s->y = copy_reals(c, s->y, s->n);
    s->lower = copy_reals(c, s->lower, s->n);
    s->upper = copy_reals(c, s->upper, s->n);
    s->mark_x = copy_reals(c, s->mark_x, s->n_marks);
    s->mark_y = copy_reals(c, s->mark_y, s->n_marks);
    s->at_risk = copy_reals(c, s->at_risk, n_ticks);
    s->n_events = copy_reals(c, s->n_events, n_ticks);
}

static void copy_step(copier *c, an_flow_step *s)
{
    const char **reason =
        copy_bytes(c, s->left_reason, s->n_left, sizeof *s->left_reason);

    s->label = copy_text(c, s->label);
    for (an_index i = 0; reason && i < s->n_left; i++)
        reason[i] = copy_text(c, reason[i]);
    s->left_reason = reason;
    s->left_n = copy_reals(c, s->left_n, s->n_left);
}

an_figure *an_figure_copy(an_arena *mem, const an_figure *from)
{
    copier c = {mem, false};
    an_figure *f = copy_bytes(&c, from, 1, sizeof *from);
    an_series *series = copy_bytes(&c, from->series, from->n_series, sizeof *series);
    an_forest_row *rows = copy_bytes(&c, from->rows, from->n_rows, sizeof *rows);
    an_flow_step *steps = copy_bytes(&c, from->steps, from->n_steps, sizeof *steps);

    if (c.failed) return NULL;
    f->caption = copy_text(&c, from->caption);
    f->x_label = copy_text(&c, from->x_label);
    f->y_label = copy_text(&c, from->y_label);
    f->annotation = copy_text(&c, from->annotation);
    f->favours_low = copy_text(&c, from->favours_low);
    f->favours_high = copy_text(&c, from->favours_high);
    f->ticks = copy_reals(&c, from->ticks, from->n_ticks);
    for (an_index i = 0; series && i < from->n_series; i++)
        copy_series(&c, &series[i], from->n_ticks);
    for (an_index i = 0; rows && i < from->n_rows; i++)
        rows[i].label = copy_text(&c, rows[i].label);
    for (an_index i = 0; steps && i < from->n_steps; i++) copy_step(&c, &steps[i]);
    f->series = series;
    f->rows = rows;
    f->steps = steps;
    return c.failed ? NULL : f;
}
