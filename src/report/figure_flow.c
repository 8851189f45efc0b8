/*
 * Flow of patients: boxes down the left, what was left out in boxes to the right, between
 * the box it was left out of and the next one.
 */
#include "report/figure.h"

#define PAD_MM 1.8
#define HEAD_MM 1.8

typedef struct flow {
    double main_x, main_width, side_x, side_width; /* mm */
    an_pen frame, shaft;
} flow;

/* "label (n = 12)" in the figure's language. */
static const char *with_count(const an_drawing *d, const char *label, double n)
{
    const char *const format = d->words->n_format;
    char count[AN_NUMBER_SIZE];
    an_buf buf;
    char *text;

    an_put_number(AN_KIND_COUNT, n, count);
    an_buf_init(&buf, d->scene->ctx, 0);
    for (const char *c = format; *c; c++) {
        if (c[0] == '%' && c[1] == 's') {
            an_buf_puts(&buf, c != format ? count : label ? label : "");
            c++;
        } else {
            an_buf_putc(&buf, *c);
        }
    }
    text = an_scene_alloc(d->scene, (an_index)buf.size + 1, 1);
    if (text && buf.st == AN_OK) memcpy(text, buf.data, buf.size);
    if (buf.st != AN_OK) d->scene->st = buf.st;
    an_buf_free(&buf);
    return text ? text : "";
}

static double left_total(const an_flow_step *step)
{
    double total = 0;

    for (an_index i = 0; i < step->n_left; i++) total += step->left_n[i];
    return total;
}

/* Draws a head that points along (dx, dy) at (x, y). */
static void arrow_head(const an_drawing *d, double x, double y, double dx, double dy)
{
    const double back_x = x - dx * HEAD_MM, back_y = y - dy * HEAD_MM,
                 half = 0.42 * HEAD_MM;

    an_scene_path(d->scene, "arrow", 3,
                  (double[]){x, back_x - dy * half, back_x + dy * half},
                  (double[]){y, back_y - dx * half, back_y + dx * half}, true,
                  &(an_pen){.fill = AN_BLACK, .opacity = 1});
}

static double box_height(const an_drawing *d, double lines)
{
    return lines * d->line - (d->line - d->em) + 2 * PAD_MM;
}

/* A box of the main path; returns its height. */
static double draw_step(const an_drawing *d, const flow *w, const an_flow_step *step,
                        double y)
{
    char count[AN_NUMBER_SIZE], text[AN_NUMBER_SIZE + 8];
    const an_lines label =
        an_scene_wrap(d->scene, step->label, &d->ink, w->main_width - 2 * PAD_MM);
    const double height = box_height(d, (double)label.n + 1);
    const double middle = w->main_x + w->main_width / 2;

    an_put_number(AN_KIND_COUNT, step->n, count);
    snprintf(text, sizeof text, "n = %s", count);
    an_scene_rect(d->scene, "step", w->main_x, y, w->main_width, height, &w->frame);
    an_draw_lines(d, "step-label", &label, middle, y + PAD_MM + 0.82 * d->em,
                  AN_ANCHOR_MIDDLE, &d->ink);
    an_scene_text(d->scene, "step-n", middle,
                  y + PAD_MM + 0.82 * d->em + (double)label.n * d->line, AN_ANCHOR_MIDDLE,
                  text, &d->strong);
    return height;
}

/* Who left after a step, from the line `first` on: the total in bold when there are
 * several reasons, then each reason, its further lines indented. Returns the number of
 * lines. */
static double left_lines(const an_drawing *d, const flow *w, const an_flow_step *step,
                         double first, bool draw)
{
    const bool several = step->n_left > 1;
    const double x = w->side_x + PAD_MM, width = w->side_width - 2 * PAD_MM;
    const double hang = several ? 0.9 * d->em : 0;
    double lines = 0;

    if (several) {
        const an_lines head = an_scene_wrap(
            d->scene, with_count(d, d->words->left, left_total(step)), &d->strong, width);

        if (draw)
            an_draw_lines(d, "left-total", &head, x, first, AN_ANCHOR_START, &d->strong);
        lines = (double)head.n;
    }
    for (an_index i = 0; i < step->n_left; i++) {
        const an_lines reason =
            an_scene_wrap(d->scene, with_count(d, step->left_reason[i], step->left_n[i]),
                          &d->ink, width - hang);

        for (an_index k = 0; draw && k < reason.n; k++)
            an_scene_text(d->scene, "left", k ? x + hang : x,
                          first + (lines + (double)k) * d->line, AN_ANCHOR_START,
                          reason.text[k], &d->ink);
        lines += (double)reason.n;
    }
    return lines;
}

/* The box of those who left after a step; returns its height. */
static double draw_left(const an_drawing *d, const flow *w, const an_flow_step *step,
                        double y)
{
    const double height = box_height(d, left_lines(d, w, step, 0, false));

    an_scene_rect(d->scene, "left-box", w->side_x, y, w->side_width, height, &w->frame);
    left_lines(d, w, step, y + PAD_MM + 0.82 * d->em, true);
    return height;
}

/* Where the two columns stand; without anybody left out the boxes stand in the middle. */
static flow columns(const an_drawing *d)
{
    const double width = d->scene->width, between = 0.1 * width, edge = 0.2;
    bool any_left = false;
    flow w = {.main_width = fmin(0.44 * width, 30 * d->em),
              .side_width = fmin(0.46 * width, 34 * d->em),
              .frame = {.width_pt = AN_AXIS_PT,
                        .color = AN_BLACK,
                        .fill = 0xffffff,
                        .opacity = 1},
              .shaft = {.width_pt = AN_AXIS_PT, .color = AN_BLACK}};

    for (an_index i = 0; i < d->figure->n_steps; i++)
        any_left |= d->figure->steps[i].n_left > 0;
    w.main_x = (width - w.main_width - (any_left ? w.side_width + between : 0)) / 2;
    w.main_x = fmax(w.main_x, edge);
    w.side_x = fmin(w.main_x + w.main_width + between, width - w.side_width - edge);
    return w;
}

/* The branch from the main path at x to the box of those who left, at height y. */
static void draw_branch(const an_drawing *d, const flow *w, double x, double y)
{
    an_scene_line(d->scene, "shaft", x, y, w->side_x - HEAD_MM / 2, y, &w->shaft);
    arrow_head(d, w->side_x, y, 1, 0);
}

void an_draw_flow(an_drawing *d)
{
    const an_figure *f = d->figure;
    const double gap = 2.4 * d->em;
    const flow w = columns(d);
    const double x = w.main_x + w.main_width / 2;
    double y = 0.2;

    for (an_index i = 0; i < f->n_steps && d->scene->st == AN_OK; i++) {
        const an_flow_step *step = &f->steps[i];
        double from, side = 0;

        y += draw_step(d, &w, step, y);
        from = y;
        if (step->n_left > 0) {
            side = draw_left(d, &w, step, y + gap / 2);
            draw_branch(d, &w, x, y + gap / 2 + side / 2);
        }
        if (i + 1 < f->n_steps) {
            y += side + gap;
            an_scene_line(d->scene, "shaft", x, from, x, y - HEAD_MM / 2, &w.shaft);
            arrow_head(d, x, y, 0, 1);
        } else if (side > 0) {
            an_scene_line(d->scene, "shaft", x, from, x, from + gap / 2 + side / 2,
                          &w.shaft);
            y += gap / 2 + side;
        }
    }
    d->scene->height = y + 0.2;
}
