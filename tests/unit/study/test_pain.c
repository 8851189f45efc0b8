/* The analyses of pain and of baseline characteristics, from a table to numbers. */
#include <anodyne/anodyne.h>
#include <anodyne/io.h>

#include "unit/base/faults.h"

/* Numbers of a document by their ids. */
typedef struct wanted {
    const char *id;
    an_value value;
    bool found, show;
} wanted;

static void visit(void *self, const char *id, const an_value *value, const char *label,
                  const char *method, double n)
{
    (void)n;
    wanted *w = self;
    char text[256];

    (void)method;
    if (w->show) {
        an_value_format(value, text, sizeof text);
        printf("%-60s %s   [%s]\n", id, text, label ? label : "");
    }
    if (!w->id || strcmp(id, w->id) != 0) return;
    w->value = *value;
    w->found = true;
}

static void show_texts(const an_node *node, int depth)
{
    for (const an_node *c = node->children; c; c = c->next) {
        if (c->type == AN_NODE_TEXT || c->type == AN_NODE_NOTE)
            printf("%*s- %s %s: %s\n", depth, "", c->key ? c->key : "",
                   c->code ? c->code : "", c->text);
        show_texts(c, depth + 2);
    }
}

typedef struct run {
    an_ctx *ctx;
    an_table *text, *table;
    an_frame *frame;
    an_doc *doc;
    an_status st;
} run;

/* From a table to a document, in r->ctx; what was made is in r, whatever the status. */
static an_status analyse(run *r, const char *csv, const char *id, const char *formula,
                         an_index n_binds, const an_bind *binds, const char *option,
                         const char *setting)
{
    const an_analysis *a = an_analysis_find(id);
    const an_frame_spec spec = {.formula = formula, .n_binds = n_binds, .binds = binds};
    an_options *options = NULL;
    an_status st = an_options_new(r->ctx, a, &options);

    if (st == AN_OK && option) st = an_options_set(r->ctx, options, option, setting);
    if (st == AN_OK && strchr(csv, '\n'))
        st = an_table_read_memory(r->ctx, "test.csv", csv, strlen(csv), NULL, &r->text);
    else if (st == AN_OK)
        st = an_table_read(r->ctx, csv, NULL, &r->text);
    if (st == AN_OK) st = an_table_infer(r->ctx, r->text, &r->table);
    if (st == AN_OK) st = an_frame_build(r->ctx, r->table, a, &spec, &r->frame);
    if (st == AN_OK) st = an_doc_new(r->ctx, "Test", &r->doc);
    if (st == AN_OK)
        st = an_analysis_run(r->ctx, a, r->frame, an_options_values(options), id, NULL,
                             r->doc);
    an_options_free(options);
    return st;
}

static run start(const char *csv, const char *id, const char *formula, an_index n_binds,
                 const an_bind *binds, const char *option, const char *setting)
{
    run r = {.ctx = an_ctx_new()};

    r.st = analyse(&r, csv, id, formula, n_binds, binds, option, setting);
    if (r.st != AN_OK) print_message("%s\n", an_message(r.ctx));
    if (getenv("AN_SHOW") && r.st == AN_OK) {
        wanted all = {.show = true};

        show_texts(an_doc_root(r.doc), 0);
        an_doc_visit(r.ctx, r.doc, visit, &all);
    }
    return r;
}

static void clear(run *r)
{
    an_doc_free(r->doc);
    an_frame_free(r->frame);
    an_table_free(r->table);
    an_table_free(r->text);
}

static void finish(run *r)
{
    clear(r);
    an_ctx_free(r->ctx);
}

static an_value get(const run *r, const char *id)
{
    wanted w = {.id = id};

    assert_int_equal(an_doc_visit(r->ctx, r->doc, visit, &w), AN_OK);
    if (!w.found) fail_msg("no number %s", id);
    return w.value;
}

#define NEAR(a, b, eps) assert_true(fabs((a) - (b)) <= (eps))

static const char cohort[] = AN_SOURCE_DIR "/examples/spine-hfrt/cohort.csv";

