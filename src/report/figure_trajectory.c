/*
 * Scores over time: a thin line per patient, and the means with their limits on top.
 * Lines that coincide are drawn once, the thicker and darker the more patients share
 * them; nothing is shaken apart at random, so every line is where its data are.
 */
#include "report/figure.h"

/* A straight piece of patients' lines. */
typedef struct piece {
    double x1, y1, x2, y2;
} piece;

static int compare_double(double a, double b)
{
    return (a > b) - (a < b);
}

static int compare_pieces(const void *self, int64_t a, int64_t b)
{
    const piece *p = (const piece *)self + a, *q = (const piece *)self + b;
    int order = compare_double(p->x1, q->x1);

    if (!order) order = compare_double(p->x2, q->x2);
    if (!order) order = compare_double(p->y1, q->y1);
    return order ? order : compare_double(p->y2, q->y2);
}

static bool point_at(const an_series *s, const an_axis *x, const an_axis *y, an_index i,
                     double *at_x, double *at_y)
{
    if (!isfinite(s->x[i]) || !isfinite(s->y[i])) return false;
    if (!an_axis_has(x, s->x[i]) || !an_axis_has(y, s->y[i])) return false;
    *at_x = an_axis_at(x, s->x[i]);
    *at_y = an_axis_at(y, s->y[i]);
    return true;
}

/* Pieces of the secondary series; a point that its neighbours leave alone is a piece of
 * length 0, drawn as a dot. Returns how many. */
static an_index collect(const an_drawing *d, const an_axis *x, const an_axis *y,
                        piece *out)
{
    an_index n = 0;

    for (an_index k = 0; k < d->figure->n_series; k++) {
        const an_series *s = &d->figure->series[k];
        piece p = {0};
        bool open = false, joined = false;

        if (!s->secondary) continue;
        for (an_index i = 0; i < s->n; i++) {
            /* A missed assessment does not end a patient's line. */
            if (!point_at(s, x, y, i, &p.x2, &p.y2)) continue;
            if (open) out[n++] = p;
            joined = open;
            open = true;
            p.x1 = p.x2;
            p.y1 = p.y2;
        }
        if (open && !joined) out[n++] = p;
    }
    return n;
}

static void draw_piece(const an_drawing *d, const piece *p, an_index patients)
{
    /* From light to dark grey within about ten patients; from 0.35 to 2.4 pt. */
    const double weight = 1 - exp(-(double)(patients - 1) / 5);
    const uint32_t level = (uint32_t)lround(0xcc - weight * 0x34);
    const an_pen pen = {.width_pt = fmin(0.35 + 0.28 * (double)(patients - 1), 2.4),
                        .color = level << 16 | level << 8 | level,
                        .round = true};

    if (p->x1 == p->x2 && p->y1 == p->y2) {
        an_scene_circle(d->scene, "patient", p->x1, p->y1, 0.45 + 0.1 * pen.width_pt,
                        &(an_pen){.fill = pen.color, .opacity = 1});
    } else {
        an_scene_line(d->scene, "patient", p->x1, p->y1, p->x2, p->y2, &pen);
    }
}

/* First the pieces of one patient, then those of two, ..., so that thin never hides
 * thick. */
static void draw_patients(const an_drawing *d, const an_axis *x, const an_axis *y)
{
    an_index n = 0, n_distinct = 0, most = 0;
    an_index *patients;
    int64_t *order;
    piece *pieces;

    for (an_index k = 0; k < d->figure->n_series; k++)
        if (d->figure->series[k].secondary) n += d->figure->series[k].n;
    pieces = an_scene_alloc(d->scene, n, sizeof *pieces);
    order = an_scene_alloc(d->scene, 2 * n, sizeof *order);
    patients = an_scene_alloc(d->scene, n, sizeof *patients);
    if (!pieces || !order || !patients) return;
    n = collect(d, x, y, pieces);
    for (an_index i = 0; i < n; i++) order[i] = i;
    an_order_by(n, order, order + n, compare_pieces, pieces);
    for (an_index i = 0; i < n; i++) {
        const bool same = i > 0 && compare_pieces(pieces, order[i - 1], order[i]) == 0;

        if (!same) order[n_distinct++] = order[i];
        patients[n_distinct - 1] += 1;
        most = patients[n_distinct - 1] > most ? patients[n_distinct - 1] : most;
    }
    for (an_index m = 1; m <= most && d->scene->st == AN_OK; m++)
        for (an_index i = 0; i < n_distinct; i++)
            if (patients[i] == m) draw_piece(d, &pieces[order[i]], m);
}

