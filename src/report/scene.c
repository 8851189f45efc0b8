/* Filling a scene. */
#include "report/scene.h"

an_status an_scene_open(an_ctx *ctx, double width_mm, const char *font, an_scene *scene)
{
    *scene = (an_scene){.ctx = ctx, .width = width_mm, .font = font};
    scene->mem = an_arena_new(ctx);
    if (!scene->mem) return AN_ERR_MEMORY;
    scene->type = an_typesetter_new(ctx, font);
    return scene->type ? AN_OK : an_fail_memory(ctx);
}

void an_scene_close(an_scene *scene)
{
    an_typesetter_free(scene->type);
    an_arena_free(scene->mem);
    an_free(scene->ctx, scene->item);
    *scene = (an_scene){.ctx = scene->ctx};
}

void *an_scene_alloc(an_scene *scene, an_index n, size_t size)
{
    void *ptr = scene->st == AN_OK ? an_arena_alloc(scene->mem, n, size) : NULL;

    if (!ptr && scene->st == AN_OK) scene->st = an_fail_memory(scene->ctx);
    return ptr;
}

void an_scene_pad(an_scene *scene, double mm)
{
    scene->width += 2 * mm;
    scene->height += 2 * mm;
    for (an_index i = 0; i < scene->n; i++) {
        an_scene_item *item = &scene->item[i];

        item->at_x += mm;
        item->at_y += mm;
        for (an_index k = 0; k < item->n; k++) {
            item->x[k] += mm;
            item->y[k] += mm;
        }
    }
}

/* A new item at the top of the picture, or NULL after a failure. */
static an_scene_item *add(an_scene *scene, an_scene_kind kind, const char *name)
{
    an_scene_item *item;

    if (scene->st == AN_OK)
        scene->st = an_grow(scene->ctx, &scene->item, &scene->capacity, scene->n + 1,
                            sizeof *scene->item);
    if (scene->st != AN_OK) return NULL;
    item = &scene->item[scene->n++];
    *item = (an_scene_item){.kind = kind, .name = name};
    return item;
}

void an_scene_path(an_scene *scene, const char *name, an_index n, const double *x,
                   const double *y, bool closed, const an_pen *pen)
{
    double *copy = n ? an_scene_alloc(scene, 2 * n, sizeof *copy) : NULL;
    an_scene_item *item = copy ? add(scene, AN_SCENE_PATH, name) : NULL;

    if (!item) return;
    memcpy(copy, x, (size_t)n * sizeof *x);
    memcpy(copy + n, y, (size_t)n * sizeof *y);
    item->n = n;
    item->x = copy;
    item->y = copy + n;
    item->closed = closed;
    item->pen = *pen;
}

void an_scene_line(an_scene *scene, const char *name, double x1, double y1, double x2,
                   double y2, const an_pen *pen)
{
    an_scene_path(scene, name, 2, (double[]){x1, x2}, (double[]){y1, y2}, false, pen);
}

void an_scene_rect(an_scene *scene, const char *name, double x, double y, double width,
                   double height, const an_pen *pen)
{
    an_scene_path(scene, name, 4, (double[]){x, x + width, x + width, x},
                  (double[]){y, y, y + height, y + height}, true, pen);
}

void an_scene_circle(an_scene *scene, const char *name, double x, double y, double radius,
                     const an_pen *pen)
{
    an_scene_item *item = add(scene, AN_SCENE_CIRCLE, name);

    if (!item) return;
    item->at_x = x;
    item->at_y = y;
    item->radius = radius;
    item->pen = *pen;
}

static an_scene_item *add_text(an_scene *scene, const char *name, double x, double y,
                               const char *text, const an_ink *ink)
{
    const char *clean = text && *text ? an_scene_clean(scene, text) : NULL;
    an_scene_item *item = clean ? add(scene, AN_SCENE_TEXT, name) : NULL;

    if (!item) return NULL;
    item->at_x = x;
    item->at_y = y;
    item->text = clean;
    item->size_pt = ink->size_pt;
    item->bold = ink->bold;
    item->pen.fill = ink->color;
    return item;
}

