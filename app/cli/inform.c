/* list, describe, explain, doctor: what anodyne can do, says and has. */
#include "cli.h"

#include <anodyne/study.h>

static bool wants(const cli_args *args, const char *format)
{
    const char *given = cli_value(args, "format");

    return given && strcmp(given, format) == 0;
}

static an_status check_format(an_ctx *ctx, const cli_args *args, bool csv)
{
    const char *given = cli_value(args, "format");

    if (!given || wants(args, "text") || wants(args, "json") ||
        (csv && wants(args, "csv")))
        return AN_OK;
    return cli_usage(ctx, "U104", csv ? "choose one of: text json csv" : "text or json",
                     "format: `%s` is not known here", given);
}

/* ---- list ---- */

static void list_csv(void)
{
    printf("id,title,question\n");
    for (an_index i = 0; i < an_analysis_count(); i++) {
        const an_analysis *a = an_analysis_at(i);

        printf("%s,\"%s\",\"%s\"\n", a->id, a->title, a->question);
    }
}

static void list_json(void)
{
    printf("[");
    for (an_index i = 0; i < an_analysis_count(); i++) {
        const an_analysis *a = an_analysis_at(i);

        printf("%s\n  {\"id\": ", i ? "," : "");
        cli_put_json_text(stdout, a->id);
        printf(", \"title\": ");
        cli_put_json_text(stdout, a->title);
        printf(", \"question\": ");
        cli_put_json_text(stdout, a->question);
        printf("}");
    }
    printf("\n]\n");
}

an_status cli_run_list(an_ctx *ctx, const cli_args *args)
{
    an_status st = cli_expect(ctx, args, 0, 0, "no argument");

    if (st == AN_OK) st = check_format(ctx, args, true);
    if (st != AN_OK) return st;
    if (wants(args, "csv"))
        list_csv();
    else if (wants(args, "json"))
        list_json();
    else
        for (an_index i = 0; i < an_analysis_count(); i++) {
            printf("%-12s %s\n             ", an_analysis_at(i)->id,
                   an_analysis_at(i)->title);
            cli_put_wrapped(stdout, 13, 13, an_analysis_at(i)->question);
        }
    return cli_flush(ctx);
}

/* ---- describe ---- */

static void json_field(const char *before, const char *name, const char *text)
{
    printf("%s", before);
    cli_put_json_text(stdout, name);
    printf(": ");
    cli_put_json_text(stdout, text);
}

static void json_number(double x)
{
    if (x - x == 0)
        printf("%.17g", x);
    else
        printf("null");
}

static void describe_roles_json(const an_analysis *a)
{
    static const char *const kinds[] = {
        [AN_ROLE_SURV] = "surv",       [AN_ROLE_TERMS] = "terms",
        [AN_ROLE_GROUP] = "group",     [AN_ROLE_STRATA] = "strata",
        [AN_ROLE_CLUSTER] = "cluster", [AN_ROLE_WEIGHTS] = "weights",
        [AN_ROLE_NUMBER] = "number",   [AN_ROLE_FACTOR] = "factor",
        [AN_ROLE_ANY] = "any",         [AN_ROLE_DATE] = "date",
        [AN_ROLE_CAUSES] = "surv"};
    int n = 0;

    printf(",\n  \"roles\": [");
    for (const an_role *r = a->roles; r->name; r++) {
        json_field(n++ ? ",\n    {" : "\n    {", "name", r->name);
        json_field(", ", "kind", kinds[r->kind]);
        printf(", \"required\": %s, \"many\": %s, \"complete\": %s",
               r->required ? "true" : "false", r->many ? "true" : "false",
               r->complete ? "true" : "false");
        json_field(", ", "help", r->help);
        printf("}");
    }
    printf("\n  ]");
}

static void describe_default_json(const an_param *p)
{
    printf(", \"default\": ");
    if (p->type == AN_PARAM_BOOL_TYPE)
        printf(p->initial != 0 ? "true" : "false");
    else if (p->type == AN_PARAM_CHOICE_TYPE)
        cli_put_json_text(stdout, p->choices[(int)p->initial]);
    else if (p->type == AN_PARAM_REALS_TYPE || p->type == AN_PARAM_TEXT_TYPE)
        printf("null");
    else
        json_number(p->initial);
}

static void describe_param_json(const an_param *p, bool first)
{
    static const char *const types[] = {"",       "real",  "integer", "bool",
                                        "choice", "reals", "text"};

    json_field(first ? "\n    {" : ",\n    {", "name", p->name);
    json_field(", ", "type", types[p->type]);
    describe_default_json(p);
    if (p->type == AN_PARAM_REAL_TYPE || p->type == AN_PARAM_INTEGER_TYPE ||
        p->type == AN_PARAM_REALS_TYPE) {
        printf(", \"min\": ");
        json_number(p->min);
        printf(", \"max\": ");
        json_number(p->max);
    }
    if (p->unit) json_field(", ", "unit", p->unit);
    if (p->choices) {
        printf(", \"choices\": [");
        for (int i = 0; p->choices[i]; i++) {
            printf("%s", i ? ", " : "");
            cli_put_json_text(stdout, p->choices[i]);
        }
        printf("]");
    }
    json_field(", ", "help", p->help);
    printf("}");
}

