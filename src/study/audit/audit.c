/* The paper checker: reads a paper file, has each claim judged, and reports. */
#include "study/audit/audit.h"

typedef struct kind {
    const char *name;
    void (*judge)(an_claim *claim);
    const char *keys[12]; /* beside those of every claim */
} kind;

static const kind kinds[] = {
    {"percent",
     an_judge_percent,
     {"value", "of", "count", "lower", "upper", "level", NULL}},
    {"mean", an_judge_mean, {"value", "n", "items", "sd", "scale", NULL}},
    {"total", an_judge_total, {"whole", "parts", NULL}},
    {"ratio",
     an_judge_ratio,
     {"value", "lower", "upper", "level", "p", "n", "events", "share", "compared",
      "reference", "says", NULL}},
    {"two_by_two",
     an_judge_two_by_two,
     {"events", "of", "percents", "difference", "difference_limits", "one_sided",
      "margin", "p", "ratio", "ratio_limits", "level", NULL}},
    {"survival", an_judge_survival, {"times", "groups", "whole", NULL}},
    {"incidence", an_judge_incidence, {"times", "causes", NULL}},
};
enum { N_KINDS = sizeof kinds / sizeof *kinds, MOST_CLAIMS = 500 };

static const char *const verdict_texts[] = {"not checked", "agrees", "ambiguous",
                                            "does not agree"};

/* ---- Reading ---- */

static const kind *find_kind(an_claim *claim)
{
    const char *names[N_KINDS];

    for (int k = 0; k < N_KINDS; k++) {
        names[k] = kinds[k].name;
        if (claim->kind && strcmp(claim->kind, names[k]) == 0) return &kinds[k];
    }
    an_yaml_error_name(claim->file, an_yaml_key_place(claim->node, "kind"), "S208",
                       "no such kind of claim", claim->kind ? claim->kind : "", N_KINDS,
                       names);
    return NULL;
}

static void read_claim(an_claim *claim)
{
    const char *keys[20] = {"id", "kind", "quote"};
    const kind *k;
    int n = 3;

    if (claim->node->kind != AN_YAML_MAP) {
        an_yaml_error(claim->file, claim->node->place, "S202",
                      "- {id: improved, kind: percent, value: 84.5, of: 58}",
                      "a claim must have keys");
        return;
    }
    an_yaml_text(claim->file, claim->node, "id", &claim->id);
    an_yaml_text(claim->file, claim->node, "kind", &claim->kind);
    an_yaml_text(claim->file, claim->node, "quote", &claim->quote);
    if (!claim->id)
        an_yaml_error(claim->file, claim->node->place, "S203", "id: a short name",
                      "a claim has no id");
    k = claim->id ? find_kind(claim) : NULL;
    if (!k) return;
    for (int i = 0; k->keys[i]; i++) keys[n++] = k->keys[i];
    if (an_yaml_check_map(claim->file, claim->node, claim->id, keys)) k->judge(claim);
}

/* ---- The document ---- */

static void show_verdicts(an_doc *doc, an_index n, const an_claim *claims)
{
    static const an_doc_column columns[] = {
        {"claim", "Claim"}, {"kind", "Kind"}, {"verdict", "Verdict"}, {"found", "Found"}};

    an_doc_table(doc, "verdicts", "Verdicts", "consistency of published figures", 4,
                 columns);
    for (an_index i = 0; i < n; i++) {
        const an_claim *c = &claims[i];

        an_doc_row_add(
            doc, an_doc_key(doc, c->id), 0,
            (const an_value[]){
                an_text(c->id), an_text(c->kind), an_text(verdict_texts[c->verdict]),
                an_text(c->main < c->n_sentences ? c->sentence[c->main] : "")});
    }
    an_doc_table_end(doc,
                     "A verdict is about figures as printed: rounding is allowed for; "
                     "adjusted analyses and misprints explain much of the rest.");
}

