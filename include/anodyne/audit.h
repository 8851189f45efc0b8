/**
 * @file audit.h
 * The paper checker: published figures in, verdicts out. A paper file (YAML) lists claims: a
 * percentage, a mean, a ratio, a total, a table of survival or of cumulative incidence, a
 * 2 x 2 table. Each is held against what it says of itself: which counts a percentage
 * allows, which p-value a confidence interval, which events a ratio and its p-value.
 *
 * A verdict is about figures, not about people: rounding, misprints and adjusted analyses
 * explain most of what does not agree.
 *
 * Method page: docs/methods/audit.md
 */
#ifndef ANODYNE_AUDIT_H
#define ANODYNE_AUDIT_H

#include <anodyne/doc.h>

AN_BEGIN_DECLS

/**
 * Judge every claim of a paper file.
 * @param out  the document: verdicts first, then what was found for each claim; free with
 *             an_doc_free()
 * @retval AN_ERR_IO     the file cannot be read
 * @retval AN_ERR_STUDY  it is not a paper file: every fault is in the problems of ctx
 */
AN_API an_status an_audit_paper(an_ctx *ctx, const char *path, an_doc **out);

AN_END_DECLS

#endif
