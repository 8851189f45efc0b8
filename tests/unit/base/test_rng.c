/* Random numbers: the published vectors of Philox, and the laws of the distributions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"

/* Known answers of Random123 (kat_vectors, philox4x32-10): the digits of pi, among
 * others. Stream 0 leaves the seed as the key. */
static void philox_gives_the_published_vectors(void **state)
{
    static const struct {
        uint64_t unit, replicate, seed;
        uint32_t out[4];
    } known[] = {
        {0, 0, 0, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
        {UINT64_MAX,
         UINT64_MAX,
         UINT64_MAX,
         {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
        {UINT64_C(0x85a308d3243f6a88),
         UINT64_C(0x0370734413198a2e),
         UINT64_C(0x299f31d0a4093822),
         {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        an_rng rng = an_rng_new(known[i].seed, 0, known[i].replicate);

        rng.unit = known[i].unit;
        an_rng_uniform(&rng);
        for (int k = 0; k < 4; k++) assert_int_equal(rng.out[k], known[i].out[k]);
    }
}

static void streams_and_replicates_differ_and_repeat(void **state)
{
    an_rng a = an_rng_new(1, 0, 0), b = an_rng_new(1, 0, 0), c = an_rng_new(1, 1, 0),
           d = an_rng_new(1, 0, 1);
    const double x = an_rng_uniform(&a);

    (void)state;
    assert_true(an_rng_uniform(&b) == x);
    assert_true(an_rng_uniform(&c) != x);
    assert_true(an_rng_uniform(&d) != x);
}

static void moments_are_right(void **state)
{
    enum { N = 200000 };
    an_rng rng = an_rng_new(7, 0, 0);
    double u = 0, uu = 0, z = 0, zz = 0, e = 0, ee = 0;

    (void)state;
    for (int i = 0; i < N; i++) {
        const double x = an_rng_uniform(&rng), y = an_rng_normal(&rng),
                     w = an_rng_exponential(&rng);

        assert_true(x > 0 && x < 1 && isfinite(y) && w > 0);
        u += x / N;
        uu += x * x / N;
        z += y / N;
        zz += y * y / N;
        e += w / N;
        ee += w * w / N;
    }
    /* five standard errors */
    assert_true(fabs(u - 0.5) < 5 * sqrt(1.0 / 12 / N));
    assert_true(fabs(uu - 1.0 / 3) < 5 * sqrt(4.0 / 45 / N));
    assert_true(fabs(z) < 5 * sqrt(1.0 / N));
    assert_true(fabs(zz - 1) < 5 * sqrt(2.0 / N));
    assert_true(fabs(e - 1) < 5 * sqrt(1.0 / N));
    assert_true(fabs(ee - 2) < 5 * sqrt(20.0 / N));
}

static void below_is_even(void **state)
{
    enum { N = 70000 };
    an_rng rng = an_rng_new(9, 0, 0);
    double count[7] = {0}, chi2 = 0;

    (void)state;
    for (int i = 0; i < N; i++) count[an_rng_below(&rng, 7)]++;
    for (int k = 0; k < 7; k++) chi2 += (count[k] - N / 7.0) * (count[k] - N / 7.0);
    assert_true(chi2 / (N / 7.0) < 22.5); /* 0.999 quantile with 6 degrees of freedom */
    for (int i = 0; i < 100; i++) assert_int_equal(an_rng_below(&rng, 1), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(philox_gives_the_published_vectors),
        cmocka_unit_test(streams_and_replicates_differ_and_repeat),
        cmocka_unit_test(moments_are_right),
        cmocka_unit_test(below_is_even),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
