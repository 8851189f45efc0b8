/* The page "What a reviewer will ask". */
#include "study/review/review.h"

static an_index count(const an_review *review, an_review_state state)
{
    an_index n = 0;

    for (an_index k = 0; k < review->n; k++) n += review->finding[k].state == state;
    return n;
}

/* Worst first; of one kind in order of the rules. */
static int rank(const an_finding *f)
{
    return 10 * (int)f->state + (int)f->severity;
}

static const char *verdict(an_doc *doc, const an_finding *f)
{
    static const char *const words[] = {"note", "warning", "error"};

    if (f->state != AN_REVIEW_FOUND) return an_review_state_word(f->state);
    return an_doc_printf(doc, "found: %s", words[f->severity]);
}

/* "r01": an id as a key. */
static const char *key_of(an_doc *doc, const an_finding *f)
{
    return an_doc_printf(doc, "r%s", f->rule->id + 1);
}

static const char *cited(an_doc *doc, const an_review_rule *rule)
{
    if (!*rule->citation) return "";
    return an_doc_printf(doc, " (%s%s.)", rule->citation,
                         rule->verified ? "" : "; not verified");
}

/* Items as a list, one as a sentence. */
static const char *listed(an_doc *doc, const char *items)
{
    const char *text = "";

    if (!strchr(items, '\n')) return items;
    while (*items) {
        const size_t n = strcspn(items, "\n");

        text = an_doc_printf(doc, "%s- %.*s\n", text, (int)n, items);
        items += n + (items[n] == '\n');
    }
    return text;
}

static void describe_finding(const an_finding *f, an_doc *doc)
{
    an_doc_open(doc, key_of(doc, f),
                an_doc_printf(doc, "%s %s", f->rule->id, f->rule->question));
    an_doc_text(doc, "evidence", "%s", listed(doc, f->evidence));
    if (*f->done) an_doc_text(doc, "done", "In this report: %s", f->done);
    if (f->state > AN_REVIEW_HANDLED)
        an_doc_text(doc, "advice", "To do: %s%s", f->rule->advice, cited(doc, f->rule));
    an_doc_close(doc);
}

static void list_findings(const an_review *review, an_doc *doc)
{
    static const an_doc_column columns[] = {
        {"rule", "Rule"}, {"question", "Question"}, {"verdict", "Here"}};

    an_doc_table(doc, "findings", "Questions and answers", NULL, 3, columns);
    for (int at = 10 * AN_REVIEW_FOUND + AN_ERROR; at >= 10 * AN_REVIEW_HANDLED; at--)
        for (an_index k = 0; k < review->n; k++) {
            const an_finding *f = &review->finding[k];
            const an_value cells[] = {an_text(f->rule->id), an_text(f->rule->question),
                                      an_text(verdict(doc, f))};

            if (rank(f) == at) an_doc_row_add(doc, key_of(doc, f), 0, cells);
        }
    an_doc_table_end(doc, "What each rule looks for: anodyne explain R01.");
}

static void name_others(const an_review *review, an_doc *doc)
{
    const char *ids = "";

    for (an_index k = 0; k < review->n; k++)
        if (review->finding[k].state == AN_REVIEW_NOT_APPLICABLE)
            ids = an_doc_printf(doc, "%s%s%s", ids, *ids ? ", " : "",
                                review->finding[k].rule->id);
    if (*ids)
        an_doc_text(doc, "not_applicable",
                    "This study has nothing to which these rules apply: %s.", ids);
}

void an_review_describe(const an_review *review, an_doc *doc)
{
    an_doc_open(doc, "review", "What a reviewer will ask");
    an_doc_text(
        doc, "summary",
        "%lld faults that reviewers find in studies of this kind were looked for in this one: "
        "%lld found, %lld not to be judged from what is known, %lld handled in this report. "
        "A fault found is a question to answer, not a verdict on the study.",
        (long long)review->n, (long long)count(review, AN_REVIEW_FOUND),
        (long long)count(review, AN_REVIEW_UNKNOWN),
        (long long)count(review, AN_REVIEW_HANDLED));
    list_findings(review, doc);
    for (int at = 10 * AN_REVIEW_FOUND + AN_ERROR; at >= 10 * AN_REVIEW_HANDLED; at--)
        for (an_index k = 0; k < review->n; k++)
            if (rank(&review->finding[k]) == at)
                describe_finding(&review->finding[k], doc);
    name_others(review, doc);
    an_doc_close(doc);
}
