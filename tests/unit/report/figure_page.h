/* A figure rendered as SVG and read back: what stands where. */
#ifndef FIGURE_PAGE_H
#define FIGURE_PAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <expat.h>

#include "figure_demo.h"
#include "report/figure.h"

enum { MOST_ELEMENTS = 4000 };

typedef struct element {
    char kind[8], name[16], x[16], anchor[8], text[200], d[200], id[64];
    double x_pt, y_pt, size_pt;
    bool bold, upwards;
} element;

typedef struct page {
    an_index n;
    element *element; /* [n] paths, circles and texts, in order */
    double width, height;
    an_index n_ids;
    char ids[8][64];
    bool in_text;
} page;

static inline const char *attribute(const char **list, const char *name)
{
    for (; *list; list += 2)
        if (strcmp(*list, name) == 0) return list[1];
    return "";
}

static inline double number(const char *text)
{
    double x = NAN;

    an_parse_double(text, strlen(text), &x);
    return x;
}

static inline void on_start(void *self, const char *kind, const char **list)
{
    page *p = self;
    const char *view = attribute(list, "viewBox");
    element *e = &p->element[p->n];

    if (*attribute(list, "id"))
        snprintf(p->ids[p->n_ids++ % 8], 64, "%s", attribute(list, "id"));
    if (*view) {
        const char *height = strrchr(view, ' ') + 1;
        char width[16];

        snprintf(width, sizeof width, "%.*s", (int)(height - 1 - (view + 4)), view + 4);
        p->width = number(width);
        p->height = number(height);
    }
    p->in_text = strcmp(kind, "text") == 0;
    if (!p->in_text && strcmp(kind, "path") && strcmp(kind, "circle")) return;
    assert_true(p->n < MOST_ELEMENTS);
    memset(e, 0, sizeof *e);
    snprintf(e->kind, sizeof e->kind, "%s", kind);
    snprintf(e->name, sizeof e->name, "%s", attribute(list, "class"));
    snprintf(e->x, sizeof e->x, "%s", attribute(list, "x"));
    snprintf(e->anchor, sizeof e->anchor, "%s", attribute(list, "text-anchor"));
    snprintf(e->d, sizeof e->d, "%s", attribute(list, "d"));
    if (strcmp(kind, "path") == 0) /* of a tick: M x y ... */
        snprintf(e->x, sizeof e->x, "%.*s", (int)strcspn(e->d + 1, " "), e->d + 1);
    e->x_pt = number(e->x);
    e->y_pt = number(attribute(list, "y"));
    e->size_pt = number(attribute(list, "font-size"));
    e->bold = strcmp(attribute(list, "font-weight"), "bold") == 0;
    e->upwards = *attribute(list, "transform") != 0;
    p->n++;
}

static inline void on_end(void *self, const char *kind)
{
    (void)kind;
    ((page *)self)->in_text = false;
}

static inline void on_text(void *self, const char *text, int size)
{
    page *p = self;
    element *e = &p->element[p->n - 1];

    if (!p->in_text) return;
    const size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, "%.*s", size, text);
}

/* Fails when the SVG is not well-formed XML. */
static inline void read_svg(const an_bytes *svg, page *p)
{
    XML_Parser parser = XML_ParserCreate("UTF-8");

    *p = (page){.element = test_malloc(MOST_ELEMENTS * sizeof(element))};
    XML_SetUserData(parser, p);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    assert_int_equal(XML_Parse(parser, svg->data, (int)svg->size, 1), XML_STATUS_OK);
    XML_ParserFree(parser);
}

static inline void render_page(an_ctx *ctx, const an_figure *figure,
                               const an_figure_style *style, page *p)
{
    an_bytes svg;

    assert_int_equal(an_figure_render(ctx, figure, style, AN_FIGURE_SVG, &svg), AN_OK);
    read_svg(&svg, p);
    an_bytes_free(ctx, &svg);
}

static inline bool is(const element *e, const char *name)
{
    return strcmp(e->name, name) == 0;
}

static inline bool has_text(const page *p, const char *text)
{
    for (an_index i = 0; i < p->n; i++)
        if (strcmp(p->element[i].text, text) == 0) return true;
    return false;
}

#endif