/* ---- Means ---- */

static void draw_limits(const an_drawing *d, const an_series *s, const an_axis *x,
                        const an_axis *y, double shift, const an_pen *pen)
{
    const double cap = 0.8;

    for (an_index i = 0; s->lower && s->upper && i < s->n; i++) {
        double at_x, at_y, low, high;

        if (!point_at(s, x, y, i, &at_x, &at_y)) continue;
        if (!isfinite(s->lower[i]) || !isfinite(s->upper[i])) continue;
        low = an_axis_at(y, fmax(s->lower[i], y->min));
        high = an_axis_at(y, fmin(s->upper[i], y->max));
        at_x += shift;
        an_scene_line(d->scene, "limits", at_x, low, at_x, high, pen);
        an_scene_line(d->scene, "limits", at_x - cap, low, at_x + cap, low, pen);
        an_scene_line(d->scene, "limits", at_x - cap, high, at_x + cap, high, pen);
    }
}

/* The k-th series, moved sideways: its line, limits and points; or only white beneath. */
static void draw_mean(const an_drawing *d, const an_axis *x, const an_axis *y, an_index k,
                      double shift, bool halo)
{
    const an_series *s = &d->figure->series[k];
    const an_pen pen = an_pen_series(d->figure, k);
    const an_pen white = {.width_pt = pen.width_pt + 1.4, .color = 0xffffff};
    const an_pen bar = {.width_pt = 0.9, .color = pen.color};
    const an_pen dot = {
        .width_pt = 0.5, .color = 0xffffff, .fill = pen.color, .opacity = 1};
    double *px = an_scene_alloc(d->scene, s->n, sizeof *px);
    double *py = an_scene_alloc(d->scene, s->n, sizeof *py);
    an_index n = 0;

    if (!px || !py) return;
    for (an_index i = 0; i < s->n; i++) {
        if (!point_at(s, x, y, i, &px[n], &py[n])) continue;
        px[n++] += shift;
    }
    if (n > 1)
        an_scene_path(d->scene, halo ? "halo" : "mean", n, px, py, false,
                      halo ? &white : &pen);
    if (halo) return;
    draw_limits(d, s, x, y, shift, &bar);
    for (an_index i = 0; i < n; i++)
        an_scene_circle(d->scene, "mean", px[i], py[i], 0.85, &dot);
}

/* Several means stand side by side, a little apart, so that their limits can be read;
 * white beside their lines keeps them apart from grey patients in a grey print. */
static void draw_means(const an_drawing *d, const an_axis *x, const an_axis *y)
{
    const an_figure *f = d->figure;
    const double apart = 1.1;
    an_index n = 0;

    for (an_index s = 0; s < f->n_series; s++) n += !f->series[s].secondary;
    for (int halo = 1; halo >= 0; halo--) {
        double shift = -apart * (double)(n - 1) / 2;

        for (an_index s = 0; s < f->n_series; s++) {
            if (f->series[s].secondary) continue;
            draw_mean(d, x, y, s, shift, halo);
            shift += apart;
        }
    }
}

static double legend(const an_drawing *d, double x, double width, bool draw)
{
    const an_figure *f = d->figure;
    an_legend_entry *entry = an_scene_alloc(d->scene, f->n_series + 1, sizeof *entry);
    bool patients = false;
    an_index n = 0;

    if (!entry) return 0;
    for (an_index s = 0; s < f->n_series; s++) {
        patients |= f->series[s].secondary && f->series[s].n > 0;
        if (!f->series[s].secondary && f->series[s].label && *f->series[s].label)
            entry[n++] = (an_legend_entry){f->series[s].label, an_pen_series(f, s), true};
    }
    if (patients)
        entry[n++] = (an_legend_entry){
            d->words->patients, {.width_pt = 0.6, .color = 0x9a9a9a}, false};
    return n ? an_draw_legend(d, n, entry, x, 0, width, draw) + 0.6 * d->line : 0;
}

/* ---- The whole ---- */

