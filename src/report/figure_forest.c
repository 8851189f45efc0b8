/*
 * Forest plot: a row per ratio with its limits on a log axis, numbers beside it. Columns
 * from left to right: label, events/n, plot, ratio with limits, p. A column that no row
 * fills is left out. Labels are wrapped before the plot gets too narrow.
 */
#include "report/figure.h"

#define ARROW_MM 1.4

typedef struct columns {
    double label, events, plot, estimate, p; /* widths, mm; 0: absent */
    double gap;
    double events_to, estimate_from, p_to; /* where text is anchored */
    an_axis x;
} columns;

/* ---- Text of the cells ---- */

/* "0.43 (0.21-0.88)" */
static const char *estimate_text(const an_drawing *d, const an_forest_row *row)
{
    enum { SIZE = 3 * AN_NUMBER_SIZE + 16 };
    char ratio[AN_NUMBER_SIZE], lower[AN_NUMBER_SIZE], upper[AN_NUMBER_SIZE];
    char *text;

    if (row->heading) return "";
    if (row->reference) return d->words->reference;
    if (isnan(row->ratio)) return d->words->not_estimable;
    text = an_scene_alloc(d->scene, SIZE, 1);
    if (!text) return "";
    an_put_number(AN_KIND_RATIO, row->ratio, ratio);
    an_put_number(AN_KIND_RATIO, row->lower, lower);
    an_put_number(AN_KIND_RATIO, row->upper, upper);
    if (isnan(row->lower) && isnan(row->upper)) {
        snprintf(text, SIZE, "%s", ratio);
    } else {
        snprintf(text, SIZE, "%s (%s\xe2\x80\x93%s)", ratio, lower, upper);
    }
    return text;
}

static const char *p_text(const an_drawing *d, const an_forest_row *row)
{
    char *text;

    if (isnan(row->p) || row->heading || row->reference) return "";
    text = an_scene_alloc(d->scene, AN_NUMBER_SIZE, 1);
    if (text) an_put_number(AN_KIND_P, row->p, text);
    return text ? text : "";
}

/* "17/27", or either number alone. */
static const char *events_text(const an_drawing *d, const an_forest_row *row)
{
    enum { SIZE = 2 * AN_NUMBER_SIZE + 2 };
    char n[AN_NUMBER_SIZE], events[AN_NUMBER_SIZE];
    char *text;

    if (isnan(row->n) && isnan(row->n_events)) return "";
    text = an_scene_alloc(d->scene, SIZE, 1);
    if (!text) return "";
    an_put_number(AN_KIND_COUNT, row->n, n);
    an_put_number(AN_KIND_COUNT, row->n_events, events);
    if (isnan(row->n_events)) {
        snprintf(text, SIZE, "%s", n);
    } else {
        snprintf(text, SIZE, "%s/%s", events, n);
    }
    return text;
}

/* ---- Columns ---- */

typedef const char *cell_fn(const an_drawing *d, const an_forest_row *row);

/* Width of the widest cell and of its heading; 0 when every cell is empty. */
static double widest(const an_drawing *d, cell_fn *cell, const char *heading)
{
    double width = 0;

    for (an_index i = 0; i < d->figure->n_rows; i++)
        width = fmax(
            width, an_scene_text_width(d->scene, cell(d, &d->figure->rows[i]), &d->ink));
    return width > 0 ? fmax(width, an_scene_text_width(d->scene, heading, &d->strong))
                     : 0;
}

static double indent(const an_drawing *d, an_index i)
{
    return d->figure->rows[i].level ? d->em : 0;
}

/* A heading may run on over the empty cell beside it. */
static an_lines label_lines(const an_drawing *d, const columns *c, an_index i)
{
    const an_forest_row *row = &d->figure->rows[i];
    const bool runs_on = row->heading && isnan(row->n) && isnan(row->n_events);

    return an_scene_wrap(d->scene, row->label, row->heading ? &d->strong : &d->ink,
                         (runs_on ? c->events_to : c->label) - indent(d, i));
}

/* The width at which no label is broken, and the one at which no word is; Chinese, which
 * has no words between blanks, breaks anywhere. */
static void label_widths(const an_drawing *d, double *whole, double *word)
{
    *whole = *word = 0;
    for (an_index i = 0; i < d->figure->n_rows; i++) {
        const char *text = d->figure->rows[i].label;
        const an_ink *ink = d->figure->rows[i].heading ? &d->strong : &d->ink;
        char part[64];

        if (!text) continue;
        *whole = fmax(*whole, an_scene_text_width(d->scene, text, ink) + indent(d, i));
        while (*text) {
            const size_t size = strcspn(text, " ");

            snprintf(part, sizeof part, "%.*s", (int)size, text);
            *word = fmax(*word, an_scene_text_width(d->scene, part, ink) + indent(d, i));
            text += size;
            text += strspn(text, " ");
        }
    }
    *whole += 0.1;
    *word = fmin(*word + 0.1, 11 * d->em);
}

