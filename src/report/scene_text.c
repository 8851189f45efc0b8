/*
 * Setting and measuring text with Pango. Hinting is off, so that a width in points is the
 * same at every resolution and in every format. The font map is the typesetter's own: the
 * library's shared one would be state behind the back.
 */
#include "report/scene_text.h"

struct an_typesetter {
    an_ctx *ctx;
    PangoFontMap *map;
    PangoContext *context;
    PangoLayout *layout;
    PangoFontDescription *font;
};

an_typesetter *an_typesetter_new(an_ctx *ctx, const char *font)
{
    an_typesetter *type = an_malloc(ctx, sizeof *type);
    cairo_font_options_t *options;

    if (!type) return NULL;
    type->ctx = ctx;
    type->map = pango_cairo_font_map_new();
    type->context = pango_font_map_create_context(type->map);
    options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(type->context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(type->context, 72.0);
    pango_context_set_round_glyph_positions(type->context, FALSE);
    type->layout = pango_layout_new(type->context);
    type->font = pango_font_description_new();
    pango_font_description_set_family(type->font, font);
    return type;
}

void an_typesetter_free(an_typesetter *type)
{
    if (!type) return;
    pango_font_description_free(type->font);
    g_object_unref(type->layout);
    g_object_unref(type->context);
    g_object_unref(type->map);
    an_free(type->ctx, type);
}

PangoLayout *an_typesetter_layout(an_typesetter *type, const char *text, double size_pt,
                                  bool bold)
{
    pango_font_description_set_absolute_size(type->font, size_pt * PANGO_SCALE);
    pango_font_description_set_weight(type->font,
                                      bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(type->layout, type->font);
    pango_layout_set_width(type->layout, -1);
    pango_layout_set_text(type->layout, text, -1);
    return type->layout;
}

double an_typesetter_width(an_typesetter *type, const char *text, double size_pt,
                           bool bold)
{
    PangoRectangle logical;

    pango_layout_get_extents(an_typesetter_layout(type, text, size_pt, bold), NULL,
                             &logical);
    return (double)logical.width / PANGO_SCALE * AN_MM_PER_PT;
}

size_t an_typesetter_break(an_typesetter *type, const char *text, double size_pt,
                           bool bold, double width_mm)
{
    PangoLayout *layout = an_typesetter_layout(type, text, size_pt, bold);
    PangoLayoutLine *line;

    /* One unit more than asked: a line must fit where its own width was the measure. */
    pango_layout_set_width(
        layout, (int)ceil(fmax(width_mm, 0.0) / AN_MM_PER_PT * PANGO_SCALE) + 1);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    line = pango_layout_get_line_readonly(layout, 0);
    return line && line->length > 0 ? (size_t)line->length : strlen(text);
}
