/*
 * Renderers: one set of numbers in every form, nothing of the outside unescaped, nothing
 * lost when memory ends. test_render_golden.c has the exact texts.
 */
#include "report/report.h"
#include "unit/base/faults.h"
#include "unit/report/demo.h"

#include <expat.h>
#include <float.h>
#include <jansson.h>

typedef an_status renderer(an_ctx *ctx, const an_doc *doc, an_bytes *out);

static an_status html(an_ctx *ctx, const an_doc *doc, an_bytes *out)
{
    return an_render_html(ctx, doc, NULL, out);
}

static an_bytes render(an_ctx *ctx, const an_doc *doc, renderer *run)
{
    an_bytes out = {0};

    assert_int_equal(run(ctx, doc, &out), AN_OK);
    assert_non_null(out.data);
    assert_int_equal(strlen(out.data), out.size);
    assert_int_equal(an_utf8_valid(out.data, out.size), out.size);
    return out;
}

static an_doc *demo(an_ctx *ctx)
{
    an_doc *doc = NULL;

    assert_int_equal(demo_doc(ctx, &doc), AN_OK);
    return doc;
}

/* ---- JSON reads back ---- */

static bool same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

/* The number of a member; NaN where it is null or absent. */
static double member(const json_t *object, const char *key)
{
    const json_t *x = json_object_get(object, key);

    return json_is_number(x) ? json_number_value(x) : NAN;
}

typedef struct reading {
    const json_t *numbers;
    size_t at;
} reading;

static void same_part(const json_t *object, const char *key, double x)
{
    char reason[32];

    if (!key || isnan(x)) return;
    if (isfinite(x)) {
        assert_true(same_bits(member(object, key), x));
        return;
    }
    snprintf(reason, sizeof reason, "%s_reason", key);
    assert_true(json_is_null(json_object_get(object, key)));
    assert_true(json_is_string(json_object_get(object, reason)));
}

static void same_number(void *self, const char *id, const an_value *v, const char *label,
                        const char *method, double n)
{
    (void)n;
    reading *r = self;
    const json_t *object = json_array_get(r->numbers, r->at++);
    const char *lower, *upper;

    (void)method;
    an_kind_parts(v->kind, &lower, &upper);
    assert_string_equal(json_string_value(json_object_get(object, "id")), id);
    assert_string_equal(json_string_value(json_object_get(object, "label")), label);
    if (isfinite(v->value)) {
        assert_true(same_bits(member(object, "value"), v->value));
    } else {
        assert_true(json_is_null(json_object_get(object, "value")));
        assert_true(json_is_string(json_object_get(object, "reason")));
    }
    same_part(object, lower, v->lower);
    same_part(object, upper, v->upper);
}

