/* Progress in words. The rate is that of the present step: reading a file says nothing of
 * how long a fit takes. */
#include "progress.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

void cli_progress_begin(cli_progress *p, int64_t now_ms)
{
    *p = (cli_progress){.begun_ms = now_ms};
}

static void enter_step(cli_progress *p, double fraction, const char *what, int64_t now_ms)
{
    if (strncmp(p->step, what, sizeof p->step - 1) == 0) return;
    snprintf(p->step, sizeof p->step, "%s", what);
    p->step_begun_ms = now_ms;
    p->step_begun_from = isnan(fraction) ? 0 : fraction;
}

/* NaN: too early to say. */
static double seconds_left(const cli_progress *p, double fraction, int64_t now_ms)
{
    const double spent = (double)(now_ms - p->step_begun_ms) / 1000;
    const double done = fraction - p->step_begun_from;

    return done >= 0.02 && spent >= 0.5 ? spent * (1 - fraction) / done : NAN;
}

static void put_left(double seconds, char *text, size_t size)
{
    if (isnan(seconds))
        text[0] = '\0';
    else if (seconds < 90)
        snprintf(text, size, ", about %.0f s left", fmax(1, ceil(seconds)));
    else if (seconds < 5400)
        snprintf(text, size, ", about %.0f min left", ceil(seconds / 60));
    else
        snprintf(text, size, ", about %.1f h left", seconds / 3600);
}

void cli_progress_line(cli_progress *p, double fraction, const char *what, int64_t now_ms,
                       char *line, size_t size)
{
    char left[40];

    enter_step(p, fraction, what, now_ms);
    line[0] = '\0';
    if (now_ms - p->begun_ms < CLI_PROGRESS_AFTER_MS) return;
    put_left(seconds_left(p, fraction, now_ms), left, sizeof left);
    if (isnan(fraction))
        snprintf(line, size, "       %s", p->step);
    else
        snprintf(line, size, "%3.0f %%  %s%s", 100 * fraction, p->step, left);
}
