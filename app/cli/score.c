/* score: prognostic scores and scales of one patient; what they ask, what was published. */
#include "dose.h"

#include <math.h>

#include <anodyne/score.h>

void cli_score_options(cli_options *out)
{
    cli_options_output(out);
}

typedef struct question {
    an_ctx *ctx;
    an_doc *doc;
    const cli_args *args;
    an_score_form form;
    an_score_answer answer[AN_SCORE_MOST_ITEMS];
    const char *given[AN_SCORE_MOST_ITEMS]; /* text of the answer; NULL: none */
} question;

/* ---- Reading item=answer ---- */

static an_status unknown_score(const question *q, const char *id)
{
    const char *names[64], *nearest;
    char advice[160];
    an_index n = 0;

    for (; n < an_score_rule_count() && n < 64; n++) names[n] = an_score_rule_at(n)->id;
    nearest = an_nearest(id, names, n);
    snprintf(advice, sizeof advice,
             nearest ? "did you mean %s?" : "anodyne score list shows all",
             nearest ? nearest : "");
    return cli_usage(q->ctx, "U104", advice, "score: `%s` is not known", id);
}

static an_status unknown_item(const question *q, const char *item)
{
    char advice[400] = "its items:";

    for (an_index i = 0; i < q->form.n_items; i++) {
        const size_t n = strlen(advice);

        snprintf(advice + n, sizeof advice - n, " %s", q->form.item[i].id);
    }
    return cli_usage(q->ctx, "U104", advice, "%s has no item `%s`", q->form.rule->id,
                     item);
}

static an_status not_taken(const question *q, an_index i, an_score_fault fault)
{
    char advice[400] = "one of:";

    for (an_index l = 0; l < q->form.n_levels[i]; l++) {
        const size_t n = strlen(advice);

        snprintf(advice + n, sizeof advice - n, " %s", q->form.level[i][l].id);
    }
    return cli_usage(q->ctx, "U104", advice, "%s=%s: %s", q->form.item[i].id, q->given[i],
                     an_score_fault_text(fault));
}

static an_status read_answer(question *q, const char *argument)
{
    const char *equals = strchr(argument, '=');
    char item[64];
    an_score_fault fault;
    an_index i;

    snprintf(item, sizeof item, "%.*s", equals ? (int)(equals - argument) : 60, argument);
    if (!equals)
        return cli_usage(q->ctx, "U104", "write item=answer: pain=mechanical",
                         "`%s` is no answer", item);
    i = an_score_form_item(&q->form, item);
    if (i < 0) return unknown_item(q, item);
    if (q->given[i])
        return cli_usage(q->ctx, "U104", "give each item once", "%s is given twice",
                         item);
    q->given[i] = equals + 1;
    fault = an_score_answer_text(&q->form, i, q->given[i], &q->answer[i]);
    return fault == AN_SCORE_TAKEN ? AN_OK : not_taken(q, i, fault);
}

/* ---- A score of one patient ---- */

/* Points of an answer that leaves one level; NaN otherwise. */
static double points_of(const question *q, an_index i)
{
    const an_score_answer *a = &q->answer[i];
    const an_score_item_kind kind = q->form.item[i].kind;
    double points = NAN;

    if (a->possible && (kind == AN_ITEM_COUNT || kind == AN_ITEM_POINTS))
        return a->x * q->form.level[i]->points;
    for (an_index l = 0; l < q->form.n_levels[i]; l++)
        if (a->possible == (uint32_t)1 << l) points = q->form.level[i][l].points;
    return points;
}

static void show_items(const question *q, const an_score_total *t)
{
    static const an_doc_column columns[] = {
        {"item", "Item"}, {"answer", "Answer"}, {"points", "Points"}};

    an_doc_table(q->doc, "items", "Points by item", q->form.rule->citation, 3, columns);
    for (an_index i = 0; i < q->form.n_items; i++)
        an_doc_row_add(
            q->doc, q->form.item[i].id, *q->form.item[i].part_of != 0,
            (const an_value[]){an_text(q->form.item[i].label),
                               an_text(q->given[i]           ? q->given[i]
                                       : t->missing >> i & 1 ? "missing"
                                                             : "from its parts"),
                               an_number_or(AN_KIND_NUMBER, points_of(q, i), "open")});
    an_doc_table_end(q->doc, "A missing item is never replaced by a value.");
}

static const char *group_names(const question *q, uint32_t groups)
{
    const char *text = "";

    for (an_index g = 0; g < q->form.n_groups; g++)
        if (groups >> g & 1)
            text = an_doc_printf(q->doc, "%s%s%s", text, *text ? " or " : "",
                                 q->form.group[g]->label);
    return *text ? text : "no published group";
}

