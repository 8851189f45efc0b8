/* dose: the bedside verbs on fractionated dose. */
#ifndef ANODYNE_CLI_DOSE_H
#define ANODYNE_CLI_DOSE_H

#include "cli.h"

enum { DOSE_MOST_COURSES = 12 };

/* What was asked for. */
typedef struct dose_wish {
    an_reals alpha_beta, fractions;
    const char *tissue, *organ, *first, *second, *third, *interval, *second_interval,
        *recovery;
    int model, cord;
} dose_wish;
enum { DOSE_LQ, DOSE_LQL, DOSE_USC, DOSE_CONVENTIONAL, DOSE_STEREOTACTIC };

/* One alpha/beta that is used, and of what. */
typedef struct dose_tissue {
    double alpha_beta_gy;
    const char *label;
    const an_tissue *row; /* NULL: given as a number */
} dose_tissue;

typedef struct dose_question {
    an_ctx *ctx;
    an_doc *doc;
    const cli_args *args;
    const dose_wish *wish;
} dose_question;

/* dose.c: the courses among the arguments after the first; "4.5 Gy × 7". */
an_status dose_courses(const dose_question *q, an_index *n, an_course *course);
const char *dose_course_text(an_doc *doc, const an_course *course);
const char *dose_gy(an_doc *doc, double gy);
/* A row of data/ that nobody has checked says so wherever it is shown. */
const char *dose_mark(int verified);
void dose_warn_unverified(an_doc *doc, an_index n);

/* dose_cord.c */
an_status dose_ntcp(const dose_question *q);
an_status dose_constraints(const dose_question *q);
an_status dose_reirradiation(const dose_question *q);

#endif