static void numbers_read_back_to_the_same_bits(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = demo(ctx);
    an_bytes out = render(ctx, doc, an_render_numbers);
    json_t *root = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
    reading r = {json_object_get(root, "numbers"), 0};

    (void)state;
    assert_non_null(root);
    assert_int_equal(an_doc_visit(ctx, doc, same_number, &r), AN_OK);
    assert_int_equal(r.at, json_array_size(r.numbers));
    assert_true(r.at > 40);
    json_decref(root);
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Any double, the ugly ones too, and any text survive the way through JSON. */
static void json_keeps_ugly_things(void **state)
{
    static const double ugly[] = {0.1,     -0.0,    1e23,        5e-324,
                                  1.0 / 3, DBL_MAX, 2.5000001e9, 9007199254740993.0};
    const char *text =
        "quote \" back \\ line\n tab\t bell \x07 \xE8\x82\xBA \xF0\x9F\xA6\xB4";
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    an_bytes out;
    json_t *root, *content;

    (void)state;
    assert_int_equal(an_doc_new(ctx, "x", &doc), AN_OK);
    for (size_t i = 0; i < 8; i++)
        an_doc_value(doc, "v", text, an_number(AN_KIND_NUMBER, ugly[i]), NULL);
    an_doc_text(doc, "bad", "cut \xE8\x82 short");
    out = render(ctx, doc, an_render_json);
    root = json_loads(out.data, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(root);
    assert_string_equal(json_string_value(json_object_get(root, "schema")),
                        "anodyne.document/1");
    content = json_object_get(root, "content");
    for (size_t i = 0; i < 8; i++) {
        const json_t *node = json_array_get(content, i);

        assert_true(member(json_object_get(node, "value"), "value") == ugly[i]);
        assert_string_equal(json_string_value(json_object_get(node, "label")), text);
    }
    json_decref(root);
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* ---- The page ---- */

static void count_scripts(void *self, const char *name, const char **attribute)
{
    int *n = self;

    *n += strcmp(name, "script") == 0 || strcmp(name, "link") == 0 ||
          strcmp(name, "img") == 0 || strcmp(name, "iframe") == 0;
    for (; *attribute; attribute += 2)
        *n += strncmp(attribute[0], "on", 2) == 0 || strcmp(attribute[0], "src") == 0 ||
              (strcmp(attribute[0], "href") == 0 && attribute[1][0] != '#');
}

/* Every element is closed, and none fetches or runs anything. */
static void assert_quiet_and_well_formed(const an_bytes *page)
{
    XML_Parser parser = XML_ParserCreate("UTF-8");
    int n_scripts = 0;

    XML_SetUserData(parser, &n_scripts);
    XML_SetStartElementHandler(parser, (XML_StartElementHandler)count_scripts);
    if (XML_Parse(parser, page->data, (int)page->size, 1) != XML_STATUS_OK)
        fail_msg("line %lu: %s", (unsigned long)XML_GetCurrentLineNumber(parser),
                 XML_ErrorString(XML_GetErrorCode(parser)));
    assert_int_equal(n_scripts, 0);
    XML_ParserFree(parser);
}

static void page_is_well_formed_and_quiet(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = demo(ctx);
    an_bytes out = render(ctx, doc, html);

    (void)state;
    assert_quiet_and_well_formed(&out);
    assert_null(strstr(out.data, "alert('x')"));
    assert_non_null(strstr(out.data,
                           "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; "
                           "&quot;others&quot;"));
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Hostile text in every place that takes text. */
static void hostile_texts_are_only_texts(void **state)
{
    const char *bad = "\"'></td><script>alert(1)</script>&amp;]]>\x01\x1B[31m\xFF";
    const an_doc_column columns[] = {{bad, bad}, {"n", bad}};
    const an_value cells[] = {an_text(bad), an_number(AN_KIND_COUNT, 1)};
    an_value value = an_not_estimable(AN_KIND_RATIO, bad);
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    an_bytes out = {0};

    (void)state;
    value.unit = bad;
    assert_int_equal(an_doc_new(ctx, bad, &doc), AN_OK);
    an_doc_open(doc, bad, bad);
    an_doc_text(doc, bad, "%s", bad);
    an_doc_value(doc, bad, bad, value, bad);
    an_doc_note(doc, AN_WARNING, bad, "%s", bad);
    an_doc_table(doc, bad, bad, bad, 2, columns);
    an_doc_row_add(doc, bad, 0, cells);
    an_doc_table_end(doc, bad);
    an_doc_close(doc);
    an_doc_provenance(doc, bad, bad);
    assert_int_equal(an_render_html(ctx, doc,
                                    &(an_html_options){.language = bad, .subtitle = bad},
                                    &out),
                     AN_OK);
    assert_quiet_and_well_formed(&out);
    an_bytes_free(ctx, &out);
    out = render(ctx, doc, an_render_json);
    json_decref(json_loads(out.data, JSON_REJECT_DUPLICATES, NULL));
    an_bytes_free(ctx, &out);
    assert_int_equal(an_render_text(ctx, doc, 0, &out), AN_OK);
    for (size_t i = 0; i < out.size; i++)
        assert_true((unsigned char)out.data[i] >= 0x20 || out.data[i] == '\n');
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* ---- One set of numbers ---- */

typedef struct search {
    const char *page;
    int n;
} search;

/* What stands at this place of the page, tags apart, begins with text. */
static bool reads(const char *at, const char *text)
{
    while (*text) {
        if (*at == '<') {
            at = strchr(at, '>');
            if (!at) return false;
            at++;
        } else if (*at++ != *text++) {
            return false;
        }
    }
    return true;
}

/* The page has an anchor with this id; what it shows begins with the value as formatted. */
static void is_on_page(void *self, const char *id, const an_value *v, const char *label,
                       const char *method, double n)
{
    (void)n;
    search *s = self;
    char anchor[200], full[200], cell[200];
    const char *at;

    (void)label, (void)method;
    if (strstr(id, ".series") || strstr(id, ".row") || strstr(id, ".step") ||
        strncmp(id, "flow", 4) == 0)
        return; /* inside a picture */
    snprintf(anchor, sizeof anchor, " id=\"%s\">", id);
    at = strstr(s->page, anchor);
    if (!at) fail_msg("no %s on the page", id);
    at += strlen(anchor);
    an_value_format(v, full, sizeof full);
    an_value_format_cell(v, cell, sizeof cell);
    if (full[0] == '<') { /* "< 0.001" is escaped */
        assert_true(strncmp(at, "&lt;", 4) == 0);
        assert_true(strncmp(at + 4, full + 1, strlen(full) - 1) == 0);
    } else {
        assert_true(reads(at, full) || reads(at, cell));
    }
    s->n++;
}

/* A table of one row a quantity, written as a page. */
static an_bytes page_of(an_ctx *ctx, an_index n, const an_value (*cells)[3])
{
    static const an_doc_column columns[] = {
        {"what", "Quantity"}, {"all", "All (n = 58)"}, {"group", "Group"}};
    an_bytes out = {0};
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Alignment", &doc), AN_OK);
    an_doc_table(doc, "table", "Cells", "by hand", 3, columns);
    for (an_index i = 0; i < n; i++)
        an_doc_row_add(doc, an_doc_printf(doc, "row%d", (int)i), 0, cells[i]);
    an_doc_table_end(doc, "Mean (standard deviation), median (quartiles).");
    assert_int_equal(an_doc_status(doc), AN_OK);
    assert_int_equal(an_render_html(ctx, doc, NULL, &out), AN_OK);
    an_doc_free(doc);
    return out;
}

static void groups_of_a_row_have_the_same_decimals(void **state)
{
    const an_value cells[][3] = {
        {an_text("close"), an_estimate(AN_KIND_MEDIAN_RANGE, 61, 45.75, 71),
         an_estimate(AN_KIND_RANGE, 5, NAN, 8)},
        {an_text("unlike"), an_estimate(AN_KIND_MEAN_SD, 1234.5, 9, NAN),
         an_estimate(AN_KIND_MEAN_SD, 0.123, 0.01, NAN)},
    };
    an_ctx *ctx = an_ctx_new();
    an_bytes out = page_of(ctx, 2, cells);

    (void)state;
    assert_non_null(strstr(out.data, ">61.0 <span class=\"n\">(45.8 to 71.0)</span>"));
    assert_non_null(strstr(out.data, ">5.0 to 8.0</td>"));
    assert_non_null(strstr(out.data, ">1235 (9)</td>")); /* not 1234.500 */
    assert_non_null(strstr(out.data, ">0.123 (0.010)</td>"));
    an_bytes_free(ctx, &out);
    an_ctx_free(ctx);
}

/* Blanks as wide as digits; what is not one number has none. */
static void points_stand_below_each_other(void **state)
{
    const an_value cells[][3] = {
        {an_text("a"), an_number(AN_KIND_P, 0.0004), an_number(AN_KIND_NUMBER, 5)},
        {an_text("b"), an_number(AN_KIND_P, 0.21), an_number(AN_KIND_NUMBER, 5.25)},
        {an_text("c"), an_number(AN_KIND_P, 0.034), an_text("NRS 0-10")},
    };
    an_ctx *ctx = an_ctx_new();
    an_bytes out = page_of(ctx, 3, cells);

    (void)state;
    assert_non_null(strstr(out.data, ">&lt; 0.001</td>"));
    assert_non_null(strstr(out.data, ">0.21\xE2\x80\x87</td>"));
    assert_non_null(strstr(out.data, ">0.034</td>"));
    assert_non_null(strstr(out.data, ">5\xE2\x80\x88\xE2\x80\x87\xE2\x80\x87</td>"));
    assert_non_null(strstr(out.data, ">5.25</td>"));
    assert_non_null(strstr(out.data, ">NRS <span class=\"n\">0-10</span></td>"));
    assert_non_null(strstr(out.data, "All (<span class=\"n\">n = 58</span>)</th>"));
    an_bytes_free(ctx, &out);
    an_ctx_free(ctx);
}

static void page_and_numbers_agree(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = demo(ctx);
    an_bytes out = render(ctx, doc, html);
    search s = {out.data, 0};
    int n_anchors = 0;

    (void)state;
    assert_int_equal(an_doc_visit(ctx, doc, is_on_page, &s), AN_OK);
    for (const char *c = out.data; (c = strstr(c, "<td")); c++) {
        const char *id = strstr(c, " id=\""), *end = strchr(c, '>');

        n_anchors += id && id < end;
    }
    assert_int_equal(n_anchors, s.n); /* no number on the page that numbers.json lacks */
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* "a/b (p %)" anywhere in the text of the terminal: p is 100 a / b to one decimal. */
static void printed_percentages_equal_their_counts(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = demo(ctx);
    an_bytes out = {0};
    int n = 0;

    (void)state;
    assert_int_equal(an_render_text(ctx, doc, 0, &out), AN_OK);
    for (const char *c = out.data; (c = strchr(c, '/')); c++) {
        const char *from = c;
        int count, total, whole, tenth;

        while (from > out.data && from[-1] >= '0' && from[-1] <= '9') from--;
        if (sscanf(from, "%d/%d (%d.%d %%)", &count, &total, &whole, &tenth) != 4)
            continue;
        assert_int_equal(10 * whole + tenth, (2000 * count + total) / (2 * total));
        n++;
    }
    assert_true(n >= 10);
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void lines_fit_the_terminal(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = demo(ctx);

    (void)state;
    for (int columns = 80; columns <= 140; columns += 20) {
        an_bytes out = {0};
        const char *line, *end;

        assert_int_equal(an_render_text(ctx, doc, columns, &out), AN_OK);
        for (line = out.data; (end = strchr(line, '\n')); line = end + 1)
            assert_true(an_text_width(line, (size_t)(end - line)) <= columns);
        an_bytes_free(ctx, &out);
    }
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void formats_have_names(void **state)
{
    static const char *const name[] = {"text", "json",    "csv",       "markdown",
                                       "html", "numbers", "provenance"};
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = demo(ctx);
    an_bytes out = {0};

    (void)state;
    for (int i = 0; i < 7; i++) {
        assert_int_equal(an_render(ctx, doc, name[i], &out), AN_OK);
        assert_true(out.size > 20);
        an_bytes_free(ctx, &out);
    }
    assert_int_equal(an_render(ctx, doc, "docx", &out), AN_ERR_ARGUMENT);
    assert_null(out.data);
    assert_non_null(strstr(an_message(ctx), "no format `docx`"));
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* ---- Memory ---- */

/* Everything but the pictures, whose layout would make this slow (test_figure.c). */
static an_status render_all(an_ctx *ctx)
{
    static renderer *const run[] = {an_render_json,       an_render_numbers,
                                    an_render_csv,        an_render_markdown,
                                    an_render_provenance, html};
    an_status st = AN_OK;
    an_bytes out = {0};
    an_doc *doc = NULL;

    AN_TRY(an_doc_new(ctx, "Title", &doc));
    demo_baseline(doc);
    demo_pain(doc);
    for (int i = 0; i < 6; i++) {
        AN_TRY(run[i](ctx, doc, &out));
        an_bytes_free(ctx, &out);
    }
    AN_TRY(an_render_text(ctx, doc, 0, &out));
    an_bytes_free(ctx, &out);
    AN_TRY(an_render_table_csv(ctx, an_doc_root(doc)->children->children, &out));
done:
    assert_true(st == AN_OK || !out.data);
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(render_all) > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_read_back_to_the_same_bits),
        cmocka_unit_test(json_keeps_ugly_things),
        cmocka_unit_test(page_is_well_formed_and_quiet),
        cmocka_unit_test(hostile_texts_are_only_texts),
        cmocka_unit_test(groups_of_a_row_have_the_same_decimals),
        cmocka_unit_test(points_stand_below_each_other),
        cmocka_unit_test(page_and_numbers_agree),
        cmocka_unit_test(printed_percentages_equal_their_counts),
        cmocka_unit_test(lines_fit_the_terminal),
        cmocka_unit_test(formats_have_names),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
