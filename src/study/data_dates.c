/*
 * Dates. ISO (2021-04-03, also with / . and in Chinese) is read as it is; another order
 * only when it is declared. 03/04/2021 without a declaration is an error that names both
 * readings; the date itself is a patient's and stays in its cell.
 */
#include "study/study.h"

enum { SECONDS_A_DAY = 86400 };

/* Three numbers with one separator; which of them is the year is not decided here. */
typedef struct parts {
    int n[3];
    size_t digits[3];
} parts;

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of a separator at s: - / . or one of the Chinese letters year, month, day. */
static size_t separator(const char *s, size_t left)
{
    static const char *const chinese[] = {"年", "月", "日"};

    if (left > 0 && strchr("-/.", s[0])) return 1;
    for (int k = 0; k < 3; k++)
        if (left >= 3 && memcmp(s, chinese[k], 3) == 0) return 3;
    return 0;
}

/* What may follow a date: nothing, or a time of day, which is dropped. A remark may not:
 * "2021-04-03 ?" is a doubt. */
static bool is_end(const char *s, size_t left)
{
    if (left == 0) return true;
    if ((s[0] != 'T' && s[0] != ' ') || left < 2 || !is_digit(s[1])) return false;
    for (size_t i = 1; i < left; i++)
        if (!is_digit(s[i]) && !strchr(":.Z+- AMP", s[i])) return false;
    return true;
}

static bool split(an_span cell, parts *out)
{
    const char *s = cell.data;
    size_t left = cell.size;

    for (int k = 0; k < 3; k++) {
        size_t used;

        out->n[k] = 0;
        for (used = 0; used < left && is_digit(s[used]); used++) {
            if (used == 4) return false;
            out->n[k] = 10 * out->n[k] + (s[used] - '0');
        }
        if (used == 0) return false;
        out->digits[k] = used;
        s += used;
        left -= used;
        used = separator(s, left);
        if (k < 2 && used == 0) return false;
        s += used;
        left -= used;
    }
    return is_end(s, left);
}

/* The date in this order; years have four digits. */
static bool read_as(const parts *p, an_date_order order, int32_t *days)
{
    static const int at[3][3] = {{0, 1, 2}, {2, 1, 0}, {2, 0, 1}}; /* year month day */
    const int y = at[order][0];
    const int year = p->n[y], month = p->n[at[order][1]], day = p->n[at[order][2]];

    if (p->digits[y] != 4 || !an_date_valid(year, month, day)) return false;
    *days = an_date_from_civil(year, month, day);
    return true;
}

/* ---- Problems ---- */

typedef struct dates {
    an_ctx *ctx;
    const an_study *study;
    const an_raw *raw;
    const an_variable *v;
    an_index n_ambiguous, n_other_order, first_ambiguous, first_other;
    an_date_order other;
} dates;

static void problem_at(const dates *d, an_index i, const char *code, const char *what,
                       const char *why, const char *advice)
{
    an_problem problem = {
        .severity = AN_ERROR, .code = code, .what = what, .why = why, .advice = advice};

    an_data_problem(d->ctx, d->study, d->raw, d->v, i, &problem);
}

static void report_ambiguous(const dates *d)
{
    char what[300];

    if (d->n_ambiguous == 0) return;
    snprintf(what, sizeof what, "%s: %lld %s be read two ways", d->v->name,
             (long long)d->n_ambiguous, d->n_ambiguous == 1 ? "date can" : "dates can");
    problem_at(
        d, d->first_ambiguous, "D102", what,
        "day/month/year and month/day/year both give a date here, and not the same one",
        "declare format: dmy or format: mdy for this variable; no date was assumed");
}