static void axes(const an_drawing *d, an_axis *x, an_axis *y)
{
    const an_figure *f = d->figure;
    an_range rx = {INFINITY, -INFINITY}, ry = {INFINITY, -INFINITY};

    for (an_index s = 0; s < f->n_series; s++) {
        an_range_add(&rx, f->series[s].n, f->series[s].x);
        an_range_add(&ry, f->series[s].n, f->series[s].y);
        an_range_add(&ry, f->series[s].n, f->series[s].lower);
        an_range_add(&ry, f->series[s].n, f->series[s].upper);
    }
    an_range_add(&rx, f->n_ticks, f->ticks);
    *x = (an_axis){.min = isfinite(f->x_min) ? f->x_min : rx.min,
                   .max = isfinite(f->x_max) ? f->x_max : rx.max,
                   .label_scale = 1};
    *y = (an_axis){.min = isfinite(f->y_min) ? f->y_min : ry.min,
                   .max = isfinite(f->y_max) ? f->y_max : ry.max,
                   .label_scale = f->y_percent ? 100 : 1};
    if (!isfinite(x->min)) x->min = 0;
    if (!(x->max > x->min)) x->max = x->min + 1;
    if (!isfinite(y->min)) y->min = 0;
    if (!(y->max > y->min)) y->max = y->min + 1;
    if (f->n_ticks > 0) {
        an_axis_given_ticks(d, x);
    } else {
        an_axis_nice_ticks(d, x, 7);
    }
    if (!isfinite(f->y_min) || !isfinite(f->y_max)) an_axis_nice_limits(y, 6);
    an_axis_nice_ticks(d, y, 7);
}

#define SIDE_AIR_MM 3.0  /* of the first and last assessment from the panel's edges */
#define FLOOR_AIR_MM 1.6 /* of the lowest score from the axis below */

typedef struct plan {
    an_axis x, y;
    an_count_table table;
    double axis_x, axis_y; /* mm: where the axes cross */
    double below;          /* mm: from axis_y to the table */
} plan;

/* Everything's place, for a y title of so many lines. */
static void place(const an_drawing *d, plan *p)
{
    const double width = d->scene->width, axis_width = an_y_axis_width(d, &p->y);
    double above, height;

    p->table = an_count_table_plan(d, &p->x, axis_width + SIDE_AIR_MM);
    p->axis_x = fmax(axis_width, p->table.left - SIDE_AIR_MM) + 0.3;
    p->x.from = p->axis_x + SIDE_AIR_MM;
    p->x.to = width - SIDE_AIR_MM;
    p->x.to -= fmax(0, an_count_table_overhang(d, &p->x) - SIDE_AIR_MM);
    an_count_table_fit(d, &p->x, &p->table);

    above = legend(d, p->axis_x, width - p->axis_x, false) + 0.4 * d->em;
    p->below = an_x_axis_height(d, &p->x) + (p->table.n_rows ? 0.6 : 0.2) * d->line;
    height = (p->x.to - p->x.from) * (width < 120 ? 0.78 : 0.45);
    if (d->height > 0)
        height = fmax(d->height - above - FLOOR_AIR_MM - p->below - p->table.height, 15);
    p->y.to = above;
    p->y.from = above + height;
    p->axis_y = p->y.from + FLOOR_AIR_MM;
}

void an_draw_trajectory(an_drawing *d)
{
    const an_pen line = an_pen_axis();
    an_scene *scene = d->scene;
    plan p;
    double y;

    axes(d, &p.x, &p.y);
    if (scene->st != AN_OK) return;
    for (p.y.title_lines = 1; p.y.title_lines <= AN_MOST_TITLE_LINES; p.y.title_lines++) {
        place(d, &p);
        if (an_y_title_fits(d, &p.y)) break;
    }
    legend(d, p.axis_x, scene->width - p.axis_x, true);
    draw_patients(d, &p.x, &p.y);
    draw_means(d, &p.x, &p.y);
    an_draw_y_axis(d, &p.y, p.axis_x);
    an_scene_path(scene, "axis", 3, (double[]){p.axis_x, p.axis_x, scene->width},
                  (double[]){p.y.from, p.axis_y, p.axis_y}, false, &line);
    an_draw_x_axis(d, &p.x, p.axis_y, p.table.stride, p.table.size_pt);
    y = p.axis_y + p.below;
    an_draw_count_table(d, &p.x, &p.table, d->words->assessed, y);
    scene->height = y + p.table.height;
}
