/* Kernels for any processor: two rows at a time, which the compiler may take apart. */
#define LANES 2
#define BLOCK 2
#define TARGET
#define FMA(a, b, c) ((a) * (b) + (c))
#define ANY(mask) (((mask)[0] | (mask)[1]) != 0)
#define QUAD_FMA(a, b, c) ((a) * (b) + (c))
#include "stat/lanes_kernels.h"

const an_lanes *an_lanes_plain(void)
{
    return &THESE;
}

const an_lanes *an_lanes_best(void)
{
    const an_lanes *best = an_lanes_avx512();

    if (!best) best = an_lanes_avx2();
    return best ? best : an_lanes_plain();
}
