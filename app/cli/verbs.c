/* The verbs, said once: dispatch and help come from this table. */
#include "cli.h"

static void init_options(cli_options *out)
{
    cli_options_add(out, (cli_option){"output", 'o', "FILE",
                                      "default: study.yaml beside the data; -: stdout"});
    cli_options_add(out,
                    (cli_option){"force", 0, NULL, "replace an existing study file"});
    cli_options_add(out, (cli_option){"quiet", 'q', NULL, "no notes on stderr"});
    cli_options_reading(out);
}

static void check_options(cli_options *out)
{
    cli_options_add(out, (cli_option){"quiet", 'q', NULL, "no notes on stderr"});
}

static void report_options(cli_options *out)
{
    cli_options_add(out, (cli_option){"output", 'o', "FOLDER",
                                      "default: results, or as the study file says"});
    cli_options_add(out, (cli_option){"threads", 'j', "N",
                                      "threads to use; results do not depend on it"});
    cli_options_add(out, (cli_option){"quiet", 'q', NULL, "no notes on stderr"});
}

static void episodes_options(cli_options *out)
{
    cli_options_add(
        out, (cli_option){"cuts", 0, "LIST", "times at which follow-up is cut: 90,180"});
    cli_options_add(out, (cli_option){"recurrent", 0, "MODEL",
                                      "rows of recurrent events for ag, pwp or gap; who: "
                                      "cluster(...) of the formula"});
    cli_options_add(out, (cli_option){"where", 0, "EXPR",
                                      "use the rows where this is true: 'age >= 18'"});
    cli_options_add(out, (cli_option){"output", 'o', "FILE",
                                      "CSV file to write, complete or not at all"});
    cli_options_add(out, (cli_option){"quiet", 'q', NULL, "no notes on stderr"});
    cli_options_reading(out);
}

static const cli_verb verbs[] = {
    {"init",
     "FILE [-o study.yaml]",
     "Write a first study file by guessing what each column means",
     {"anodyne init cohort.xlsx",
      "anodyne init export.csv --delimiter ';' -o study.yaml"},
     init_options,
     cli_run_init},
    {"check",
     "STUDY",
     "List every problem of a study file and its data, with cell addresses",
     {"anodyne check study.yaml", "anodyne check -q examples/spine-hfrt/study.yaml"},
     check_options,
     cli_run_check},
    {"report",
     "STUDY [-o FOLDER]",
     "Write the whole report: page, figures, tables, numbers",
     {"anodyne report study.yaml -o results/",
      "anodyne report examples/spine-hfrt/study.yaml"},
     report_options,
     cli_run_report},
    {"run",
     "STUDY [--format text|json|csv|markdown]",
     "Run the analyses of a study and print the document",
     {"anodyne run study.yaml", "anodyne run study.yaml --format json -o study.json"},
     cli_options_output,
     cli_run_study},
    {"episodes",
     "FILE 'FORMULA' --cuts LIST | --recurrent MODEL -o FILE",
     "Cut follow-up into pieces, or make the rows of recurrent events",
     {"anodyne episodes cohort.csv 'Surv(days, death) ~ 1' --cuts 90,180 -o pieces.csv",
      "anodyne episodes events.csv 'Surv(day, event) ~ cluster(id)' --recurrent gap -o "
      "rows.csv"},
     episodes_options,
     cli_run_episodes},
    {"audit",
     "PAPER",
     "Check whether published figures agree with each other",
     {"anodyne audit examples/audit/study.yaml",
      "anodyne audit paper.yaml --format json -o verdicts.json"},
     cli_options_output,
     cli_run_audit},
    {"dose",
     "bed|eqd2|isoeffect|classes|ntcp|constraints|reirradiation|tissues [COURSE ...]",
     "BED, EQD2, published limits and re-irradiation of the cord",
     {"anodyne dose eqd2 4.5x7 --alpha-beta 2",
      "anodyne dose reirradiation --first 30/10 --second 20/5 --interval 12mo"},
     cli_dose_options,
     cli_run_dose},
    {"response",
     "--before SCORE --after SCORE [--omed BEFORE,AFTER]",
     "Pain response of one patient by every definition",
     {"anodyne response --before 6 --after 3 --omed 60,30",
      "anodyne response --before 6 --after 8 --omed 60,75 --pp-extended --format json"},
     cli_response_options,
     cli_run_response},
    {"omed",
     "'DRUG ROUTE DOSE UNIT' ... [--table ID]",
     "Oral morphine equivalents by every table of factors",
     {"anodyne omed 'morphine oral 60 mg/day' 'fentanyl transdermal 25 ug/h'",
      "anodyne omed 'tramadol oral 200 mg/day' --table cdc2022"},
     cli_omed_options,
     cli_run_omed},
    {"score",
     "SCORE ITEM=ANSWER ... | list | describe SCORE",
     "Prognostic scores and scales, with what is missing",
     {"anodyne score sins location=T10 pain=mechanical lesion=lytic alignment=normal "
      "collapse=lt50 posterolateral=none",
      "anodyne score describe mizumoto"},
     cli_score_options,
     cli_run_score},
    {"list",
     "[--format text|json|csv]",
     "List the analyses",
     {"anodyne list", "anodyne list --format json"},
     cli_options_output,
     cli_run_list},
    {"describe",
     "[ANALYSIS]",
     "Describe an analysis: columns, options, references",
     {"anodyne describe cox", "anodyne describe --format json"},
     cli_options_output,
     cli_run_describe},
    {"explain",
     "[CODE]",
     "Say what the code of a message means and what to do",
     {"anodyne explain D102", "anodyne explain"},
     NULL,
     cli_run_explain},
    {"doctor",
     "",
     "Say what this installation has",
     {"anodyne doctor", "anodyne --version"},
     NULL,
     cli_run_doctor},
};

int cli_verb_count(void)
{
    return sizeof verbs / sizeof *verbs;
}

const cli_verb *cli_verb_at(int i)
{
    return &verbs[i];
}

const cli_verb *cli_verb_find(const char *name)
{
    for (int i = 0; i < cli_verb_count(); i++)
        if (strcmp(verbs[i].name, name) == 0) return &verbs[i];
    return NULL;
}
