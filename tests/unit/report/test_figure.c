/*
 * What a figure promises: numbers stand under their ticks, nothing overlaps or leaves the
 * sheet, the bytes depend on the figure alone, and running out of memory loses nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <expat.h>

#include "figure_demo.h"
#include "report/figure.h"

/* ---- Reading an SVG back ---- */

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

static const char *attribute(const char **list, const char *name)
{
    for (; *list; list += 2)
        if (strcmp(*list, name) == 0) return list[1];
    return "";
}

static double number(const char *text)
{
    double x = NAN;

    an_parse_double(text, strlen(text), &x);
    return x;
}

static void on_start(void *self, const char *kind, const char **list)
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

static void on_end(void *self, const char *kind)
{
    (void)kind;
    ((page *)self)->in_text = false;
}

static void on_text(void *self, const char *text, int size)
{
    page *p = self;
    element *e = &p->element[p->n - 1];

    if (!p->in_text) return;
    const size_t used = strlen(e->text);
    snprintf(e->text + used, sizeof e->text - used, "%.*s", size, text);
}

/* Fails when the SVG is not well-formed XML. */
static void read_svg(const an_bytes *svg, page *p)
{
    XML_Parser parser = XML_ParserCreate("UTF-8");

    *p = (page){.element = test_malloc(MOST_ELEMENTS * sizeof(element))};
    XML_SetUserData(parser, p);
    XML_SetElementHandler(parser, on_start, on_end);
    XML_SetCharacterDataHandler(parser, on_text);
    assert_int_equal(XML_Parse(parser, svg->data, (int)svg->size, 1), XML_STATUS_OK);
    XML_ParserFree(parser);
}

static void render_page(an_ctx *ctx, const an_figure *figure,
                        const an_figure_style *style, page *p)
{
    an_bytes svg;

    assert_int_equal(an_figure_render(ctx, figure, style, AN_FIGURE_SVG, &svg), AN_OK);
    read_svg(&svg, p);
    an_bytes_free(ctx, &svg);
}

static bool is(const element *e, const char *name)
{
    return strcmp(e->name, name) == 0;
}

/* ---- Numbers at risk ---- */

static bool has_tick_at(const page *p, const char *x)
{
    for (an_index i = 0; i < p->n; i++)
        if (is(&p->element[i], "tick") && strcmp(p->element[i].x, x) == 0) return true;
    return false;
}

static void numbers_stand_under_their_ticks(void **state)
{
    static const double widths[] = {85, 170};
    void (*const demos[])(demo_curves *) = {demo_survival, demo_incidence, demo_chinese,
                                            demo_four, demo_flat};
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);

    (void)state;
    for (int k = 0; k < 10; k++) {
        const an_figure_style style = {.width_mm = widths[k % 2]};
        an_index found = 0, expected = 0;
        page p;

        demos[k / 2](c);
        render_page(ctx, &c->figure, &style, &p);
        for (an_index s = 0; s < c->figure.n_series; s++)
            if (c->series[s].at_risk) expected += c->figure.n_ticks;
        for (an_index i = 0; i < p.n; i++) {
            if (!is(&p.element[i], "at-risk") && !is(&p.element[i], "events")) continue;
            assert_true(has_tick_at(&p, p.element[i].x));
            assert_string_equal(p.element[i].anchor, "middle");
            found += is(&p.element[i], "at-risk");
        }
        assert_int_equal(found, expected);
        test_free(p.element);
    }
    test_free(c);
    an_ctx_free(ctx);
}

/* Row by row and tick by tick, in the words of the documents' rounding rules. */
static void every_number_at_risk_appears(void **state)
{
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);
    an_index at = 0;
    page p;

    (void)state;
    demo_four(c);
    render_page(ctx, &c->figure, NULL, &p);
    for (an_index s = 0; s < 4; s++) {
        for (an_index i = 0; i < c->figure.n_ticks; i++, at++) {
            const an_value count = an_number(AN_KIND_COUNT, c->at_risk[s][i]);
            char text[AN_NUMBER_SIZE];

            while (!is(&p.element[at], "at-risk")) at++;
            an_value_format(&count, text, sizeof text);
            assert_string_equal(p.element[at].text, text);
        }
    }
    test_free(p.element);
    test_free(c);
    an_ctx_free(ctx);
}

