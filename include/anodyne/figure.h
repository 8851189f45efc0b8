/**
 * @file figure.h
 * Pictures of an an_figure (doc.h), ready to submit: one drawing code for screen and
 * paper.
 *
 * A figure is laid out once, in millimetres, with text measured by Pango; SVG, PDF, EPS
 * and PNG are four ways to write down the same layout. In SVG, PDF and EPS text stays
 * text. The bytes depend on the figure, the style, the fonts installed and, in PDF and
 * EPS, on the day (SOURCE_DATE_EPOCH when set), and on nothing else.
 *
 * Colours can be told apart by colour-blind readers; each series also has its own dash
 * and its own darkness, so that a grey print keeps them apart. No title is drawn and no
 * caption: journals set both as text.
 *
 * docs/figures.md shows each type and says how the layout decides.
 */
#ifndef ANODYNE_FIGURE_H
#define ANODYNE_FIGURE_H

#include <anodyne/doc.h>

AN_BEGIN_DECLS

/** Bytes that the caller owns; data[size] is 0 and not counted. */
typedef struct an_bytes {
    char *data;
    size_t size;
} an_bytes;

/** Frees data and makes bytes empty; an empty one is allowed. */
AN_API void an_bytes_free(an_ctx *ctx, an_bytes *bytes);

typedef enum an_figure_format {
    AN_FIGURE_SVG,
    AN_FIGURE_PDF, /**< fonts embedded */
    AN_FIGURE_EPS, /**< fonts embedded; confidence bands opaque, as EPS knows no other */
    AN_FIGURE_PNG  /**< white paper; resolution stated inside */
} an_figure_format;

/** How it looks. A field that is 0 or NULL takes its default, so `{0}` is a style. */
typedef struct an_figure_style {
    double width_mm;  /**< 85 one column, 170 two; default 170; 80..400 */
    double height_mm; /**< of curves and trajectories; default: what looks balanced;
                           40..600. Forests and flows take what their rows need */
    double font_pt;   /**< at final size; default 8; 5..16 */
    double dpi;       /**< of PNG; default 300; 72..1200 */
    const char *font; /**< families in order of preference, separated by commas; default
                           an_figure_fonts: metrics of Arial, then Chinese */
    const char
        *language;  /**< of the words that are not in the figure: "en" (default), "zh" */
    const char *id; /**< prefix of every id in an SVG, unique in a page that holds
                         several; default "figure" */
    const char *title; /**< for screen readers and PDF properties; default: y_label */
    const char *desc;  /**< likewise; default: the figure's caption */
} an_figure_style;

/** Families that figures ask for when a style names none. */
AN_API const char *an_figure_fonts(void);

/** "svg", "pdf", "eps", "png": the ending of a file of that format. */
AN_API const char *an_figure_extension(an_figure_format format);

/**
 * Draw a figure.
 *
 * Missing things are drawn as missing: a point that is not finite breaks its line, a
 * figure without data shows its axes, a ratio that is not estimable says so.
 *
 * @param style  NULL for defaults
 * @param out    receives the file's bytes; free with an_bytes_free()
 * @retval AN_ERR_ARGUMENT  a field of style is outside its bounds, or a PNG would need
 * more than 32,000 pixels in one direction
 */
AN_API an_status an_figure_render(an_ctx *ctx, const an_figure *figure,
                                  const an_figure_style *style, an_figure_format format,
                                  an_bytes *out);

AN_END_DECLS

#endif