static void describe_json(const an_analysis *a)
{
    bool first = true;
    int n = 0;

    json_field("{\n  ", "id", a->id);
    json_field(",\n  ", "title", a->title);
    json_field(",\n  ", "question", a->question);
    json_field(",\n  ", "method", a->method);
    json_field(",\n  ", "example", a->example);
    describe_roles_json(a);
    printf(",\n  \"options\": [");
    for (const an_param *p = a->params; p->name; p++, first = false)
        describe_param_json(p, first);
    printf("\n  ],\n  \"references\": [");
    for (; a->references && a->references[n]; n++) {
        printf(n ? ",\n    " : "\n    ");
        cli_put_json_text(stdout, a->references[n]);
    }
    printf("\n  ]\n}\n");
}

static void describe_text(const an_analysis *a)
{
    cli_print_analysis_help(stdout, a);
    if (a->references && a->references[0]) printf("\nReferences:\n");
    for (int i = 0; a->references && a->references[i]; i++) {
        printf("  ");
        cli_put_wrapped(stdout, 2, 2, a->references[i]);
    }
}

static an_status fail_unknown_analysis(an_ctx *ctx, const char *id)
{
    const char *names[128], *nearest;
    char advice[200];
    an_index n = 0;

    for (; n < an_analysis_count() && n < 128; n++) names[n] = an_analysis_at(n)->id;
    nearest = an_nearest(id, names, n);
    snprintf(advice, sizeof advice, nearest ? "did you mean `%s`?" : "see: anodyne %s",
             nearest ? nearest : "list");
    return cli_usage(ctx, "U101", advice, "no analysis `%s`", id);
}

an_status cli_run_describe(an_ctx *ctx, const cli_args *args)
{
    an_status st = cli_expect(ctx, args, 0, 1, "the id of an analysis, or nothing");
    const an_analysis *a = NULL;
    const an_index n = an_analysis_count();

    if (st == AN_OK) st = check_format(ctx, args, false);
    if (st != AN_OK) return st;
    if (args->n_positional == 1) {
        a = an_analysis_find(args->positional[0]);
        if (!a) return fail_unknown_analysis(ctx, args->positional[0]);
        if (wants(args, "json"))
            describe_json(a);
        else
            describe_text(a);
        return cli_flush(ctx);
    }
    if (wants(args, "json")) printf("[\n");
    for (an_index i = 0; i < n; i++) {
        if (wants(args, "json"))
            describe_json(an_analysis_at(i));
        else
            describe_text(an_analysis_at(i));
        if (i < n - 1) printf(wants(args, "json") ? ",\n" : "\n----\n\n");
    }
    if (wants(args, "json")) printf("]\n");
    return cli_flush(ctx);
}

/* ---- explain ---- */

static an_status fail_unknown_code(an_ctx *ctx, const char *code)
{
    const char *names[512], *nearest;
    char advice[200];
    an_index n = 0;

    for (; n < an_problem_kind_count() && n < 512; n++)
        names[n] = an_problem_kind_at(n)->code;
    nearest = an_nearest(code, names, n);
    snprintf(advice, sizeof advice,
             nearest ? "did you mean %s?" : "all of them: anodyne %s",
             nearest ? nearest : "explain");
    return cli_usage(ctx, "U106", advice, "no code `%s`", code);
}

/* d102 is D102: the letter is all that has a case. */
static const an_problem_kind *find_in_capitals(const char *code)
{
    for (an_index i = 0; i < an_problem_kind_count(); i++) {
        const an_problem_kind *kind = an_problem_kind_at(i);

        if (code[0] - 'a' == kind->code[0] - 'A' && strcmp(code + 1, kind->code + 1) == 0)
            return kind;
    }
    return NULL;
}

/* A rule of the methods reviewer. */
static an_status explain_rule(an_ctx *ctx, const an_review_rule *rule)
{
    printf("%s  %s\n  ? %s\n  -> %s\n", rule->id, rule->fault, rule->question,
           rule->advice);
    if (*rule->citation)
        printf("  %s%s\n", rule->citation, rule->verified ? "" : " (not verified)");
    return cli_flush(ctx);
}

an_status cli_run_explain(an_ctx *ctx, const cli_args *args)
{
    an_status st = cli_expect(ctx, args, 0, 1, "a code such as D102, or nothing");
    const an_problem_kind *kind = NULL;

    if (st != AN_OK) return st;
    if (args->n_positional == 0) {
        printf("| code | severity | meaning | what to do |\n|---|---|---|---|\n");
        for (an_index i = 0; i < an_problem_kind_count(); i++) {
            kind = an_problem_kind_at(i);
            printf("| %s | %s | %s | %s |\n", kind->code, kind->severity, kind->meaning,
                   kind->advice);
        }
        return cli_flush(ctx);
    }
    kind = an_problem_kind_find(args->positional[0]);
    if (!kind) kind = find_in_capitals(args->positional[0]);
    if (!kind && an_review_rule_find(args->positional[0]))
        return explain_rule(ctx, an_review_rule_find(args->positional[0]));
    if (!kind) return fail_unknown_code(ctx, args->positional[0]);
    printf("%s  %s\n  -> %s\n", kind->code, kind->meaning, kind->advice);
    return cli_flush(ctx);
}

/* ---- doctor ---- */

an_status cli_run_doctor(an_ctx *ctx, const cli_args *args)
{
    an_status st = cli_expect(ctx, args, 0, 0, "no argument");

    if (st != AN_OK) return st;
    printf("anodyne      %s\n", an_version());
    printf("compiler     %s\n", __VERSION__);
    printf("threads      %d\n", an_ctx_threads(ctx));
    printf("analyses     %lld\n", (long long)an_analysis_count());
    printf("libraries    %s\n", an_libraries());
    printf("reads        CSV and its relatives (any encoding of iconv), XLSX\n");
    printf("writes       HTML, JSON, CSV, Markdown, text; figures SVG, PDF, EPS, PNG\n");
    return cli_flush(ctx);
}
