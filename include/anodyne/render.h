/**
 * @file render.h
 * A document as bytes: text for the terminal, JSON, CSV, Markdown, one HTML page.
 *
 * A renderer knows documents and no analysis. Numbers are rounded for readers in text,
 * Markdown and HTML (docs/methods/numbers.md); JSON and CSV carry the shortest digits
 * that read back to the same double. The same document gives the same bytes.
 *
 * Every function fills an_bytes, which the caller frees with an_bytes_free(); after a
 * failure it is empty. AN_ERR_MEMORY is the only failure that all of them share; a
 * document whose building failed is refused with its own status.
 */
#ifndef ANODYNE_RENDER_H
#define ANODYNE_RENDER_H

#include <anodyne/doc.h>
#include <anodyne/figure.h>

AN_BEGIN_DECLS

/** For a terminal: aligned columns, lines of at most `columns` (0: 100) where words allow
 *  it; Chinese characters count two. Control characters never reach the terminal. */
AN_API an_status an_render_text(an_ctx *ctx, const an_doc *doc, int columns,
                                an_bytes *out);

/** Everything, as {"schema": "anodyne.document/1", "title", "provenance", "content"}.
 *  A node is {"type", "key", ...}; a value {"kind", "value", "lower", "upper", "level",
 *  "unit", "shown"} with "of", "sd", "q1", "q3" in place of limits where its kind means
 *  these. A number that is not finite is null, and "reason" ("lower_reason", ...) says
 *  why. docs/methods/numbers.md lists all members. */
AN_API an_status an_render_json(an_ctx *ctx, const an_doc *doc, an_bytes *out);

/** numbers.json: {"schema": "anodyne.numbers/1", "title", "numbers": [{"id", "label",
 *  "method", "n", ... as a value}]}, one line each; ids as an_doc_visit(). */
AN_API an_status an_render_numbers(an_ctx *ctx, const an_doc *doc, an_bytes *out);

/** provenance.json: {"schema": "anodyne.provenance/1", then each key: text}. */
AN_API an_status an_render_provenance(an_ctx *ctx, const an_doc *doc, an_bytes *out);

/** review.json: {"schema": "anodyne.review/1", "rules": [{"id", "rule", "fault", "question", "state",
 *  "severity", "evidence", "done", "advice", "citation", "verified"}]}, what the methods reviewer found
 *  (docs/methods/review.md). No rules where the document has no page of the reviewer. */
AN_API an_status an_render_review(an_ctx *ctx, const an_doc *doc, an_bytes *out);

/** Every number of the document, one a row: id, label, kind, value, lower, upper, unit,
 *  reason, method. RFC 4180, UTF-8, line ends CR LF. A text that a spreadsheet would take
 *  for a formula is preceded by an apostrophe. */
AN_API an_status an_render_csv(an_ctx *ctx, const an_doc *doc, an_bytes *out);

/** One table: its columns, each number in a column of its own ("hr", "hr.lower",
 *  "hr.upper"; "hr.reason" where a number is missing with a reason). */
AN_API an_status an_render_table_csv(an_ctx *ctx, const an_node *table, an_bytes *out);

/** What a figure draws, one point, row or box a line. */
AN_API an_status an_render_figure_csv(an_ctx *ctx, const an_figure *figure,
                                      an_bytes *out);

/** CommonMark with pipe tables; figures as their captions. */
AN_API an_status an_render_markdown(an_ctx *ctx, const an_doc *doc, an_bytes *out);

/** Words around the document. A field that is NULL takes its default. */
typedef struct an_html_options {
    const char *language;   /**< of the page, a BCP 47 tag; default "en" */
    const char *subtitle;   /**< under the title, for example the data and the day */
    double figure_width_mm; /**< default 170 */
    const an_doc *appendix; /**< a document set behind the last section; or NULL */
} an_html_options;

/** One page that needs neither network nor script: styles and figures are inside. Every
 *  number has its id as anchor: report.html#overall_survival.median.
 *  @param options  NULL for defaults */
AN_API an_status an_render_html(an_ctx *ctx, const an_doc *doc,
                                const an_html_options *options, an_bytes *out);

/** By name: "text", "json", "csv", "markdown", "html", "numbers", "provenance".
 *  @retval AN_ERR_ARGUMENT  no such format; the message lists them */
AN_API an_status an_render(an_ctx *ctx, const an_doc *doc, const char *format,
                           an_bytes *out);

AN_END_DECLS

#endif
