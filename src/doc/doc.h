/* doc: what its files share. Other layers use <anodyne/doc.h> only. */
#ifndef AN_DOC_DOC_H
#define AN_DOC_DOC_H

#include <anodyne/doc.h>

#include "base/base.h"

/* ---- A finite double in its shortest decimal form: 0.d1 d2 d3 ... times 10^point ---- */

enum { AN_DECIMAL_DIGITS = 18 };

typedef struct an_decimal {
    bool negative;
    int n;     /* digits, none of them trailing zeros; 0: the number is zero */
    int point; /* of the decimal point, counted from the first digit */
    char digit[AN_DECIMAL_DIGITS]; /* '0'..'9' */
} an_decimal;

an_decimal an_decimal_from(double x);
/* To so many places after the point, ties away from zero. */
an_decimal an_decimal_round(an_decimal d, int places);
bool an_decimal_equal(an_decimal a, an_decimal b);
/* Plain notation with so many places; d has been rounded to them. Returns the size. */
size_t an_decimal_print(an_decimal d, int places, char text[64]);

/* ---- Rounding that cells agree on ---- */

/* Decimals of a composite of measurements (mean and SD, quartiles, range), or -1: its
 * kind has its own rule. */
int an_value_places(const an_value *value);
/* Most decimals that give its largest number no more than four digits. */
int an_value_places_most(const an_value *value);
/* As an_value_format_cell(), such a composite with so many decimals; -1: its own. */
size_t an_value_format_places(const an_value *value, int places, char *text, size_t size);

/* ---- Keys ---- */

/* A set; all zero: empty. Two levels of a factor may give the same key, and an id must
 * name one number. */
typedef struct an_keys {
    const char **slot; /* [capacity] hashed, NULL: free */
    an_index n, capacity;
} an_keys;

/* A copy of key in mem, or key_2, key_3 ... where it was claimed before; NULL: out of
 * memory. */
const char *an_keys_claim(an_keys *keys, an_arena *mem, const char *key);

/* ---- Figures ---- */

/* Deep copy into mem; NULL when out of memory. */
an_figure *an_figure_copy(an_arena *mem, const an_figure *figure);

#endif
