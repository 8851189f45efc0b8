/* The exact bytes of small documents: a change of them is a decision. */
#include "report/report.h"
#include "unit/base/faults.h"

static const an_doc_column columns[] = {
    {"group", "Group"}, {"n", "n"}, {"median", "Median"}, {"hr", "Hazard ratio"}};

static an_doc *small(an_ctx *ctx)
{
    const an_value low[] = {an_text("< 5 Gy"), an_number(AN_KIND_COUNT, 21),
                            an_time_value(7.41, 5.06, NAN, "months"),
                            an_estimate(AN_KIND_RATIO, 2.3333, 1.2159, 4.4199)};
    const an_value high[] = {an_text("\xE8\x82\xBA_x"), an_number(AN_KIND_COUNT, 37),
                             an_time_value(NAN, NAN, NAN, "months"),
                             an_text("=reference")};
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Title", &doc), AN_OK);
    an_doc_open(doc, "os", "Survival");
    an_doc_table(doc, "t", "Groups", "km", 4, columns);
    an_doc_row_add(doc, "low", 0, low);
    an_doc_row_add(doc, "high", 1, high);
    an_doc_table_end(doc, "A foot.");
    an_doc_note(doc, AN_WARNING, "M1", "Few events & \"all\".");
    an_doc_value(doc, "p", "Log-rank", an_number(AN_KIND_P, 0.0344), NULL);
    an_doc_close(doc);
    an_doc_provenance(doc, "seed", "1");
    assert_int_equal(an_doc_status(doc), AN_OK);
    return doc;
}

static void shows(const char *format, const char *expected)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = small(ctx);
    an_bytes out = {0};

    assert_int_equal(an_render(ctx, doc, format, &out), AN_OK);
    assert_string_equal(out.data, expected);
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void text(void **state)
{
    (void)state;
    shows("text",
          "Title\n"
          "=====\n"
          "\n"
          "Survival\n"
          "========\n"
          "\n"
          "Groups\n"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\n"
          "Group    n  Median, months (95\xC2\xA0%\xC2\xA0"
          "CI)  Hazard ratio (95\xC2\xA0%\xC2\xA0"
          "CI)\n"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\n"
          "< 5 Gy  21  7.4 (5.1 to not reached)     2.33 (1.22 to 4.42)\n"
          "  \xE8\x82\xBA_x  37               not reached              =reference\n"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2"
          "\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94"
          "\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80"
          "\xE2\x94\x80\xE2\x94\x80\xE2\x94\x80\n"
          "A foot.\n"
          "\n"
          "warning[M1] Few events & \"all\".\n"
          "\n"
          "Log-rank  0.034\n"
          "\n"
          "seed  1\n");
}

static void markdown(void **state)
{
    (void)state;
    shows("markdown", "# Title\n"
                      "\n"
                      "## Survival\n"
                      "\n"
                      "**Groups**\n"
                      "\n"
                      "| Group | n | Median, months (95\xC2\xA0%\xC2\xA0"
                      "CI) | Hazard ratio (95\xC2\xA0%\xC2\xA0"
                      "CI) |\n"
                      "| --- | ---: | ---: | ---: |\n"
                      "| < 5 Gy | 21 | 7.4 (5.1 to not reached) | 2.33 (1.22 to 4.42) |\n"
                      "| &emsp;\xE8\x82\xBA\\_x | 37 | not reached | =reference |\n"
                      "\n"
                      "A foot.\n"
                      "\n"
                      "> **warning** (M1): Few events & \"all\".\n"
                      "\n"
                      "- Log-rank: 0.034\n"
                      "\n"
                      "## Provenance\n"
                      "\n"
                      "- seed: 1\n");
}