void an_scene_text(an_scene *scene, const char *name, double x, double y,
                   an_anchor anchor, const char *text, const an_ink *ink)
{
    an_scene_item *item = add_text(scene, name, x, y, text, ink);

    if (item) item->anchor = anchor;
}

void an_scene_text_upwards(an_scene *scene, const char *name, double x, double y,
                           const char *text, const an_ink *ink)
{
    an_scene_item *item = add_text(scene, name, x, y, text, ink);

    if (!item) return;
    item->anchor = AN_ANCHOR_MIDDLE;
    item->upwards = true;
}

/* ---- Text ---- */

/* Control characters, the two code points that XML forbids (U+FFFE, U+FFFF), and the two
 * that end a line (U+2028, U+2029): their size in bytes; 0 for any other character. */
static size_t forbidden(const char *text)
{
    const unsigned char *c = (const unsigned char *)text;

    if (c[0] < 0x20 || c[0] == 0x7f) return 1;
    if (c[0] == 0xc2 && c[1] < 0xa0) return 2;
    if (c[0] == 0xef && c[1] == 0xbf && c[2] >= 0xbe) return 3;
    return c[0] == 0xe2 && c[1] == 0x80 && (c[2] == 0xa8 || c[2] == 0xa9) ? 3 : 0;
}

const char *an_scene_clean(an_scene *scene, const char *text)
{
    const size_t size = strlen(text);
    /* A bad byte becomes the three of U+FFFD. */
    char *clean = an_scene_alloc(scene, 3 * (an_index)size + 1, 1), *to = clean;
    size_t skip;

    if (!clean) return NULL;
    for (size_t i = 0; i < size;) {
        const size_t valid = i + an_utf8_valid(text + i, size - i);

        while (i < valid) {
            skip = forbidden(text + i);
            *to++ = skip ? ' ' : text[i];
            i += skip ? skip : 1;
        }
        if (i < size) {
            memcpy(to, "\xef\xbf\xbd", 3);
            to += 3;
            i++;
        }
    }
    return clean;
}

double an_scene_text_width(an_scene *scene, const char *text, const an_ink *ink)
{
    const char *clean = text ? an_scene_clean(scene, text) : NULL;

    return clean ? an_typesetter_width(scene->type, clean, ink->size_pt, ink->bold) : 0.0;
}

/* Appends the lines of one paragraph, which holds no newline. */
static void wrap_paragraph(an_scene *scene, const char *text, const an_ink *ink,
                           double width, an_lines *lines)
{
    while (*text && scene->st == AN_OK) {
        size_t size =
            an_typesetter_break(scene->type, text, ink->size_pt, ink->bold, width);
        const char *next = text + size;
        char *line;

        while (size > 0 && text[size - 1] == ' ') size--;
        line = an_scene_alloc(scene, (an_index)size + 1, 1);
        if (!line) return;
        memcpy(line, text, size);
        lines->text[lines->n++] = line;
        lines->width = fmax(lines->width, an_typesetter_width(scene->type, line,
                                                              ink->size_pt, ink->bold));
        text = next;
        while (*text == ' ') text++;
    }
}

an_lines an_scene_wrap(an_scene *scene, const char *text, const an_ink *ink, double width)
{
    an_lines lines = {0};

    if (!text || !*text) return lines;
    /* No line is empty, so there are no more lines than bytes. */
    lines.text = an_scene_alloc(scene, (an_index)(3 * strlen(text)), sizeof *lines.text);
    while (lines.text && *text) {
        const size_t size = strcspn(text, "\n");
        char *paragraph = an_scene_alloc(scene, (an_index)size + 1, 1);
        const char *clean;

        if (!paragraph) break;
        memcpy(paragraph, text, size);
        clean = an_scene_clean(scene, paragraph);
        if (clean) wrap_paragraph(scene, clean, ink, width, &lines);
        text += size;
        text += *text == '\n';
    }
    if (scene->st != AN_OK) lines = (an_lines){0};
    return lines;
}
