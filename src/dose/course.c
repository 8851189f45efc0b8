/* Courses of one or more phases, as they are written. */
#include <anodyne/dose.h>

#include "base/base.h"

static const double MOST_GY = 200, MOST_FRACTIONS = 100;

static an_status refuse(an_ctx *ctx, const char *text, const char *why)
{
    char what[200];
    const an_problem problem = {
        .severity = AN_ERROR,
        .code = "U125",
        .what = what,
        .why = why,
        .advice = "dose per fraction x fractions: 4.5x7; or total / fractions: 30/10; "
                  "phases joined by +"};

    snprintf(what, sizeof what, "\"%.100s\" is not a course", text);
    return an_fail_with(ctx, AN_ERR_ARGUMENT, &problem);
}

static const char *skip_blanks(const char *at, const char *end)
{
    while (at < end && *at == ' ') at++;
    return at;
}

/* A number between blanks, with or without Gy behind it. */
static bool read_number(const char *at, const char *end, double *out)
{
    at = skip_blanks(at, end);
    while (end > at && end[-1] == ' ') end--;
    if (end - at > 2 && strncmp(end - 2, "Gy", 2) == 0) end -= 2;
    while (end > at && end[-1] == ' ') end--;
    return an_parse_double(at, (size_t)(end - at), out);
}

/* Where the sign between dose and fractions stands, and how long it is; NULL: none. */
static const char *find_sign(const char *at, const char *end, bool *is_total, int *size)
{
    for (; at < end; at++) {
        *is_total = *at == '/';
        *size = end - at > 1 && strncmp(at, "×", 2) == 0 ? 2 : 1;
        if (*is_total || *size == 2 || *at == 'x' || *at == 'X' || *at == '*') return at;
    }
    return NULL;
}

/* NULL, or what is wrong. */
static const char *read_phase(const char *at, const char *end, an_phase *out)
{
    bool is_total = false;
    int size = 0;
    const char *sign = find_sign(at, end, &is_total, &size);

    out->n_fractions = 1;
    if (!read_number(at, sign ? sign : end, &out->dose_per_fraction_gy))
        return "a dose is a number of Gy";
    if (sign && !read_number(sign + size, end, &out->n_fractions))
        return "the number of fractions is missing, or no number";
    if (!(out->n_fractions >= 1) || out->n_fractions > MOST_FRACTIONS ||
        out->n_fractions != floor(out->n_fractions))
        return "the number of fractions is whole, from 1 to 100";
    if (is_total) out->dose_per_fraction_gy /= out->n_fractions;
    if (!(out->dose_per_fraction_gy > 0) ||
        out->dose_per_fraction_gy * out->n_fractions > MOST_GY)
        return "a dose is above 0 and at most 200 Gy";
    return NULL;
}

an_status an_course_read(an_ctx *ctx, const char *text, an_course *out)
{
    an_course course = {0};

    for (const char *at = text;; at++) {
        const char *const plus = strchr(at, '+');
        const char *const end = plus ? plus : at + strlen(at);
        const char *wrong;

        if (course.n_phases == AN_MOST_PHASES)
            return refuse(ctx, text, "a course has at most 8 phases");
        wrong = read_phase(at, end, &course.phase[course.n_phases++]);
        if (wrong) return refuse(ctx, text, wrong);
        if (!plus) break;
        at = plus;
    }
    *out = course;
    return AN_OK;
}

double an_course_dose_gy(const an_course *course)
{
    double sum = 0;

    for (an_index i = 0; i < course->n_phases; i++)
        sum += course->phase[i].dose_per_fraction_gy * course->phase[i].n_fractions;
    return sum;
}

double an_course_fractions(const an_course *course)
{
    double sum = 0;

    for (an_index i = 0; i < course->n_phases; i++) sum += course->phase[i].n_fractions;
    return sum;
}

double an_course_bed_gy(const an_course *course, double alpha_beta_gy)
{
    double sum = 0;

    for (an_index i = 0; i < course->n_phases; i++)
        sum += an_bed_gy(course->phase[i].dose_per_fraction_gy,
                         course->phase[i].n_fractions, alpha_beta_gy);
    return sum;
}

double an_course_eqd2_gy(const an_course *course, double alpha_beta_gy)
{
    return an_course_bed_gy(course, alpha_beta_gy) / (1 + 2 / alpha_beta_gy);
}

/* ---- Intervals ---- */

an_status an_interval_read(an_ctx *ctx, const char *text, double *months)
{
    static const struct {
        const char *name;
        double months;
    } units[] = {{"mo", 1}, {"d", 1 / 30.4375}, {"w", 7 / 30.4375}, {"y", 12}};
    char what[200];
    const an_problem problem = {.severity = AN_ERROR,
                                .code = "U125",
                                .what = what,
                                .advice = "12mo, 200d, 30w or 2y"};
    const size_t size = strlen(text);
    double x;

    for (size_t k = 0; k < sizeof units / sizeof *units; k++) {
        const size_t n = strlen(units[k].name);

        if (size <= n || strcmp(text + size - n, units[k].name) != 0) continue;
        if (!an_parse_double(text, size - n, &x) || !(x >= 0)) continue;
        *months = x * units[k].months;
        return AN_OK;
    }
    snprintf(what, sizeof what, "\"%.100s\" is not an interval", text);
    return an_fail_with(ctx, AN_ERR_ARGUMENT, &problem);
}
