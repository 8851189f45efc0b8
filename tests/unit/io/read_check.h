/* What the tests of readers share: read from memory, and ask for the problem expected. */
#ifndef READ_CHECK_H
#define READ_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "base/base.h"
#include <anodyne/io.h>

static inline an_table *read_bytes(an_ctx *ctx, const char *data, size_t size,
                                   const an_read_options *options)
{
    an_table *table = NULL;
    const an_status st = an_table_read_memory(ctx, "test", data, size, options, &table);

    if (st != AN_OK) fail_msg("not read: %s", an_message(ctx));
    assert_non_null(table);
    return table;
}

static inline an_table *read_text(an_ctx *ctx, const char *text)
{
    return read_bytes(ctx, text, strlen(text), NULL);
}

/* The first problem of this code, or NULL. */
static inline const an_problem *problem_of(const an_ctx *ctx, const char *code)
{
    for (an_index i = 0; i < an_problem_listed(ctx); i++)
        if (strcmp(an_problem_at(ctx, i)->code, code) == 0) return an_problem_at(ctx, i);
    return NULL;
}

static inline void expect_problem(const an_ctx *ctx, const char *code, an_index row,
                                  an_index column)
{
    const an_problem *problem = problem_of(ctx, code);

    if (!problem)
        fail_msg("no %s; the first is %s", code,
                 an_problem_listed(ctx) ? an_problem_at(ctx, 0)->what : "none");
    assert_non_null(problem->what);
    assert_int_equal(problem->row, row);
    assert_int_equal(problem->column, column);
}

/* The bytes are refused with this status, and the problem names the place. */
static inline void refuse_bytes(const char *data, size_t size,
                                const an_read_options *options, an_status status,
                                const char *code, an_index row, an_index column)
{
    an_ctx *ctx = an_ctx_new();
    an_table *table = NULL;
    const an_status st = an_table_read_memory(ctx, "test", data, size, options, &table);

    assert_null(table);
    expect_problem(ctx, code, row, column);
    assert_int_equal(st, status);
    assert_true(an_problem_count(ctx, AN_ERROR) > 0);
    assert_true(strlen(an_message(ctx)) > 0);
    an_ctx_free(ctx);
}

static inline void refuse(const char *text, an_status status, const char *code,
                          an_index row, an_index column)
{
    refuse_bytes(text, strlen(text), NULL, status, code, row, column);
}

static inline void expect_cell(const an_table *table, an_index row, const char *name,
                               const char *text)
{
    const an_column *column = an_table_find(table, name);

    if (!column) fail_msg("no column %s", name);
    const an_span cell = an_column_text(column, row);
    if (cell.size != strlen(text) || memcmp(cell.data, text, cell.size) != 0)
        fail_msg("%s[%d] is \"%.*s\", not \"%s\"", name, (int)row, (int)cell.size,
                 cell.data, text);
    assert_int_equal(an_column_is_missing(column, row), cell.size == 0);
}

#endif
