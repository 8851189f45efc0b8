/*
 * A scene as SVG. One unit is one point, so that font sizes read as journals state them;
 * coordinates have two decimals, 3.5 micrometres. Written without locale and without
 * anything that changes from run to run.
 */
#include "report/scene.h"

/* x with at most two decimals, no trailing zeros, no "-0". */
static void put_number(an_buf *buf, double x)
{
    const long long hundredths = llround(x * 100);
    const long long size = hundredths < 0 ? -hundredths : hundredths;

    if (hundredths < 0) an_buf_putc(buf, '-');
    an_buf_printf(buf, "%lld", size / 100);
    if (size % 10) {
        an_buf_printf(buf, ".%02lld", size % 100);
    } else if (size % 100) {
        an_buf_printf(buf, ".%lld", size % 100 / 10);
    }
}

static void put_mm(an_buf *buf, double mm)
{
    put_number(buf, mm / AN_MM_PER_PT);
}

static void put_attribute(an_buf *buf, const char *name, double x)
{
    an_buf_printf(buf, " %s=\"", name);
    put_number(buf, x);
    an_buf_putc(buf, '"');
}

static void put_escaped(an_buf *buf, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            an_buf_puts(buf, "&amp;");
            break;
        case '<':
            an_buf_puts(buf, "&lt;");
            break;
        case '>':
            an_buf_puts(buf, "&gt;");
            break;
        case '"':
            an_buf_puts(buf, "&quot;");
            break;
        case '\'':
            an_buf_puts(buf, "&#39;");
            break;
        default:
            an_buf_putc(buf, *text);
        }
    }
}

static void put_color(an_buf *buf, const char *name, uint32_t color)
{
    an_buf_printf(buf, " %s=\"#%06x\"", name, (unsigned)color);
}

static void put_pen(an_buf *buf, const an_pen *pen)
{
    if (pen->opacity > 0) {
        put_color(buf, "fill", pen->fill);
        if (pen->opacity < 1) put_attribute(buf, "fill-opacity", pen->opacity);
    } else {
        an_buf_puts(buf, " fill=\"none\"");
    }
    if (pen->width_pt <= 0) return;
    put_color(buf, "stroke", pen->color);
    put_attribute(buf, "stroke-width", pen->width_pt);
    if (pen->round)
        an_buf_puts(buf, " stroke-linecap=\"round\" stroke-linejoin=\"round\"");
    if (pen->n_dash == 0) return;
    an_buf_puts(buf, " stroke-dasharray=\"");
    for (int i = 0; i < pen->n_dash; i++) {
        if (i) an_buf_putc(buf, ' ');
        put_number(buf, pen->dash[i]);
    }
    an_buf_putc(buf, '"');
}

/* Steps are written as H and V, which keeps curves short. */
static void put_path(an_buf *buf, const an_scene_item *item)
{
    bool down = false;

    an_buf_puts(buf, " d=\"");
    for (an_index i = 0; i < item->n; i++) {
        if (isnan(item->x[i]) || isnan(item->y[i])) {
            down = false;
            continue;
        }
        if (down && item->y[i] == item->y[i - 1]) {
            an_buf_putc(buf, 'H');
            put_mm(buf, item->x[i]);
        } else if (down && item->x[i] == item->x[i - 1]) {
            an_buf_putc(buf, 'V');
            put_mm(buf, item->y[i]);
        } else {
            an_buf_putc(buf, down ? 'L' : 'M');
            put_mm(buf, item->x[i]);
            an_buf_putc(buf, ' ');
            put_mm(buf, item->y[i]);
        }
        down = true;
    }
    an_buf_puts(buf, item->closed ? "Z\"" : "\"");
}