static void json(void **state)
{
    (void)state;
    shows(
        "json",
        "{\n"
        "  \"schema\": \"anodyne.document/1\",\n"
        "  \"title\": \"Title\",\n"
        "  \"provenance\": {\"seed\": \"1\"},\n"
        "  \"references\": [],\n"
        "  \"content\": [\n"
        "    {\"type\": \"section\", \"key\": \"os\", \"title\": \"Survival\", "
        "\"content\": [\n"
        "        {\"type\": \"table\", \"key\": \"t\", \"title\": \"Groups\", "
        "\"method\": \"km\", \"foot\": \"A foot.\",\n"
        "          \"columns\": [{\"key\": \"group\", \"label\": \"Group\"}, {\"key\": "
        "\"n\", \"label\": \"n\"}, {\"key\": \"median\", \"label\": \"Median\"}, "
        "{\"key\": \"hr\", \"label\": \"Hazard ratio\"}],\n"
        "          \"rows\": [\n"
        "            {\"key\": \"low\", \"indent\": 0, \"cells\": {\"group\": {\"kind\": "
        "\"text\", \"text\": \"< 5 Gy\"}, \"n\": {\"kind\": \"count\", \"value\": 21, "
        "\"shown\": \"21\"}, \"median\": {\"kind\": \"time\", \"value\": 7.41, "
        "\"lower\": 5.06, \"upper\": null, \"upper_reason\": \"not reached\", \"level\": "
        "0.95, \"unit\": \"months\", \"shown\": \"7.4 months (95 % CI 5.1 to not "
        "reached)\"}, \"hr\": {\"kind\": \"ratio\", \"value\": 2.3333, \"lower\": "
        "1.2159, \"upper\": 4.4199, \"level\": 0.95, \"shown\": \"2.33 (95 % CI 1.22 to "
        "4.42)\"}}},\n"
        "            {\"key\": \"high\", \"indent\": 1, \"cells\": {\"group\": "
        "{\"kind\": \"text\", \"text\": \"\xE8\x82\xBA_x\"}, \"n\": {\"kind\": "
        "\"count\", \"value\": 37, \"shown\": \"37\"}, \"median\": {\"kind\": \"time\", "
        "\"value\": null, \"reason\": \"not reached\", \"unit\": \"months\", \"shown\": "
        "\"not reached\"}, \"hr\": {\"kind\": \"text\", \"text\": \"=reference\"}}}]},\n"
        "        {\"type\": \"note\", \"severity\": \"warning\", \"code\": \"M1\", "
        "\"text\": \"Few events & \\\"all\\\".\"},\n"
        "        {\"type\": \"value\", \"key\": \"p\", \"label\": \"Log-rank\", "
        "\"value\": {\"kind\": \"p\", \"value\": 0.0344, \"shown\": \"0.034\"}}]}]}\n");
}

static void numbers(void **state)
{
    (void)state;
    shows("numbers", "{\n"
                     "  \"schema\": \"anodyne.numbers/1\",\n"
                     "  \"title\": \"Title\",\n"
                     "  \"numbers\": [\n"
                     "    {\"id\": \"os.t.low.n\", \"kind\": \"count\", \"value\": 21, "
                     "\"label\": \"< 5 Gy / n\", \"method\": \"km\"},\n"
                     "    {\"id\": \"os.t.low.median\", \"kind\": \"time\", \"value\": "
                     "7.41, \"lower\": 5.06, \"upper\": null, \"upper_reason\": \"not "
                     "reached\", \"level\": 0.95, \"unit\": \"months\", \"label\": \"< 5 "
                     "Gy / Median\", \"method\": \"km\"},\n"
                     "    {\"id\": \"os.t.low.hr\", \"kind\": \"ratio\", \"value\": "
                     "2.3333, \"lower\": 1.2159, \"upper\": 4.4199, \"level\": 0.95, "
                     "\"label\": \"< 5 Gy / Hazard ratio\", \"method\": \"km\"},\n"
                     "    {\"id\": \"os.t.high.n\", \"kind\": \"count\", \"value\": 37, "
                     "\"label\": \"\xE8\x82\xBA_x / n\", \"method\": \"km\"},\n"
                     "    {\"id\": \"os.t.high.median\", \"kind\": \"time\", \"value\": "
                     "null, \"reason\": \"not reached\", \"unit\": \"months\", "
                     "\"label\": \"\xE8\x82\xBA_x / Median\", \"method\": \"km\"},\n"
                     "    {\"id\": \"os.p\", \"kind\": \"p\", \"value\": 0.0344, "
                     "\"label\": \"Log-rank\"}]}\n");
}

