/*
 * A picture before it is a file: paths, circles and runs of text on a sheet measured in
 * millimetres, origin top left, y downwards. The layouts (figure_*.c) fill a scene; the
 * writers (scene_svg.c, scene_cairo.c) put it down without a decision of their own.
 *
 * Building calls return nothing: the first failure is kept in st, later calls do nothing.
 */
#ifndef AN_REPORT_SCENE_H
#define AN_REPORT_SCENE_H

#include "base/base.h"

#include <anodyne/figure.h>

/* Line widths and text sizes are in points, the unit that journals state limits in. */
#define AN_MM_PER_PT (25.4 / 72)

typedef enum an_scene_kind {
    AN_SCENE_PATH,
    AN_SCENE_CIRCLE,
    AN_SCENE_TEXT
} an_scene_kind;

/* Where a run of text has its x. */
typedef enum an_anchor { AN_ANCHOR_START, AN_ANCHOR_MIDDLE, AN_ANCHOR_END } an_anchor;

typedef struct an_pen {
    double width_pt; /* 0: no outline */
    uint32_t color;  /* 0xRRGGBB */
    uint32_t fill;
    double opacity;     /* of the fill; 0: not filled */
    const double *dash; /* [n_dash] on, off, ... in points; static */
    int n_dash;
    bool round; /* caps and joins; else butt and mitre */
} an_pen;

typedef struct an_scene_item {
    an_scene_kind kind;
    const char *name; /* class in the SVG, static; NULL: none */
    an_pen pen;
    an_index n; /* path: [n] points; a NaN in x lifts the pen */
    double *x, *y;
    bool closed;
    double at_x, at_y, radius; /* circle: centre; text: anchor on the baseline */
    const char *text;
    double size_pt;
    an_anchor anchor;
    bool bold, upwards; /* upwards: turned by 90 degrees, read from bottom to top */
} an_scene_item;

typedef struct an_typesetter an_typesetter;

typedef struct an_scene {
    an_ctx *ctx;
    an_status st;
    an_arena *mem;
    double width, height; /* mm */
    const char *font;
    an_typesetter *type;
    an_scene_item *item; /* [n] in the order they are painted */
    an_index n, capacity;
} an_scene;

an_status an_scene_open(an_ctx *ctx, double width_mm, const char *font, an_scene *scene);
void an_scene_close(an_scene *scene);

/* White space of `mm` all around what is drawn. */
void an_scene_pad(an_scene *scene, double mm);

/* Memory of the scene; NULL with the failure kept. */
void *an_scene_alloc(an_scene *scene, an_index n, size_t size);

void an_scene_line(an_scene *scene, const char *name, double x1, double y1, double x2,
                   double y2, const an_pen *pen);
void an_scene_rect(an_scene *scene, const char *name, double x, double y, double width,
                   double height, const an_pen *pen);
/* Copies the points. */
void an_scene_path(an_scene *scene, const char *name, an_index n, const double *x,
                   const double *y, bool closed, const an_pen *pen);
void an_scene_circle(an_scene *scene, const char *name, double x, double y, double radius,
                     const an_pen *pen);

typedef struct an_ink {
    double size_pt;
    uint32_t color;
    bool bold;
} an_ink;
void an_scene_text(an_scene *scene, const char *name, double x, double y,
                   an_anchor anchor, const char *text, const an_ink *ink);
void an_scene_text_upwards(an_scene *scene, const char *name, double x, double y,
                           const char *text, const an_ink *ink);

/* ---- Text ---- */

/* Lines of a paragraph, each a string of the scene. */
typedef struct an_lines {
    an_index n;
    const char **text; /* [n] */
    double width;      /* of the widest, mm */
} an_lines;

double an_scene_text_width(an_scene *scene, const char *text, const an_ink *ink);
/* Broken where its script allows (spaces, between Chinese characters, inside a word that
 * is wider than the line), and at every newline. NULL and "" give no line. */
an_lines an_scene_wrap(an_scene *scene, const char *text, const an_ink *ink,
                       double width);

/* What a font and XML accept: valid UTF-8, controls and newlines become blanks. */
const char *an_scene_clean(an_scene *scene, const char *text);

an_typesetter *an_typesetter_new(an_ctx *ctx, const char *font);
void an_typesetter_free(an_typesetter *type);
double an_typesetter_width(an_typesetter *type, const char *text, double size_pt,
                           bool bold);
/* Size in bytes of the first line of text when lines are width_mm wide; >= 1. */
size_t an_typesetter_break(an_typesetter *type, const char *text, double size_pt,
                           bool bold, double width_mm);

/* ---- Writers ---- */

typedef struct an_scene_about {
    const char *id, *title, *desc, *language;
    double dpi;
} an_scene_about;

an_status an_scene_write_svg(an_scene *scene, const an_scene_about *about, an_bytes *out);
an_status an_scene_write_cairo(an_scene *scene, const an_scene_about *about,
                               an_figure_format format, an_bytes *out);

#endif
