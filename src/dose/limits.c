/* Limits of dose to organs, and what a reading of a plan says of them. */
#include <anodyne/dose.h>

#include "base/base.h"

static const an_organ organs[] = {
#define AN_ORGAN(id, label, others) {id, label, others},
#include "../../data/organs.def"
#undef AN_ORGAN
};

static const an_dose_limit limits[] = {
#define AN_DOSE_LIMIT(source, organ, metric, volume, fractions, limit, end, citation, \
                      verified)                                                       \
    {source, organ, metric, volume, fractions, limit, end, citation, verified},
#include "../../data/dose_limits.def"
#undef AN_DOSE_LIMIT
};

enum {
    N_ORGANS = sizeof organs / sizeof *organs,
    N_LIMITS = sizeof limits / sizeof *limits
};

const char *an_met_text(an_met met)
{
    static const char *const texts[] = {"not met", "met", "not decidable"};

    return texts[met];
}

/* ---- Organs ---- */

an_index an_organ_count(void)
{
    return N_ORGANS;
}

const an_organ *an_organ_at(an_index i)
{
    return i >= 0 && i < N_ORGANS ? organs + i : NULL;
}

/* The next character that counts, small, before end; 0: none is left. */
static int next_letter(const char **at, const char *end)
{
    while (*at < end && (**at == ' ' || **at == '_')) ++*at;
    if (*at == end) return 0;
    const int c = (unsigned char)*(*at)++;
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

static bool same_name(const char *name, const char *from, const char *end)
{
    const char *const stop = name + strlen(name);

    for (;;) {
        const int a = next_letter(&name, stop), b = next_letter(&from, end);

        if (a != b) return false;
        if (a == 0) return true;
    }
}

static bool is_among(const char *name, const char *list)
{
    while (*list) {
        const char *const comma = strchr(list, ',');
        const char *const end = comma ? comma : list + strlen(list);

        if (same_name(name, list, end)) return true;
        list = comma ? comma + 1 : end;
    }
    return false;
}

const an_organ *an_organ_find(const char *name)
{
    for (an_index i = 0; i < N_ORGANS; i++) {
        const an_organ *o = organs + i;

        if (same_name(name, o->id, o->id + strlen(o->id)) || is_among(name, o->others))
            return o;
    }
    return NULL;
}

/* ---- Limits ---- */

an_index an_dose_limit_count(void)
{
    return N_LIMITS;
}

const an_dose_limit *an_dose_limit_at(an_index i)
{
    return i >= 0 && i < N_LIMITS ? limits + i : NULL;
}

static an_status refuse(an_ctx *ctx, const char *text)
{
    char what[200];
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "U125",
                                .what = what,
                                .why = "a reading is a metric and its dose in Gy",
                                .advice = "Dmax=12, D0.35cc=9.8, D10%=8, CV700cc=15, "
                                          "Dmean=4"};

    snprintf(what, sizeof what, "\"%.100s\" is not a dose read off a plan", text);
    return an_fail_with(ctx, AN_ERR_ARGUMENT, &problem);
}

/* Volume of "D0.35cc"; 0 of "Dmax"; NaN of other metrics. False: not a metric. */
static bool read_metric(const char *metric, size_t size, double *volume)
{
    *volume = NAN;
    if (size == 4 && strncmp(metric, "Dmax", 4) == 0) {
        *volume = 0;
        return true;
    }
    if (size == 5 && strncmp(metric, "Dmean", 5) == 0) return true;
    if (size > 2 && metric[0] == 'D' && metric[size - 1] == '%')
        return an_parse_double(metric + 1, size - 2, &(double){0});
    if (size > 4 && strncmp(metric, "CV", 2) == 0 &&
        strncmp(metric + size - 2, "cc", 2) == 0)
        return an_parse_double(metric + 2, size - 4, &(double){0});
    return size > 3 && metric[0] == 'D' && strncmp(metric + size - 2, "cc", 2) == 0 &&
           an_parse_double(metric + 1, size - 3, volume) && *volume >= 0;
}

an_status an_dose_reading_read(an_ctx *ctx, const char *text, an_dose_reading *out)
{
    const char *const sign = strchr(text, '=');
    const size_t size = sign ? (size_t)(sign - text) : 0;
    an_dose_reading r = {.dose_gy = NAN};
    size_t n;

    if (!sign || size >= sizeof r.metric || !read_metric(text, size, &r.volume_cc))
        return refuse(ctx, text);
    n = strlen(sign + 1);
    if (n > 2 && strcmp(sign + 1 + n - 2, "Gy") == 0) n -= 2;
    while (n > 0 && sign[n] == ' ') n--;
    if (!an_parse_double(sign + 1, n, &r.dose_gy) || !(r.dose_gy >= 0))
        return refuse(ctx, text);
    memcpy(r.metric, text, size);
    *out = r;
    return AN_OK;
}

an_met an_dose_limit_check(const an_dose_limit *limit, an_index n,
                           const an_dose_reading *readings)
{
    an_met met = AN_NOT_DECIDABLE;

    for (an_index i = 0; i < n; i++) {
        const an_dose_reading *r = readings + i;
        const bool low = r->dose_gy <= limit->limit_gy;

        if (strcmp(r->metric, limit->metric) == 0) return low ? AN_MET : AN_NOT_MET;
        if (low && r->volume_cc <= limit->volume_cc) met = AN_MET;
        if (!low && r->volume_cc >= limit->volume_cc) met = AN_NOT_MET;
    }
    return met;
}

bool an_dose_readings_agree(an_index n, const an_dose_reading *readings)
{
    for (an_index i = 0; i < n; i++)
        for (an_index k = 0; k < n; k++)
            if (readings[i].volume_cc <= readings[k].volume_cc &&
                readings[i].dose_gy < readings[k].dose_gy)
                return false;
    return true;
}