static void csv(void **state)
{
    (void)state;
    shows(
        "csv",
        "id,label,kind,value,lower,upper,unit,reason,method,n\r\n"
        "\"os.t.low.n\",\"< 5 Gy / n\",count,21,,,,,\"km\",\r\n"
        "\"os.t.low.median\",\"< 5 Gy / Median\",time,7.41,5.06,,\"months\",,\"km\",\r\n"
        "\"os.t.low.hr\",\"< 5 Gy / Hazard "
        "ratio\",ratio,2.3333,1.2159,4.4199,,,\"km\",\r\n"
        "\"os.t.high.n\",\"\xE8\x82\xBA_x / n\",count,37,,,,,\"km\",\r\n"
        "\"os.t.high.median\",\"\xE8\x82\xBA_x / Median\",time,,,,\"months\",\"not "
        "reached\",\"km\",\r\n"
        "\"os.p\",\"Log-rank\",p,0.0344,,,,,,\r\n");
}

static void table_csv(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = small(ctx);
    an_bytes out = {0};

    (void)state;
    assert_int_equal(an_render_table_csv(ctx, an_doc_root(doc)->children->children, &out),
                     AN_OK);
    assert_string_equal(
        out.data,
        "key,group,n,median,median.lower,median.reason,hr,hr.lower,hr.upper,hr.text\r\n"
        "\"low\",\"< 5 Gy\",21,7.41,5.06,,2.3333,1.2159,4.4199,\r\n"
        "\"high\",\"\xE8\x82\xBA_x\",37,,,\"not reached\",,,,\"'=reference\"\r\n");
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void figure_csv(void **state)
{
    static const double x[] = {0, 2.5}, y[] = {1, 0.5}, tick[] = {0}, risk[] = {9};
    const an_series series = {.label = "A, B", .n = 2, .x = x, .y = y, .at_risk = risk};
    an_ctx *ctx = an_ctx_new();
    an_bytes out = {0};

    (void)state;
    assert_int_equal(an_render_figure_csv(ctx,
                                          &(an_figure){.type = AN_FIGURE_CURVES,
                                                       .n_ticks = 1,
                                                       .ticks = tick,
                                                       .n_series = 1,
                                                       .series = &series},
                                          &out),
                     AN_OK);
    assert_string_equal(out.data, "series,what,x,y,lower,upper\r\n"
                                  "\"A, B\",point,0,1,,\r\n"
                                  "\"A, B\",point,2.5,0.5,,\r\n"
                                  "\"A, B\",at_risk,0,9,,\r\n");
    an_bytes_free(ctx, &out);
    an_ctx_free(ctx);
}

/* A document that nothing was said in is a valid file in every format. */
static void empty_documents_are_valid(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL;
    an_bytes out = {0};

    (void)state;
    assert_int_equal(an_doc_new(ctx, NULL, &doc), AN_OK);
    assert_int_equal(an_render(ctx, doc, "text", &out), AN_OK);
    assert_string_equal(out.data, "");
    an_bytes_free(ctx, &out);
    assert_int_equal(an_render(ctx, doc, "provenance", &out), AN_OK);
    assert_string_equal(out.data, "{\n  \"schema\": \"anodyne.provenance/1\"}\n");
    an_bytes_free(ctx, &out);
    assert_int_equal(an_render(ctx, doc, "csv", &out), AN_OK);
    assert_string_equal(out.data,
                        "id,label,kind,value,lower,upper,unit,reason,method,n\r\n");
    an_bytes_free(ctx, &out);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text),       cmocka_unit_test(markdown),
        cmocka_unit_test(json),       cmocka_unit_test(numbers),
        cmocka_unit_test(csv),        cmocka_unit_test(table_csv),
        cmocka_unit_test(figure_csv), cmocka_unit_test(empty_documents_are_valid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