/* ---- Curves ---- */

/* S = 1 on [0, 4), 1/2 on [4, 10]: 40 % of the way the curve falls to half the height. */
static void steps_are_where_the_numbers_say(void **state)
{
    static const double x[] = {0, 4, 10}, y[] = {1, 0.5, 0.5}, ticks[] = {0, 10};
    const an_series series = {.label = "S", .n = 3, .x = x, .y = y};
    an_figure figure = demo_empty(AN_FIGURE_CURVES);
    an_ctx *ctx = an_ctx_new();
    double x0 = NAN, x10 = NAN, top, x4, half, bottom = NAN;
    const element *curve = NULL;
    page p;
    char word[6][16];
    int n = 0;

    (void)state;
    figure.y_percent = true;
    figure.n_ticks = 2;
    figure.ticks = ticks;
    figure.n_series = 1;
    figure.series = &series;
    render_page(ctx, &figure, NULL, &p);
    for (an_index i = 0; i < p.n; i++) {
        if (is(&p.element[i], "tick")) {
            x0 = isnan(x0) ? p.element[i].x_pt : x0;
            x10 = p.element[i].x_pt;
            bottom = number(strchr(p.element[i].d, ' ') + 1); /* M x y V ...: cut below */
            if (isnan(bottom)) {
                char text[16];
                const char *from = strchr(p.element[i].d, ' ') + 1;

                snprintf(text, sizeof text, "%.*s", (int)strcspn(from, "V"), from);
                bottom = number(text);
            }
        }
        if (is(&p.element[i], "curve")) curve = &p.element[i];
    }
    assert_non_null(curve);
    /* M x0 top H x4 V half H x10 */
    for (const char *c = curve->d; *c && n < 6;) {
        const size_t size = strcspn(c, "MHVL ");

        if (size) snprintf(word[n++], 16, "%.*s", (int)size, c);
        c += size ? size : 1;
    }
    top = number(word[1]);
    x4 = number(word[2]);
    half = number(word[3]);
    assert_true(fabs(number(word[0]) - x0) < 0.011);
    assert_true(fabs(x4 - (x0 + 0.4 * (x10 - x0))) < 0.02);
    assert_true(fabs(half - (top + bottom) / 2) < 0.02);
    test_free(p.element);
    an_ctx_free(ctx);
}

static void ticks_are_round_numbers(void **state)
{
    an_axis axis = {.min = 0.3, .max = 9.7, .label_scale = 1};
    double tick[1] = {0.30000000000000004};
    char text[AN_NUMBER_SIZE];

    (void)state;
    an_axis_nice_limits(&axis, 6);
    assert_true(axis.min == 0 && axis.max == 10);
    axis = (an_axis){.min = -0.013, .max = 0.0121};
    an_axis_nice_limits(&axis, 6);
    assert_true(fabs(axis.min + 0.02) < 1e-12 && fabs(axis.max - 0.02) < 1e-12);
    axis = (an_axis){.label_scale = 1, .tick = tick, .n_ticks = 1};
    an_axis_label(&axis, 0, text);
    assert_string_equal(text, "0.3");
    tick[0] = -2.5;
    an_axis_label(&axis, 0, text);
    assert_string_equal(text, "\xe2\x88\x92"
                              "2.5");
    axis.label_scale = 100;
    tick[0] = 0.2;
    an_axis_label(&axis, 0, text);
    assert_string_equal(text, "20");
}

/* ---- Layout: no overlap, nothing outside the sheet ---- */

typedef struct box {
    double x1, y1, x2, y2;
} box;

/* Ink of digits and capitals, in points: what must not touch. */
static box text_box(an_typesetter *type, const element *e)
{
    const double width =
        an_typesetter_width(type, e->text, e->size_pt, e->bold) / AN_MM_PER_PT;
    const double share = e->anchor[0] == 'm' ? 0.5 : e->anchor[0] == 'e' ? 1 : 0;
    const double up = 0.72 * e->size_pt, down = 0.05 * e->size_pt;

    if (e->upwards)
        return (box){e->x_pt - up, e->y_pt - (1 - share) * width, e->x_pt + down,
                     e->y_pt + share * width};
    return (box){e->x_pt - share * width, e->y_pt - up, e->x_pt + (1 - share) * width,
                 e->y_pt + down};
}

