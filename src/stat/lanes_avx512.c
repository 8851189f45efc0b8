/* Kernels for processors with AVX-512: eight rows at a time. */
#include "stat/lanes.h"

#if defined(__x86_64__)
#include <immintrin.h>

#define LANES 8
#define BLOCK 4
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,avx2,fma")))
#define FMA(a, b, c) ((vec)_mm512_fmadd_pd((__m512d)(a), (__m512d)(b), (__m512d)(c)))
#define ANY(mask) (_mm512_movepi64_mask((__m512i)(mask)) != 0)
#define QUAD_FMA(a, b, c) \
    ((quad)_mm256_fmadd_pd((__m256d)(a), (__m256d)(b), (__m256d)(c)))
#include "stat/lanes_kernels.h"

const an_lanes *an_lanes_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                   __builtin_cpu_supports("avx512vl") &&
                   __builtin_cpu_supports("avx512bw")
               ? &THESE
               : NULL;
}
#else
const an_lanes *an_lanes_avx512(void)
{
    return NULL;
}
#endif
