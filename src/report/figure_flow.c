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

    an_put_count(n, count);
    an_buf_init(&buf, d->scene->ctx, 0);
    for (const char *c = format; *c; c++) {
        if (c[0] == '%' && c[1] == 's') {
            an_buf_puts(&buf, c == format ? label : count);
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

    an_put_count(step->n, count);
    snprintf(text, sizeof text, "n = %s", count);
    an_scene_rect(d->scene, "step", w->main_x, y, w->main_width, height, &w->frame);
    an_draw_lines(d, "step-label", &label, middle, y + PAD_MM + 0.82 * d->em,
                  AN_ANCHOR_MIDDLE, &d->ink);
    an_scene_text(d->scene, "step-n", middle,
                  y + PAD_MM + 0.82 * d->em + (double)label.n * d->line, AN_ANCHOR_MIDDLE,
                  text, &d->strong);
    return height;
}

/* Who left after a step: the total in bold when there are several reasons, then each
 * reason. y is the top; draw false: measures only. Returns the height. */
static double draw_left(const an_drawing *d, const flow *w, const an_flow_step *step,
                        double y, bool draw)
{
    const double indent = step->n_left > 1 ? 0.9 * d->em : 0;
    const double first = y + PAD_MM + 0.82 * d->em;
    double lines = 0, height;

    for (int pass = 0; pass < 2; pass++) {
        lines = 0;
        if (step->n_left > 1) {
            const an_lines head =
                an_scene_wrap(d->scene, with_count(d, d->words->left, left_total(step)),
                              &d->strong, w->side_width - 2 * PAD_MM);

            if (pass)
                an_draw_lines(d, "left-total", &head, w->side_x + PAD_MM, first,
                              AN_ANCHOR_START, &d->strong);
            lines = (double)head.n;
        }
        for (an_index i = 0; i < step->n_left; i++) {
            const an_lines reason = an_scene_wrap(
                d->scene, with_count(d, step->left_reason[i], step->left_n[i]), &d->ink,
                w->side_width - 2 * PAD_MM - indent);

            if (pass)
                an_draw_lines(d, "left", &reason, w->side_x + PAD_MM + indent,
                              first + lines * d->line, AN_ANCHOR_START, &d->ink);
            lines += (double)reason.n;
        }
        if (!draw) break;
        if (pass == 0)
            an_scene_rect(d->scene, "left-box", w->side_x, y, w->side_width,
                          box_height(d, lines), &w->frame);
    }
    height = box_height(d, lines);
    return height;
}

void an_draw_flow(an_drawing *d)
{
    const an_figure *f = d->figure;
    const double gap = 2.4 * d->em;
    bool any_left = false;
    double y = 0.2;
    flow w = {.frame = {.width_pt = AN_AXIS_PT,
                        .color = AN_BLACK,
                        .fill = 0xffffff,
                        .opacity = 1},
              .shaft = {.width_pt = AN_AXIS_PT, .color = AN_BLACK}};

    for (an_index i = 0; i + 1 < f->n_steps; i++) any_left |= f->steps[i].n_left > 0;
    any_left |= f->n_steps > 0 && f->steps[f->n_steps - 1].n_left > 0;
    w.main_width = fmin(0.44 * d->scene->width, 30 * d->em);
    w.side_width = fmin(0.46 * d->scene->width, 34 * d->em);
    w.main_x = (d->scene->width - w.main_width) / 2;
    if (any_left)
        w.main_x =
            (d->scene->width - w.main_width - w.side_width - 0.1 * d->scene->width) / 2;
    w.main_x = fmax(w.main_x, 0.2);
    w.side_x = fmin(w.main_x + w.main_width + 0.1 * d->scene->width,
                    d->scene->width - w.side_width - 0.2);

    for (an_index i = 0; i < f->n_steps && d->scene->st == AN_OK; i++) {
        const an_flow_step *step = &f->steps[i];
        const double x = w.main_x + w.main_width / 2;
        const bool last = i + 1 == f->n_steps;
        double side = 0, from;

        y += draw_step(d, &w, step, y);
        from = y;
        if (step->n_left > 0) {
            side = draw_left(d, &w, step, y + gap / 2, true);
            an_scene_line(d->scene, "shaft", x, from + gap / 2 + side / 2,
                          w.side_x - HEAD_MM / 2, from + gap / 2 + side / 2, &w.shaft);
            arrow_head(d, w.side_x, from + gap / 2 + side / 2, 1, 0);
        }
        if (!last) {
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
