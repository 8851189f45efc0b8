/*
 * Step curves over time: Kaplan-Meier, cumulative incidence. From top to bottom: legend
 * (unless the curves carry their names at their ends), panel, axis, numbers at risk.
 * Panel and numbers share one horizontal scale, so a number stands under its tick by
 * construction.
 */
#include "report/figure_names.h"

#define NEAR_MM 0.02 /* steps closer than this are one on any paper */
#define LIMIT_PT 0.5
enum { MOST_AREAS = 2 };

/* ---- Geometry ---- */

typedef struct points {
    an_index n;
    double *x, *y;
} points;

static points points_new(an_scene *scene, an_index capacity)
{
    points p = {.x = an_scene_alloc(scene, 2 * capacity, sizeof *p.x)};

    p.y = p.x ? p.x + capacity : NULL;
    return p;
}

static void put(points *p, double x, double y)
{
    p->x[p->n] = x;
    p->y[p->n++] = y;
}

/* Last time at which the curve is known: its last point or its last censoring. */
static double curve_end(const an_series *s)
{
    an_range range = {INFINITY, -INFINITY};

    an_range_add(&range, s->n, s->x);
    an_range_add(&range, s->n_marks, s->mark_x);
    return range.max;
}

/* The part of step i that the panel shows: [*from, *to) in data units; false: none. A
 * point that is joined to its neighbours has no length. */
static bool step_span(const an_series *s, const an_axis *x, double end, an_index i,
                      double *from, double *to)
{
    an_index next = i + 1;

    if (!isfinite(s->x[i])) return false;
    if (s->joined) {
        *from = *to = s->x[i];
        return an_axis_has(x, s->x[i]);
    }
    while (next < s->n && !isfinite(s->x[next])) next++;
    *from = fmax(s->x[i], x->min);
    *to = fmin(next < s->n ? s->x[next] : end, x->max);
    return *from <= *to;
}

static double on_axis(const an_axis *y, double value)
{
    return an_axis_at(y, fmin(fmax(value, y->min), y->max));
}

/* The curve as corners: along, then up or down. A value that is not finite lifts the
 * pen. */
static points curve_corners(an_scene *scene, const an_series *s, const an_axis *x,
                            const an_axis *y)
{
    const double end = curve_end(s);
    points p = points_new(scene, 2 * s->n + 2);
    double from, to;

    for (an_index i = 0; p.x && i < s->n; i++) {
        if (!step_span(s, x, end, i, &from, &to)) continue;
        if (!isfinite(s->y[i])) {
            put(&p, NAN, NAN);
            continue;
        }
        if (s->joined) {
            put(&p, an_axis_at(x, from), on_axis(y, s->y[i]));
            continue;
        }
        /* A step too short to see only moves the height of the one before. */
        if (p.n > 1 && an_axis_at(x, to) - p.x[p.n - 2] < NEAR_MM && i + 1 < s->n)
            p.n -= 2;
        put(&p, an_axis_at(x, from), on_axis(y, s->y[i]));
        put(&p, an_axis_at(x, to), on_axis(y, s->y[i]));
    }
    return p;
}

/* One polygon for each run of steps whose limits are both known. */
static void draw_band(const an_drawing *d, const an_series *s, const an_axis *x,
                      const an_axis *y, const an_pen *pen)
{
    const double end = curve_end(s);
    points upper, lower;
    double from, to;

    upper = points_new(d->scene, 4 * s->n + 4);
    lower = points_new(d->scene, 2 * s->n + 2);
    if (!upper.x || !lower.x) return;
    for (an_index i = 0; i <= s->n; i++) {
        const bool known = i < s->n && isfinite(s->lower[i]) && isfinite(s->upper[i]);

        if (known && step_span(s, x, end, i, &from, &to)) {
            const bool seen =
                upper.n == 0 || an_axis_at(x, to) - upper.x[upper.n - 1] >= NEAR_MM;

            if (!seen && i + 1 < s->n) continue;
            put(&upper, an_axis_at(x, from), on_axis(y, s->upper[i]));
            put(&upper, an_axis_at(x, to), on_axis(y, s->upper[i]));
            put(&lower, an_axis_at(x, from), on_axis(y, s->lower[i]));
            put(&lower, an_axis_at(x, to), on_axis(y, s->lower[i]));
        } else if (!known && upper.n) {
            while (lower.n) {
                lower.n--;
                put(&upper, lower.x[lower.n], lower.y[lower.n]);
            }
            an_scene_path(d->scene, "band", upper.n, upper.x, upper.y, true, pen);
            upper.n = 0;
        }
    }
}

