/* The tables of data/ that say what tissues and fractions are called. They are compiled
 * in: no file is needed at run time, and none can disagree. */
#include <anodyne/dose.h>

#include "base/base.h"

static const an_tissue tissues[] = {
#define AN_TISSUE(id, label, alpha_beta, others, citation, verified) \
    {id, label, alpha_beta, others, citation, verified},
#include "../../data/alpha_beta.def"
#undef AN_TISSUE
};

static const an_fractionation classes[] = {
#define AN_FRACTIONATION(scheme, label, from, below, citation, verified) \
    {scheme, label, from, below, citation, verified},
#include "../../data/fractionation.def"
#undef AN_FRACTIONATION
};

enum {
    N_TISSUES = sizeof tissues / sizeof *tissues,
    N_CLASSES = sizeof classes / sizeof *classes
};

an_index an_tissue_count(void)
{
    return N_TISSUES;
}

const an_tissue *an_tissue_at(an_index i)
{
    return i >= 0 && i < N_TISSUES ? tissues + i : NULL;
}

const an_tissue *an_tissue_find(const char *id)
{
    for (an_index i = 0; i < N_TISSUES; i++)
        if (strcmp(tissues[i].id, id) == 0) return tissues + i;
    return NULL;
}

an_index an_fractionation_count(void)
{
    return N_CLASSES;
}

const an_fractionation *an_fractionation_at(an_index i)
{
    return i >= 0 && i < N_CLASSES ? classes + i : NULL;
}

const an_fractionation *an_fractionation_of(const char *scheme,
                                            double dose_per_fraction_gy)
{
    if (!(dose_per_fraction_gy > 0)) return NULL;
    for (an_index i = 0; i < N_CLASSES; i++)
        if (strcmp(classes[i].scheme, scheme) == 0 &&
            dose_per_fraction_gy >= classes[i].from_gy &&
            dose_per_fraction_gy < classes[i].below_gy)
            return classes + i;
    return NULL;
}
