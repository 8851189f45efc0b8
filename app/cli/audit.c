/* audit: do published figures agree with each other? */
#include "cli.h"

an_status cli_run_audit(an_ctx *ctx, const cli_args *args)
{
    an_doc *doc = NULL;
    an_status st = cli_expect(ctx, args, 1, 1, "PAPER");

    if (st == AN_OK) st = an_audit_paper(ctx, args->positional[0], &doc);
    if (st == AN_OK) st = cli_write_document(ctx, args, doc);
    an_doc_free(doc);
    return st;
}
