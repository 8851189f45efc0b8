/* Keys that must differ: of siblings, of the rows and of the columns of a table. */
#include "doc/doc.h"

/* FNV-1a */
static uint64_t hash(const char *key)
{
    uint64_t h = UINT64_C(0xCBF29CE484222325);

    for (; *key; key++) h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001B3);
    return h;
}

/* Where key stands, or the empty slot that would take it. */
static const char **find(const an_keys *keys, const char *key)
{
    const uint64_t mask = (uint64_t)keys->capacity - 1;
    uint64_t at = hash(key) & mask;

    while (keys->slot[at] && strcmp(keys->slot[at], key) != 0) at = (at + 1) & mask;
    return &keys->slot[at];
}

/* Room for one more: at most half of the slots are taken. */
static bool make_room(an_keys *keys, an_arena *mem)
{
    an_keys larger = {.n = keys->n, .capacity = keys->capacity ? 2 * keys->capacity : 8};

    if (2 * (keys->n + 1) <= keys->capacity) return true;
    larger.slot = an_arena_alloc(mem, larger.capacity, sizeof *larger.slot);
    if (!larger.slot) return false;
    for (an_index i = 0; i < keys->capacity; i++)
        if (keys->slot[i]) *find(&larger, keys->slot[i]) = keys->slot[i];
    *keys = larger;
    return true;
}

const char *an_keys_claim(an_keys *keys, an_arena *mem, const char *key)
{
    const char *own = an_arena_strdup(mem, key);

    if (!make_room(keys, mem)) return NULL;
    for (int k = 2; own && *find(keys, own); k++)
        own = an_arena_printf(mem, "%s_%d", key, k);
    if (!own) return NULL;
    *find(keys, own) = own;
    keys->n++;
    return own;
}
