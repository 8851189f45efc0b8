/* Figures as files: same bytes, resolution, escaping, bounds of the style, memory. */
#include "figure_page.h"

#include "unit/base/faults.h"

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

static an_status draw(an_ctx *ctx, const an_figure *figure, an_figure_format format)
{
    const an_figure_style style = {.dpi = 72};
    an_bytes out;
    const an_status st = an_figure_render(ctx, figure, &style, format, &out);

    assert_true((st == AN_OK) == (out.data != NULL));
    an_bytes_free(ctx, &out);
    return st;
}

static an_status draw_curves(an_ctx *ctx, an_figure_format format)
{
    demo_curves *c = test_malloc(sizeof *c);
    an_status st;

    demo_incidence(c);
    st = draw(ctx, &c->figure, format);
    test_free(c);
    return st;
}

static an_status curves_as_svg(an_ctx *ctx)
{
    return draw_curves(ctx, AN_FIGURE_SVG);
}

static an_status curves_as_png(an_ctx *ctx)
{
    return draw_curves(ctx, AN_FIGURE_PNG);
}

static an_status forest_as_svg(an_ctx *ctx)
{
    an_forest_row rows[40];
    an_figure figure;

    demo_forest(&figure, rows);
    return draw(ctx, &figure, AN_FIGURE_SVG);
}

static an_status flow_as_pdf(an_ctx *ctx)
{
    an_flow_step steps[4];
    an_figure figure;

    demo_flow(&figure, steps);
    return draw(ctx, &figure, AN_FIGURE_PDF);
}

static an_status trajectory_as_eps(an_ctx *ctx)
{
    demo_pain *pain = test_malloc(sizeof *pain);
    an_status st;

    demo_trajectory(pain, 1);
    st = draw(ctx, &pain->figure, AN_FIGURE_EPS);
    test_free(pain);
    return st;
}

static void no_allocation_failure_leaks(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(curves_as_svg) > 10);
    assert_true(faults_every_allocation(curves_as_png) > 10);
    assert_true(faults_every_allocation(forest_as_svg) > 10);
    assert_true(faults_every_allocation(flow_as_pdf) > 10);
    assert_true(faults_every_allocation(trajectory_as_eps) > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_figure_same_bytes),
        cmocka_unit_test(png_states_its_resolution),
        cmocka_unit_test(labels_are_escaped_and_ids_prefixed),
        cmocka_unit_test(styles_out_of_bounds_are_refused),
        cmocka_unit_test(a_height_that_is_asked_for_is_kept),
        cmocka_unit_test(too_tall_a_png_is_refused),
        cmocka_unit_test(long_curves_stay_small),
        cmocka_unit_test(no_allocation_failure_leaks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
