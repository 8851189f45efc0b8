/* Oral morphine equivalents. */
#include <anodyne/clinic.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void test_sum(void **state)
{
    const an_opioid_dose doses[] = {{"oxycodone", "oral", "mg/day", 40},
                                    {"fentanyl", "transdermal", "ug/h", 25},
                                    {"morphine", "oral", "mg/day", 10}};
    const an_opioid_total t = an_opioid_equivalent("cdc2022", 3, doses);

    (void)state;
    assert_true(fabs(t.omed_mg - (60 + 60 + 10)) < 1e-12);
    assert_int_equal(t.flags, 0);
    assert_int_equal(t.first_unknown, -1);
}

static void test_none_is_zero(void **state)
{
    (void)state;
    assert_true(an_opioid_equivalent("cdc2022", 0, NULL).omed_mg == 0);
}

static void test_unknown_is_missing_never_zero(void **state)
{
    const an_opioid_dose doses[] = {{"morphine", "oral", "mg/day", 10},
                                    {"dezocine", "parenteral", "mg/day", 5}};
    const an_opioid_total t = an_opioid_equivalent("cdc2022", 2, doses);

    (void)state;
    assert_true(isnan(t.omed_mg));
    assert_int_equal(t.flags, AN_OPIOID_UNKNOWN);
    assert_int_equal(t.first_unknown, 1);
}

static void test_flags(void **state)
{
    const an_opioid_dose methadone = {"methadone", "oral", "mg/day", 20};
    const an_opioid_dose patch = {"fentanyl", "transdermal", "ug/h", 4200};
    const an_opioid_dose vast = {"morphine", "oral", "mg/day", 2001};
    const an_opioid_dose vein = {"morphine", "parenteral", "mg/day", 10};

    (void)state;
    assert_int_equal(an_opioid_equivalent("cdc2022", 1, &methadone).flags,
                     AN_OPIOID_METHADONE);
    assert_int_equal(an_opioid_equivalent("cdc2022", 1, &patch).flags,
                     AN_OPIOID_PATCH_RANGE);
    assert_int_equal(an_opioid_equivalent("cdc2022", 1, &vast).flags, AN_OPIOID_HIGH);
    assert_int_equal(an_opioid_equivalent("parenteral_unverified", 1, &vein).flags,
                     AN_OPIOID_UNVERIFIED);
}

static void test_rows_are_complete_and_unique(void **state)
{
    const an_index n = an_opioid_factor_count();
    an_index tables = 0;

    (void)state;
    while (an_opioid_table(tables)) tables++;
    assert_int_equal(tables, 5);
    for (an_index i = 0; i < n; i++) {
        const an_opioid_factor *f = an_opioid_factor_at(i);

        assert_true(f->factor > 0 && f->verified >= 0 && f->verified <= 2);
        assert_true(strlen(f->citation) > 10);
        assert_ptr_equal(an_opioid_factor_find(f->table, f->drug, f->route, f->unit), f);
    }
    assert_null(an_opioid_factor_at(n));
}

/* Each cell of the published tables; 0: the table has no factor. */
static void test_tables(void **state)
{
    static const char *const table[] = {"cdc2022", "vonkorff2008", "nielsen2016",
                                        "canada2010"};
    static const struct {
        const char *drug, *route, *unit;
        double factor[4];
    } rows[] = {
        {"morphine", "oral", "mg/day", {1, 1, 1, 1}},
        {"codeine", "oral", "mg/day", {0.15, 0.15, 0.1, 0.15}},
        {"dihydrocodeine", "oral", "mg/day", {0, 0.25, 0.1, 0}},
        {"hydrocodone", "oral", "mg/day", {1, 1, 0, 0}},
        {"oxycodone", "oral", "mg/day", {1.5, 1.5, 1.5, 1.5}},
        {"oxymorphone", "oral", "mg/day", {3, 3, 0, 0}},
        {"hydromorphone", "oral", "mg/day", {5, 4, 5, 5}},
        {"tapentadol", "oral", "mg/day", {0.4, 0, 0.4, 0}},
        {"tramadol", "oral", "mg/day", {0.2, 0.1, 0.1, 0}},
        {"pethidine", "oral", "mg/day", {0, 0.1, 0.1, 0.1}},
        {"pentazocine", "oral", "mg/day", {0, 0.37, 0, 0}},
        {"levorphanol", "oral", "mg/day", {0, 11, 0, 0}},
        {"dextropropoxyphene", "oral", "mg/day", {0, 0.23, 0.23, 0}},
        {"buprenorphine", "sublingual", "mg/day", {0, 0, 40, 0}},
        {"buprenorphine", "transdermal", "ug/h", {0, 0, 2.4, 0}},
        {"fentanyl", "transdermal", "ug/h", {2.4, 2.4, 2.4, 0}},
        {"fentanyl", "transmucosal", "ug/day", {0, 0.125, 0, 0}},
        {"methadone", "oral", "mg/day", {4.7, 3, 0, 0}},
    };
    an_index n = 0;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        for (int k = 0; k < 4; k++) {
            const an_opioid_factor *f = an_opioid_factor_find(
                table[k], rows[i].drug, rows[i].route, rows[i].unit);

            if ((f ? f->factor : 0) != rows[i].factor[k])
                fail_msg("%s, %s", table[k], rows[i].drug);
            n += f != NULL;
        }
    for (an_index i = 0; i < an_opioid_factor_count(); i++)
        n -= an_opioid_factor_at(i)->verified > 0;
    assert_int_equal(n, 0); /* nothing else is in the tables */
}

static void test_words(void **state)
{
    (void)state;
    assert_string_equal(an_opioid_word(AN_OPIOID_ROUTE, "po"), "oral");
    assert_string_equal(an_opioid_word(AN_OPIOID_UNIT, "mcg/h"), "ug/h");
    assert_string_equal(an_opioid_word(AN_OPIOID_DRUG, "meperidine"), "pethidine");
    assert_string_equal(an_opioid_word(AN_OPIOID_DRUG, "po"), "po");
    assert_string_equal(an_opioid_word(AN_OPIOID_UNIT, "drops"), "drops");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sum),
        cmocka_unit_test(test_none_is_zero),
        cmocka_unit_test(test_unknown_is_missing_never_zero),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_rows_are_complete_and_unique),
        cmocka_unit_test(test_tables),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