static const char *header(const an_drawing *d)
{
    return d->figure->x_label ? d->figure->x_label : "";
}

/* Shares out the sheet; false: labels or plot get less than they need to be read. What is
 * left over goes to the labels until none is broken, then to the plot. */
static bool share(const an_drawing *d, columns *c)
{
    const double width = d->scene->width,
                 title = an_scene_text_width(d->scene, header(d), &d->strong);
    const bool narrow = width < 120;
    const double least_plot = narrow ? 20 : 0.27 * width;
    double whole, word, spare, least;

    c->gap = (narrow ? 0.8 : 1.2) * d->em;
    c->events = widest(d, events_text, d->words->events_of_n);
    c->p = widest(d, p_text, d->words->p);
    c->estimate = fmin(widest(d, estimate_text, ""), 0.36 * width);
    if (!narrow || title < 1.25 * c->estimate || c->estimate == 0)
        c->estimate = fmax(c->estimate, fmin(title, 0.3 * width));
    label_widths(d, &whole, &word);
    least = fmin(whole, fmax(word, 0.22 * width));
    spare = width - c->estimate - least_plot - 2 * c->gap -
            (c->events > 0 ? c->events + c->gap : 0) - (c->p > 0 ? c->p + c->gap : 0);
    c->label = fmin(whole, fmax(spare, 4 * d->em));
    c->plot = fmax(least_plot + spare - c->label, 12);
    return spare >= least;
}

/* Range of the axis: what the limits ask for, but no further than a factor of 8 beyond
 * the outermost estimate and 100 from 1; the rest is for arrows. */
static void log_axis(const an_drawing *d, an_axis *x)
{
    const an_figure *f = d->figure;
    an_range ratio = {1, 1}, limit = {0.8, 1.25};

    for (an_index i = 0; i < f->n_rows; i++) {
        const an_forest_row *row = &f->rows[i];

        if (!isfinite(row->ratio) || row->ratio <= 0) continue;
        an_range_add(&ratio, 1, &row->ratio);
        an_range_add(&limit, 1, &row->ratio);
        if (row->lower > 0) an_range_add(&limit, 1, &row->lower);
        an_range_add(&limit, 1, &row->upper);
    }
    x->log = true;
    x->label_scale = 1;
    x->min = fmax(limit.min, fmax(fmin(ratio.min / 8, 0.5), 0.01)) / 1.08;
    x->max = fmin(limit.max, fmin(fmax(ratio.max * 8, 2), 100)) * 1.08;
    if (f->x_min > 0 && f->x_min < 1) x->min = f->x_min;
    if (f->x_max > 1 && isfinite(f->x_max)) x->max = f->x_max;
}

/* The densest of these series of ticks whose labels have room; each holds 1. */
static void log_ticks(const an_drawing *d, an_axis *x)
{
    static const double fine[] = {0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.2, 1.4, 1.6, 1.8, 2};
    static const double near[] = {0.5, 0.8, 1, 1.25, 2};
    static const double dense[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1,
                                   2,    5,    10,   20,  50,  100};
    static const double doubling[] = {0.015625, 0.03125, 0.0625, 0.125, 0.25, 0.5, 1,
                                      2,        4,       8,      16,    32,   64};
    static const double fourfold[] = {0.015625, 0.0625, 0.25, 1, 4, 16, 64};
    static const double tens[] = {0.01, 0.1, 1, 10, 100};
    static const double hundreds[] = {0.01, 1, 100};
    static const struct {
        const double *tick;
        an_index n;
    } choice[] = {{fine, 11},    {near, 5}, {dense, 13},  {doubling, 13},
                  {fourfold, 7}, {tens, 5}, {hundreds, 3}};
    /* The first two do not reach further. */
    const int first = x->min >= 0.5 && x->max <= 2 ? 0 : 2;
    char text[AN_NUMBER_SIZE];

    x->tick = an_scene_alloc(d->scene, 13, sizeof *x->tick);
    for (int c = first; x->tick && c < 7; c++) {
        double last = -INFINITY;
        bool fits = true;

        x->n_ticks = 0;
        for (an_index i = 0; i < choice[c].n; i++) {
            double at, half;

            if (!an_axis_has(x, choice[c].tick[i])) continue;
            x->tick[x->n_ticks] = choice[c].tick[i];
            at = an_axis_at(x, x->tick[x->n_ticks]);
            an_axis_label(x, x->n_ticks++, text);
            half = an_scene_text_width(d->scene, text, &d->ink) / 2;
            fits = fits && at - half >= last + 0.5 * d->em;
            last = at + half;
        }
        if (fits) return;
    }
}

