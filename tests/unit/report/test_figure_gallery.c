/*
 * Every demonstration figure in every format and both widths. With AN_GALLERY set to a
 * folder the files are written there to be looked at:
 *
 *     AN_GALLERY=/tmp/gallery build/dev/tests/report-test_figure_gallery
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "figure_demo.h"

static void show(an_ctx *ctx, const char *name, const an_figure *figure,
                 const char *language)
{
    static const double widths[] = {85, 170};

    for (int w = 0; w < 2; w++) {
        for (int format = AN_FIGURE_SVG; format <= AN_FIGURE_PNG; format++) {
            const an_figure_style style = {
                .width_mm = widths[w], .language = language, .dpi = 200};
            const char *folder = getenv("AN_GALLERY");
            an_bytes bytes;
            char path[512];

            assert_int_equal(
                an_figure_render(ctx, figure, &style, (an_figure_format)format, &bytes),
                AN_OK);
            assert_true(bytes.size > 100);
            if (folder) {
                snprintf(path, sizeof path, "%s/%s-%d.%s", folder, name, (int)widths[w],
                         an_figure_extension((an_figure_format)format));
                assert_int_equal(an_file_write(ctx, path, bytes.data, bytes.size), AN_OK);
            }
            an_bytes_free(ctx, &bytes);
        }
    }
}

static void curves(void **state)
{
    static const struct {
        const char *name, *language;
        void (*make)(demo_curves *);
    } demos[] = {
        {"survival", "en", demo_survival}, {"incidence", "en", demo_incidence},
        {"chinese", "zh", demo_chinese},   {"four", "en", demo_four},
        {"flat", "en", demo_flat},         {"million", "en", demo_million},
        {"nothing", "en", demo_nothing},   {"broken", "en", demo_broken},
    };
    an_ctx *ctx = an_ctx_new();
    demo_curves *c = test_malloc(sizeof *c);

    (void)state;
    for (size_t i = 0; i < sizeof demos / sizeof *demos; i++) {
        demos[i].make(c);
        show(ctx, demos[i].name, &c->figure, demos[i].language);
    }
    test_free(c);
    an_ctx_free(ctx);
}

static void forests(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_forest_row rows[40];
    an_figure figure;

    (void)state;
    demo_forest(&figure, rows);
    show(ctx, "forest", &figure, "en");
    demo_forest_thirty(&figure, rows);
    show(ctx, "forest30", &figure, "en");
    demo_forest_chinese(&figure, rows);
    show(ctx, "forestzh", &figure, "zh");
    figure.n_rows = 0;
    show(ctx, "forest0", &figure, "en");
    an_ctx_free(ctx);
}

static void flows(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_flow_step steps[4];
    an_figure figure;

    (void)state;
    demo_flow(&figure, steps);
    show(ctx, "flow", &figure, "en");
    demo_flow_chinese(&figure, steps);
    show(ctx, "flowzh", &figure, "zh");
    figure.n_steps = 0;
    show(ctx, "flow0", &figure, "en");
    an_ctx_free(ctx);
}

static void trajectories(void **state)
{
    an_ctx *ctx = an_ctx_new();
    demo_pain *p = test_malloc(sizeof *p);

    (void)state;
    demo_trajectory(p, 1);
    show(ctx, "pain", &p->figure, "en");
    demo_trajectory(p, 2);
    show(ctx, "pain2", &p->figure, "en");
    p->figure.n_series = 0;
    show(ctx, "pain0", &p->figure, "en");
    test_free(p);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(curves),
                                       cmocka_unit_test(forests), cmocka_unit_test(flows),
                                       cmocka_unit_test(trajectories)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
