/* Rendering a figure: defaults, bounds, one layout by type, one writer by format. */
#include "report/figure.h"

#define MARGIN_MM 0.7 /* white around the drawing: nothing is cut off in print */

const char *an_figure_fonts(void)
{
    return "Liberation Sans, Arial, Helvetica, WenQuanYi Micro Hei, Noto Sans CJK SC, "
           "Source Han Sans SC, Microsoft YaHei, PingFang SC, DejaVu Sans";
}

const char *an_figure_extension(an_figure_format format)
{
    static const char *const endings[] = {"svg", "pdf", "eps", "png"};

    return endings[format];
}

void an_bytes_free(an_ctx *ctx, an_bytes *bytes)
{
    an_free(ctx, bytes->data);
    *bytes = (an_bytes){0};
}

static const an_words *words_of(const char *language)
{
    static const an_words words[] = {
        {"en", "Number at risk", "Cumulative events", "Number assessed",
         "Individual patients (thicker: several)", "reference", "not estimable",
         "Events/n", "log scale", "p", "Excluded", "%s (n\xc2\xa0=\xc2\xa0%s)"},
        {"zh", "风险人数", "累计事件数", "评估人数", "个体患者（粗线：多例重叠）", "参照",
         "不可估计", "事件/例数", "对数刻度", "p 值", "排除",
         "%s（n\xc2\xa0=\xc2\xa0%s）"},
    };

    return language && strncmp(language, "zh", 2) == 0 ? &words[1] : &words[0];
}

static const char *or_text(const char *text, const char *otherwise)
{
    return text && *text ? text : otherwise;
}

/* Replaces 0 by the default and checks the bounds. */
static an_status check(an_ctx *ctx, const char *field, double *value, double preset,
                       double min, double max)
{
    if (*value == 0) *value = preset;
    if (*value == preset || (*value >= min && *value <= max)) return AN_OK;
    return an_fail(ctx, AN_ERR_ARGUMENT, "figure style: %s must lie in %d..%d", field,
                   (int)min, (int)max);
}

static an_status complete(an_ctx *ctx, const an_figure *figure, an_figure_style *style)
{
    an_status st = AN_OK;

    AN_TRY(check(ctx, "width_mm", &style->width_mm, 170, 80, 400));
    AN_TRY(check(ctx, "height_mm", &style->height_mm, 0, 40, 600));
    AN_TRY(check(ctx, "font_pt", &style->font_pt, 8, 5, 16));
    AN_TRY(check(ctx, "dpi", &style->dpi, 300, 72, 1200));
    style->font = or_text(style->font, an_figure_fonts());
    style->id = or_text(style->id, "figure");
    style->title = or_text(style->title, or_text(figure->y_label, "figure"));
    style->desc = or_text(style->desc, or_text(figure->caption, style->title));
done:
    return st;
}

static void layout(an_scene *scene, const an_figure *figure, const an_figure_style *style)
{
    static void (*const layouts[])(an_drawing *) = {an_draw_curves, an_draw_forest,
                                                    an_draw_flow, an_draw_trajectory};
    const double size = style->font_pt;
    an_drawing d = {
        .scene = scene,
        .figure = figure,
        .words = words_of(style->language),
        .ink = {size, AN_BLACK, false},
        .strong = {size, AN_BLACK, true},
        .faint = {size, AN_GREY, false},
        .height = style->height_mm > 0 ? style->height_mm - 2 * MARGIN_MM : 0,
        .em = size * AN_MM_PER_PT,
        .line = 1.22 * size * AN_MM_PER_PT,
    };

    layouts[figure->type](&d);
    an_scene_pad(scene, MARGIN_MM);
}

an_status an_figure_render(an_ctx *ctx, const an_figure *figure,
                           const an_figure_style *style, an_figure_format format,
                           an_bytes *out)
{
    an_figure_style s = style ? *style : (an_figure_style){0};
    an_scene scene = {.ctx = ctx};
    an_scene_about about;
    an_status st = AN_OK;

    *out = (an_bytes){0};
    AN_TRY(complete(ctx, figure, &s));
    AN_TRY(an_scene_open(ctx, s.width_mm - 2 * MARGIN_MM, s.font, &scene));
    layout(&scene, figure, &s);
    about = (an_scene_about){
        .id = an_scene_clean(&scene, s.id),
        .title = an_scene_clean(&scene, s.title),
        .desc = an_scene_clean(&scene, s.desc),
        .language = words_of(s.language)->language,
        .dpi = s.dpi,
    };
    AN_TRY(scene.st);
    AN_TRY(format == AN_FIGURE_SVG ? an_scene_write_svg(&scene, &about, out)
                                   : an_scene_write_cairo(&scene, &about, format, out));
done:
    an_scene_close(&scene);
    return st;
}
