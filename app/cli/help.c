/* Help, made from the table of verbs and the registry of analyses. */
#include "cli.h"

#include <stdarg.h>

enum { LINE = 80 }; /* columns of a terminal */

void cli_put_wrapped(FILE *to, int column, int indent, const char *text)
{
    while (*text) {
        const size_t n = strcspn(text, " ");

        if (column > indent && column + 1 + (int)n > LINE) {
            fprintf(to, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', to);
            column++;
        }
        fwrite(text, 1, n, to);
        column += (int)n;
        text += n + (text[n] == ' ');
    }
    fputc('\n', to);
}

static void put_spelled(FILE *to, const char *name)
{
    for (; *name; name++) fputc(*name == '_' ? '-' : *name, to);
}

/* A name of so many columns, and what it means beside it. */
static void put_item(FILE *to, int width, const char *name, const char *text)
{
    fprintf(to, "  %-*s ", width, name);
    cli_put_wrapped(to, width + 3, width + 3, text);
}

void cli_print_help(FILE *to)
{
    fprintf(to,
            "anodyne %s - from a clinic's table to a finished report\n\n"
            "  anodyne init cohort.xlsx && anodyne report study.yaml -o results/\n"
            "  anodyne cox lung.csv 'Surv(time, status == 2) ~ age + factor(sex)'\n\n"
            "Verbs:\n",
            an_version());
    for (int i = 0; i < cli_verb_count(); i++)
        fprintf(to, "  %-12s %s\n", cli_verb_at(i)->name, cli_verb_at(i)->summary);
    fprintf(to, "\nAnalyses (anodyne ANALYSIS FILE 'FORMULA'):\n");
    for (an_index i = 0; i < an_analysis_count(); i++)
        put_item(to, 12, an_analysis_at(i)->id, an_analysis_at(i)->question);
    fprintf(to, "\nHelp on one: anodyne VERB --help. For research; not for treatment "
                "advice.\n"
                "Exit codes: 0 done, 2 usage, 3 study file, 4 data, 5 not estimable,\n"
                "7 input/output, 130 interrupted.\n");
}

static void print_option(FILE *to, const cli_option *o)
{
    char left[64];
    int n = snprintf(left, sizeof left, "%s%c%s--", o->letter ? "-" : "",
                     o->letter ? o->letter : ' ', o->letter ? ", " : "   ");

    for (const char *c = o->name; *c && n < 50; c++) left[n++] = *c == '_' ? '-' : *c;
    snprintf(left + n, sizeof left - (size_t)n, "%s%s", o->value ? " " : "",
             o->value ? o->value : "");
    put_item(to, 30, left, o->help);
}

static void print_options(FILE *to, const cli_options *options)
{
    if (options->n == 0) return;
    fprintf(to, "\nOptions:\n");
    for (int i = 0; i < options->n; i++) print_option(to, &options->at[i]);
}

void cli_print_verb_help(FILE *to, const cli_verb *verb)
{
    cli_options options = {0};

    for (int i = 0; i < 2; i++)
        if (verb->examples[i]) fprintf(to, "  %s\n", verb->examples[i]);
    fprintf(to, "\nanodyne %s %s\n\n%s.\n", verb->name, verb->usage, verb->summary);
    if (verb->options) verb->options(&options);
    print_options(to, &options);
}

/* Adds to text[size], as far as there is room. */
static void add(char *text, size_t size, const char *format, ...)
{
    const size_t n = strlen(text);
    va_list args;

    va_start(args, format);
    vsnprintf(text + n, size - n, format, args);
    va_end(args);
}

#define NO_LIMIT 1e15 /* an upper bound that only keeps numbers finite */

static void add_bounds(char *text, size_t size, const an_param *p)
{
    add(text, size, " (%g, ", p->initial);
    if (p->max < NO_LIMIT)
        add(text, size, "from %g to %g", p->min, p->max);
    else
        add(text, size, "at least %g", p->min);
    if (p->unit) add(text, size, "%s%s", p->max < NO_LIMIT ? " " : "; ", p->unit);
    add(text, size, ")");
}

static void add_choices(char *text, size_t size, const an_param *p)
{
    for (int i = 0; p->choices[i]; i++)
        add(text, size, "%s%s%s", i ? ", " : " (", p->choices[i],
            i == (int)p->initial ? " = default" : "");
    add(text, size, ")");
}

/* Defaults, bounds and choices of the analysis' own options. */
static void print_param(FILE *to, const an_param *p)
{
    char text[1000] = "";

    fputs("  --", to);
    put_spelled(to, p->name);
    fprintf(to, "\n      ");
    add(text, sizeof text, "%s", p->help);
    if (p->type == AN_PARAM_REAL_TYPE || p->type == AN_PARAM_INTEGER_TYPE)
        add_bounds(text, sizeof text, p);
    if (p->type == AN_PARAM_BOOL_TYPE)
        add(text, sizeof text, " (%s)", p->initial != 0 ? "on" : "off");
    if (p->type == AN_PARAM_CHOICE_TYPE) add_choices(text, sizeof text, p);
    if (p->type == AN_PARAM_REALS_TYPE)
        add(text, sizeof text, " (numbers, comma between%s%s)", p->unit ? "; " : "",
            p->unit ? p->unit : "");
    cli_put_wrapped(to, 6, 6, text);
}

static void print_role(FILE *to, const an_role *r)
{
    char text[1000] = "";

    add(text, sizeof text, "%s%s%s", r->help, r->required ? "; needed" : "",
        r->many ? "; may be several" : "");
    put_item(to, 18, r->name, text);
}

void cli_print_analysis_help(FILE *to, const an_analysis *analysis)
{
    cli_options options = {0};
    int own = 0;

    cli_analysis_options(analysis, &options);
    fprintf(to, "  %s\n  %s --format json\n\nanodyne %s FILE 'FORMULA' [options]\n\n",
            analysis->example, analysis->example, analysis->id);
    fprintf(to, "%s.", analysis->title);
    cli_put_wrapped(to, (int)strlen(analysis->title) + 1, 0, analysis->question);
    fprintf(to, "\nColumns:\n");
    for (const an_role *r = analysis->roles; r->name; r++) print_role(to, r);
    for (const an_param *p = analysis->params; p->name; p++) {
        if (own++ == 0) fprintf(to, "\nOptions of this analysis:\n");
        print_param(to, p);
    }
    for (int i = own; i < options.n; i++) options.at[i - own] = options.at[i];
    options.n -= own;
    print_options(to, &options);
    fprintf(to, "\nMethod: docs/methods/%s.md\n", analysis->method);
}