/* A lower or upper limit as a thin line in the manner of its curve. */
static void draw_limit(const an_drawing *d, const an_series *s, const double *limit,
                       const an_axis *x, const an_axis *y, an_pen pen)
{
    an_series edge = *s;
    points p;

    edge.y = limit;
    p = curve_corners(d->scene, &edge, x, y);
    pen.width_pt = LIMIT_PT;
    if (p.n) an_scene_path(d->scene, "limit", p.n, p.x, p.y, false, &pen);
}

/* More than two areas that overlap cannot be told apart; lines can. */
static void draw_limits(const an_drawing *d, const an_axis *x, const an_axis *y)
{
    const an_figure *f = d->figure;
    an_index n = 0;

    for (an_index s = 0; s < f->n_series; s++)
        n += f->series[s].lower && f->series[s].upper;
    for (an_index s = 0; s < f->n_series; s++) {
        const an_series *one = &f->series[s];
        const an_pen pen = an_pen_series(f, s);

        if (!one->lower || !one->upper) continue;
        if (n <= MOST_AREAS) {
            draw_band(d, one, x, y, &(an_pen){.fill = pen.fill, .opacity = 0.15});
            continue;
        }
        draw_limit(d, one, one->lower, x, y, pen);
        draw_limit(d, one, one->upper, x, y, pen);
    }
}

/* Short upright strokes; those that would lie on each other are drawn once. */
static void draw_marks(const an_drawing *d, const an_series *s, const an_axis *x,
                       const an_axis *y, const an_pen *pen)
{
    const double half = 0.75;
    points p = points_new(d->scene, 3 * s->n_marks);
    an_pen stroke = {.width_pt = 0.6, .color = pen->color};
    double last_x = NAN, last_y = NAN;

    for (an_index i = 0; p.x && i < s->n_marks; i++) {
        double at_x, at_y;

        if (!isfinite(s->mark_x[i]) || !isfinite(s->mark_y[i])) continue;
        if (!an_axis_has(x, s->mark_x[i])) continue;
        at_x = an_axis_at(x, s->mark_x[i]);
        at_y = on_axis(y, s->mark_y[i]);
        if (fabs(at_x - last_x) < 0.1 && fabs(at_y - last_y) < 0.1) continue;
        put(&p, at_x, at_y - half);
        put(&p, at_x, at_y + half);
        put(&p, NAN, NAN);
        last_x = at_x;
        last_y = at_y;
    }
    if (p.n) an_scene_path(d->scene, "censored", p.n, p.x, p.y, false, &stroke);
}

static void draw_series(const an_drawing *d, const an_axis *x, const an_axis *y,
                        points *corners)
{
    const an_figure *f = d->figure;

    draw_limits(d, x, y);
    /* The first series is painted last: it is the one the figure is about. */
    for (an_index s = f->n_series - 1; s >= 0; s--) {
        an_pen pen = an_pen_series(f, s);

        corners[s] = curve_corners(d->scene, &f->series[s], x, y);
        if (corners[s].n)
            an_scene_path(d->scene, f->series[s].secondary ? "secondary" : "curve",
                          corners[s].n, corners[s].x, corners[s].y, false, &pen);
        if (corners[s].n == 2 && corners[s].x[0] == corners[s].x[1])
            an_scene_circle(d->scene, "curve", corners[s].x[0], corners[s].y[0], 0.8,
                            &(an_pen){.fill = pen.color, .opacity = 1});
        draw_marks(d, &f->series[s], x, y, &pen);
    }
}

/* ---- Annotation: where the curves leave room ---- */

typedef struct box {
    double x, y, width, height;
} box;

