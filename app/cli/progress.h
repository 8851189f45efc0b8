/* One line on the terminal that tells how far long work is and how long it will take. */
#ifndef ANODYNE_CLI_PROGRESS_H
#define ANODYNE_CLI_PROGRESS_H

#include <stddef.h>
#include <stdint.h>

enum { CLI_PROGRESS_AFTER_MS = 1000 }; /* shorter work says nothing */

typedef struct cli_progress {
    int64_t begun_ms;       /* of the program */
    char step[64];          /* what is being done now */
    int64_t step_begun_ms;  /* and since when */
    double step_begun_from; /* how much of it was done then */
} cli_progress;

void cli_progress_begin(cli_progress *p, int64_t now_ms);

/* The line at now_ms: " 43 %  reading the table, about 12 s left". Empty while the work is
 * short. fraction NaN: nobody knows how much there is. */
void cli_progress_line(cli_progress *p, double fraction, const char *what, int64_t now_ms,
                       char *line, size_t size);

#endif
