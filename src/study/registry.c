/* The registry: analyses.def expanded twice. */
#include <anodyne/analysis.h>

#include "base/base.h"

#define AN_ANALYSIS(id) extern const an_analysis an_analysis_##id;
#include "study/analyses.def"
#undef AN_ANALYSIS

static const an_analysis *const analyses[] = {
#define AN_ANALYSIS(id) &an_analysis_##id,
#include "study/analyses.def"
#undef AN_ANALYSIS
};
enum { N_ANALYSES = sizeof analyses / sizeof *analyses };

an_index an_analysis_count(void)
{
    return N_ANALYSES;
}

const an_analysis *an_analysis_at(an_index i)
{
    assert(i >= 0 && i < N_ANALYSES);
    return analyses[i];
}

const an_analysis *an_analysis_find(const char *id)
{
    for (an_index i = 0; i < N_ANALYSES; i++)
        if (strcmp(analyses[i]->id, id) == 0) return analyses[i];
    return NULL;
}