static bool crosses(const box *b, double x1, double y1, double x2, double y2)
{
    return fmin(x1, x2) < b->x + b->width && fmax(x1, x2) > b->x &&
           fmin(y1, y2) < b->y + b->height && fmax(y1, y2) > b->y;
}

/* Corners are joined by horizontal and vertical strokes, so boxes of strokes are
 * exact. */
static double crossings(const box *b, const points *p)
{
    double n = 0;

    for (an_index i = 1; i < p->n; i++)
        n += crosses(b, p->x[i - 1], p->y[i - 1], p->x[i], p->y[i]);
    return n;
}

static double band_crossings(const box *b, const an_series *s, const an_axis *x,
                             const an_axis *y)
{
    const double end = curve_end(s);
    double n = 0, from, to;

    for (an_index i = 0; s->lower && s->upper && i < s->n; i++)
        if (step_span(s, x, end, i, &from, &to) && isfinite(s->lower[i]) &&
            isfinite(s->upper[i]))
            n += crosses(b, an_axis_at(x, from), on_axis(y, s->lower[i]),
                         an_axis_at(x, to), on_axis(y, s->upper[i]));
    return n;
}

/* Best of a grid of places: no curve, then no band, then near a corner on the left. */
static box find_room(const an_drawing *d, const an_axis *x, const an_axis *y,
                     const points *corners, double width, double height)
{
    enum { GRID = 12 };
    const double air = 0.6 * d->em;
    const double free_x = x->to - x->from - width - 2 * air;
    const double free_y = y->from - y->to - height - 2 * air;
    double lowest = INFINITY;
    box best = {x->from + air, y->to + air, width, height};

    for (int column = 0; column <= GRID; column++) {
        for (int row = 0; row <= GRID; row++) {
            const box b = {x->from + air + free_x * column / GRID,
                           y->to + air + free_y * row / GRID, width, height};
            const box padded = {b.x - air / 2, b.y - air / 2, width + air, height + air};
            double cost =
                column + 1.5 * fmin(row, GRID - row) + (row > GRID / 2 ? 0.0 : 0.1);

            for (an_index s = 0; s < d->figure->n_series; s++)
                cost += 1000 * (crossings(&padded, &corners[s]) > 0) +
                        100 * (band_crossings(&padded, &d->figure->series[s], x, y) > 0);
            if (cost >= lowest) continue;
            lowest = cost;
            best = b;
        }
    }
    return best;
}

static void draw_annotation(const an_drawing *d, const an_axis *x, const an_axis *y,
                            const points *corners)
{
    const an_lines lines =
        an_scene_wrap(d->scene, d->figure->annotation, &d->ink, 0.55 * (x->to - x->from));
    box b;

    if (lines.n == 0) return;
    b = find_room(d, x, y, corners, lines.width, (double)(lines.n - 1) * d->line + d->em);
    an_draw_lines(d, "annotation", &lines, b.x, b.y + 0.8 * d->em, AN_ANCHOR_START,
                  &d->ink);
}

/* ---- The whole ---- */

static an_axis time_axis(const an_drawing *d)
{
    const an_figure *f = d->figure;
    an_range range = {INFINITY, -INFINITY};
    an_axis x = {.label_scale = 1};

    for (an_index s = 0; s < f->n_series; s++) {
        an_range_add(&range, f->series[s].n, f->series[s].x);
        an_range_add(&range, f->series[s].n_marks, f->series[s].mark_x);
    }
    an_range_add(&range, f->n_ticks, f->ticks);
    x.min = isfinite(f->x_min) ? f->x_min : fmin(range.min, 0);
    x.max = isfinite(f->x_max) ? f->x_max : range.max;
    if (!isfinite(x.min)) x.min = 0;
    if (!(x.max > x.min)) x.max = x.min + 1;
    if (f->n_ticks > 0) {
        an_axis_given_ticks(d, &x);
    } else {
        an_axis_nice_ticks(d, &x, d->scene->width < AN_DIRECT_FROM_MM ? 7 : 11);
    }
    return x;
}

