/* The document: keys, ids, copies, failures; and its filter for small cells. */
#include "doc/doc.h"
#include "unit/base/faults.h"

static an_doc *new_doc(an_ctx *ctx)
{
    an_doc *doc = NULL;

    assert_int_equal(an_doc_new(ctx, "Title", &doc), AN_OK);
    return doc;
}

/* ---- Ids ---- */

typedef struct seen {
    int n;
    char id[40][80], label[40][80];
    double value[40];
} seen;

static void see(void *self, const char *id, const an_value *value, const char *label,
                const char *method, double n)
{
    (void)n;
    seen *s = self;

    (void)method;
    assert_true(s->n < 40);
    snprintf(s->id[s->n], sizeof s->id[0], "%s", id);
    snprintf(s->label[s->n], sizeof s->label[0], "%s", label);
    s->value[s->n++] = value->value;
}

static double value_of(const seen *s, const char *id)
{
    for (int i = 0; i < s->n; i++)
        if (strcmp(s->id[i], id) == 0) return s->value[i];
    fail_msg("no number %s", id);
    return NAN;
}

static void ids_are_paths_of_keys(void **state)
{
    static const an_doc_column columns[] = {{"what", "What"}, {"hr", "Hazard ratio"}};
    const an_value row[] = {an_text("Dose"), an_number(AN_KIND_RATIO, 2)};
    const double ticks[] = {0, 6}, risk[] = {10, 4};
    const an_series series = {.label = "All", .at_risk = risk};
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = new_doc(ctx);
    seen s = {0};

    (void)state;
    an_doc_open(doc, "os", "Survival");
    an_doc_open(doc, "lt5", "< 5 Gy");
    an_doc_value(doc, "median", "Median", an_time_value(31, NAN, NAN, "days"), NULL);
    an_doc_value(doc, "median", "Median again", an_number(AN_KIND_COUNT, 32), NULL);
    an_doc_value(doc, "word", "A word", an_text("text is no number"), NULL);
    an_doc_close(doc);
    an_doc_table(doc, "table", "T", "cox", 2, columns);
    an_doc_row_add(doc, "dose", 0, row);
    an_doc_row_add(doc, "dose", 0, row);
    an_doc_table_end(doc, NULL);
    an_doc_close(doc);
    an_doc_figure(doc, "km", "Curves", "km",
                  &(an_figure){.type = AN_FIGURE_CURVES,
                               .n_ticks = 2,
                               .ticks = ticks,
                               .n_series = 1,
                               .series = &series});
    assert_int_equal(an_doc_status(doc), AN_OK);
    assert_int_equal(an_doc_visit(ctx, doc, see, &s), AN_OK);
    assert_int_equal(s.n, 6);
    assert_true(value_of(&s, "os.lt5.median") == 31);
    assert_true(value_of(&s, "os.lt5.median_2") == 32);
    assert_true(value_of(&s, "os.table.dose.hr") == 2);
    assert_true(value_of(&s, "os.table.dose_2.hr") == 2);
    assert_true(value_of(&s, "km.series1.at_risk@6") == 4);
    assert_string_equal(s.label[2], "Dose / Hazard ratio");
    an_doc_free(doc);
    an_ctx_free(ctx);
}