static void say_total(const question *q, const an_score_total *t)
{
    const char *title = q->form.rule->title;

    if (!isnan(t->score))
        an_doc_text(q->doc, "says", "%s: %g, %s.", title, t->score,
                    group_names(q, t->groups));
    else if (isnan(t->lowest))
        an_doc_text(q->doc, "says", "%s: no number can be given.", title);
    else
        an_doc_text(q->doc, "says",
                    "%s: not complete; with %lld of %lld items missing it can be %g to "
                    "%g: %s.",
                    title, (long long)t->n_missing, (long long)q->form.n_items, t->lowest,
                    t->highest, group_names(q, t->groups));
    an_doc_value(q->doc, "score", "Score",
                 an_number_or(AN_KIND_NUMBER, t->score, "items are missing"),
                 q->form.rule->id);
    an_doc_value(q->doc, "lowest", "Lowest possible",
                 an_number(AN_KIND_NUMBER, t->lowest), q->form.rule->id);
    an_doc_value(q->doc, "highest", "Highest possible",
                 an_number(AN_KIND_NUMBER, t->highest), q->form.rule->id);
}

/* "survival at 6 months" and its number as published. */
static void outcome_row(an_doc *doc, const an_score_form *form, const an_score_outcome *o,
                        an_index k)
{
    const bool share = o->what == AN_OUTCOME_SURVIVAL ||
                       o->what == AN_OUTCOME_AMBULATORY ||
                       o->what == AN_OUTCOME_PAIN_FREE;
    const an_kind kind = share ? AN_KIND_PROPORTION : AN_KIND_NUMBER;
    const char *label = o->group;

    for (an_index g = 0; g < form->n_groups; g++)
        if (strcmp(form->group[g]->id, o->group) == 0) label = form->group[g]->label;
    an_doc_row_add(
        doc, an_doc_printf(doc, "o%lld", (long long)k + 1), 0,
        (const an_value[]){
            an_text(label),
            an_text(o->what == AN_OUTCOME_MEDIAN ? "median survival, months"
                    : isnan(o->months)
                        ? an_score_what_text(o->what)
                        : an_doc_printf(doc, "%s, %g months", an_score_what_text(o->what),
                                        o->months)),
            isnan(o->lower) ? an_number(kind, o->value)
                            : an_estimate(kind, o->value, o->lower, o->upper),
            an_text(an_doc_printf(doc, "%s (%s)",
                                  *o->citation ? o->citation : form->rule->citation,
                                  dose_mark(o->verified)))});
}

/* Outcomes of the groups in the set; how many of them nobody has checked. */
static an_index show_outcomes(an_doc *doc, const an_score_form *form, uint32_t groups)
{
    static const an_doc_column columns[] = {{"group", "Group"},
                                            {"outcome", "Outcome"},
                                            {"value", "Published"},
                                            {"source", "Source"}};
    an_index n_unverified = 0, n = 0;

    for (an_index k = 0; k < an_score_outcome_count(); k++) {
        const an_score_outcome *o = an_score_outcome_at(k);
        bool wanted = false;

        for (an_index g = 0; g < form->n_groups; g++)
            wanted |= (groups >> g & 1) && strcmp(form->group[g]->id, o->group) == 0;
        if (!wanted || strcmp(o->score, form->rule->id) != 0) continue;
        if (n++ == 0)
            an_doc_table(doc, "outcomes", "Published of these groups",
                         "data/score_outcomes.def", 4, columns);
        outcome_row(doc, form, o, k);
        n_unverified += o->verified == 0;
    }
    if (n > 0)
        an_doc_table_end(doc, "Of the groups of patients in the source, who were treated "
                              "as they were then; not a forecast for one patient.");
    return n_unverified;
}

static void notes(const question *q, const an_score_total *t)
{
    if (*q->form.rule->remark)
        an_doc_note(q->doc, AN_NOTE, "M433", "%s", q->form.rule->remark);
    if (q->form.rule->verified == 0 || (t->flags & AN_SCORE_UNVERIFIED))
        an_doc_note(q->doc, AN_WARNING, "M434",
                    "Points that were counted are not verified: compare them with the "
                    "original, %s.",
                    q->form.rule->citation);
    if (t->flags & AN_SCORE_DECLARED)
        an_doc_note(q->doc, AN_NOTE, "M435",
                    "The score does not list this primary tumour: its class is as "
                    "declared.");
    if (t->flags & AN_SCORE_OUTSIDE)
        an_doc_note(q->doc, AN_WARNING, "M436",
                    "A possible total lies in no published group.");
}

