/* What the cells of a text column could be, counted. Kernels. */
#ifndef AN_TABLE_CENSUS_H
#define AN_TABLE_CENSUS_H

#include "table/table.h"

enum { AN_SPELLINGS = 6 }; /* pairs of words for no and yes */

/* Cells of a column by what they could be. */
typedef struct an_census {
    an_index n;                      /* not missing */
    an_index number, whole, padded;  /* padded: 007, an identifier */
    an_index comma, thousands;       /* 1,5; of these 1,500: two readings */
    an_index iso;                    /* 2021-04-03 */
    an_index written, dmy, mdy, ymd; /* 3/4/2021, and by orders that it allows */
    an_index two_orders;             /* with different dates by two orders */
    an_index spelling[AN_SPELLINGS]; /* of yes and no */
    an_index first_not_number, first_not_iso, first_two_orders,
        first_comma; /* rows; -1 none */
} an_census;

an_census an_census_take(an_index n_rows, const an_column *column);
/* A finite number that is not an identifier with leading zeros. */
bool an_census_number(an_span cell, double *x);
/* 1: the word for yes of some spelling. */
bool an_census_yes(an_span cell);

#endif
