/* Axes and the numbers on them. */
#include "report/figure.h"

#define TICK_MM 1.1
#define GAP_MM 0.8

/* ---- Numbers ---- */

/* The number of a tick: what it is a multiple of decides its decimals, not its size.
 * Beyond what an int64 holds a tick has only its power of ten. */
static void put_tick(double x, char text[AN_NUMBER_SIZE])
{
    const char *const sign = x < 0 ? "\xe2\x88\x92" : "";
    double power = 1;
    int decimals = 0;
    int64_t scaled;
    char *end;

    if (!(fabs(x) < 1e9)) {
        snprintf(text, AN_NUMBER_SIZE, "%s10^%d", sign, (int)floor(log10(fabs(x))));
        return;
    }
    while (decimals < 6 && fabs(x * power - round(x * power)) > 1e-7 * fabs(x * power)) {
        power *= 10;
        decimals++;
    }
    scaled = llround(fabs(x) * power);
    snprintf(text, AN_NUMBER_SIZE, "%s%lld", scaled ? sign : "",
             (long long)(scaled / (int64_t)power));
    if (decimals == 0) return;
    end = text + strlen(text);
    *end = '.';
    for (int i = decimals; i > 0; i--, scaled /= 10) end[i] = (char)('0' + scaled % 10);
    end[decimals + 1] = 0;
}

void an_put_number(an_kind kind, double x, char text[AN_NUMBER_SIZE])
{
    const an_value value = an_number(kind, x);

    if (isnan(x)) {
        snprintf(text, AN_NUMBER_SIZE, "\xe2\x80\x93");
    } else {
        an_value_format(&value, text, AN_NUMBER_SIZE);
    }
}

/* ---- Scales ---- */

double an_axis_at(const an_axis *axis, double value)
{
    const double share = axis->log ? log(value / axis->min) / log(axis->max / axis->min)
                                   : (value - axis->min) / (axis->max - axis->min);

    return axis->from + share * (axis->to - axis->from);
}

bool an_axis_has(const an_axis *axis, double value)
{
    const double slack = axis->log ? 0 : 1e-9 * (axis->max - axis->min);

    return value >= axis->min - slack && value <= axis->max + slack;
}

void an_range_add(an_range *range, an_index n, const double *x)
{
    for (an_index i = 0; x && i < n; i++) {
        if (!isfinite(x[i])) continue;
        range->min = fmin(range->min, x[i]);
        range->max = fmax(range->max, x[i]);
    }
}

/* Smallest of 1, 2, 5 times a power of ten that cuts width into at most `most` steps. */
static double nice_step(double width, int most)
{
    const double rough = width / most;
    const double power = pow(10, floor(log10(rough)));
    const double slack = 1 + 1e-9;

    if (rough <= power * slack) return power;
    if (rough <= 2 * power * slack) return 2 * power;
    return rough <= 5 * power * slack ? 5 * power : 10 * power;
}

void an_axis_nice_ticks(const an_drawing *d, an_axis *axis, int most)
{
    const double step = nice_step(axis->max - axis->min, most - 1);
    const double first = ceil(axis->min / step - 1e-9),
                 last = floor(axis->max / step + 1e-9);

    axis->n_ticks = 0;
    axis->source = NULL;
    axis->tick = an_scene_alloc(d->scene, AN_MOST_NICE_TICKS, sizeof *axis->tick);
    for (double k = first; axis->tick && k <= last && axis->n_ticks < AN_MOST_NICE_TICKS;
         k++)
        axis->tick[axis->n_ticks++] = k * step;
}

void an_axis_given_ticks(const an_drawing *d, an_axis *axis)
{
    const an_index n = d->figure->n_ticks;

    axis->n_ticks = 0;
    axis->tick = an_scene_alloc(d->scene, n, sizeof *axis->tick);
    axis->source = an_scene_alloc(d->scene, n, sizeof *axis->source);
    for (an_index i = 0; axis->tick && axis->source && i < n; i++) {
        if (!an_axis_has(axis, d->figure->ticks[i])) continue;
        axis->source[axis->n_ticks] = i;
        axis->tick[axis->n_ticks++] = d->figure->ticks[i];
    }
}

void an_axis_nice_limits(an_axis *axis, int most)
{
    const double step = nice_step(axis->max - axis->min, most - 1);

    axis->min = step * floor(axis->min / step + 1e-9);
    axis->max = step * ceil(axis->max / step - 1e-9);
}