static an_axis value_axis(const an_drawing *d)
{
    const an_figure *f = d->figure;
    an_range range = {INFINITY, -INFINITY};
    an_axis y = {.label_scale = f->y_percent ? 100 : 1};

    for (an_index s = 0; s < f->n_series; s++) {
        an_range_add(&range, f->series[s].n, f->series[s].y);
        an_range_add(&range, f->series[s].n, f->series[s].lower);
        an_range_add(&range, f->series[s].n, f->series[s].upper);
    }
    if (f->y_percent) range.min = 0;
    if (f->y_percent && !(range.max <= 0.5))
        range.max = fmax(1, isfinite(range.max) ? range.max : 1);
    if (isfinite(f->y_min)) range.min = f->y_min;
    if (isfinite(f->y_max)) range.max = f->y_max;
    if (!isfinite(range.min)) range.min = 0;
    if (!(range.max > range.min)) range.max = range.min + 1;
    y.min = range.min;
    y.max = range.max;
    an_axis_nice_limits(&y, 6);
    if (isfinite(f->y_min)) y.min = f->y_min;
    if (isfinite(f->y_max)) y.max = f->y_max;
    an_axis_nice_ticks(d, &y, 6);
    return y;
}

typedef struct plan {
    an_axis x, y;
    an_count_table table;
    double direct, above,
        below; /* mm: names beside the panel; what is over and under it */
} plan;

/* Everything's place, for a y title of so many lines. */
static void place(const an_drawing *d, plan *p)
{
    const double width = d->scene->width, axis_width = an_y_axis_width(d, &p->y);
    double height, right;

    p->table = an_count_table_plan(d, &p->x, axis_width);
    p->x.from = fmax(axis_width, p->table.left) + 0.3;
    p->x.to = width - fmax(p->direct, 0.4);
    right = an_count_table_overhang(d, &p->x) - (width - p->x.to);
    p->x.to -= fmax(0, right);
    an_count_table_fit(d, &p->x, &p->table);

    p->above = 0.6 * d->em;
    if (p->direct == 0)
        p->above += an_curves_legend(d, p->x.from, width - p->x.from, false);
    p->below = an_x_axis_height(d, &p->x) + (p->table.n_rows ? 0.6 : 0.2) * d->line;
    height = (p->x.to - p->x.from) * (width < AN_DIRECT_FROM_MM ? 0.72 : 0.55);
    if (d->height > 0)
        height = fmax(d->height - p->above - p->below - p->table.height, 15);
    p->y.to = p->above;
    p->y.from = p->above + height;
}

static void draw_names(const an_drawing *d, const plan *p, const points *corners)
{
    double *end = an_scene_alloc(d->scene, d->figure->n_series, sizeof *end);

    for (an_index s = 0; end && s < d->figure->n_series; s++)
        end[s] = corners[s].n ? corners[s].y[corners[s].n - 1] : NAN;
    if (end) an_draw_names(d, &p->x, &p->y, end);
}

void an_draw_curves(an_drawing *d)
{
    an_scene *scene = d->scene;
    plan p = {.x = time_axis(d), .y = value_axis(d), .direct = an_names_width(d)};
    points *corners = an_scene_alloc(scene, d->figure->n_series, sizeof *corners);
    double y;

    if (scene->st != AN_OK) return;
    for (p.y.title_lines = 1; p.y.title_lines <= AN_MOST_TITLE_LINES; p.y.title_lines++) {
        place(d, &p);
        if (an_y_title_fits(d, &p.y)) break;
    }
    draw_series(d, &p.x, &p.y, corners);
    an_draw_y_axis(d, &p.y, p.x.from);
    an_draw_x_axis(d, &p.x, p.y.from, p.table.stride, p.table.size_pt);
    if (scene->st != AN_OK) return; /* corners may be incomplete */
    draw_annotation(d, &p.x, &p.y, corners);
    if (p.direct > 0) {
        draw_names(d, &p, corners);
    } else {
        an_curves_legend(d, p.x.from, scene->width - p.x.from, true);
    }
    y = p.y.from + p.below;
    an_draw_count_table(d, &p.x, &p.table, d->words->at_risk, y);
    scene->height = y + p.table.height;
}