/* Domain fixture: 58 pairs, sums 199 and 87, 49 improved. */
static void test_example_gives_the_published_numbers(void **state)
{
    static const an_bind binds[] = {{"opioid_baseline", "opioid_baseline_mg"},
                                    {"opioid_followup", "opioid_1month_mg"},
                                    {"group", "dose_per_fraction_gy >= 5"}};
    run r = start(cohort, "pain", "nrs_1month ~ nrs_baseline", 3, binds, NULL, NULL);
    an_value v;

    (void)state;
    assert_int_equal(r.st, AN_OK);
    v = get(&r, "pain.paired.n_pairs");
    assert_true(v.value == 58 && v.upper == 58);
    NEAR(get(&r, "pain.paired.baseline_mean").value, 199.0 / 58, 1e-12);
    NEAR(get(&r, "pain.paired.followup_mean").value, 1.5, 1e-12);
    v = get(&r, "pain.response.responders.any_decrease_treated.proportion");
    NEAR(v.value, 49.0 / 58, 1e-12);
    NEAR(v.lower, 0.73066, 5e-6);
    NEAR(v.upper, 0.91616, 5e-6);
    finish(&r);
}

/* Six patients by hand. P1 CR, P2 PR, P3 IR by more opioid, P4 missing and dead, P5
 * missing and alive, P6 not eligible. */
static const char six[] = "b,f,ob,of,alive,arm\n"
                          "6,0,60,60,1,x\n"
                          "6,4,60,60,1,x\n"
                          "6,4,60,61,1,x\n"
                          "5,,30,,0,y\n"
                          "5,,30,,1,y\n"
                          "1,0,0,0,1,y\n";
static const an_bind six_binds[] = {{"opioid_baseline", "ob"},
                                    {"opioid_followup", "of"},
                                    {"alive_at_window", "alive"},
                                    {"group", "arm"}};

static void test_denominators(void **state)
{
    run r = start(six, "pain", "f ~ b", 4, six_binds, NULL, NULL);
    an_value v;

    (void)state;
    assert_int_equal(r.st, AN_OK);
    v = get(&r, "pain.response.responders.consensus_treated.n");
    assert_true(v.value == 2 && v.upper == 6);
    v = get(&r, "pain.response.responders.consensus_eligible.n");
    assert_true(v.value == 2 && v.upper == 5);
    v = get(&r, "pain.response.responders.consensus_assessable.n");
    assert_true(v.value == 2 && v.upper == 3);
    v = get(&r, "pain.response.responders.consensus_alive.n");
    assert_true(v.value == 2 && v.upper == 5);
    v = get(&r, "pain.response.responders.any_decrease_assessable.n");
    assert_true(v.value == 4 && v.upper == 4);
    v = get(&r, "pain.response.n_missing_dead");
    assert_true(v.value == 1 && v.upper == 2);
    v = get(&r, "pain.response.sensitivity.band25.responders");
    assert_true(v.value == 3 && v.upper == 3);
    v = get(&r, "pain.response.bounds.consensus.best");
    assert_true(v.value == 4 && v.upper == 6);
    v = get(&r, "pain.response.groups.group2.consensus");
    assert_true(v.value == 0 && v.upper == 3);
    finish(&r);
}

/* One patient for each open point, and one that meets two (row 3). */
static const char open_points[] =
    "b,f,ob,of\n6,8,60,75\n6,4,60,61\n6,0,60,61\n6,6,60,30\n"
    "6,4,0,5\n6,8,60,45\n6,8,60,70\n1,1,0,0\n";

