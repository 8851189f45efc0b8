/* The checklist and the methods say what the document holds, and no more. */
#include <anodyne/render.h>
#include <anodyne/report.h>

#include "unit/base/faults.h"

static const char *status_of(const an_doc *checklist, const char *item)
{
    for (const an_node *n = an_doc_root(checklist)->children; n; n = n->next)
        for (an_index i = 0; i < n->n_rows; i++)
            if (strcmp(n->rows[i].cells[0].text, item) == 0)
                return n->rows[i].cells[3].text;
    fail_msg("no item %s", item);
    return NULL;
}

static an_doc *document(an_ctx *ctx, bool with_flow)
{
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Report", &doc), AN_OK);
    if (with_flow) {
        an_doc_open(doc, "flow", "Flow of patients");
        an_doc_close(doc);
    }
    an_doc_open(doc, "os", "Overall survival");
    an_doc_text(doc, "methods", "Kaplan-Meier.");
    an_doc_note(doc, AN_NOTE, "M205", "The median was not reached.");
    an_doc_close(doc);
    an_doc_reference(doc, "Kaplan EL, Meier P. 1958.");
    an_doc_reference(doc, "Kaplan EL, Meier P. 1958.");
    return doc;
}

static void test_an_item_is_filled_when_its_node_is_there(void **state)
{
    an_ctx *ctx = an_ctx_new();

    (void)state;
    for (int with_flow = 0; with_flow < 2; with_flow++) {
        an_doc *doc = document(ctx, with_flow), *checklist = NULL;

        assert_int_equal(an_report_checklist(ctx, doc, &checklist), AN_OK);
        assert_string_equal(status_of(checklist, "13a"),
                            with_flow ? "filled" : "left to the authors");
        assert_string_equal(status_of(checklist, "12a"), "filled");
        assert_string_equal(status_of(checklist, "14a"), "left to the authors");
        assert_string_equal(status_of(checklist, "22"), "left to the authors");
        an_doc_free(checklist);
        an_doc_free(doc);
    }
    an_ctx_free(ctx);
}

static void test_methods_carry_words_and_references_once(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = document(ctx, true), *methods = NULL;
    an_bytes text = {0};

    (void)state;
    assert_int_equal(an_report_methods(ctx, doc, &methods), AN_OK);
    assert_int_equal(an_render_markdown(ctx, methods, &text), AN_OK);
    assert_non_null(strstr(text.data, "Overall survival"));
    assert_non_null(strstr(text.data, "Kaplan-Meier"));
    assert_non_null(strstr(text.data, "1. Kaplan EL"));
    assert_null(strstr(text.data, "2. Kaplan EL"));
    assert_null(strstr(text.data, "Flow of patients")); /* it says no method */
    an_bytes_free(ctx, &text);
    an_doc_free(methods);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_item_is_filled_when_its_node_is_there),
        cmocka_unit_test(test_methods_carry_words_and_references_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
