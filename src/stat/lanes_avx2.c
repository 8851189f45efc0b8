/* Kernels for processors with AVX2 and fused multiply-add: four rows at a time. */
#include "stat/lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 4
#define BLOCK 2
#define TARGET __attribute__((target("avx2,fma")))
#define FMA(a, b, c) ((vec)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#define ANY(mask) (_mm256_movemask_pd((__m256d)(mask)) != 0)
#define QUAD_FMA(a, b, c) \
    ((quad)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#include "stat/lanes_kernels.h"

const an_lanes *an_lanes_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &THESE
                                                                           : NULL;
}
#else
const an_lanes *an_lanes_avx2(void)
{
    return NULL;
}
#endif
