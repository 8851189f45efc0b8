/* One column's cells, counted by what they can be. */
#ifndef AN_STUDY_GUESS_CELLS_H
#define AN_STUDY_GUESS_CELLS_H

#include "study/guess.h"

enum { AN_MOST_DISTINCT = 31 };

/* column is AN_TEXT; seen receives its first n_distinct values. */
void an_guess_cells(const an_table *table, const an_column *column, an_cell_facts *c,
                    an_span seen[AN_MOST_DISTINCT]);

#endif
