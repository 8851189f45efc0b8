/* What the columns of a table seem to mean (guess.c), and the study file that says so
 * (guess_write.c). */
#ifndef AN_STUDY_GUESS_H
#define AN_STUDY_GUESS_H

#include <anodyne/study.h>

#include "base/base.h"

typedef enum an_meaning_id {
#define AN_MEANING(id, values, words, and_words, unit, low, high, label, zh) \
    AN_MEANS_##id,
#include "study/meanings.def"
#undef AN_MEANING
    AN_MEANS_NOTHING
} an_meaning_id;

typedef struct an_meaning {
    const char *id, *values, *words, *and_words, *unit;
    double low, high;
    const char *label, *label_zh;
} an_meaning;

/* The line of meanings.def; id is not AN_MEANS_NOTHING. */
const an_meaning *an_meaning_at(an_meaning_id id);

/* What the cells are, by looking at all of them. */
typedef struct an_cell_facts {
    an_index n, n_missing, n_number, n_whole, n_iso, n_dmy, n_mdy, n_both, n_yes_no;
    an_index n_distinct; /* up to 31 */
    double low, high;    /* of the numbers */
    an_index first_both; /* row of the first date that can be read two ways; -1 */
    an_index n_code;     /* cells such as "unknown" among numbers */
    char code[32];       /* the first of them */
    char kind;           /* d n y c t */
    bool unique;         /* every cell present and different */
} an_cell_facts;

typedef struct an_guess {
    const an_column *column;
    an_cell_facts cells;
    an_meaning_id meaning;
    const char *word; /* of the name, that decided */
    char name[80];    /* of the variable */
    int month;        /* of a visit; 0: none in the name */
} an_guess;

typedef struct an_guesses {
    const an_table *table;
    an_index n;
    an_guess *g; /* [n] */
} an_guesses;

/* Is this how a column of identifiers is called? */
bool an_names_patient(const char *name);

an_status an_guess_columns(an_ctx *ctx, an_arena *mem, const an_table *table,
                           an_guesses *out);
/* The first guess of this meaning, or NULL. */
const an_guess *an_guess_find(const an_guesses *all, an_meaning_id meaning);
/* The guess of this meaning and month, or NULL. */
const an_guess *an_guess_of_month(const an_guesses *all, an_meaning_id meaning,
                                  int month);

#endif
