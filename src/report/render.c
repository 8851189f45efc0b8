/* Renderers by name, for the command line and the web. */
#include "report/report.h"

an_status an_render(an_ctx *ctx, const an_doc *doc, const char *format, an_bytes *out)
{
    char what[64];

    *out = (an_bytes){0};
    if (strcmp(format, "text") == 0) return an_render_text(ctx, doc, 0, out);
    if (strcmp(format, "json") == 0) return an_render_json(ctx, doc, out);
    if (strcmp(format, "csv") == 0) return an_render_csv(ctx, doc, out);
    if (strcmp(format, "markdown") == 0) return an_render_markdown(ctx, doc, out);
    if (strcmp(format, "html") == 0) return an_render_html(ctx, doc, NULL, out);
    if (strcmp(format, "numbers") == 0) return an_render_numbers(ctx, doc, out);
    if (strcmp(format, "provenance") == 0) return an_render_provenance(ctx, doc, out);
    snprintf(what, sizeof what, "no format `%.40s`", format);
    return an_fail_with(
        ctx, AN_ERR_ARGUMENT,
        &(an_problem){.severity = AN_ERROR,
                      .code = "U104",
                      .what = what,
                      .advice = "choose one of: text json csv markdown html numbers "
                                "provenance"});
}
