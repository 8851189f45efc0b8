/**
 * @file report.h
 * A finished document as a results folder that can be sent to a colleague.
 *
 *     FOLDER/ID/report.html       self-contained, opens by double click
 *               numbers.json      every number that appears anywhere, with its method
 *               tables/NAME.csv   full precision
 *               figures/NAME.{svg,pdf,png,csv}
 *               methods.md        what was done, in words, with references
 *               checklist.md      STROBE: filled, draft, or left to the authors
 *               provenance.json   data digest, versions, options, seed
 *               run.log           findings by section; no patient values
 *     FOLDER/latest               points to the newest
 *
 * The folder appears whole or not at all, and an existing one is never overwritten.
 */
#ifndef ANODYNE_REPORT_H
#define ANODYNE_REPORT_H

#include <anodyne/doc.h>
#include <anodyne/figure.h>

AN_BEGIN_DECLS

/** How. A field that is 0 or NULL takes its default. */
typedef struct an_report_options {
    const char *id;       /**< of the results; default: day, time and content's digest */
    const char *language; /**< of the page; default "en" */
    const char *subtitle; /**< under the title */
    double figure_width_mm; /**< 85 or 170 (default) */
} an_report_options;

/**
 * Writes the results folder.
 *
 * @param folder  made when it does not exist
 * @param path    receives the new folder's path; free with an_bytes_free()
 * @retval AN_ERR_IO        the operating system refused; nothing is left behind
 * @retval AN_ERR_ARGUMENT  folder is ""
 */
AN_API an_status an_report_write(an_ctx *ctx, const an_doc *doc, const char *folder,
                                 const an_report_options *options, an_bytes *path);

/** What was done, in words: the methods of every section, its references, versions.
 *  A document for an_render_markdown(). */
AN_API an_status an_report_methods(an_ctx *ctx, const an_doc *doc, an_doc **out);

/** STROBE for cohort studies, item by item: what the program filled in and where, what is
 * a draft, what only the authors can write. */
AN_API an_status an_report_checklist(an_ctx *ctx, const an_doc *doc, an_doc **out);

AN_END_DECLS

#endif
