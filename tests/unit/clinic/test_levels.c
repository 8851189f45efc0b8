/* Vertebral levels: every spelling that is read, every one that is refused, and where. */
#include <anodyne/levels.h>

#include "base/base.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void test_spellings(void **state)
{
    static const struct {
        const char *text, *written;
    } cases[] = {
        {"T10-L1", "T10-L1"},
        {"T10–L1", "T10-L1"},
        {"t10 — l1", "T10-L1"},
        {"T10~L1", "T10-L1"},
        {"T10 to L1", "T10-L1"},
        {"C7/T1", "C7-T1"},
        {"L1-3", "L1-L3"},
        {"T9,11", "T9, T11"},
        {"T9,T11", "T9, T11"},
        {"T9, T10; T12", "T9-T10, T12"},
        {"T4+T6 & T8", "T4, T6, T8"},
        {"T4 and L2", "T4, L2"},
        {"D10", "T10"},
        {"Th10", "T10"},
        {"thoracic 10 - lumbar 2", "T10-L2"},
        {"BWK 12 bis LWK 2", "T12-L2"},
        {"HWK3 und SWK1", "C3, S1"},
        {"Occiput-C2", "Occiput-C2"},
        {"C0-C2", "Occiput-C2"},
        {"occ", "Occiput"},
        {"S2", "S2"},
        {"sacrum", "S1-S5"},
        {"L5, sacrum", "L5-S5"},
        {"C1-S5", "C1-S5"},
        {"VB_T01", "T1"},
        {"VB_T01-VB_T12", "T1-T12"},
        {"vertebra L3", "L3"},
        {"  L3\t", "L3"},
        {"胸10-腰1", "T10-L1"},
        {"T10至L1", "T10-L1"},
        {"第3腰椎", "L3"},
        {"第三腰椎体", "L3"},
        {"第10胸椎至第1腰椎", "T10-L1"},
        {"第10至12胸椎", "T10-T12"},
        {"第10、12胸椎和腰2", "T10, T12, L2"},
        {"颈7", "C7"},
        {"颈椎7", "C7"},
        {"頸7、胸1", "C7-T1"},
        {"胸十二椎体", "T12"},
        {"骶1", "S1"},
        {"寰椎到枢椎", "C1-C2"},
        {"枕骨-颈2", "Occiput-C2"},
        {"Ｔ１０－Ｌ１", "T10-L1"},
        {"ｔ１０～ｌ１，ｌ３", "T10-L1, L3"},
        {"　Ｔ９　", "T9"},
    };
    char text[AN_LEVELS_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        an_levels levels, again;
        size_t at;
        const an_levels_fault fault =
            an_levels_read(cases[i].text, strlen(cases[i].text), &levels, &at);

        if (fault)
            fail_msg("%s: %s, at %d", cases[i].text, an_levels_fault_text(fault),
                     (int)at);
        an_levels_write(levels, text);
        assert_string_equal(text, cases[i].written);
        assert_int_equal(an_levels_read(text, strlen(text), &again, NULL),
                         AN_LEVELS_READ);
        assert_true(again == levels);
    }
}

