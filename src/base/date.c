/* Dates: days since 1970-01-01 in the proleptic Gregorian calendar. */
#include "base/base.h"

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool an_date_valid(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1) return false;
    return day <= days[month - 1] + (month == 2 && is_leap(year));
}

/* Years start in March, so the leap day is the last of its year. Eras are 400 years. */
int32_t an_date_from_civil(int year, int month, int day)
{
    const int y = year - (month <= 2);
    const int era = (y >= 0 ? y : y - 399) / 400;
    const int year_of_era = y - era * 400;
    const int day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    const int day_of_era =
        year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

void an_date_to_civil(int32_t days, int *year, int *month, int *day)
{
    const int z = days + 719468;
    const int era = (z >= 0 ? z : z - 146096) / 146097;
    const int doe = z - era * 146097;
    const int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    const int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    const int m = (5 * doy + 2) / 153;

    *day = doy - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = yoe + era * 400 + (*month <= 2);
}

void an_date_format(int32_t days, char text[16])
{
    int year, month, day;

    an_date_to_civil(days, &year, &month, &day);
    snprintf(text, 16, "%04d-%02d-%02d", year, month, day);
}

/* count digits at text as a number; -1 when one of them is none. */
static int digits(const char *text, int count)
{
    int value = 0;

    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

bool an_parse_date_iso(const char *text, size_t size, int32_t *days)
{
    int year, month, day;

    if (size != 10 || text[4] != '-' || text[7] != '-') return false;
    year = digits(text, 4);
    month = digits(text + 5, 2);
    day = digits(text + 8, 2);
    if (!an_date_valid(year, month, day)) return false;
    *days = an_date_from_civil(year, month, day);
    return true;
}
