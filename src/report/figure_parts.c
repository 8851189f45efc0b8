/* Parts that several figures share: pens, legends, and tables of counts below an axis. */
#include "report/figure.h"

enum { N_COLORS = 6, SMALLEST_PT = 6 };

an_pen an_pen_axis(void)
{
    return (an_pen){.width_pt = AN_AXIS_PT, .color = AN_BLACK};
}

/* Colours after Okabe and Ito (2008), the first darkened, in an order whose neighbours
 * differ in luminance too: dark, middle, light, black, ... */
an_pen an_pen_series(const an_figure *figure, an_index i)
{
    static const uint32_t color[N_COLORS] = {0x00508c, 0xd55e00, 0x56b4e9,
                                             0x000000, 0x009e73, 0xcc79a7};
    static const double dash[N_COLORS][6] = {
        {0},        {5, 1.8}, {6, 1.6, 1.4, 1.6},
        {1.5, 1.3}, {9, 2.2}, {5, 1.4, 1.2, 1.4, 1.2, 1.4}};
    static const int n_dash[N_COLORS] = {0, 2, 4, 2, 2, 6};
    static const double grey_dash[2] = {2.4, 1.6};
    an_index k = 0;

    if (figure->series[i].secondary)
        return (an_pen){.width_pt = 0.8,
                        .color = AN_GREY,
                        .fill = AN_GREY,
                        .dash = grey_dash,
                        .n_dash = 2};
    for (an_index s = 0; s < i; s++) k += !figure->series[s].secondary;
    k %= N_COLORS;
    return (an_pen){.width_pt = 1.25,
                    .color = color[k],
                    .fill = color[k],
                    .dash = dash[k],
                    .n_dash = n_dash[k]};
}

void an_draw_lines(const an_drawing *d, const char *name, const an_lines *lines, double x,
                   double y, an_anchor anchor, const an_ink *ink)
{
    for (an_index i = 0; i < lines->n; i++)
        an_scene_text(d->scene, name, x, y + (double)i * d->line, anchor, lines->text[i],
                      ink);
}

/* ---- Legend ---- */

void an_draw_key(const an_drawing *d, double x, double y, const an_pen *pen, bool dot)
{
    an_pen line = *pen;

    line.opacity = 0;
    an_scene_line(d->scene, "key", x, y, x + AN_KEY_MM, y, &line);
    if (dot)
        an_scene_circle(d->scene, "key", x + AN_KEY_MM / 2, y, 0.8,
                        &(an_pen){.fill = pen->color, .opacity = 1});
}

double an_draw_legend(const an_drawing *d, an_index n, const an_legend_entry *entry,
                      double x, double y, double width, bool draw)
{
    const double key = AN_KEY_MM + 0.5 * d->em;
    double at = 0, row = 0, tallest = 0;

    for (an_index i = 0; i < n; i++) {
        const an_lines label =
            an_scene_wrap(d->scene, entry[i].label, &d->ink, width - key);
        const double need = key + label.width;

        if (at > 0 && at + need > width) {
            row += tallest;
            at = tallest = 0;
        }
        if (draw) {
            an_draw_key(d, x + at, y + row + 0.5 * d->line, &entry[i].pen, entry[i].dot);
            an_draw_lines(d, "legend", &label, x + at + key,
                          y + row + 0.5 * d->line + 0.36 * d->em, AN_ANCHOR_START,
                          &d->ink);
        }
        tallest = fmax(tallest, (double)label.n * d->line);
        at += need + 1.5 * d->em;
    }
    return row + tallest;
}

/* ---- Table of counts ---- */

static double count_width(const an_drawing *d, double count, double size_pt)
{
    char text[AN_NUMBER_SIZE];

    an_put_number(AN_KIND_COUNT, count, text);
    return an_scene_text_width(d->scene, text, &(an_ink){size_pt, AN_BLACK, false});
}

/* Width of what stands at tick i: its label, and its numbers over all rows and blocks. */
static double column_width(const an_drawing *d, const an_axis *x, an_index i,
                           double size_pt)
{
    const an_figure *f = d->figure;
    const an_index tick = x->source ? x->source[i] : 0;
    char text[AN_NUMBER_SIZE];
    double widest;

    an_axis_label(x, i, text);
    widest = an_scene_text_width(d->scene, text, &(an_ink){size_pt, AN_BLACK, false});
    for (an_index s = 0; x->source && s < f->n_series; s++) {
        if (!f->series[s].at_risk) continue;
        widest = fmax(widest, count_width(d, f->series[s].at_risk[tick], size_pt));
        if (f->series[s].n_events)
            widest = fmax(widest, count_width(d, f->series[s].n_events[tick], size_pt));
    }
    return widest;
}

/* A label on lines of its own, broken to the sheet. */
static an_lines row_label(const an_drawing *d, const an_series *series)
{
    return an_scene_wrap(d->scene, series->label, &d->ink,
                         d->scene->width - AN_KEY_MM - 0.5 * d->em);
}

