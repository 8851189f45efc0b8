#include "io/io.h"
an_status an_xlsx_read(an_ctx *ctx, const an_source *source, an_table **out)
{
    (void)source;
    *out = NULL;
    return an_fail(ctx, AN_ERR_FORMAT, "workbooks are not read yet");
}
