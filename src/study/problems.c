/* The codes of problems: docs/problems.md as a table (problems.sed). */
#include <anodyne/study.h>

#include "base/base.h"

static const an_problem_kind kinds[] = {
#define AN_PROBLEM(code, severity, meaning, advice) {code, severity, meaning, advice},
#include "problems.def"
#undef AN_PROBLEM
};
enum { N_KINDS = sizeof kinds / sizeof *kinds };

an_index an_problem_kind_count(void)
{
    return N_KINDS;
}

const an_problem_kind *an_problem_kind_at(an_index i)
{
    assert(i >= 0 && i < N_KINDS);
    return &kinds[i];
}

const an_problem_kind *an_problem_kind_find(const char *code)
{
    for (an_index i = 0; i < N_KINDS; i++)
        if (strcmp(kinds[i].code, code) == 0) return &kinds[i];
    return NULL;
}