static void test_open_points_and_readings(void **state)
{
    static const struct {
        const char *option, *setting;
        double pr, pp, ir, worse;
    } cases[] = {
        {NULL, NULL, 1, 2, 4, 3},
        {"pp_extended", "true", 1, 3, 3, 2},
        {"stable", "unchanged", 1, 0, 6, 1},
        {"opioid_increase", "quarter", 2, 2, 2, 3},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        run r = start(open_points, "pain", "f ~ b", 2, six_binds, cases[i].option,
                      cases[i].setting);
        an_value v;

        assert_int_equal(r.st, AN_OK);
        v = get(&r, "pain.response.holes.better_slightly_more_opioid.n");
        assert_true(v.value == 2 && v.upper == 8);
        assert_true(get(&r, "pain.response.holes.worse_more_opioid.n").value == 1);
        assert_true(get(&r, "pain.response.holes.worse_less_opioid.n").value == 1);
        assert_true(get(&r, "pain.response.holes.worse_near_opioid.n").value == 1);
        assert_true(get(&r, "pain.response.holes.zero_more_opioid.n").value == 1);
        assert_true(get(&r, "pain.response.holes.opioid_alone.n").value == 1);
        assert_true(get(&r, "pain.response.holes.opioid_started.n").value == 1);
        assert_true(get(&r, "pain.response.holes.baseline_one.n").value == 1);
        assert_true(get(&r, "pain.response.sensitivity.main.pr").value == cases[i].pr);
        assert_true(get(&r, "pain.response.sensitivity.main.pp").value == cases[i].pp);
        assert_true(get(&r, "pain.response.sensitivity.main.ir").value == cases[i].ir);
        assert_true(get(&r, "pain.response.sensitivity.worse.pp").value ==
                    cases[i].worse);
        assert_true(get(&r, "pain.intensity.scheme_S1.moderate.severe").value == 3);
        assert_true(get(&r, "pain.intensity.scheme_S3.moderate.moderate").value == 3);
        finish(&r);
    }
}

/* Under the other table rows 1 and 2 change class and row 4 cannot be judged. */
static const char tables[] =
    "b,f,ob,of,ob2,of2,m\n6,3,60,60,60,90,no\n"
    "6,6,60,60,60,40,no\n6,3,60,60,60,60,yes\n6,0,60,60,,60,no\n";
static const an_bind table_binds[] = {{"opioid_baseline", "ob"},
                                      {"opioid_followup", "of"},
                                      {"opioid_baseline_other", "ob2"},
                                      {"opioid_followup_other", "of2"},
                                      {"methadone", "m"},
                                      {"systemic", "m"}};

static void test_other_tables(void **state)
{
    run r = start(tables, "pain", "f ~ b", 6, table_binds, NULL, NULL);
    an_value v;

    (void)state;
    assert_int_equal(r.st, AN_OK);
    v = get(&r, "pain.response.opioid_runs.main.responders");
    assert_true(v.value == 3 && v.upper == 4);
    v = get(&r, "pain.response.opioid_runs.other1.responders");
    assert_true(v.value == 2 && v.upper == 3);
    assert_true(get(&r, "pain.response.opioid_runs.other1.na").value == 1);
    v = get(&r, "pain.response.opioid_runs.other1.changed");
    assert_true(v.value == 3 && v.upper == 4);
    v = get(&r, "pain.response.opioid_runs.without_methadone.responders");
    assert_true(v.value == 2 && v.upper == 3);
    v = get(&r, "pain.response.opioid_runs.without_systemic.responders");
    assert_true(v.value == 2 && v.upper == 3);
    finish(&r);
}

/* Rows 1, 3 and 4 are 3 points lower without more opioid; row 3 has a worse site. */
static void test_secondary_sites(void **state)
{
    static const an_bind binds[] = {
        {"opioid_baseline", "ob"}, {"opioid_followup", "of"}, {"secondary_worse", "m"}};
    run r = start(tables, "pain", "f ~ b", 3, binds, NULL, NULL);
    an_value v;

    (void)state;
    assert_int_equal(r.st, AN_OK);
    v = get(&r, "pain.response.responders.rtog0631_treated.n");
    assert_true(v.value == 2 && v.upper == 4); /* rows 1 and 4 */
    finish(&r);
}

static void test_other_tables_are_pairs(void **state)
{
    run r = start(tables, "pain", "f ~ b", 3, table_binds, NULL, NULL);

    (void)state;
    assert_int_equal(r.st, AN_ERR_ARGUMENT);
    finish(&r);
    r = start(tables, "pain", "f ~ b", 2, table_binds + 2, NULL, NULL);
    assert_int_equal(r.st, AN_ERR_ARGUMENT);
    assert_non_null(strstr(an_message(r.ctx), "needs opioid_baseline"));
    finish(&r);
}

static void test_without_opioids_and_survival(void **state)
{
    run r = start(six, "pain", "f ~ b", 0, NULL, NULL, NULL);
    const an_value v = get(&r, "pain.response.responders.consensus_assessable.n");

    (void)state;
    assert_int_equal(r.st, AN_OK);
    assert_true(v.value == 3 && v.upper == 3); /* P3 counts when opioids are not known */
    finish(&r);
}