static void check_layout(an_ctx *ctx, const an_figure *figure,
                         const an_figure_style *style)
{
    an_typesetter *type = an_typesetter_new(ctx, an_figure_fonts());
    const int width = (int)style->width_mm;
    an_index n = 0;
    box *boxes;
    page p;

    render_page(ctx, figure, style, &p);
    boxes = test_malloc((size_t)(p.n + 1) * sizeof *boxes);
    for (an_index i = 0; i < p.n; i++) {
        if (strcmp(p.element[i].kind, "text")) continue;
        p.element[n] = p.element[i]; /* texts only, in their order */
        boxes[n] = text_box(type, &p.element[n]);
        n++;
    }
    for (an_index i = 0; i < n; i++) {
        const box a = boxes[i];

        if (a.x1 < -0.05 || a.y1 < -0.05 || a.x2 > p.width + 0.05 ||
            a.y2 > p.height + 0.05)
            fail_msg("\"%s\" leaves a sheet of %d mm", p.element[i].text, width);
        for (an_index k = 0; k < i; k++)
            if (fmin(a.x2, boxes[k].x2) - fmax(a.x1, boxes[k].x1) > 0.05 &&
                fmin(a.y2, boxes[k].y2) - fmax(a.y1, boxes[k].y1) > 0.05)
                fail_msg("\"%s\" lies on \"%s\" at %d mm", p.element[i].text,
                         p.element[k].text, width);
    }
    test_free(boxes);
    test_free(p.element);
    an_typesetter_free(type);
}

static void check_widths(an_ctx *ctx, const an_figure *figure)
{
    static const double widths[] = {80, 85, 119, 120, 170};

    for (int w = 0; w < 5; w++)
        check_layout(ctx, figure, &(an_figure_style){.width_mm = widths[w]});
}

static void nothing_overlaps(void **state)
{
    void (*const demos[])(demo_curves *) = {demo_survival, demo_incidence, demo_chinese,
                                            demo_four,     demo_flat,      demo_million,
                                            demo_nothing,  demo_broken};
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);
    demo_pain *pain = test_malloc(sizeof *pain);
    an_forest_row rows[40];
    an_flow_step steps[4];
    an_figure figure;

    (void)state;
    for (int i = 0; i < 8; i++) {
        demos[i](c);
        check_widths(ctx, &c->figure);
    }
    demo_forest(&figure, rows);
    check_widths(ctx, &figure);
    demo_forest_thirty(&figure, rows);
    check_widths(ctx, &figure);
    demo_forest_chinese(&figure, rows);
    check_widths(ctx, &figure);
    demo_flow(&figure, steps);
    check_widths(ctx, &figure);
    demo_flow_chinese(&figure, steps);
    check_widths(ctx, &figure);
    demo_trajectory(pain, 2);
    check_widths(ctx, &pain->figure);
    test_free(pain);
    test_free(c);
    an_ctx_free(ctx);
}

/* Random sizes, ticks, group sizes up to a million and label lengths. */
static void random_layouts_do_not_overlap(void **state)
{
    static const char words[] = "Performance status of the patient at the first fraction "
                                "of radiotherapy to the spine, as recorded";
    an_rng rng = an_rng_new(11, 2, 3);
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);
    char label[DEMO_GROUPS][sizeof words];

    (void)state;
    for (int k = 0; k < 40; k++) {
        const an_index n_ticks = 2 + an_rng_below(&rng, DEMO_TICKS - 1);
        const an_index groups = 1 + an_rng_below(&rng, DEMO_GROUPS);
        const double scale = pow(10, (double)an_rng_below(&rng, 5));
        const an_figure_style style = {.width_mm = 80 + 110 * an_rng_uniform(&rng),
                                       .font_pt = 6 + (double)an_rng_below(&rng, 4)};

        demo_axes(c, "Time", "Survival", n_ticks, 24 / (double)(n_ticks - 1));
        for (an_index i = 0; i < n_ticks; i++) c->ticks[i] = round(c->ticks[i]);
        for (an_index g = 0; g < groups; g++) {
            snprintf(label[g], sizeof words, "%.*s",
                     (int)(3 + an_rng_below(&rng, sizeof words - 4)), words);
            demo_group(c, g, label[g], 30, 10 + 5 * (double)g, 24, false);
            for (an_index i = 0; i < n_ticks; i++) c->at_risk[g][i] *= scale;
        }
        c->figure.annotation = "p = 0.04";
        check_layout(ctx, &c->figure, &style);
    }
    test_free(c);
    an_ctx_free(ctx);
}

