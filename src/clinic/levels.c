/* Sets of vertebrae: names, order, neighbours, parts of the spine. */
#include <anodyne/levels.h>

#include <stdio.h>
#include <string.h>

static const char *const names[AN_VERTEBRA_COUNT] = {
    "Occiput", "C1", "C2", "C3", "C4", "C5", "C6", "C7",  "T1",  "T2",
    "T3",      "T4", "T5", "T6", "T7", "T8", "T9", "T10", "T11", "T12",
    "L1",      "L2", "L3", "L4", "L5", "S1", "S2", "S3",  "S4",  "S5"};

const char *an_vertebra_name(int vertebra)
{
    return vertebra >= 0 && vertebra < AN_VERTEBRA_COUNT ? names[vertebra] : NULL;
}

static bool has(an_levels levels, int vertebra)
{
    return (levels >> vertebra) & 1;
}

int an_levels_first(an_levels levels)
{
    for (int v = 0; v < AN_VERTEBRA_COUNT; v++)
        if (has(levels, v)) return v;
    return -1;
}

int an_levels_last(an_levels levels)
{
    for (int v = AN_VERTEBRA_COUNT - 1; v >= 0; v--)
        if (has(levels, v)) return v;
    return -1;
}

int an_levels_count(an_levels levels)
{
    int n = 0;

    for (int v = 0; v < AN_VERTEBRA_COUNT; v++) n += has(levels, v);
    return n;
}

an_levels an_levels_widen(an_levels levels, int more)
{
    const an_levels all = ((an_levels)1 << AN_VERTEBRA_COUNT) - 1;

    for (; more > 0; more--) levels |= (levels << 1 | levels >> 1) & all;
    return levels;
}

int an_levels_distance(an_levels a, an_levels b)
{
    if (an_levels_first(a) < 0 || an_levels_first(b) < 0) return -1;
    for (int d = 0; d < AN_VERTEBRA_COUNT; d++)
        if (an_levels_widen(a, d) & b) return d;
    return -1;
}

/* ---- Text ---- */

void an_levels_write(an_levels levels, char text[AN_LEVELS_SIZE])
{
    size_t n = 0;

    text[0] = '\0';
    for (int v = 0, last; v < AN_VERTEBRA_COUNT; v = last + 1) {
        last = v;
        if (!has(levels, v)) continue;
        while (last + 1 < AN_VERTEBRA_COUNT && has(levels, last + 1)) last++;
        n += (size_t)snprintf(text + n, AN_LEVELS_SIZE - n, "%s%s%s%s", n ? ", " : "",
                              names[v], last > v ? "-" : "", last > v ? names[last] : "");
    }
}

/* ---- Parts ---- */

typedef struct stretch {
    int from, to, is;
} stretch;

/* The greatest `is` of the stretches that a level lies in, or -1. */
static int greatest(an_levels levels, size_t n, const stretch *parts)
{
    int most = -1;

    for (size_t k = 0; k < n; k++)
        for (int v = parts[k].from; v <= parts[k].to; v++)
            if (has(levels, v) && parts[k].is > most) most = parts[k].is;
    return most;
}

an_spine_part an_levels_spine_part(an_levels levels)
{
    static const stretch parts[] = {
        {AN_OCCIPUT, AN_C2, AN_SPINE_JUNCTIONAL},
        {AN_C2 + 1, AN_C7 - 1, AN_SPINE_MOBILE},
        {AN_C7, AN_T1 + 1, AN_SPINE_JUNCTIONAL},
        {AN_T1 + 2, AN_T12 - 2, AN_SPINE_SEMIRIGID},
        {AN_T12 - 1, AN_L1, AN_SPINE_JUNCTIONAL},
        {AN_L2, AN_L5 - 1, AN_SPINE_MOBILE},
        {AN_L5, AN_S1, AN_SPINE_JUNCTIONAL},
        {AN_S1 + 1, AN_S5, AN_SPINE_RIGID},
    };

    return (an_spine_part)greatest(levels, sizeof parts / sizeof *parts, parts);
}

const char *an_spine_part_text(an_spine_part part)
{
    static const char *const texts[AN_SPINE_PART_COUNT] = {"rigid", "semirigid", "mobile",
                                                           "junctional"};

    return part < 0 ? NULL : texts[part];
}

an_canal an_levels_canal(an_levels levels)
{
    static const stretch parts[] = {{AN_OCCIPUT, AN_T12, AN_CANAL_CORD},
                                    {AN_L1, AN_L2, AN_CANAL_CONUS},
                                    {AN_L2 + 1, AN_S5, AN_CANAL_CAUDA}};

    return (an_canal)greatest(levels, sizeof parts / sizeof *parts, parts);
}

const char *an_canal_text(an_canal canal)
{
    static const char *const texts[] = {"cauda equina", "end of the cord, lumbar",
                                        "cervical or thoracic cord"};

    return canal < 0 ? NULL : texts[canal];
}