static void show_claim(an_doc *doc, const an_claim *c)
{
    an_doc_open(doc, an_doc_key(doc, c->id), c->id);
    if (c->quote) an_doc_text(doc, "quote", "“%s”", c->quote);
    for (an_index i = 0; i < c->n_sentences; i++)
        an_doc_text(doc, "found", "%s", c->sentence[i]);
    for (an_index i = 0; i < c->n_values; i++)
        an_doc_value(doc, c->value[i].key, c->value[i].label, c->value[i].value,
                     "recomputed");
    an_doc_close(doc);
}

static void count_verdicts(an_doc *doc, an_index n, const an_claim *claims)
{
    an_index count[4] = {0};

    for (an_index i = 0; i < n; i++) count[claims[i].verdict]++;
    an_doc_text(
        doc, "summary",
        "Claims: %lld. In agreement: %lld; ambiguous: %lld; not in agreement: %lld; "
        "not to be checked: %lld.",
        (long long)n, (long long)count[AN_VERDICT_AGREES],
        (long long)count[AN_VERDICT_AMBIGUOUS], (long long)count[AN_VERDICT_DISAGREES],
        (long long)count[AN_VERDICT_NONE]);
}

/* ---- The paper ---- */

static an_status judge_all(an_yaml_file *file, const an_yaml *list, an_doc *doc)
{
    an_status st = AN_OK;
    an_ctx *const ctx = file->ctx;
    const an_index n = an_yaml_count(list);
    an_claim *claims;

    AN_ALLOC(claims, file->mem, n);
    for (an_index i = 0; i < n; i++) {
        claims[i] = (an_claim){.file = file, .doc = doc, .node = an_yaml_at(list, i)};
        read_claim(&claims[i]);
    }
    if (file->out_of_memory) return AN_ERR_MEMORY;
    if (file->n_errors > 0) return AN_ERR_STUDY;
    count_verdicts(doc, n, claims);
    show_verdicts(doc, n, claims);
    for (an_index i = 0; i < n; i++) show_claim(doc, &claims[i]);
    st = an_doc_status(doc);
done:
    return st;
}

static an_status read_paper(an_yaml_file *file, const an_yaml *root, const char **title,
                            const an_yaml **claims)
{
    static const char *const keys[] = {"paper", "claims", NULL};
    static const char *const paper_keys[] = {"title", "doi", "note", NULL};
    const an_yaml *paper;

    *title = "Published figures";
    *claims = NULL;
    if (an_yaml_check_map(file, root, "a paper file", keys)) {
        paper = an_yaml_get(root, "paper");
        if (paper && an_yaml_check_map(file, paper, "paper", paper_keys))
            an_yaml_text(file, paper, "title", title);
        *claims = an_yaml_get(root, "claims");
        if (!*claims || an_yaml_count(*claims) > MOST_CLAIMS)
            an_yaml_error(file, root->place, "S203",
                          "claims: a list of 1 to 500 published figures",
                          "there is nothing to check");
    }
    return file->n_errors > 0 ? AN_ERR_STUDY : AN_OK;
}

an_status an_audit_paper(an_ctx *ctx, const char *path, an_doc **out)
{
    an_status st = AN_OK;
    an_yaml_file file = {.ctx = ctx, .path = path, .mem = an_arena_new(ctx)};
    an_yaml *root;
    const an_yaml *claims;
    const char *title;
    an_doc *doc = NULL;

    *out = NULL;
    if (!file.mem) return AN_ERR_MEMORY;
    AN_TRY(an_yaml_read(&file, &root));
    AN_TRY(read_paper(&file, root, &title, &claims));
    AN_TRY(an_doc_new(ctx, title, &doc));
    AN_TRY(judge_all(&file, claims, doc));
    *out = doc;
    doc = NULL;
done:
    an_doc_free(doc);
    an_arena_free(file.mem);
    return st;
}
