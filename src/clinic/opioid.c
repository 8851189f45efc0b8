/* Oral morphine equivalents from published tables of factors. */
#include <anodyne/clinic.h>

#include "base/base.h"

/* The table is compiled in: no file is needed at run time, and none can disagree. */
static const an_opioid_factor factors[] = {
#define AN_OPIOID_FACTOR(table, drug, route, unit, factor, citation, verified) \
    {table, drug, route, unit, factor, citation, verified},
#include "../../data/opioid_factors.def"
#undef AN_OPIOID_FACTOR
};
enum { N_FACTORS = sizeof factors / sizeof *factors };

static const double LARGEST_PATCH_UG_H = 400, LARGEST_TOTAL_MG = 2000;

an_index an_opioid_factor_count(void)
{
    return N_FACTORS;
}

const an_opioid_factor *an_opioid_factor_at(an_index i)
{
    return i >= 0 && i < N_FACTORS ? factors + i : NULL;
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

const an_opioid_factor *an_opioid_factor_find(const char *table, const char *drug,
                                              const char *route, const char *unit)
{
    for (an_index i = 0; i < N_FACTORS; i++) {
        const an_opioid_factor *f = factors + i;

        if (same(f->table, table) && same(f->drug, drug) && same(f->route, route) &&
            same(f->unit, unit))
            return f;
    }
    return NULL;
}

const char *an_opioid_table(an_index i)
{
    an_index seen = 0;

    for (an_index k = 0; k < N_FACTORS; k++) {
        if (k > 0 && same(factors[k].table, factors[k - 1].table)) continue;
        if (seen++ == i) return factors[k].table;
    }
    return NULL;
}

const char *an_opioid_word(an_opioid_part part, const char *word)
{
    static const struct {
        an_opioid_part part;
        const char *word, *meaning;
    } words[] = {
#define AN_OPIOID_WORD(part, word, meaning) {part, word, meaning},
#include "../../data/opioid_words.def"
#undef AN_OPIOID_WORD
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (words[i].part == part && same(words[i].word, word)) return words[i].meaning;
    return word;
}

/* Flags that stop the sum, or 0 and *mg. */
static unsigned convert(const char *table, const an_opioid_dose *dose, double *mg,
                        unsigned *notes)
{
    const an_opioid_factor *f =
        an_opioid_factor_find(table, dose->drug, dose->route, dose->unit);

    if (!f || !(dose->dose >= 0)) return AN_OPIOID_UNKNOWN;
    if (same(f->unit, "ug/h") && dose->dose > LARGEST_PATCH_UG_H)
        return AN_OPIOID_PATCH_RANGE;
    if (same(f->drug, "methadone")) *notes |= AN_OPIOID_METHADONE;
    if (f->verified == 0) *notes |= AN_OPIOID_UNVERIFIED;
    *mg = dose->dose * f->factor;
    return 0;
}

an_opioid_total an_opioid_equivalent(const char *table, an_index n,
                                     const an_opioid_dose *doses)
{
    an_opioid_total total = {0, 0, -1};

    for (an_index i = 0; i < n; i++) {
        double mg = NAN;
        const unsigned stopped = convert(table, doses + i, &mg, &total.flags);

        total.flags |= stopped;
        if (stopped && total.first_unknown < 0) total.first_unknown = i;
        total.omed_mg += mg; /* NaN once anything is not known */
    }
    if (total.omed_mg > LARGEST_TOTAL_MG) total.flags |= AN_OPIOID_HIGH;
    return total;
}