an_count_table an_count_table_plan(const an_drawing *d, const an_axis *x,
                                   double axis_width)
{
    const an_figure *f = d->figure;
    an_count_table table = {.stride = 1, .size_pt = d->ink.size_pt};
    double widest = 0, first;

    for (an_index s = 0; x->source && x->n_ticks && s < f->n_series; s++) {
        if (!f->series[s].at_risk) continue;
        table.n_rows++;
        table.has_events |= f->series[s].n_events != NULL;
        widest = fmax(widest, an_scene_text_width(d->scene, f->series[s].label, &d->ink));
    }
    if (table.n_rows == 0) return table;
    first = column_width(d, x, 0, d->ink.size_pt) / 2;
    table.left = AN_KEY_MM + 0.5 * d->em + widest + d->em + first;
    table.unnamed = table.n_rows == 1;
    table.stacked =
        table.unnamed || table.left > fmax(axis_width, 0.33 * d->scene->width);
    if (table.stacked) table.left = first + 0.5;
    table.height = (1.2 + (double)table.n_rows) * d->line;
    for (an_index s = 0; table.stacked && !table.unnamed && s < f->n_series; s++)
        if (f->series[s].at_risk)
            table.height += (double)row_label(d, &f->series[s]).n * d->line;
    if (table.has_events) table.height = 2 * table.height + 0.4 * d->line;
    return table;
}

/* Whether every stride-th column of numbers and tick labels has air around it. */
static bool columns_fit(const an_drawing *d, const an_axis *x, double size_pt, int stride)
{
    double end = -INFINITY;

    for (an_index i = 0; i < x->n_ticks; i += stride) {
        const double at = an_axis_at(x, x->tick[i]);
        const double half = column_width(d, x, i, size_pt) / 2;

        if (at - half < end + 0.45 * d->em) return false;
        end = at + half;
    }
    return true;
}

void an_count_table_fit(const an_drawing *d, const an_axis *x, an_count_table *table)
{
    const double smallest = fmin(SMALLEST_PT, d->ink.size_pt);

    for (table->stride = 1; table->stride < x->n_ticks; table->stride++) {
        for (double size = d->ink.size_pt; size >= smallest - 1e-9; size -= 0.5) {
            table->size_pt = size;
            if (columns_fit(d, x, size, table->stride)) return;
        }
    }
}

double an_count_table_overhang(const an_drawing *d, const an_axis *x)
{
    const an_index last = x->n_ticks - 1;

    if (last < 0) return 0;
    return column_width(d, x, last, d->ink.size_pt) / 2 -
           (x->to - an_axis_at(x, x->tick[last]));
}

static void draw_counts(const an_drawing *d, const an_axis *x,
                        const an_count_table *table, const char *name,
                        const double *count, double baseline)
{
    const an_ink ink = {table->size_pt, AN_BLACK, false};
    char text[AN_NUMBER_SIZE];

    for (an_index i = 0; i < x->n_ticks; i += table->stride) {
        an_put_number(AN_KIND_COUNT, count[x->source[i]], text);
        an_scene_text(d->scene, name, an_axis_at(x, x->tick[i]), baseline,
                      AN_ANCHOR_MIDDLE, text, &ink);
    }
}

/* One block; returns the baseline of the next. */
static double draw_block(const an_drawing *d, const an_axis *x,
                         const an_count_table *table, const char *heading, bool events,
                         double baseline)
{
    const an_figure *f = d->figure;
    const double label_x = AN_KEY_MM + 0.5 * d->em;

    an_scene_text(d->scene, "heading", 0, baseline, AN_ANCHOR_START, heading, &d->strong);
    baseline += 1.15 * d->line;
    for (an_index s = 0; s < f->n_series; s++) {
        const an_series *series = &f->series[s];
        const double *count = events ? series->n_events : series->at_risk;
        const an_pen pen = an_pen_series(f, s);

        if (!series->at_risk || !count) continue;
        if (!table->unnamed) {
            const an_lines label = row_label(d, series);

            an_draw_key(d, 0, baseline - 0.36 * d->em, &pen, false);
            an_draw_lines(d, "row-label", &label, label_x, baseline, AN_ANCHOR_START,
                          &d->ink);
            if (table->stacked) baseline += (double)label.n * d->line;
        }
        draw_counts(d, x, table, events ? "events" : "at-risk", count, baseline);
        baseline += d->line;
    }
    return baseline + 0.4 * d->line;
}

void an_draw_count_table(const an_drawing *d, const an_axis *x,
                         const an_count_table *table, const char *heading, double y)
{
    double baseline = y + 0.8 * d->em;

    if (table->n_rows == 0) return;
    baseline = draw_block(d, x, table, heading, false, baseline);
    if (table->has_events) draw_block(d, x, table, d->words->events, true, baseline);
}
