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
    const uint32_t level = (uint32_t)lround(0xb8 - weight * 0x40);
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

static void draw_mean(const an_drawing *d, const an_axis *x, const an_axis *y, an_index k,
                      double shift)
{
    const an_series *s = &d->figure->series[k];
    an_pen pen = an_pen_series(d->figure, k), bar = {.width_pt = 0.9, .color = pen.color};
    double *px = an_scene_alloc(d->scene, 2 * s->n, sizeof *px),
           *py = px ? px + s->n : NULL;
    an_index n = 0;

    for (an_index i = 0; px && i < s->n; i++) {
        if (!point_at(s, x, y, i, &px[n], &py[n])) continue;
        px[n] += shift;
        if (s->lower && s->upper && isfinite(s->lower[i]) && isfinite(s->upper[i])) {
            const double low = an_axis_at(y, fmax(s->lower[i], y->min));
            const double high = an_axis_at(y, fmin(s->upper[i], y->max));

            an_scene_line(d->scene, "limits", px[n], low, px[n], high, &bar);
            an_scene_line(d->scene, "limits", px[n] - 0.8, low, px[n] + 0.8, low, &bar);
            an_scene_line(d->scene, "limits", px[n] - 0.8, high, px[n] + 0.8, high, &bar);
        }
        n++;
    }
    if (n > 1) an_scene_path(d->scene, "mean", n, px, py, false, &pen);
    for (an_index i = 0; i < n; i++)
        an_scene_circle(
            d->scene, "mean", px[i], py[i], 0.85,
            &(an_pen){
                .width_pt = 0.5, .color = 0xffffff, .fill = pen.color, .opacity = 1});
}

/* Several means stand side by side, a little apart, so that their limits can be read. */
static void draw_means(const an_drawing *d, const an_axis *x, const an_axis *y)
{
    const an_figure *f = d->figure;
    an_index n = 0, k = 0;

    for (an_index s = 0; s < f->n_series; s++) n += !f->series[s].secondary;
    for (an_index s = 0; s < f->n_series; s++)
        if (!f->series[s].secondary)
            draw_mean(d, x, y, s, 1.1 * ((double)k++ - (double)(n - 1) / 2));
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

void an_draw_trajectory(an_drawing *d)
{
    const double air = 3.0, floor_air = 1.6; /* of the outermost points from the axes */
    const an_pen line = an_pen_axis();
    an_scene *scene = d->scene;
    an_count_table table;
    double width, above, below, panel, axis_x, axis_y;
    an_axis x, y;

    axes(d, &x, &y);
    if (scene->st != AN_OK) return;
    width = an_y_axis_width(d, &y);
    table = an_count_table_plan(d, &x, width + air);
    axis_x = fmax(width, table.left - air) + 0.3;
    x.from = axis_x + air;
    x.to = scene->width - air;
    x.to -= fmax(0, an_count_table_overhang(d, &x) - air);
    an_count_table_fit(d, &x, &table);

    above = legend(d, axis_x, scene->width - axis_x, false) + 0.4 * d->em;
    below = floor_air + 3.4 * d->line + (table.n_rows ? table.height + 0.5 * d->line : 0);
    panel = (x.to - x.from) * (scene->width < 120 ? 0.78 : 0.45);
    if (d->height > 0) panel = fmax(d->height - above - below, 15);
    y.to = above;
    y.from = above + panel;
    axis_y = y.from + floor_air;

    legend(d, axis_x, scene->width - axis_x, true);
    draw_patients(d, &x, &y);
    draw_means(d, &x, &y);
    an_draw_y_axis(d, &y, axis_x);
    an_scene_path(scene, "axis", 3, (double[]){axis_x, axis_x, scene->width},
                  (double[]){y.from, axis_y, axis_y}, false, &line);
    below = an_draw_x_axis(d, &x, axis_y, table.stride, table.size_pt);
    below += table.n_rows ? 0.6 * d->line : 0.2 * d->line;
    an_draw_count_table(d, &x, &table, d->words->assessed, below);
    scene->height = below + table.height;
}