static an_status describe_patient(const question *q)
{
    const an_score_total t = an_score_total_of(&q->form, q->answer);

    say_total(q, &t);
    show_items(q, &t);
    dose_warn_unverified(q->doc, show_outcomes(q->doc, &q->form, t.groups));
    notes(q, &t);
    an_doc_text(q->doc, "methods",
                "Points of the published table are added; with items missing every total "
                "that is still possible is counted. Baseline data only. Research use: "
                "published figures of groups.");
    an_doc_reference(q->doc, q->form.rule->citation);
    return an_doc_status(q->doc);
}

/* ---- list, describe ---- */

static an_status describe_list(an_doc *doc)
{
    static const an_doc_column columns[] = {{"score", "Score"},
                                            {"title", "Title"},
                                            {"better", "Better outlook"},
                                            {"source", "Source"}};

    an_doc_table(doc, "scores", "Scores and scales", "data/scores.def", 4, columns);
    for (an_index k = 0; k < an_score_rule_count(); k++) {
        const an_score_rule *r = an_score_rule_at(k);

        an_doc_row_add(
            doc, r->id, 0,
            (const an_value[]){an_text(r->id), an_text(r->title),
                               an_text(r->high_is_better ? "high" : "low"),
                               an_text(an_doc_printf(doc, "%s (%s)", r->citation,
                                                     dose_mark(r->verified)))});
    }
    an_doc_table_end(doc, "anodyne score describe ID shows items, points and groups.");
    return an_doc_status(doc);
}

static void show_levels(an_doc *doc, const an_score_form *form)
{
    static const an_doc_column columns[] = {{"item", "Item"},
                                            {"level", "Answer"},
                                            {"label", "Meaning"},
                                            {"points", "Points"},
                                            {"mark", "Points are"}};

    an_doc_table(doc, "levels", "Items and points", "data/score_levels.def", 5, columns);
    for (an_index i = 0; i < form->n_items; i++)
        for (an_index l = 0; l < form->n_levels[i]; l++) {
            const an_score_level *v = &form->level[i][l];

            an_doc_row_add(
                doc, an_doc_printf(doc, "%s_%lld", form->item[i].id, (long long)l + 1), 0,
                (const an_value[]){an_text(form->item[i].id), an_text(v->id),
                                   an_text(v->label),
                                   an_number(AN_KIND_NUMBER, v->points),
                                   an_text(dose_mark(v->verified))});
        }
    an_doc_table_end(doc, form->rule->kind == AN_SCORE_CLASS
                              ? "A table of decisions: points only tell its rows apart."
                              : NULL);
}

static void show_groups(an_doc *doc, const an_score_form *form)
{
    static const an_doc_column columns[] = {
        {"group", "Group"}, {"label", "Name"}, {"mark", "Limits are"}};

    if (form->n_groups == 0) return;
    an_doc_table(doc, "groups", "Groups", "data/score_groups.def", 3, columns);
    for (an_index g = 0; g < form->n_groups; g++)
        an_doc_row_add(doc, an_doc_printf(doc, "g%lld", (long long)g + 1), 0,
                       (const an_value[]){an_text(form->group[g]->id),
                                          an_text(form->group[g]->label),
                                          an_text(dose_mark(form->group[g]->verified))});
    an_doc_table_end(doc, NULL);
}

static an_status describe_form(an_doc *doc, const an_score_form *form)
{
    an_doc_text(doc, "title", "%s. %s", form->rule->title, form->rule->remark);
    show_levels(doc, form);
    show_groups(doc, form);
    dose_warn_unverified(doc, show_outcomes(doc, form, UINT32_MAX));
    an_doc_reference(doc, form->rule->citation);
    return an_doc_status(doc);
}

/* ---- The verb ---- */

static an_status answer(question *q)
{
    const char *const *words = (const char *const *)q->args->positional;
    const bool describe = strcmp(words[0], "describe") == 0;
    const char *id = describe && q->args->n_positional > 1 ? words[1] : words[0];
    an_status st = AN_OK;

    if (strcmp(words[0], "list") == 0) return describe_list(q->doc);
    if (!an_score_form_of(id, &q->form)) return unknown_score(q, id);
    if (describe) return describe_form(q->doc, &q->form);
    for (int k = 1; k < q->args->n_positional && st == AN_OK; k++)
        st = read_answer(q, words[k]);
    return st == AN_OK ? describe_patient(q) : st;
}

an_status cli_run_score(an_ctx *ctx, const cli_args *args)
{
    question q = {.ctx = ctx, .args = args};
    an_status st = cli_expect(ctx, args, 1, CLI_MOST_ARGS, "SCORE ITEM=ANSWER ...");

    if (st == AN_OK) st = an_doc_new(ctx, "Prognostic score", &q.doc);
    if (st == AN_OK) st = answer(&q);
    if (st == AN_OK) st = cli_write_document(ctx, args, q.doc);
    an_doc_free(q.doc);
    return st;
}