static void report_other_order(const dates *d)
{
    char what[300], advice[200];

    if (d->n_other_order == 0) return;
    snprintf(what, sizeof what, "%s: %lld %s not written yyyy-mm-dd", d->v->name,
             (long long)d->n_other_order,
             d->n_other_order == 1 ? "date is" : "dates are");
    snprintf(advice, sizeof advice, "declare format: %s for this variable",
             d->other == AN_DATE_DMY ? "dmy" : "mdy");
    problem_at(d, d->first_other, "D125", what, NULL, advice);
}

static void note_undeclared(dates *d, an_index i, const parts *p)
{
    int32_t day_first, month_first;
    const bool dmy = read_as(p, AN_DATE_DMY, &day_first);
    const bool mdy = read_as(p, AN_DATE_MDY, &month_first);

    if (dmy && mdy && day_first != month_first) {
        if (d->n_ambiguous++ > 0) return;
        d->first_ambiguous = i;
    } else {
        if (d->n_other_order++ > 0) return;
        d->first_other = i;
        d->other = dmy ? AN_DATE_DMY : AN_DATE_MDY;
    }
}

static const char *why_no_date(const parts *p)
{
    bool has_year = false;

    for (int k = 0; k < 3; k++) has_year = has_year || p->digits[k] == 4;
    return has_year ? "the calendar has no such day"
                    : "a year of two digits can be of two centuries";
}

static bool read_cell(dates *d, an_index i, an_span cell, int32_t *days)
{
    char what[200];
    parts p;
    int32_t ignored;
    const bool is_split = split(cell, &p);

    if (is_split && read_as(&p, AN_DATE_YMD, days))
        return true; /* no order is in doubt */
    if (is_split && d->v->order != AN_DATE_YMD && read_as(&p, d->v->order, days))
        return true;
    if (is_split && d->v->order == AN_DATE_YMD &&
        (read_as(&p, AN_DATE_DMY, &ignored) || read_as(&p, AN_DATE_MDY, &ignored))) {
        note_undeclared(d, i, &p);
        return false;
    }
    snprintf(what, sizeof what, "%.100s is not a date", d->v->name);
    problem_at(d, i, "D125", what, is_split ? why_no_date(&p) : NULL,
               "write it as yyyy-mm-dd");
    return false;
}

/* Dates that can be read and can hardly be meant: one warning with their number and the
 * first of them. */
static void warn_unlikely(const dates *d, an_index n, const int32_t *code,
                          const uint8_t *valid, bool late)
{
    const int64_t today = an_now(d->ctx) / SECONDS_A_DAY;
    const int32_t first_day = an_date_from_civil(1900, 1, 1);
    an_index n_found = 0, first = 0;
    char what[300];
    an_problem problem = {.severity = AN_WARNING,
                          .code = "D134",
                          .what = what,
                          .why = "it was taken as it is written",
                          .advice = "look whether the year is right"};

    for (an_index i = 0; i < n; i++) {
        if (!(valid[i / 8] & (1u << (i % 8)))) continue;
        if (late ? code[i] <= today : code[i] >= first_day) continue;
        if (n_found++ == 0) first = i;
    }
    if (n_found == 0) return;
    snprintf(what, sizeof what, "%s: %lld %s %s", d->v->name, (long long)n_found,
             n_found == 1 ? "date is" : "dates are",
             late ? "later than today" : "before 1900");
    an_data_problem(d->ctx, d->study, d->raw, d->v, first, &problem);
}

void an_data_read_dates(an_ctx *ctx, const an_study *study, const an_raw *raw,
                        const an_variable *v, an_index n, const an_span *cells,
                        int32_t *code, uint8_t *valid)
{
    dates d = {.ctx = ctx, .study = study, .raw = raw, .v = v};

    for (an_index i = 0; i < n; i++) {
        if (cells[i].size == 0 || !read_cell(&d, i, cells[i], &code[i])) continue;
        valid[i / 8] |= (uint8_t)(1u << (i % 8));
    }
    report_ambiguous(&d);
    report_other_order(&d);
    warn_unlikely(&d, n, code, valid, false);
    warn_unlikely(&d, n, code, valid, true);
}
