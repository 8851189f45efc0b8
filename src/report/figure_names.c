/* Names of curves: at their ends where the sheet is wide, else in a legend above. */
#include "report/figure_names.h"

static an_index named_series(const an_figure *f)
{
    an_index n = 0;

    for (an_index s = 0; s < f->n_series; s++)
        n += f->series[s].label && *f->series[s].label && f->series[s].n > 0;
    return n;
}

double an_names_width(const an_drawing *d)
{
    const an_figure *f = d->figure;
    double widest = 0;

    if (d->scene->width < AN_DIRECT_FROM_MM || f->n_series < 2 || named_series(f) > 6)
        return 0;
    for (an_index s = 0; s < f->n_series; s++) {
        const an_lines lines =
            an_scene_wrap(d->scene, f->series[s].label, &d->ink, 0.2 * d->scene->width);

        widest = fmax(widest, lines.width);
        if (lines.n > 3) return 0;
    }
    return widest > 0 ? widest + AN_KEY_MM + 1.5 * d->em : 0;
}

double an_curves_legend(const an_drawing *d, double x, double width, bool draw)
{
    const an_figure *f = d->figure;
    an_legend_entry *entry = an_scene_alloc(d->scene, f->n_series, sizeof *entry);
    an_index n = 0;

    if (!entry || f->n_series < 2) return 0;
    for (an_index s = 0; s < f->n_series; s++)
        if (f->series[s].label && *f->series[s].label && f->series[s].n > 0)
            entry[n++] =
                (an_legend_entry){f->series[s].label, an_pen_series(f, s), false};
    return n ? an_draw_legend(d, n, entry, x, 0, width, draw) + 0.5 * d->line : 0;
}

typedef struct name {
    an_index series;
    double y, height; /* middle */
    an_lines lines;
} name;

/* Names in the order of the curves' ends, moved apart just enough, kept on the panel. */
static void spread(an_index n, name *names, double top, double bottom)
{
    double edge = bottom;

    for (an_index i = 1; i < n; i++)
        for (an_index k = i; k > 0 && names[k].y < names[k - 1].y; k--) {
            const name swapped = names[k];

            names[k] = names[k - 1];
            names[k - 1] = swapped;
        }
    for (an_index i = 0; i < n; i++) {
        names[i].y = fmax(names[i].y, top + names[i].height / 2);
        top = names[i].y + names[i].height / 2;
    }
    for (an_index i = n - 1; i >= 0; i--) {
        names[i].y = fmin(names[i].y, edge - names[i].height / 2);
        edge = names[i].y - names[i].height / 2;
    }
}

void an_draw_names(const an_drawing *d, const an_axis *x, const an_axis *y,
                   const double *end)
{
    const an_figure *f = d->figure;
    const double key_x = x->to + 0.8 * d->em;
    name *names = an_scene_alloc(d->scene, f->n_series, sizeof *names);
    an_index n = 0;

    for (an_index s = 0; names && s < f->n_series; s++) {
        const an_lines lines =
            an_scene_wrap(d->scene, f->series[s].label, &d->ink, 0.2 * d->scene->width);

        if (lines.n == 0 || isnan(end[s])) continue;
        names[n++] = (name){s, end[s], ((double)lines.n + 0.25) * d->line, lines};
    }
    if (!names) return;
    spread(n, names, y->to - d->line / 2, y->from + d->line / 2);
    for (an_index i = 0; i < n; i++) {
        const an_pen pen = an_pen_series(f, names[i].series);
        const double first =
            names[i].y - (double)(names[i].lines.n - 1) * d->line / 2 + 0.36 * d->em;

        an_draw_key(d, key_x, names[i].y, &pen, false);
        an_draw_lines(d, "legend", &names[i].lines, key_x + AN_KEY_MM + 0.5 * d->em,
                      first, AN_ANCHOR_START, &d->ink);
    }
}