/* ---- Drawing ---- */

static void arrow(const an_drawing *d, double x, double y, double direction,
                  uint32_t color)
{
    const double back = x - direction * ARROW_MM;

    an_scene_path(d->scene, "arrow", 3, (double[]){x, back, back},
                  (double[]){y, y - 0.45 * ARROW_MM, y + 0.45 * ARROW_MM}, true,
                  &(an_pen){.fill = color, .opacity = 1});
}

/* Whiskers and square; what lies beyond the axis ends in an arrow at its edge. */
static void draw_ratio(const an_drawing *d, const an_axis *x, const an_forest_row *row,
                       double y)
{
    const an_pen pen = {
        .width_pt = 0.9, .color = 0x00508c, .fill = 0x00508c, .opacity = 1};
    const double side = 0.62 * d->em;
    const bool limits = !isnan(row->lower) && !isnan(row->upper);
    const bool off_low = limits && row->lower < x->min,
               off_high = limits && row->upper > x->max;

    if (limits && row->lower <= x->max && row->upper >= x->min) {
        const double from = off_low ? x->from : an_axis_at(x, row->lower);
        const double to = off_high ? x->to : an_axis_at(x, row->upper);
        const double cap = 0.22 * d->em;

        an_scene_line(d->scene, "limits", from, y, to, y, &pen);
        if (!off_low)
            an_scene_line(d->scene, "limits", from, y - cap, from, y + cap, &pen);
        if (!off_high) an_scene_line(d->scene, "limits", to, y - cap, to, y + cap, &pen);
    }
    if (off_low) arrow(d, x->from - 0.3, y, -1, pen.color);
    if (off_high) arrow(d, x->to + 0.3, y, 1, pen.color);
    if (an_axis_has(x, row->ratio))
        an_scene_rect(d->scene, "ratio", an_axis_at(x, row->ratio) - side / 2,
                      y - side / 2, side, side,
                      &(an_pen){.fill = pen.fill, .opacity = 1});
}

/* What a row is made of once the columns have their widths. */
typedef struct cells {
    an_lines label, estimate;
    double height;
} cells;

static cells row_cells(const an_drawing *d, const columns *c, an_index i)
{
    const an_forest_row *row = &d->figure->rows[i];
    cells r = {.label = label_lines(d, c, i),
               .estimate = an_scene_wrap(d->scene, estimate_text(d, row), &d->ink,
                                         c->estimate + 0.1)};

    r.height = (fmax(1, fmax((double)r.label.n, (double)r.estimate.n)) + 0.28) * d->line;
    return r;
}

/* First baseline of a cell whose lines are centred on middle. */
static double first_baseline(const an_drawing *d, const an_lines *lines, double middle)
{
    return middle + 0.36 * d->em - (double)(lines->n - 1) * d->line / 2;
}

/* One row from top; returns its height. */
static double draw_row(const an_drawing *d, const columns *c, an_index i, double top)
{
    const an_pen open = {
        .width_pt = 0.7, .color = AN_GREY, .fill = 0xffffff, .opacity = 1};
    const an_forest_row *row = &d->figure->rows[i];
    const cells r = row_cells(d, c, i);
    const double middle = top + r.height / 2, baseline = middle + 0.36 * d->em;
    const double half = 0.25 * d->em;
    const bool plain = !row->heading && !row->reference && !isnan(row->ratio);

    an_draw_lines(d, "label", &r.label, indent(d, i), first_baseline(d, &r.label, middle),
                  AN_ANCHOR_START, row->heading ? &d->strong : &d->ink);
    if (c->events > 0)
        an_scene_text(d->scene, "events", c->events_to, baseline, AN_ANCHOR_END,
                      events_text(d, row), &d->ink);
    an_draw_lines(d, "estimate", &r.estimate, c->estimate_from,
                  first_baseline(d, &r.estimate, middle), AN_ANCHOR_START,
                  plain ? &d->ink : &d->faint);
    if (c->p > 0)
        an_scene_text(d->scene, "p", c->p_to, baseline, AN_ANCHOR_END, p_text(d, row),
                      &d->ink);
    if (plain) draw_ratio(d, &c->x, row, middle);
    if (row->reference)
        an_scene_rect(d->scene, "reference", an_axis_at(&c->x, 1) - half, middle - half,
                      2 * half, 2 * half, &open);
    return r.height;
}

static double rows_height(const an_drawing *d, const columns *c)
{
    double height = 0;

    for (an_index i = 0; i < d->figure->n_rows; i++) height += row_cells(d, c, i).height;
    return height;
}

