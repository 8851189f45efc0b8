/* review.json: what the methods reviewer found, rule by rule, from the page of the document. */
#include <anodyne/review.h>

#include "report/report.h"

static const an_node *child(const an_node *node, const char *key)
{
    for (node = node ? node->children : NULL; node; node = node->next)
        if (node->key && strcmp(node->key, key) == 0) return node;
    return NULL;
}

static const an_doc_row *row_of(const an_node *table, const char *key)
{
    for (an_index i = 0; table && i < table->n_rows; i++)
        if (strcmp(table->rows[i].key, key) == 0) return &table->rows[i];
    return NULL;
}

static const char *text_of(const an_node *section, const char *key)
{
    const an_node *node = child(section, key);

    return node ? node->text : NULL;
}

/* "found: warning" is the state "found" of severity "warning". */
static void put_verdict(an_json *j, const char *verdict)
{
    const char *colon = strchr(verdict, ':');
    char state[40];

    snprintf(state, sizeof state, "%.*s", (int)strcspn(verdict, ":"), verdict);
    an_json_member(j, "state", state);
    an_json_member(j, "severity", colon ? colon + 2 : NULL);
}

static void put_rule(an_json *j, const an_node *page, const an_review_rule *rule)
{
    char key[16];
    const an_doc_row *row;
    const an_node *section;

    snprintf(key, sizeof key, "r%s", rule->id + 1);
    row = row_of(child(page, "findings"), key);
    section = child(page, key);
    an_json_line(j);
    an_json_open(j, '{');
    an_json_member(j, "id", rule->id);
    an_json_member(j, "rule", rule->key);
    an_json_member(j, "fault", rule->fault);
    an_json_member(j, "question", rule->question);
    put_verdict(j, row ? row->cells[2].text
                       : an_review_state_word(AN_REVIEW_NOT_APPLICABLE));
    an_json_member(j, "evidence", text_of(section, "evidence"));
    an_json_member(j, "done", text_of(section, "done"));
    an_json_member(j, "advice", rule->advice);
    an_json_member(j, "citation", *rule->citation ? rule->citation : NULL);
    an_json_key(j, "verified");
    an_json_number(j, rule->verified);
    an_json_close(j, '}');
}

an_status an_render_review(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    const an_node *page = child(an_doc_root(doc), "review");
    an_buf buf;
    an_json j = {.buf = &buf};

    an_buf_init(&buf, ctx, 0);
    an_json_open(&j, '{');
    an_json_member(&j, "schema", "anodyne.review/1");
    an_json_key(&j, "rules");
    an_json_open(&j, '[');
    for (an_index k = 0; page && k < an_review_rule_count(); k++)
        put_rule(&j, page, an_review_rule_at(k));
    an_json_close(&j, ']');
    an_json_close(&j, '}');
    an_buf_putc(&buf, '\n');
    return an_bytes_take(&buf, an_doc_usable(ctx, doc), out);
}
