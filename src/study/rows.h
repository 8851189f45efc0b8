/*
 * What an analysis counts, in words: patients; or rows, where one patient has several. Every head, sentence
 * and note that counts says it by these.
 */
#ifndef AN_STUDY_ROWS_H
#define AN_STUDY_ROWS_H

#include <anodyne/doc.h>
#include <anodyne/frame.h>

#include "base/base.h"

/* "Patients" or "Rows", above a column; "patient", "patients", "row", "rows", after n. */
const char *an_rows_title(const an_frame *frame);
const char *an_rows_noun(const an_frame *frame, double n);
/* "58", "1,000,370", in a sentence. */
const char *an_count_text(an_doc *doc, double n);
/* "1 patient", "12 rows". */
const char *an_rows_count(an_doc *doc, const an_frame *frame, double n);
/* "1 event", "20 competing events". */
const char *an_events_count(an_doc *doc, double n, const char *adjective);
/* "6 of 58 patients (10.3 %)", "1 of 1 row (100.0 %)". */
const char *an_rows_share(an_doc *doc, const an_frame *frame, double n, double total);
/* All of the frame: "58 patients", "1858 rows of 929 persons (id)". */
const char *an_rows_all(an_doc *doc, const an_frame *frame);
/* How many different codes there are; each -1 is one of its own. */
an_status an_owners_count(an_ctx *ctx, an_arena *mem, an_index n, const int32_t *code,
                          an_index *n_owners);
/* How many persons the rows are of, and what follows where no analysis knows. */
void an_rows_describe(an_doc *doc, const an_frame *frame);

#endif