static void put_text(an_buf *buf, const an_scene_item *item)
{
    static const char *const anchors[] = {"start", "middle", "end"};

    put_attribute(buf, "x", item->at_x / AN_MM_PER_PT);
    put_attribute(buf, "y", item->at_y / AN_MM_PER_PT);
    if (item->upwards) {
        an_buf_puts(buf, " transform=\"rotate(-90 ");
        put_mm(buf, item->at_x);
        an_buf_putc(buf, ' ');
        put_mm(buf, item->at_y);
        an_buf_puts(buf, ")\"");
    }
    if (item->anchor != AN_ANCHOR_START)
        an_buf_printf(buf, " text-anchor=\"%s\"", anchors[item->anchor]);
    put_attribute(buf, "font-size", item->size_pt);
    if (item->bold) an_buf_puts(buf, " font-weight=\"bold\"");
    if (item->pen.fill) put_color(buf, "fill", item->pen.fill);
    an_buf_putc(buf, '>');
    put_escaped(buf, item->text);
    an_buf_puts(buf, "</text>\n");
}

static void put_item(an_buf *buf, const an_scene_item *item)
{
    static const char *const elements[] = {"path", "circle", "text"};

    an_buf_printf(buf, "<%s", elements[item->kind]);
    if (item->name) an_buf_printf(buf, " class=\"%s\"", item->name);
    if (item->kind == AN_SCENE_TEXT) {
        put_text(buf, item);
        return;
    }
    if (item->kind == AN_SCENE_PATH) {
        put_path(buf, item);
    } else {
        put_attribute(buf, "cx", item->at_x / AN_MM_PER_PT);
        put_attribute(buf, "cy", item->at_y / AN_MM_PER_PT);
        put_attribute(buf, "r", item->radius / AN_MM_PER_PT);
    }
    put_pen(buf, &item->pen);
    an_buf_puts(buf, "/>\n");
}

/* The families, each quoted, with the generic one last. */
static void put_fonts(an_buf *buf, const char *font)
{
    while (*font) {
        const size_t size = strcspn(font, ",");
        char family[128];

        snprintf(family, sizeof family, "%.*s", (int)size, font);
        an_buf_putc(buf, '\'');
        put_escaped(buf, family);
        an_buf_puts(buf, "', ");
        font += size;
        font += strspn(font, ", ");
    }
    an_buf_puts(buf, "sans-serif");
}

static void put_head(an_buf *buf, const an_scene *scene, const an_scene_about *about)
{
    an_buf_puts(buf, "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"");
    put_number(buf, scene->width);
    an_buf_puts(buf, "mm\" height=\"");
    put_number(buf, scene->height);
    an_buf_puts(buf, "mm\" viewBox=\"0 0 ");
    put_mm(buf, scene->width);
    an_buf_putc(buf, ' ');
    put_mm(buf, scene->height);
    an_buf_puts(buf, "\" id=\"");
    put_escaped(buf, about->id);
    an_buf_puts(buf, "\" aria-labelledby=\"");
    put_escaped(buf, about->id);
    an_buf_puts(buf, "-title\" aria-describedby=\"");
    put_escaped(buf, about->id);
    an_buf_puts(buf, "-desc\" lang=\"");
    put_escaped(buf, about->language);
    an_buf_puts(buf, "\" font-family=\"");
    put_fonts(buf, scene->font);
    an_buf_puts(buf, "\">\n<title id=\"");
    put_escaped(buf, about->id);
    an_buf_puts(buf, "-title\">");
    put_escaped(buf, about->title);
    an_buf_puts(buf, "</title>\n<desc id=\"");
    put_escaped(buf, about->id);
    an_buf_puts(buf, "-desc\">");
    put_escaped(buf, about->desc);
    an_buf_puts(buf, "</desc>\n");
}

an_status an_scene_write_svg(an_scene *scene, const an_scene_about *about, an_bytes *out)
{
    an_status st;
    an_buf buf;

    an_buf_init(&buf, scene->ctx, 0);
    put_head(&buf, scene, about);
    for (an_index i = 0; i < scene->n; i++) put_item(&buf, &scene->item[i]);
    an_buf_puts(&buf, "</svg>\n");
    st = buf.st;
    if (st == AN_OK) {
        *out = (an_bytes){.data = buf.data, .size = buf.size};
    } else {
        an_buf_free(&buf);
    }
    return st;
}