void an_axis_label(const an_axis *axis, an_index tick, char text[AN_NUMBER_SIZE])
{
    put_tick(axis->tick[tick] * axis->label_scale, text);
}

/* ---- Drawing ---- */

double an_y_axis_width(const an_drawing *d, const an_axis *y)
{
    char text[AN_NUMBER_SIZE];
    double widest = 0;

    for (an_index i = 0; i < y->n_ticks; i++) {
        an_axis_label(y, i, text);
        widest = fmax(widest, an_scene_text_width(d->scene, text, &d->ink));
    }
    if (d->figure->y_label) widest += (double)y->title_lines * d->line + GAP_MM;
    return widest + TICK_MM + GAP_MM;
}

/* y_label with its unit: a label that says "%" already is left alone. */
static const char *y_title(const an_drawing *d)
{
    const char *label = d->figure->y_label;
    char *titled;

    if (!label || !d->figure->y_percent || strchr(label, '%')) return label;
    titled = an_scene_alloc(d->scene, (an_index)strlen(label) + 5, 1);
    if (titled) snprintf(titled, strlen(label) + 5, "%s (%%)", label);
    return titled;
}

/* Broken to the length of the axis, which they may outdo by a little on either side. */
static an_lines y_title_lines(const an_drawing *d, const an_axis *y)
{
    return an_scene_wrap(d->scene, y_title(d), &d->ink,
                         fabs(y->from - y->to) + 0.7 * d->em);
}

bool an_y_title_fits(const an_drawing *d, const an_axis *y)
{
    return y_title_lines(d, y).n <= y->title_lines;
}

void an_draw_y_axis(const an_drawing *d, const an_axis *y, double x)
{
    const an_pen pen = an_pen_axis();
    const double middle = (y->from + y->to) / 2;
    const double title_x = x - an_y_axis_width(d, y) + d->em * 0.85;
    const an_lines title = y_title_lines(d, y);
    char text[AN_NUMBER_SIZE];

    an_scene_line(d->scene, "axis", x, y->from, x, y->to, &pen);
    for (an_index i = 0; i < y->n_ticks; i++) {
        const double at = an_axis_at(y, y->tick[i]);

        an_axis_label(y, i, text);
        an_scene_line(d->scene, "axis", x - TICK_MM, at, x, at, &pen);
        an_scene_text(d->scene, "y-label", x - TICK_MM - GAP_MM, at + 0.36 * d->em,
                      AN_ANCHOR_END, text, &d->ink);
    }
    for (an_index i = 0; i < title.n && i < y->title_lines; i++)
        an_scene_text_upwards(d->scene, "y-title", title_x + (double)i * d->line, middle,
                              title.text[i], &d->ink);
}

/* From the axis down to the baselines of its labels and of its title. */
static double x_label_drop(const an_drawing *d)
{
    return TICK_MM + GAP_MM + 0.8 * d->em;
}

static double x_title_drop(const an_drawing *d)
{
    return x_label_drop(d) + 1.2 * d->line;
}

static an_lines x_title_lines(const an_drawing *d, const an_axis *x)
{
    return an_scene_wrap(d->scene, d->figure->x_label, &d->ink, x->to - x->from);
}

double an_x_axis_height(const an_drawing *d, const an_axis *x)
{
    const an_index n = x_title_lines(d, x).n;
    const double last = n ? x_title_drop(d) + (double)(n - 1) * d->line : x_label_drop(d);

    return last + 0.3 * d->em;
}

void an_draw_x_axis(const an_drawing *d, const an_axis *x, double y, int stride,
                    double size_pt)
{
    const an_pen pen = an_pen_axis();
    const an_ink ink = {size_pt, AN_BLACK, false};
    const an_lines title = x_title_lines(d, x);
    char text[AN_NUMBER_SIZE];

    an_scene_line(d->scene, "axis", x->from, y, x->to, y, &pen);
    for (an_index i = 0; i < x->n_ticks; i++) {
        const double at = an_axis_at(x, x->tick[i]);

        an_scene_line(d->scene, "tick", at, y, at, y + TICK_MM, &pen);
        if (i % stride) continue;
        an_axis_label(x, i, text);
        an_scene_text(d->scene, "x-label", at, y + x_label_drop(d), AN_ANCHOR_MIDDLE,
                      text, &ink);
    }
    an_draw_lines(d, "x-title", &title, (x->from + x->to) / 2, y + x_title_drop(d),
                  AN_ANCHOR_MIDDLE, &d->ink);
}
