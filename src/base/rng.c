/* Philox4x32-10 (Salmon et al., SC11): a counter is encrypted, so draw k of replicate r
 * is the same on any thread and rank. Checked against the published vectors. */
#include "base/base.h"

static void philox_round(uint32_t c[4], const uint32_t k[2])
{
    const uint64_t p0 = UINT64_C(0xD2511F53) * c[0], p1 = UINT64_C(0xCD9E8D57) * c[2];
    const uint32_t c1 = c[1], c3 = c[3];

    c[0] = (uint32_t)(p1 >> 32) ^ c1 ^ k[0];
    c[1] = (uint32_t)p1;
    c[2] = (uint32_t)(p0 >> 32) ^ c3 ^ k[1];
    c[3] = (uint32_t)p0;
}

static void philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4])
{
    uint32_t k[2] = {key[0], key[1]};

    memcpy(out, counter, 4 * sizeof *out);
    for (int round = 0; round < 10; round++) {
        philox_round(out, k);
        k[0] += UINT32_C(0x9E3779B9);
        k[1] += UINT32_C(0xBB67AE85);
    }
}

an_rng an_rng_new(uint64_t seed, uint64_t stream, uint64_t replicate)
{
    return (an_rng){.seed = seed, .stream = stream, .replicate = replicate};
}

static uint32_t next(an_rng *rng)
{
    if (rng->left == 0) {
        /* The key holds seed and stream folded to 64 bits; both are small in practice. */
        const uint64_t key = rng->seed ^ (rng->stream * UINT64_C(0x9E3779B97F4A7C15));
        const uint32_t k[2] = {(uint32_t)key, (uint32_t)(key >> 32)};
        const uint32_t c[4] = {(uint32_t)rng->unit, (uint32_t)(rng->unit >> 32),
                               (uint32_t)rng->replicate,
                               (uint32_t)(rng->replicate >> 32)};

        philox(c, k, rng->out);
        rng->unit++;
        rng->left = 4;
    }
    return rng->out[--rng->left];
}

double an_rng_uniform(an_rng *rng)
{
    const uint64_t high = next(rng) >> 5, low = next(rng) >> 6; /* 27 + 26 bits */

    return ((double)(high << 26 | low) + 0.5) * 0x1p-53;
}

an_index an_rng_below(an_rng *rng, an_index limit)
{
    const uint64_t n = (uint64_t)limit, reject = -n % n;
    uint64_t x;

    assert(limit > 0);
    do x = (uint64_t)next(rng) << 32 | next(rng);
    while (x < reject);
    return (an_index)(x % n);
}

double an_rng_normal(an_rng *rng)
{
    const double u = an_rng_uniform(rng), v = an_rng_uniform(rng);

    return sqrt(-2 * log(u)) * cos(6.283185307179586 * v); /* Box and Muller 1958 */
}

double an_rng_exponential(an_rng *rng)
{
    return -log(an_rng_uniform(rng));
}
