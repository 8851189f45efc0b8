/*
 * A scene as PDF, EPS or PNG by Cairo, into memory. Dates inside the files come from the
 * context's clock, so that a run can be repeated to the byte.
 */
#include "report/scene_text.h"

#include <cairo-pdf.h>
#include <cairo-ps.h>
#include <time.h>

enum { LARGEST_PNG = 32000 /* pixels; Cairo's own limit is 32,767 */ };

static cairo_status_t append(void *self, const unsigned char *data, unsigned size)
{
    an_buf *buf = self;

    an_buf_put(buf, data, size);
    return buf->st == AN_OK ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static double channel(uint32_t color, int shift)
{
    return (double)(color >> shift & 0xff) / 255;
}

static void set_color(cairo_t *cr, uint32_t color, double opacity)
{
    cairo_set_source_rgba(cr, channel(color, 16), channel(color, 8), channel(color, 0),
                          opacity);
}

/* What the colour looks like at this opacity on white paper. */
static uint32_t on_white(uint32_t color, double opacity)
{
    uint32_t mixed = 0;

    for (int shift = 0; shift <= 16; shift += 8) {
        const double c = opacity * channel(color, shift) + 1 - opacity;

        mixed |= (uint32_t)lround(255 * c) << shift;
    }
    return mixed;
}

static void trace(cairo_t *cr, const an_scene_item *item)
{
    bool down = false;

    cairo_new_path(cr);
    if (item->kind == AN_SCENE_CIRCLE) {
        cairo_arc(cr, item->at_x, item->at_y, item->radius, 0,
                  2 * 3.14159265358979323846);
        return;
    }
    for (an_index i = 0; i < item->n; i++) {
        const bool lifted = isnan(item->x[i]) || isnan(item->y[i]);

        if (down && !lifted) cairo_line_to(cr, item->x[i], item->y[i]);
        if (!down && !lifted) cairo_move_to(cr, item->x[i], item->y[i]);
        down = !lifted;
    }
    if (item->closed) cairo_close_path(cr);
}

/* opaque: the format has no transparency, Cairo would turn the shape into pixels. */
static void draw_shape(cairo_t *cr, const an_scene_item *item, bool opaque)
{
    const an_pen *pen = &item->pen;
    double dash[8];

    trace(cr, item);
    if (pen->opacity > 0) {
        if (opaque) {
            set_color(cr, on_white(pen->fill, pen->opacity), 1);
        } else {
            set_color(cr, pen->fill, pen->opacity);
        }
        cairo_fill_preserve(cr);
    }
    if (pen->width_pt > 0) {
        assert(pen->n_dash <= 8);
        for (int i = 0; i < pen->n_dash; i++) dash[i] = pen->dash[i] * AN_MM_PER_PT;
        cairo_set_dash(cr, dash, pen->n_dash, 0);
        cairo_set_line_width(cr, pen->width_pt * AN_MM_PER_PT);
        cairo_set_line_cap(cr, pen->round ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
        cairo_set_line_join(cr,
                            pen->round ? CAIRO_LINE_JOIN_ROUND : CAIRO_LINE_JOIN_MITER);
        set_color(cr, pen->color, 1);
        cairo_stroke(cr);
    }
    cairo_new_path(cr);
}

static void draw_text(cairo_t *cr, an_typesetter *type, const an_scene_item *item)
{
    static const double share[] = {0.0, 0.5, 1.0};
    const double width =
        an_typesetter_width(type, item->text, item->size_pt, item->bold) / AN_MM_PER_PT;
    PangoLayout *layout =
        an_typesetter_layout(type, item->text, item->size_pt, item->bold);

    cairo_save(cr);
    cairo_translate(cr, item->at_x, item->at_y);
    if (item->upwards) cairo_rotate(cr, -3.14159265358979323846 / 2);
    cairo_scale(cr, AN_MM_PER_PT, AN_MM_PER_PT);
    cairo_move_to(cr, -share[item->anchor] * width, 0);
    set_color(cr, item->pen.fill, 1);
    pango_cairo_show_layout_line(cr, pango_layout_get_line_readonly(layout, 0));
    cairo_restore(cr);
}

/* Letters that no font here has come out as boxes: said once, for all figures. */
static void warn_boxes(an_ctx *ctx, an_typesetter *type, const an_scene_item *item)
{
    static const an_problem problem = {
        .severity = AN_WARNING,
        .code = "I005",
        .what = "words of the figures have letters that no font here can draw",
        .why = "they are boxes in PDF, EPS and PNG",
        .advice = "install a font that has them, such as fonts-noto-cjk for Chinese"};

    if (pango_layout_get_unknown_glyphs_count(
            an_typesetter_layout(type, item->text, item->size_pt, item->bold)) == 0)
        return;
    for (an_index i = 0; i < an_problem_listed(ctx); i++)
        if (an_problem_at(ctx, i)->code &&
            strcmp(an_problem_at(ctx, i)->code, problem.code) == 0)
            return;
    an_problem_add(ctx, &problem);
}

static void draw(cairo_t *cr, const an_scene *scene, bool opaque)
{
    for (an_index i = 0; i < scene->n; i++) {
        if (scene->item[i].kind == AN_SCENE_TEXT) {
            draw_text(cr, scene->type, &scene->item[i]);
            warn_boxes(scene->ctx, scene->type, &scene->item[i]);
        } else {
            draw_shape(cr, &scene->item[i], opaque);
        }
    }
}

/* yyyy-mm-ddThh:mm:ssZ */
static void format_now(const an_ctx *ctx, char text[40])
{
    const int64_t now = an_now(ctx);
    const int64_t day = now >= 0 ? now / 86400 : -((86399 - now) / 86400);
    const int second = (int)(now - day * 86400);
    char date[16];

    an_date_format((int32_t)day, date);
    snprintf(text, 40, "%sT%02d:%02d:%02dZ", date, second / 3600, second / 60 % 60,
             second % 60);
}

static cairo_surface_t *open_surface(const an_scene *scene, const an_scene_about *about,
                                     an_figure_format format, an_buf *buf)
{
    const double width = scene->width / AN_MM_PER_PT,
                 height = scene->height / AN_MM_PER_PT;
    const double scale = about->dpi / 25.4;
    cairo_surface_t *surface;
    char now[40];

    if (format == AN_FIGURE_PNG)
        return cairo_image_surface_create(CAIRO_FORMAT_RGB24,
                                          (int)ceil(scene->width * scale - 1e-6),
                                          (int)ceil(scene->height * scale - 1e-6));
    if (format == AN_FIGURE_EPS) {
        surface = cairo_ps_surface_create_for_stream(append, buf, width, height);
        cairo_ps_surface_set_eps(surface, 1);
        return surface;
    }
    surface = cairo_pdf_surface_create_for_stream(append, buf, width, height);
    format_now(scene->ctx, now);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_TITLE, about->title);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_SUBJECT, about->desc);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATOR,
                                   "anodyne " AN_VERSION);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_CREATE_DATE, now);
    cairo_pdf_surface_set_metadata(surface, CAIRO_PDF_METADATA_MOD_DATE, now);
    return surface;
}

