/* Vertebral levels of a column: sets of vertebrae, and a factor of them from the head
 * down. */
#include <anodyne/levels.h>

#include "study/study.h"

typedef struct order {
    const int32_t *set;
} order;

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

/* By the first vertebra, then the last. */
static int compare_sets(const void *self, int64_t i, int64_t j)
{
    const order *const o = self;
    const an_levels a = (an_levels)o->set[i], b = (an_levels)o->set[j];
    const int first = compare(an_levels_first(a), an_levels_first(b));
    const int last = compare(an_levels_last(a), an_levels_last(b));

    return first ? first : last ? last : compare(a, b);
}

static const char *written(an_arena *mem, int32_t set)
{
    char text[AN_LEVELS_SIZE];

    an_levels_write((an_levels)set, text);
    return an_arena_strdup(mem, text);
}

an_status an_data_levels(an_ctx *ctx, an_arena *mem, an_index n, int32_t *code,
                         an_column *out)
{
    an_status st = AN_OK;
    const order by = {code};
    int64_t *row, *work;
    const char **levels;
    int32_t *to;
    int32_t k = -1;

    AN_ALLOC(row, mem, n);
    AN_ALLOC(work, mem, n);
    AN_ALLOC(levels, mem, n);
    AN_ALLOC(to, mem, n);
    for (an_index i = 0; i < n; i++) row[i] = i;
    an_order_by(n, row, work, compare_sets, &by);
    for (an_index i = 0; i < n; i++) {
        const int32_t set = code[row[i]];
        const bool is_new = set != 0 && (i == 0 || code[row[i - 1]] != set);

        if (is_new) {
            levels[++k] = written(mem, set);
            if (!levels[k]) return an_fail_memory(ctx);
        }
        to[row[i]] = set ? k : -1;
    }
    for (an_index i = 0; i < n; i++) code[i] = to[i];
    out->levels = levels;
    out->n_levels = k + 1;
done:
    return st;
}
