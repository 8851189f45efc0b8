/* The paper checker when memory runs out, and figures as they are printed. */
#include "unit/base/faults.h"

#include "study/audit/audit.h"
#include <stdio.h>

static const char paper[] =
    "paper: {title: T}\n"
    "claims:\n"
    "  - {id: a, kind: percent, value: 84.5, of: 58, lower: 73.1, upper: 91.6, quote: q}\n"
    "  - {id: b, kind: mean, value: 3.43, n: 58, sd: 2.1, scale: [0, 10]}\n"
    "  - {id: c, kind: ratio, value: 0.43, p: 0.01, n: 58, says: higher}\n"
    "  - {id: d, kind: ratio, value: 2.59, lower: 1.44, upper: 4.68, p: < 0.01}\n"
    "  - {id: e, kind: two_by_two, events: [40, 16], of: [114, 115], p: 0.0002}\n"
    "  - {id: f, kind: survival, times: [6], groups: {A: [50]}}\n"
    "  - {id: g, kind: incidence, times: [6], causes: {x: [50], y: [40]}}\n"
    "  - {id: h, kind: total, whole: 3, parts: [1, 2]}\n";

static an_status audit(an_ctx *ctx)
{
    an_doc *doc;
    const an_status st = an_audit_paper(ctx, "audit_test.yaml", &doc);

    assert_true((doc != NULL) == (st == AN_OK));
    an_doc_free(doc);
    return st;
}

static void every_allocation(void **state)
{
    FILE *to = fopen("audit_test.yaml", "w");

    (void)state;
    assert_non_null(to);
    fputs(paper, to);
    assert_int_equal(fclose(to), 0);
    assert_true(faults_every_allocation(audit) > 20);
    remove("audit_test.yaml");
}

static void as_printed(void **state)
{
    static const struct {
        const char *text;
        double value, half;
    } rows[] = {{"3.43", 3.43, 0.005},    {"84", 84, 0.5},        {"1.50", 1.5, 0.005},
                {"6.4e-5", 6.4e-5, 5e-7}, {"2e3", 2000, 500},     {"-1.2", -1.2, 0.05},
                {"< 0.001", 5e-4, 5e-4},  {"<0.05", 0.025, 0.025}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const an_printed p = an_printed_read(rows[i].text);

        assert_true(fabs(p.value - rows[i].value) <= 1e-12 * fabs(rows[i].value));
        assert_true(fabs(p.half - rows[i].half) <= 1e-9 * rows[i].half);
    }
    assert_true(isnan(an_printed_read("84 %").value));
    assert_true(isnan(an_printed_read("").value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation),
        cmocka_unit_test(as_printed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
