/* libFuzzer target: any bytes as a study file, read with a small table. */
#include <anodyne/io.h>
#include <anodyne/study.h>

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char table_text[] =
    "id,age,start,end,nrs0,nrs1\n1,61,2020-01-01,2020-03-01,6,2\n"
    "2,55,03/04/2020,2020-05-01,11,x\n";

static an_status read_source(void *self, an_ctx *ctx, const an_study_source *source,
                             an_table **out)
{
    (void)self;
    (void)source;
    return an_table_read_memory(ctx, "t.csv", table_text, sizeof table_text - 1, NULL,
                                out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    an_ctx *ctx = an_ctx_new();
    an_study *study = NULL;
    an_doc *doc = NULL;
    FILE *to;

    snprintf(path, sizeof path, "/tmp/anodyne-fuzz-%ld.yaml", (long)getpid());
    to = fopen(path, "wb");
    if (to) {
        fwrite(data, 1, size, to);
        fclose(to);
    }
    if (ctx && to && an_study_load(ctx, path, &study) == AN_OK &&
        an_study_read(ctx, study, read_source, NULL) == AN_OK)
        an_study_run(ctx, study, &doc);
    an_doc_free(doc);
    an_study_free(study);
    an_ctx_free(ctx);
    remove(path);
    return 0;
}
