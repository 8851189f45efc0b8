/**
 * @file study.h
 * A whole study in one file: where the data are, what the columns mean, time zero and
 * events, pain, the population, and the analyses of the report.
 *
 *     an_study_load(ctx, "study.yaml", &study);     S2xx: line, column, nearest name
 *     an_study_read(ctx, study, read, self);        D1xx: every problem of every cell
 *     an_study_run(ctx, study, &doc);               the report as a document
 *
 * docs/study-file.md describes every key. The study knows no file format: the caller
 * hands over a function that reads a table.
 */
#ifndef ANODYNE_STUDY_H
#define ANODYNE_STUDY_H

#include <anodyne/formula.h>

AN_BEGIN_DECLS

typedef struct an_study an_study;

/** Reads the study file alone: keys, types, names that refer to each other. Every problem
 *  is in the list of ctx, with line and column of the file.
 *  @retval AN_ERR_STUDY  the file is not a valid study file
 *  @retval AN_ERR_IO     it cannot be read */
AN_API an_status an_study_load(an_ctx *ctx, const char *path, an_study **out);
AN_API void an_study_free(an_study *study); /**< NULL is allowed */

/** A file of data as the study file names it. */
typedef struct an_study_source {
    const char *path; /**< relative paths are taken from the study file's folder */
    const char *sheet, *encoding; /**< or NULL */
    char delimiter;               /**< or 0 */
    an_index header_row;          /**< of a sheet, 1-based; 0: its first with a cell */
} an_study_source;

/** Reads a source as a table of AN_TEXT columns: an_table_read() with its options. */
typedef an_status an_study_reader(void *self, an_ctx *ctx, const an_study_source *source,
                                  an_table **out);

/**
 * Reads the data and gives them their declared meaning. Every problem of every cell is in
 * the list of ctx with its address; after an error the study cannot be run.
 *
 * @retval AN_ERR_STUDY  a variable names a column that the data lack
 * @retval AN_ERR_DATA   cells break what the study file declares
 */
AN_API an_status an_study_read(an_ctx *ctx, an_study *study, an_study_reader *read,
                               void *self);

/** Settings of the report: section `report` of the study file. */
typedef struct an_study_report {
    const char *id, *title, *language; /**< language: "en" or "zh" */
    const char *output;                /**< folder, or NULL */
    double figure_width_mm;            /**< 0: default */
} an_study_report;
/** Borrowed from the study. */
AN_API const an_study_report *an_study_report_settings(const an_study *study);

/** Typed variables after an_study_read(); NULL before. */
AN_API const an_table *an_study_table(const an_study *study);

/**
 * Runs the plan. An analysis that cannot be done is a note in its section; the others go
 * on. The document ends with provenance: versions, digests, seed, every setting.
 *
 * @retval AN_ERR_ARGUMENT  an_study_read() has not succeeded
 */
AN_API an_status an_study_run(an_ctx *ctx, an_study *study, an_doc **out);

/**
 * A first study file for a table of text columns: the meaning of each column guessed from
 * its name (English or Chinese) and its values, each guess with its reason as a comment.
 * What is ambiguous is a question in the file, and fails an_study_read() until answered.
 *
 * @param source  how the study file shall name the data, and how they were read
 * @param text    receives the YAML; free with an_study_text_free()
 */
AN_API an_status an_study_guess(an_ctx *ctx, const an_table *table,
                                const an_study_source *source, char **text);
AN_API void an_study_text_free(an_ctx *ctx, char *text);

/* ---- Codes of problems and notes ---- */

/** What a code means, for `anodyne explain`; docs/problems.md is the same table. */
typedef struct an_problem_kind {
    const char *code, *severity, *meaning, *advice;
} an_problem_kind;

/** All codes that anodyne can print. */
AN_API an_index an_problem_kind_count(void);
AN_API const an_problem_kind *an_problem_kind_at(an_index i); /**< in manual order */
AN_API const an_problem_kind *an_problem_kind_find(const char *code); /**< or NULL */

AN_END_DECLS

#endif