/* ---- Files ---- */

static int64_t fixed_clock(void *self)
{
    (void)self;
    return 1700000000;
}

static void same_figure_same_bytes(void **state)
{
    static const char *const signature[] = {"<svg ", "%PDF-1.", "%!PS-Adobe-3.0 EPSF-3.0",
                                            "\x89PNG\r\n\x1a\n"};
    an_env env = an_env_system();
    demo_curves *c = test_malloc(sizeof *c);
    an_ctx *ctx;

    (void)state;
    env.now = fixed_clock;
    ctx = an_ctx_new_in(&env);
    demo_chinese(c);
    for (int format = AN_FIGURE_SVG; format <= AN_FIGURE_PNG; format++) {
        an_bytes a, b;

        assert_int_equal(
            an_figure_render(ctx, &c->figure, NULL, (an_figure_format)format, &a), AN_OK);
        assert_int_equal(
            an_figure_render(ctx, &c->figure, NULL, (an_figure_format)format, &b), AN_OK);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(a.data, b.data, a.size);
        assert_memory_equal(a.data, signature[format], strlen(signature[format]));
        assert_true(a.size > 2000);
        assert_int_equal(a.data[a.size], 0);
        if (format == AN_FIGURE_EPS)
            assert_non_null(strstr(a.data, "%%CreationDate: 2023-11-14T22:13:20Z"));
        an_bytes_free(ctx, &a);
        an_bytes_free(ctx, &b);
        assert_null(a.data);
    }
    an_ctx_free(ctx);
    test_free(c);
}

/* 85 mm at 300 dpi are 1004 pixels; the file says 11811 pixels per metre. */
static void png_states_its_resolution(void **state)
{
    static const unsigned char per_metre[] = {'p',  'H', 'Y', 's',  0,    0, 0x2e,
                                              0x23, 0,   0,   0x2e, 0x23, 1};
    an_ctx *ctx = an_ctx_new();
    const an_figure figure = demo_empty(AN_FIGURE_CURVES);
    const an_figure_style style = {.width_mm = 85};
    an_bytes png;

    (void)state;
    assert_int_equal(an_figure_render(ctx, &figure, &style, AN_FIGURE_PNG, &png), AN_OK);
    assert_memory_equal(png.data + 33 + 4, per_metre, sizeof per_metre);
    assert_int_equal((unsigned char)png.data[18] << 8 | (unsigned char)png.data[19],
                     1004);
    an_bytes_free(ctx, &png);
    an_ctx_free(ctx);
}

static bool has_text(const page *p, const char *text)
{
    for (an_index i = 0; i < p->n; i++)
        if (strcmp(p->element[i].text, text) == 0) return true;
    return false;
}

static void labels_are_escaped_and_ids_prefixed(void **state)
{
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);
    const an_figure_style style = {.id = "f\"1", .title = "T & <T>", .desc = "]]>"};
    page p;

    (void)state;
    demo_broken(c);
    render_page(ctx, &c->figure, &style, &p);
    assert_true(has_text(&p, "A & B <i>\"x\"</i>"));
    assert_true(has_text(&p, "bad \xef\xbf\xbd  bytes"));
    assert_int_equal(p.n_ids, 3);
    for (an_index i = 0; i < p.n_ids; i++) {
        assert_memory_equal(p.ids[i], "f\"1", 3);
        for (an_index k = 0; k < i; k++) assert_string_not_equal(p.ids[i], p.ids[k]);
    }
    test_free(p.element);
    test_free(c);
    an_ctx_free(ctx);
}

