/* libFuzzer target: any text as a formula and a row filter on a small table. */
#include <anodyne/formula.h>
#include <anodyne/io.h>

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char table_text[] = "t,e,g,x,d\n1,0,a,1,2020-01-01\n2,1,b,,2020-02-01\n"
                                 "3,2,a,2.5,\n4,1,b,3,2020-04-01\n";

/* The first line is the formula, the rest the filter. */
static void build(an_ctx *ctx, const an_table *table, char *text)
{
    char *newline = strchr(text, '\n');
    an_frame_spec spec = {.formula = text};

    if (newline) {
        *newline = '\0';
        spec.where = newline + 1;
    }
    for (an_index i = 0; i < an_analysis_count(); i++) {
        an_frame *frame = NULL;

        an_frame_build(ctx, table, an_analysis_at(i), &spec, &frame);
        an_frame_free(frame);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    an_ctx *ctx = an_ctx_new();
    an_table *text = NULL, *table = NULL;
    char *copy = malloc(size + 1);

    if (ctx && copy &&
        an_table_read_memory(ctx, "t.csv", table_text, sizeof table_text - 1, NULL,
                             &text) == AN_OK &&
        an_table_infer(ctx, text, &table) == AN_OK) {
        if (size) memcpy(copy, data, size);
        copy[size] = '\0';
        build(ctx, table, copy);
    }
    an_table_free(table);
    an_table_free(text);
    an_ctx_free(ctx);
    free(copy);
    return 0;
}