static void test_no_pair_is_refused(void **state)
{
    run r = start("b,f\n3,\n4,\n,1\n", "pain", "f ~ b", 0, NULL, NULL, NULL);

    (void)state;
    assert_int_not_equal(r.st, AN_OK);
    assert_true(strlen(an_message(r.ctx)) > 0);
    finish(&r);
}

static void test_no_change_at_all(void **state)
{
    run r = start("b,f\n3,3\n4,4\n5,5\n", "pain", "f ~ b", 0, NULL, NULL, NULL);

    (void)state;
    assert_int_equal(r.st, AN_OK);
    assert_true(isnan(get(&r, "pain.paired.p_signed_rank").value));
    assert_true(get(&r, "pain.paired.pseudomedian").value == 0);
    finish(&r);
}

static void test_unreadable_survival(void **state)
{
    static const an_bind binds[] = {{"alive_at_window", "alive"}};
    run r = start("b,f,alive\n3,2,yes\n4,1,perhaps\n5,5,no\n", "pain", "f ~ b", 1, binds,
                  NULL, NULL);

    (void)state;
    assert_int_equal(r.st, AN_ERR_DATA);
    assert_non_null(strstr(an_message(r.ctx), "perhaps"));
    finish(&r);
}

static void test_table1_by_hand(void **state)
{
    static const char csv[] =
        "g,x,c,d\na,1,p,0\na,2,q,1\na,3,,1\nb,4,p,0\nb,,p,0\nb,8,q,1\n";
    run r = start(csv, "table1", "g ~ x + c + d", 0, NULL, "tests", "true");
    an_value v;

    (void)state;
    assert_int_equal(r.st, AN_OK);
    v = get(&r, "table1.characteristics.x_mean.group1");
    assert_true(v.value == 2 && v.lower == 1);
    v = get(&r, "table1.characteristics.x_missing.group2");
    assert_true(v.value == 1);
    v = get(&r, "table1.characteristics.c_1.group2");
    assert_true(v.value == 2 && v.upper == 3);
    v = get(&r, "table1.characteristics.d.all");
    assert_true(v.value == 3 && v.upper == 6);
    /* means 2 and 6, variances 1 and 8: 4 / sqrt(4.5) */
    NEAR(get(&r, "table1.characteristics.x.smd").value, 4 / sqrt(4.5), 1e-12);
    /* ranks of 4, 8 against 1, 2, 3: the extreme of 10 draws, both sides */
    NEAR(get(&r, "table1.characteristics.x.p").value, 0.2, 1e-12);
    finish(&r);
}

static void test_table1_of_the_example(void **state)
{
    run r =
        start(cohort, "table1",
              "(dose_per_fraction_gy >= 5) ~ age + sex + primary_tumour + kps + rt_start",
              0, NULL, NULL, NULL);

    (void)state;
    assert_int_equal(r.st, AN_OK);
    finish(&r);
}

static an_status run_pain(an_ctx *ctx)
{
    run r = {.ctx = ctx};
    const an_status st = analyse(&r, six, "pain", "f ~ b", 4, six_binds, NULL, NULL);

    clear(&r);
    return st;
}

static an_status run_table1(an_ctx *ctx)
{
    run r = {.ctx = ctx};
    const an_status st =
        analyse(&r, six, "table1", "arm ~ b + f + alive", 0, NULL, NULL, NULL);

    clear(&r);
    return st;
}

static void test_every_allocation_fails_once(void **state)
{
    (void)state;
    assert_true(faults_every_allocation(run_pain) > 50);
    assert_true(faults_every_allocation(run_table1) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_example_gives_the_published_numbers),
        cmocka_unit_test(test_denominators),
        cmocka_unit_test(test_open_points_and_readings),
        cmocka_unit_test(test_other_tables),
        cmocka_unit_test(test_other_tables_are_pairs),
        cmocka_unit_test(test_secondary_sites),
        cmocka_unit_test(test_without_opioids_and_survival),
        cmocka_unit_test(test_no_pair_is_refused),
        cmocka_unit_test(test_no_change_at_all),
        cmocka_unit_test(test_unreadable_survival),
        cmocka_unit_test(test_table1_by_hand),
        cmocka_unit_test(test_table1_of_the_example),
        cmocka_unit_test(test_every_allocation_fails_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
