/* Shared by the adapter's own files. */
#ifndef ORACLE_PRIVATE_H
#define ORACLE_PRIVATE_H

#include "oracle.h"

_Noreturn void or_stop(const char *format, ...) AN_PRINTF(1, 2);
struct or_memory *or_memory_new(void);
void or_memory_free(struct or_memory *memory);
void *or_memory_alloc(struct or_memory *memory, an_index n, size_t size);

/* All data sets that a run needed so far, read once. */
typedef struct or_store or_store;
or_store *or_store_open(const char *folder);
const or_data *or_store_get(or_store *store, const char *name);
void or_store_close(or_store *store);

#endif