static void styles_out_of_bounds_are_refused(void **state)
{
    static const an_figure_style bad[] = {{.width_mm = 79},
                                          {.width_mm = NAN},
                                          {.font_pt = -1},
                                          {.dpi = 1e6},
                                          {.height_mm = 39}};
    const an_figure figure = demo_empty(AN_FIGURE_FOREST);
    an_ctx *ctx = an_ctx_new();
    an_bytes out;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(an_figure_render(ctx, &figure, &bad[i], AN_FIGURE_SVG, &out),
                         AN_ERR_ARGUMENT);
        assert_null(out.data);
        assert_true(strlen(an_message(ctx)) > 10);
    }
    an_ctx_free(ctx);
}

/* 120 mm are 340.16 points. */
static void a_height_that_is_asked_for_is_kept(void **state)
{
    const an_figure_style style = {.width_mm = 85, .height_mm = 120};
    void (*const demos[])(demo_curves *) = {demo_survival, demo_incidence, demo_four,
                                            demo_flat, demo_nothing};
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);
    demo_pain *pain = test_malloc(sizeof *pain);
    page p;

    (void)state;
    for (int i = 0; i < 5; i++) {
        demos[i](c);
        render_page(ctx, &c->figure, &style, &p);
        assert_true(fabs(p.height - 340.16) < 0.01);
        test_free(p.element);
    }
    demo_trajectory(pain, 2);
    render_page(ctx, &pain->figure, &style, &p);
    assert_true(fabs(p.height - 340.16) < 0.01);
    test_free(p.element);
    test_free(pain);
    test_free(c);
    an_ctx_free(ctx);
}

static void too_tall_a_png_is_refused(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_forest_row *rows = test_calloc(1000, sizeof *rows);
    an_figure figure = demo_empty(AN_FIGURE_FOREST);
    const an_figure_style style = {.dpi = 1200};
    an_bytes out;

    (void)state;
    for (int i = 0; i < 1000; i++) rows[i] = demo_row("x", 1, 0.5, 2, 0.5, 1, 1);
    figure.n_rows = 1000;
    figure.rows = rows;
    assert_int_equal(an_figure_render(ctx, &figure, &style, AN_FIGURE_PNG, &out),
                     AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(ctx), "dpi"));
    assert_int_equal(an_figure_render(ctx, &figure, &style, AN_FIGURE_SVG, &out), AN_OK);
    an_bytes_free(ctx, &out);
    test_free(rows);
    an_ctx_free(ctx);
}

/* NULL and empty wherever the specification allows them, and one point of everything. */
static void missing_things_are_allowed(void **state)
{
    static const double one = 1, nan[] = {NAN};
    static const char *const reason[] = {NULL};
    const an_series series[] = {
        {.n = 0},
        {.n = 1, .x = &one, .y = &one, .lower = &one, .upper = &one},
        {.n = 1, .x = &one, .y = &one, .secondary = true},
        {.n = 1,
         .x = nan,
         .y = nan,
         .n_marks = 1,
         .mark_x = nan,
         .mark_y = nan,
         .at_risk = nan}};
    const an_forest_row row = {
        .ratio = NAN, .lower = NAN, .upper = NAN, .p = NAN, .n = NAN, .n_events = NAN};
    const an_flow_step step = {
        .n = NAN, .n_left = 1, .left_reason = reason, .left_n = nan};
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int type = AN_FIGURE_CURVES; type <= AN_FIGURE_TRAJECTORY; type++) {
        for (int ticks = 0; ticks < 2; ticks++) {
            an_figure figure = demo_empty((an_figure_type)type);

            figure.n_ticks = ticks;
            figure.ticks = &one;
            figure.n_series = 4;
            figure.series = series;
            figure.n_rows = 1;
            figure.rows = &row;
            figure.n_steps = 1;
            figure.steps = &step;
            check_layout(ctx, &figure, &(an_figure_style){.width_mm = 85});
        }
    }
    an_ctx_free(ctx);
}