/* Headings of the columns over a rule; returns the y below. */
static double draw_header(const an_drawing *d, const columns *c)
{
    const an_pen rule = {.width_pt = 0.5, .color = AN_BLACK};
    const an_lines title = an_scene_wrap(d->scene, header(d), &d->strong, c->estimate);
    const double last = fmax(1, (double)title.n) * d->line;
    const double y = last + 0.35 * d->line;

    if (c->events > 0)
        an_scene_text(d->scene, "heading", c->events_to, last, AN_ANCHOR_END,
                      d->words->events_of_n, &d->strong);
    an_draw_lines(d, "heading", &title, c->estimate_from,
                  last - (double)(title.n - 1) * d->line, AN_ANCHOR_START, &d->strong);
    if (c->p > 0)
        an_scene_text(d->scene, "heading", c->p_to, last, AN_ANCHOR_END, d->words->p,
                      &d->strong);
    an_scene_line(d->scene, "rule", 0, y, d->scene->width, y, &rule);
    return y + 0.25 * d->line;
}

/* "favours" beside an arrow away from 1, wrapped into its half of the plot. */
static double draw_favours(const an_drawing *d, const columns *c, double y)
{
    const an_pen pen = {.width_pt = 0.7, .color = AN_BLACK};
    const double one = an_axis_at(&c->x, 1), gap = 0.5 * d->em;
    const char *const text[2] = {d->figure->favours_low, d->figure->favours_high};
    double lines = 0;

    for (int side = 0; side < 2; side++) {
        const double sign = side ? 1 : -1, near = one + sign * gap;
        const double edge = side ? c->x.to : c->x.from;
        /* Text may lean on the column beside the plot. */
        const an_lines label = an_scene_wrap(
            d->scene, text[side], &d->ink,
            fmin(fabs(edge - near) + 4 * d->em, side ? d->scene->width - near : near));

        if (label.n == 0) continue;
        an_scene_line(d->scene, "favours", near, y, edge - sign * ARROW_MM, y, &pen);
        arrow(d, edge, y, sign, AN_BLACK);
        an_draw_lines(d, "favours", &label, near, y + 1.15 * d->line,
                      side ? AN_ANCHOR_START : AN_ANCHOR_END, &d->ink);
        lines = fmax(lines, (double)label.n);
    }
    return lines > 0 ? y + (lines + 0.6) * d->line : y;
}

/* Axis below the rows, its scale in words, the two directions. Returns the y below. */
static double draw_axis(const an_drawing *d, const columns *c, double y)
{
    const an_pen pen = an_pen_axis();
    char text[AN_NUMBER_SIZE];

    an_scene_line(d->scene, "axis", c->x.from, y, c->x.to, y, &pen);
    for (an_index i = 0; i < c->x.n_ticks; i++) {
        const double at = an_axis_at(&c->x, c->x.tick[i]);

        an_axis_label(&c->x, i, text);
        an_scene_line(d->scene, "tick", at, y, at, y + 1.1, &pen);
        an_scene_text(d->scene, "x-label", at, y + 1.9 + 0.8 * d->em, AN_ANCHOR_MIDDLE,
                      text, &d->ink);
    }
    y += 1.9 + 0.8 * d->em + 1.15 * d->line;
    an_scene_text(d->scene, "x-title", (c->x.from + c->x.to) / 2, y, AN_ANCHOR_MIDDLE,
                  d->words->log_scale, &d->faint);
    return draw_favours(d, c, y + 0.9 * d->line);
}

static void place(const an_drawing *d, columns *c)
{
    double at = c->label + c->gap;

    if (c->events > 0) at += c->events + c->gap;
    c->events_to = at - c->gap;
    c->x.from = at + ARROW_MM;
    c->x.to = at + c->plot - ARROW_MM - 0.5 * c->gap;
    c->estimate_from = at + c->plot + 0.5 * c->gap;
    c->p_to = d->scene->width;
    log_axis(d, &c->x);
    log_ticks(d, &c->x);
}

void an_draw_forest(an_drawing *d)
{
    const an_pen reference = {.width_pt = 0.6, .color = AN_GREY};
    columns c = {0};
    double top, bottom;

    while (!share(d, &c) && d->ink.size_pt > 6) {
        d->ink.size_pt = d->strong.size_pt = d->faint.size_pt -= 0.5;
        d->em = d->ink.size_pt * AN_MM_PER_PT;
        d->line = 1.22 * d->em;
    }
    place(d, &c);
    top = draw_header(d, &c);
    bottom = top + rows_height(d, &c) + 0.3 * d->line;
    an_scene_line(d->scene, "one", an_axis_at(&c.x, 1), top, an_axis_at(&c.x, 1), bottom,
                  &reference);
    for (an_index i = 0; i < d->figure->n_rows; i++) top += draw_row(d, &c, i, top);
    d->scene->height = draw_axis(d, &c, bottom) + 0.2 * d->line;
}
