/**
 * @file types.h
 * The few names that every other header uses.
 */
#ifndef ANODYNE_TYPES_H
#define ANODYNE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
#define AN_BEGIN_DECLS extern "C" {
#define AN_END_DECLS }
#else
#define AN_BEGIN_DECLS
#define AN_END_DECLS
#endif

#if defined(__GNUC__)
#define AN_API __attribute__((visibility("default")))
#define AN_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define AN_API
#define AN_PRINTF(text, first)
#endif

AN_BEGIN_DECLS

#define AN_VERSION "0.1.0"

/** Counts and subscripts of rows, columns, times. Signed: differences are safe. */
typedef int64_t an_index;

/** An array that others own; valid as long as its owner. */
typedef struct an_span {
    const char *data; /**< [size] bytes, not terminated */
    size_t size;
} an_span;

/** Version of the library that is linked, for example "0.1.0". */
AN_API const char *an_version(void);
/** Libraries it was built with: "libRmath 4.2.2, yaml-0.1 0.2.5, ...". */
AN_API const char *an_libraries(void);

AN_END_DECLS

#endif
