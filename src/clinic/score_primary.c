/* Primary tumours: which they are, and what a score takes them for. */
#include "clinic/score.h"

#include <string.h>

static const an_primary primaries[] = {
#define AN_PRIMARY(id, part_of, others, label) {id, part_of, others, label},
#include "../../data/primaries.def"
#undef AN_PRIMARY
};

typedef struct listing {
    const char *score, *primary, *level;
    int verified;
} listing;

static const listing listings[] = {
#define AN_SCORE_PRIMARY(score, primary, level, verified) \
    {score, primary, level, verified},
#include "../../data/score_primaries.def"
#undef AN_SCORE_PRIMARY
};

enum {
    N_PRIMARIES = sizeof primaries / sizeof *primaries,
    N_LISTINGS = sizeof listings / sizeof *listings
};

/* ---- Names ---- */

static bool is_joint(char c)
{
    return c == ' ' || c == '_' || c == '-';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool an_score_same_name(const char *a, const char *b, size_t size)
{
    size_t i = 0;

    for (;; a++, i++) {
        while (*a && is_joint(*a)) a++;
        while (i < size && is_joint(b[i])) i++;
        if (!*a || i == size) return !*a && i == size;
        if (lower(*a) != lower(b[i])) return false;
    }
}

bool an_score_is_listed(const char *list, const char *text)
{
    while (*list) {
        const size_t size = strcspn(list, ",");

        if (an_score_same_name(text, list, size)) return true;
        list += size + (list[size] == ',');
    }
    return false;
}

an_index an_primary_count(void)
{
    return N_PRIMARIES;
}

const an_primary *an_primary_at(an_index i)
{
    return i >= 0 && i < N_PRIMARIES ? primaries + i : NULL;
}

const an_primary *an_primary_find(const char *name)
{
    for (an_index i = 0; i < N_PRIMARIES; i++)
        if (an_score_same_name(name, primaries[i].id, strlen(primaries[i].id)) ||
            an_score_is_listed(primaries[i].others, name))
            return primaries + i;
    return NULL;
}

/* ---- What a score takes them for ---- */

static uint32_t listed_level(const an_score_form *form, an_index item,
                             const char *primary, int *verified)
{
    for (an_index i = 0; i < N_LISTINGS; i++) {
        if (strcmp(listings[i].score, form->rule->id) != 0 ||
            strcmp(listings[i].primary, primary) != 0)
            continue;
        for (an_index l = 0; l < form->n_levels[item]; l++)
            if (strcmp(form->level[item][l].id, listings[i].level) == 0) {
                if (listings[i].verified < *verified) *verified = listings[i].verified;
                return (uint32_t)1 << l;
            }
    }
    return 0;
}

/* Of a tumour that has no parts: its row, that of what it is part of, that of all others. */
static uint32_t of_one(const an_score_form *form, an_index item,
                       const an_primary *primary, int *verified)
{
    uint32_t found = listed_level(form, item, primary->id, verified);

    if (!found && *primary->part_of)
        found = listed_level(form, item, primary->part_of, verified);
    return found ? found : listed_level(form, item, "*", verified);
}

uint32_t an_score_primary_levels(const an_score_form *form, an_index item,
                                 const an_primary *primary, int *verified)
{
    uint32_t found = 0;
    bool has_parts = false;

    *verified = 2;
    if ((found = listed_level(form, item, primary->id, verified))) return found;
    for (an_index i = 0; i < N_PRIMARIES; i++) {
        uint32_t part;

        if (strcmp(primaries[i].part_of, primary->id) != 0) continue;
        has_parts = true;
        part = of_one(form, item, &primaries[i], verified);
        if (!part) return 0; /* one of its parts is not listed */
        found |= part;
    }
    return has_parts ? found : of_one(form, item, primary, verified);
}
