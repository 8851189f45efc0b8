/* What a figure promises: numbers stand under their ticks, nothing overlaps or leaves the
 * sheet. */
#include "figure_page.h"

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

/* A joined curve goes straight from point to point: no horizontal and no vertical stroke. */
static void joined_points_are_joined(void **state)
{
    static const double x[] = {0, 4, 10}, y[] = {0, 0.5, 0.9};
    an_series series = {.label = "S", .n = 3, .x = x, .y = y, .lower = y, .upper = y};
    an_figure figure = demo_empty(AN_FIGURE_CURVES);
    an_ctx *ctx = an_ctx_new();

    (void)state;
    figure.n_series = 1;
    figure.series = &series;
    for (int joined = 0; joined < 2; joined++) {
        page p;
        int n = 0;

        series.joined = joined;
        render_page(ctx, &figure, NULL, &p);
        for (an_index i = 0; i < p.n; i++) {
            if (!is(&p.element[i], "curve")) continue;
            n++;
            assert_int_equal(strpbrk(p.element[i].d, "HV") == NULL, joined);
        }
        assert_int_equal(n, 1);
        test_free(p.element);
    }
    an_ctx_free(ctx);
}

/* Limits of two curves are areas; of more, lines in the manner of each curve. */
static void limits_can_be_told_apart(void **state)
{
    static const double x[] = {0, 4, 10}, y[] = {1, 0.5, 0.4}, lower[] = {1, 0.3, NAN},
                        upper[] = {1, 0.7, NAN};
    an_series series[3];
    an_figure figure = demo_empty(AN_FIGURE_CURVES);
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int i = 0; i < 3; i++)
        series[i] = (an_series){
            .label = "S", .n = 3, .x = x, .y = y, .lower = lower, .upper = upper};
    figure.series = series;
    for (int n = 2; n <= 3; n++) {
        page p;
        int bands = 0, limits = 0;

        figure.n_series = n;
        render_page(ctx, &figure, NULL, &p);
        for (an_index i = 0; i < p.n; i++) {
            bands += is(&p.element[i], "band");
            limits += is(&p.element[i], "limit");
        }
        assert_int_equal(bands, n == 2 ? 2 : 0);
        assert_int_equal(limits, n == 2 ? 0 : 6);
        test_free(p.element);
    }
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_stand_under_their_ticks),
        cmocka_unit_test(every_number_at_risk_appears),
        cmocka_unit_test(steps_are_where_the_numbers_say),
        cmocka_unit_test(joined_points_are_joined),
        cmocka_unit_test(limits_can_be_told_apart),
        cmocka_unit_test(ticks_are_round_numbers),
        cmocka_unit_test(nothing_overlaps),
        cmocka_unit_test(random_layouts_do_not_overlap),
        cmocka_unit_test(missing_things_are_allowed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