/* A registry's curve is no larger than its picture: steps that nobody can see apart are one. */
static void long_curves_stay_small(void **state)
{
    enum { N = 100000 };
    an_ctx *ctx = an_ctx_new();
    double *x = test_malloc(3 * N * sizeof *x), *y = x + N, *lower = y + N;
    const an_series series = {.n = N,
                              .x = x,
                              .y = y,
                              .lower = lower,
                              .upper = y,
                              .n_marks = N,
                              .mark_x = x,
                              .mark_y = y};
    an_figure figure = demo_empty(AN_FIGURE_CURVES);
    an_bytes svg;

    (void)state;
    for (int i = 0; i < N; i++) {
        x[i] = i;
        y[i] = 1 - (double)i / N;
        lower[i] = 0.9 * y[i];
    }
    figure.n_series = 1;
    figure.series = &series;
    figure.annotation = "n = 100000";
    assert_int_equal(an_figure_render(ctx, &figure, NULL, AN_FIGURE_SVG, &svg), AN_OK);
    assert_true(svg.size < 600000);
    an_bytes_free(ctx, &svg);
    test_free(x);
    an_ctx_free(ctx);
}

/* ---- Memory ---- */

typedef struct faulty {
    an_allocator real;
    int64_t countdown; /* the allocation that fails; 0: none does */
    int64_t live;
} faulty;

static void *faulty_realloc(void *self, void *ptr, size_t size)
{
    faulty *f = self;
    void *out;

    if (size > 0 && f->countdown > 0 && --f->countdown == 0) return NULL;
    out = f->real.realloc(f->real.self, ptr, size);
    if (!ptr && out) f->live++;
    if (ptr && size == 0) f->live--;
    return out;
}

static void fail_each_allocation(const an_figure *figure, an_figure_format format)
{
    an_env env = an_env_system();
    faulty f = {.real = env.allocator};
    const an_figure_style style = {.dpi = 72};
    an_status st = AN_ERR_MEMORY;
    int64_t before;
    an_ctx *ctx;

    env.allocator = (an_allocator){faulty_realloc, &f};
    ctx = an_ctx_new_in(&env);
    before = f.live;
    for (int64_t n = 1; st != AN_OK; n++) {
        an_bytes out;

        f.countdown = n;
        st = an_figure_render(ctx, figure, &style, format, &out);
        assert_true(st == AN_OK || st == AN_ERR_MEMORY);
        assert_true((st == AN_OK) == (out.data != NULL));
        an_bytes_free(ctx, &out);
        assert_int_equal(f.live, before);
    }
    f.countdown = 0;
    an_ctx_free(ctx);
    assert_int_equal(f.live, 0);
}

static void no_allocation_failure_leaks(void **state)
{
    demo_curves *c = test_malloc(sizeof *c);
    demo_pain *pain = test_malloc(sizeof *pain);
    an_forest_row rows[40];
    an_flow_step steps[4];
    an_figure figure;

    (void)state;
    demo_incidence(c);
    fail_each_allocation(&c->figure, AN_FIGURE_SVG);
    fail_each_allocation(&c->figure, AN_FIGURE_PNG);
    demo_forest(&figure, rows);
    fail_each_allocation(&figure, AN_FIGURE_SVG);
    demo_flow(&figure, steps);
    fail_each_allocation(&figure, AN_FIGURE_PDF);
    demo_trajectory(pain, 1);
    fail_each_allocation(&pain->figure, AN_FIGURE_EPS);
    test_free(pain);
    test_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_under_their_ticks),
        cmocka_unit_test(every_number_at_risk_appears),
        cmocka_unit_test(steps_are_where_the_numbers_say),
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(nothing_overlaps),
        cmocka_unit_test(random_layouts_do_not_overlap),
        cmocka_unit_test(same_figure_same_bytes),
        cmocka_unit_test(png_states_its_resolution),
        cmocka_unit_test(labels_are_escaped_and_ids_prefixed),
        cmocka_unit_test(styles_out_of_bounds_are_refused),
        cmocka_unit_test(a_height_that_is_asked_for_is_kept),
        cmocka_unit_test(too_tall_a_png_is_refused),
        cmocka_unit_test(missing_things_are_allowed),
        cmocka_unit_test(long_curves_stay_small),
        cmocka_unit_test(no_allocation_failure_leaks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
