/* libFuzzer target: any bytes as a text table, read and typed. */
#include <anodyne/io.h>

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const an_read_options options = {.max_cells = 1000000};
    an_ctx *ctx = an_ctx_new();
    an_table *text = NULL, *typed = NULL;

    if (!ctx) return 0;
    if (size >= 2 && data[0] == 'P' && data[1] == 'K') size = 0; /* fuzz_xlsx */
    if (an_table_read_memory(ctx, "fuzz.csv", data, size, &options, &text) == AN_OK)
        an_table_infer(ctx, text, &typed);
    an_table_free(typed);
    an_table_free(text);
    an_ctx_free(ctx);
    return 0;
}