static void keys_come_from_labels(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = new_doc(ctx);

    (void)state;
    assert_string_equal(an_doc_key(doc, "< 5 Gy"), "lt5_gy");
    assert_string_equal(an_doc_key(doc, ">= 5 Gy"), "ge5_gy");
    assert_string_equal(an_doc_key(doc, "Dose class (Gy)"), "dose_class_gy");
    assert_string_equal(an_doc_key(doc, "4.25 Gy"), "4_25_gy");
    assert_string_equal(an_doc_key(doc, "\xE2\x89\xA5 5 Gy"), "ge5_gy");
    assert_string_equal(an_doc_key(doc, "..."), "_");
    assert_string_equal(an_doc_key(doc, "\xE8\x82\xBA"), "\xE8\x82\xBA");
    assert_string_equal(an_doc_p(doc, 0.0344), "p = 0.034");
    assert_string_equal(an_doc_p(doc, 1e-9), "p < 0.001");
    an_doc_table(doc, "t", NULL, NULL, 3,
                 (const an_doc_column[]){{"a", "A+"}, {"a", "A-"}, {"a", "A"}});
    assert_string_equal(an_doc_root(doc)->children->columns[1].key, "a_2");
    assert_string_equal(an_doc_root(doc)->children->columns[2].key, "a_3");
    an_doc_table_end(doc, NULL);
    an_doc_provenance(doc, "seed", "1");
    an_doc_provenance(doc, "data", "x.csv");
    an_doc_provenance(doc, "seed", "2");
    assert_int_equal(an_doc_provenance_count(doc), 2);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* The caller's memory may change as soon as a building call has returned. */
static void everything_is_copied(void **state)
{
    char label[] = "label", unit[] = "days";
    double x[] = {0, 1}, y[] = {1, 0.5};
    an_series series = {.label = label, .n = 2, .x = x, .y = y};
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = new_doc(ctx);
    const an_node *value, *figure;

    (void)state;
    an_doc_value(doc, "v", label, an_time_value(3, NAN, NAN, unit), NULL);
    an_doc_figure(doc, "f", label, NULL,
                  &(an_figure){.n_series = 1, .series = &series, .caption = label});
    memset(label, 'x', 5);
    memset(unit, 'x', 4);
    memset(&series, 0, sizeof series);
    y[1] = 7;
    value = an_doc_root(doc)->children;
    figure = value->next;
    assert_string_equal(value->title, "label");
    assert_string_equal(value->value.unit, "days");
    assert_string_equal(figure->figure->caption, "label");
    assert_string_equal(figure->figure->series[0].label, "label");
    assert_true(figure->figure->series[0].y[1] == 0.5);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* ---- Small cells ---- */

static void add_row(an_doc *doc, const char *label, int indent, double all, double low,
                    double high)
{
    const an_value cells[] = {an_text(label), an_count_of(all, 58), an_count_of(low, 21),
                              an_count_of(high, 37)};

    an_doc_row_add(doc, an_doc_key(doc, label), indent, cells);
}

static an_status build_small(an_ctx *ctx, an_doc **out)
{
    static const an_doc_column columns[] = {
        {"what", "What"}, {"all", "All"}, {"low", "Low (n = 3)"}, {"high", "High"}};
    static const char *const reason[] = {"no follow-up"};
    static const double left[] = {1};
    const an_flow_step step = {
        .label = "Treated", .n = 58, .n_left = 1, .left_reason = reason, .left_n = left};
    an_status st = an_doc_new(ctx, "Title", out);

    if (st != AN_OK) return st;
    an_doc_open(*out, "s", "Safety");
    an_doc_value(*out, "events", "Events", an_number(AN_KIND_COUNT, 3), NULL);
    an_doc_value(*out, "df", "Degrees of freedom", an_number(AN_KIND_COUNT, 2), NULL);
    an_doc_value(*out, "risk", "Risk", an_number(AN_KIND_PROPORTION, 3.0 / 58), NULL);
    an_doc_value(*out, "zero", "None", an_count_of(0, 58), NULL);
    an_doc_value(*out, "nearly", "Nearly all", an_count_of(56, 58), NULL);
    an_doc_text(*out, "small", "There were 3 events.");
    an_doc_text(*out, "large", "There were 30 events in 4.5 months, 5 %%.");
    an_doc_close(*out);
    an_doc_table(*out, "t", "Table", NULL, 4, columns);
    add_row(*out, "Tumour", 0, 58, 21, 37);
    add_row(*out, "Lung", 1, 30, 12, 18);
    add_row(*out, "Breast", 1, 20, 8, 12);
    add_row(*out, "Other", 1, 8, 1, 7);
    an_doc_table_end(*out, NULL);
    an_doc_figure(*out, "flow", "Flow", NULL,
                  &(an_figure){.type = AN_FIGURE_FLOW, .n_steps = 1, .steps = &step});
    st = an_doc_status(*out);
    if (st != AN_OK) {
        an_doc_free(*out);
        *out = NULL;
    }
    return st;
}

static void small_cells_are_hidden(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL, *safe = NULL;
    const an_node *section, *t;
    seen s = {0};
    char text[80];

    (void)state;
    assert_int_equal(build_small(ctx, &doc), AN_OK);
    assert_int_equal(an_doc_suppress(ctx, doc, 5, &safe), AN_OK);
    assert_int_equal(an_doc_visit(ctx, safe, see, &s), AN_OK);
    assert_true(isnan(value_of(&s, "s.events")));
    assert_true(isnan(value_of(&s, "s.risk")));
    assert_true(value_of(&s, "s.df") == 2);
    assert_true(value_of(&s, "s.zero") == 0);
    assert_true(isnan(value_of(&s, "s.nearly")));
    assert_true(isnan(value_of(&s, "t.other.low")));  /* 1 */
    assert_true(isnan(value_of(&s, "t.other.high"))); /* all - high would tell */
    assert_true(isnan(value_of(&s, "t.breast.low"))); /* 21 - 12 - 8 would tell */
    assert_true(value_of(&s, "t.lung.all") == 30);
    section = an_doc_root(safe)->children;
    an_value_format(&section->children->value, text, sizeof text);
    assert_string_equal(text, "< 5");
    for (const an_node *n = section->children; n; n = n->next)
        assert_true(!n->key || strcmp(n->key, "small") != 0);
    t = section->next;
    assert_string_equal(t->columns[2].label, "Low (n < 5)");
    assert_int_equal(t->next->type, AN_NODE_NOTE); /* the flow is left out */
    assert_string_equal(t->next->code, "M501");
    an_doc_free(safe);
    assert_int_equal(an_doc_suppress(ctx, doc, 1, &safe), AN_ERR_ARGUMENT);
    assert_null(safe);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

/* Nobody who knows the sums can compute a hidden cell: each row and column of the levels
 * has none or at least two of them. */
static void no_hidden_cell_stands_alone(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_rng rng = an_rng_new(1, 2, 3);
    static const an_doc_column columns[] = {
        {"what", "What"}, {"all", "All"}, {"low", "Low"}, {"high", "High"}};

    (void)state;
    for (int replicate = 0; replicate < 300; replicate++) {
        an_doc *doc = new_doc(ctx), *safe = NULL;
        const an_node *t;

        an_doc_table(doc, "t", "Table", NULL, 4, columns);
        for (int i = 0; i < 4; i++) {
            const double low = (double)an_rng_below(&rng, 12);
            const double high = (double)an_rng_below(&rng, 30);
            const an_value cells[] = {
                an_text("Level"), an_number(AN_KIND_COUNT, low + high),
                an_number(AN_KIND_COUNT, low), an_number(AN_KIND_COUNT, high)};

            an_doc_row_add(doc, "level", 1, cells);
        }
        an_doc_table_end(doc, NULL);
        assert_int_equal(an_doc_suppress(ctx, doc, 5, &safe), AN_OK);
        t = an_doc_root(safe)->children;
        for (int i = 0; i < 4; i++) {
            int row = 0, column = 0;

            for (int j = 1; j < 4; j++) row += isnan(t->rows[i].cells[j].value);
            for (int k = 0; k < 4 && i > 0; k++)
                column += isnan(t->rows[k].cells[i].value);
            assert_true(row != 1);
            assert_true(column != 1);
        }
        an_doc_free(doc);
        an_doc_free(safe);
    }
    an_ctx_free(ctx);
}

/* ---- Failures ---- */

static void ignore(void *self, const char *id, const an_value *value, const char *label,
                   const char *method, double n)
{
    (void)n;
    (void)self, (void)id, (void)value, (void)label, (void)method;
}

static an_status build_and_filter(an_ctx *ctx)
{
    an_doc *doc = NULL, *safe = NULL;
    an_status st;

    AN_TRY(build_small(ctx, &doc));
    AN_TRY(an_doc_suppress(ctx, doc, 5, &safe));
    AN_TRY(an_doc_visit(ctx, safe, ignore, NULL));
done:
    an_doc_free(doc);
    an_doc_free(safe);
    return st;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(build_and_filter) > 5);
}

/* A table whose rows are rows of the data stays at home, small counts or not. */
static void tables_of_single_rows_are_left_out(void **state)
{
    static const an_doc_column columns[] = {{"row", "Row"}, {"residual", "Residual"}};
    const an_value cells[] = {an_number(AN_KIND_COUNT, 70),
                              an_number(AN_KIND_NUMBER, 0.5)};
    an_ctx *ctx = an_ctx_new();
    an_doc *doc = NULL, *safe = NULL;

    (void)state;
    assert_int_equal(an_doc_new(ctx, "Single", &doc), AN_OK);
    an_doc_table(doc, "residuals", "Residuals", NULL, 2, columns);
    an_doc_table_single(doc);
    an_doc_row_add(doc, "row_70", 0, cells);
    an_doc_table_end(doc, NULL);
    assert_true(an_doc_root(doc)->children->detail && an_doc_root(doc)->children->single);
    assert_int_equal(an_doc_suppress(ctx, doc, 5, &safe), AN_OK);
    assert_int_equal(an_doc_root(safe)->children->type, AN_NODE_NOTE);
    assert_non_null(strstr(an_doc_root(safe)->children->text, "1 tables of single rows"));
    an_doc_free(safe);
    an_doc_free(doc);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_paths_of_keys),
        cmocka_unit_test(keys_come_from_labels),
        cmocka_unit_test(everything_is_copied),
        cmocka_unit_test(small_cells_are_hidden),
        cmocka_unit_test(no_hidden_cell_stands_alone),
        cmocka_unit_test(tables_of_single_rows_are_left_out),
        cmocka_unit_test(every_allocation_may_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