static void test_refusals(void **state)
{
    static const struct {
        const char *text;
        an_levels_fault fault;
        size_t at;
    } cases[] = {
        {"", AN_LEVELS_EMPTY, 0},
        {"  ", AN_LEVELS_EMPTY, 2},
        {"10-12", AN_LEVELS_NO_REGION, 0},
        {"第3", AN_LEVELS_NO_REGION, 3},
        {"第3腰1", AN_LEVELS_NO_REGION, 3},
        {"3腰椎", AN_LEVELS_NO_REGION, 0},
        {"L1-T10", AN_LEVELS_REVERSED, 0},
        {"T9, L5-1", AN_LEVELS_REVERSED, 4},
        {"T13", AN_LEVELS_NO_VERTEBRA, 1},
        {"L6", AN_LEVELS_NO_VERTEBRA, 1},
        {"C8", AN_LEVELS_NO_VERTEBRA, 1},
        {"T0", AN_LEVELS_NO_VERTEBRA, 1},
        {"S1-6", AN_LEVELS_NO_VERTEBRA, 3},
        {"T-L1", AN_LEVELS_NO_NUMBER, 0},
        {"lumbar", AN_LEVELS_NO_NUMBER, 0},
        {"T001", AN_LEVELS_UNKNOWN, 1},
        {"T9 T11", AN_LEVELS_NO_SEPARATOR, 3},
        {"T9T", AN_LEVELS_NO_SEPARATOR, 2},
        {"T9-", AN_LEVELS_UNEXPECTED, 3},
        {",T9", AN_LEVELS_UNEXPECTED, 0},
        {"T9-T10-T11", AN_LEVELS_UNEXPECTED, 6},
        {"T9,,T10", AN_LEVELS_UNEXPECTED, 3},
        {"L5-sacrum", AN_LEVELS_UNEXPECTED, 3},
        {"T9?", AN_LEVELS_UNKNOWN, 2},
        {"T9 (old)", AN_LEVELS_UNKNOWN, 3},
        {"胸9间盘", AN_LEVELS_UNKNOWN, 4},
        {"whole spine", AN_LEVELS_UNKNOWN, 0},
        {"\xFFT9", AN_LEVELS_UNKNOWN, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        an_levels levels = 1;
        size_t at = 99;
        const an_levels_fault fault =
            an_levels_read(cases[i].text, strlen(cases[i].text), &levels, &at);

        if (fault != cases[i].fault || at != cases[i].at)
            fail_msg("%s: %s, at %d", cases[i].text, an_levels_fault_text(fault),
                     (int)at);
        assert_true(levels == 0);
    }
}

static void test_long_texts(void **state)
{
    char text[2000];
    an_levels levels;

    (void)state;
    memset(text, 'T', sizeof text);
    assert_int_equal(an_levels_read(text, sizeof text, &levels, NULL), AN_LEVELS_LONG);
    assert_int_equal(an_levels_read(text, 200, &levels, NULL), AN_LEVELS_LONG);
    assert_int_equal(an_levels_read(text, 100, &levels, NULL), AN_LEVELS_NO_NUMBER);
}

static an_levels of(const char *text)
{
    an_levels levels;

    assert_int_equal(an_levels_read(text, strlen(text), &levels, NULL), AN_LEVELS_READ);
    return levels;
}

static void test_parts(void **state)
{
    static const struct {
        const char *levels, *part, *canal;
    } cases[] = {
        {"Occiput-C2", "junctional", "cervical or thoracic cord"},
        {"C3-C6", "mobile", "cervical or thoracic cord"},
        {"C7-T2", "junctional", "cervical or thoracic cord"},
        {"T3-T10", "semirigid", "cervical or thoracic cord"},
        {"T11, T12", "junctional", "cervical or thoracic cord"},
        {"L1", "junctional", "end of the cord, lumbar"},
        {"L2", "mobile", "end of the cord, lumbar"},
        {"L3-4", "mobile", "cauda equina"},
        {"L5, S1", "junctional", "cauda equina"},
        {"S2-S5", "rigid", "cauda equina"},
        {"T10-L1", "junctional", "cervical or thoracic cord"},
        {"S1-S5", "junctional", "cauda equina"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const an_levels levels = of(cases[i].levels);

        assert_string_equal(an_spine_part_text(an_levels_spine_part(levels)),
                            cases[i].part);
        assert_string_equal(an_canal_text(an_levels_canal(levels)), cases[i].canal);
    }
    /* every vertebra lies in one part */
    for (int v = 0; v < AN_VERTEBRA_COUNT; v++) {
        assert_true(an_levels_spine_part((an_levels)1 << v) >= 0);
        assert_true(an_levels_canal((an_levels)1 << v) >= 0);
    }
    assert_int_equal(an_levels_spine_part(0), AN_SPINE_UNKNOWN);
    assert_null(an_spine_part_text(AN_SPINE_UNKNOWN));
    assert_null(an_canal_text(an_levels_canal(0)));
}

static void test_sets(void **state)
{
    (void)state;
    assert_string_equal(an_vertebra_name(an_levels_first(of("L1, T9-T10"))), "T9");
    assert_string_equal(an_vertebra_name(an_levels_last(of("L1, T9-T10"))), "L1");
    assert_int_equal(an_levels_count(of("L1, T9-T10")), 3);
    assert_int_equal(an_levels_first(0), -1);
    assert_int_equal(an_levels_last(0), -1);
    assert_null(an_vertebra_name(-1));
    assert_null(an_vertebra_name(AN_VERTEBRA_COUNT));
    assert_true(an_levels_widen(of("T10"), 1) == of("T9-T11"));
    assert_true(an_levels_widen(of("Occiput, S5"), 1) == of("Occiput-C1, S4-S5"));
    assert_int_equal(an_levels_distance(of("T10-L1"), of("L1-L3")), 0);
    assert_int_equal(an_levels_distance(of("T12"), of("L1")), 1);
    assert_int_equal(an_levels_distance(of("L4"), of("T12, L2")), 2);
    assert_int_equal(an_levels_distance(of("Occiput"), of("S5")), 29);
    assert_int_equal(an_levels_distance(of("L4"), 0), -1);
}

/* Whatever the bytes: read and written back the same, or refused inside of the text. */
static void test_any_bytes(void **state)
{
    static const char *const pieces[] = {
        "T", "10", "-", "L1", ",",  "第",  "胸",   "椎",   "至",     "C",
        "0", "7",  " ", "/",  "to", "VB_", "\xEF", "\xBC", "sacrum", "Ｔ"};
    an_rng rng = an_rng_new(1, 2, 3);
    int n_read = 0;

    (void)state;
    for (int round = 0; round < 100000; round++) {
        char text[64] = "", written[AN_LEVELS_SIZE];
        an_levels levels, again;
        size_t at;

        for (an_index k = 1 + an_rng_below(&rng, 7); k > 0; k--)
            strncat(text, pieces[an_rng_below(&rng, sizeof pieces / sizeof *pieces)],
                    sizeof text - strlen(text) - 1);
        if (an_levels_read(text, strlen(text), &levels, &at) == AN_LEVELS_READ) {
            n_read++;
            an_levels_write(levels, written);
            assert_int_equal(an_levels_read(written, strlen(written), &again, NULL), 0);
            assert_true(again == levels && levels != 0);
        } else {
            assert_true(levels == 0 && at <= strlen(text));
        }
    }
    assert_true(n_read > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spellings),  cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_long_texts), cmocka_unit_test(test_parts),
        cmocka_unit_test(test_sets),       cmocka_unit_test(test_any_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