/* Cairo dates an EPS by the clock of the machine; here by the clock of the context. The
 * text keeps its size. */
static void date_eps(const an_scene *scene, an_buf *buf)
{
    static const char key[] = "%%CreationDate: ";
    char *line = buf->data ? strstr(buf->data, key) : NULL;
    char now[40];

    if (!line) return;
    line += sizeof key - 1;
    format_now(scene->ctx, now);
    for (size_t i = 0; line[i] && line[i] != '\n'; i++)
        line[i] = i < strlen(now) ? now[i] : ' ';
}

/* ---- PNG states its resolution: the chunk pHYs behind the header, which Cairo omits ---- */

static uint32_t crc32_of(const unsigned char *data, size_t size)
{
    uint32_t crc = 0xffffffffu;

    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (int k = 0; k < 8; k++) crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void put_big_endian(unsigned char *to, uint32_t x)
{
    for (int i = 0; i < 4; i++) to[i] = (unsigned char)(x >> (24 - 8 * i));
}

static void state_resolution(an_buf *buf, double dpi)
{
    enum { HEADER_END = 8 + 25, CHUNK = 21 };
    const uint32_t per_metre = (uint32_t)lround(dpi / 0.0254);
    unsigned char chunk[CHUNK] = {0, 0, 0, 9, 'p', 'H', 'Y', 's', [16] = 1};

    put_big_endian(chunk + 8, per_metre);
    put_big_endian(chunk + 12, per_metre);
    put_big_endian(chunk + 17, crc32_of(chunk + 4, 13));
    an_buf_put(buf, chunk, CHUNK);
    if (buf->st != AN_OK || buf->size < HEADER_END + CHUNK) return;
    memmove(buf->data + HEADER_END + CHUNK, buf->data + HEADER_END,
            buf->size - HEADER_END - CHUNK);
    memcpy(buf->data + HEADER_END, chunk, CHUNK);
}

static an_status check_size(const an_scene *scene, const an_scene_about *about,
                            an_figure_format format)
{
    const double pixels = fmax(scene->width, scene->height) * about->dpi / 25.4;

    if (format != AN_FIGURE_PNG || pixels <= LARGEST_PNG) return AN_OK;
    return an_fail(
        scene->ctx, AN_ERR_ARGUMENT,
        "a PNG of this figure would be more than %d pixels high or wide; take a "
        "lower dpi or a vector format",
        LARGEST_PNG);
}

an_status an_scene_write_cairo(an_scene *scene, const an_scene_about *about,
                               an_figure_format format, an_bytes *out)
{
    const double unit = format == AN_FIGURE_PNG ? about->dpi / 25.4 : 1 / AN_MM_PER_PT;
    cairo_surface_t *surface = NULL;
    cairo_t *cr = NULL;
    cairo_status_t drawn, written = CAIRO_STATUS_SUCCESS;
    an_status st = AN_OK;
    an_buf buf;

    an_buf_init(&buf, scene->ctx, 0);
    AN_TRY(check_size(scene, about, format));
    surface = open_surface(scene, about, format, &buf);
    cr = cairo_create(surface);
    cairo_scale(cr, unit, unit);
    if (format != AN_FIGURE_PDF) { /* an EPS is as large as what is painted */
        set_color(cr, 0xffffff, 1);
        cairo_paint(cr);
    }
    draw(cr, scene, format == AN_FIGURE_EPS);
    drawn = cairo_status(cr);
    if (format == AN_FIGURE_PNG)
        written = cairo_surface_write_to_png_stream(surface, append, &buf);
    cairo_surface_finish(surface);
    if (written == CAIRO_STATUS_SUCCESS) written = cairo_surface_status(surface);
    AN_TRY(buf.st);
    if (drawn != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS)
        AN_TRY(an_fail(scene->ctx, AN_ERR_MEMORY, "the figure could not be drawn: %s",
                       cairo_status_to_string(drawn ? drawn : written)));
    if (format == AN_FIGURE_PNG) state_resolution(&buf, about->dpi);
    if (format == AN_FIGURE_EPS) date_eps(scene, &buf);
    AN_TRY(buf.st);
    *out = (an_bytes){.data = buf.data, .size = buf.size};
    buf = (an_buf){.ctx = scene->ctx};
done:
    if (cr) cairo_destroy(cr);
    if (surface) cairo_surface_destroy(surface);
    an_buf_free(&buf);
    return st;
}
