/* The command line: a thin front end on the public headers. Data go to stdout, talk to
 * stderr; every verb is one function. */
#ifndef ANODYNE_CLI_H
#define ANODYNE_CLI_H

#include <anodyne/anodyne.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* One option a verb understands. */
typedef struct cli_option {
    const char *name;  /* without dashes; the registry's names may hold underscores */
    char letter;       /* -o, or 0 */
    const char *value; /* what stands for its value in the help; NULL: a switch */
    const char *help;
} cli_option;

enum { CLI_MOST_OPTIONS = 160, CLI_MOST_ARGS = 64 };

/* Options of one verb; grows by cli_options_add(). */
typedef struct cli_options {
    int n;
    cli_option at[CLI_MOST_OPTIONS];
} cli_options;

/* What the user wrote. Texts are argv's. */
typedef struct cli_args {
    int n_values;
    const char *name[CLI_MOST_ARGS], *value[CLI_MOST_ARGS];
    int n_positional;
    const char *positional[CLI_MOST_ARGS];
    bool help;
} cli_args;

typedef struct cli_verb {
    const char *name;
    const char *usage;   /* "FILE 'FORMULA'" */
    const char *summary; /* one line */
    const char *examples[2];
    void (*options)(cli_options *out); /* NULL: none beside --help */
    an_status (*run)(an_ctx *ctx, const cli_args *args);
} cli_verb;

/* args.c */
void cli_options_add(cli_options *options, cli_option option);
void cli_options_output(cli_options *options);  /* --format -o */
void cli_options_reading(cli_options *options); /* --sheet --delimiter --encoding */
an_status cli_parse(an_ctx *ctx, const char *verb, const cli_options *options, int argc,
                    char **argv, cli_args *out);
/* The last value of an option, or NULL. */
const char *cli_value(const cli_args *args, const char *name);
bool cli_same_name(const char *a, const char *b); /* conf-level is conf_level */
an_status cli_usage(an_ctx *ctx, const char *code, const char *advice, const char *format,
                    ...) AN_PRINTF(4, 5);
an_status cli_expect(an_ctx *ctx, const cli_args *args, int least, int most,
                     const char *what);
/* Common settings: --threads. */
an_status cli_apply_common(an_ctx *ctx, const cli_args *args);
an_status cli_read_options(an_ctx *ctx, const cli_args *args, an_read_options *out);

/* output.c */
an_status cli_write_document(an_ctx *ctx, const cli_args *args, const an_doc *doc);
an_status cli_write_text(an_ctx *ctx, const cli_args *args, const char *text, size_t n);
an_status cli_flush(an_ctx *ctx);
void cli_print_problems(an_ctx *ctx, an_status status);
void cli_put_json_text(FILE *to, const char *text);

/* help.c */
/* Words from this column on, wrapped at 80 columns; later lines begin at indent. */
void cli_put_wrapped(FILE *to, int column, int indent, const char *text);
void cli_print_help(FILE *to);
void cli_print_verb_help(FILE *to, const cli_verb *verb);
void cli_print_analysis_help(FILE *to, const an_analysis *analysis);

/* verbs.c */
int cli_verb_count(void);
const cli_verb *cli_verb_at(int i);
const cli_verb *cli_verb_find(const char *name);

/* analysis.c */
/* The file that the first argument names, its columns typed. */
an_status cli_read_table(an_ctx *ctx, const cli_args *args, an_table **out);
void cli_analysis_options(const an_analysis *analysis, cli_options *out);
an_status cli_run_analysis(an_ctx *ctx, const an_analysis *analysis,
                           const cli_args *args);

/* episodes.c */
an_status cli_run_episodes(an_ctx *ctx, const cli_args *args);

/* audit.c */
an_status cli_run_audit(an_ctx *ctx, const cli_args *args);

/* wish.c: options of a verb that are a table of parameters */
void cli_wish_options(const an_analysis *wishes, cli_options *out);
an_status cli_wish_read(an_ctx *ctx, const cli_args *args, const an_analysis *wishes,
                        an_options **out);

/* response.c, omed.c */
void cli_response_options(cli_options *out);
an_status cli_run_response(an_ctx *ctx, const cli_args *args);
void cli_omed_options(cli_options *out);
void cli_score_options(cli_options *out);
an_status cli_run_omed(an_ctx *ctx, const cli_args *args);
an_status cli_run_score(an_ctx *ctx, const cli_args *args);

/* dose.c */
void cli_dose_options(cli_options *out);
an_status cli_run_dose(an_ctx *ctx, const cli_args *args);

/* inform.c, study.c */
an_status cli_run_list(an_ctx *ctx, const cli_args *args);
an_status cli_run_describe(an_ctx *ctx, const cli_args *args);
an_status cli_run_explain(an_ctx *ctx, const cli_args *args);
an_status cli_run_doctor(an_ctx *ctx, const cli_args *args);
an_status cli_run_init(an_ctx *ctx, const cli_args *args);
an_status cli_run_check(an_ctx *ctx, const cli_args *args);
an_status cli_run_study(an_ctx *ctx, const cli_args *args);
an_status cli_run_report(an_ctx *ctx, const cli_args *args);

#endif
