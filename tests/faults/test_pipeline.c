/*
 * From a file to rendered bytes while the n-th allocation fails: every analysis of the
 * registry on a small table, every format, and a whole study. A run ends with "out of
 * memory" or with the same bytes as a run without a fault, and no block is lost.
 */
#include "unit/base/faults.h"

#include <anodyne/io.h>
#include <anodyne/render.h>
#include <anodyne/report.h>
#include <anodyne/study.h>

enum { N = 24, MOST_BINDS = 5, MOST_SETTINGS = 3 };

typedef struct recipe {
    const char *analysis, *formula;
    an_bind binds[MOST_BINDS];
    const char *settings[MOST_SETTINGS][2]; /* name and value of an option */
} recipe;

/* One for each analysis of the registry; a new analysis fails the test until it has one. */
static const recipe recipes[] = {
    {.analysis = "treatment",
     .binds = {{"dose_per_fraction", "dose"},
               {"fractions", "fractions"},
               {"start", "start"},
               {"group", "arm"}}},
    {.analysis = "km", .formula = "Surv(time, death) ~ arm"},
    {.analysis = "logrank", .formula = "Surv(time, death) ~ arm + strata(sex)"},
    {.analysis = "rmst", .formula = "Surv(time, death) ~ arm + age"},
    {.analysis = "landmark",
     .formula = "Surv(time, death) ~ arm",
     .settings = {{"landmarks", "20,40"}}},
    {.analysis = "mcf", .formula = "Surv(time, cause) ~ arm + cluster(id)"},
    {.analysis = "safety", .formula = "Surv(time, cause == 2) ~ 1"},
    {.analysis = "pain",
     .formula = "after ~ before | arm",
     .binds = {{"opioid_baseline", "omed0"},
               {"opioid_followup", "omed1"},
               {"opioid_baseline_other", "omed1"},
               {"opioid_followup_other", "omed0"},
               {"methadone", "death"}}},
    {.analysis = "relief",
     .formula = "before ~ I(time - 40) + cluster(arm)",
     .binds = {{"opioid", "omed0"}}},
    {.analysis = "table1", .formula = "~ age + sex + dose | arm"},
    {.analysis = "cox",
     .formula = "Surv(time, death) ~ age + sex",
     .settings = {{"bootstrap", "2"}}},
    {.analysis = "coxnet",
     .formula = "Surv(time, death) ~ age + sex + dose",
     .settings = {{"lambdas", "3"}, {"folds", "3"}}},
    {.analysis = "concordance",
     .formula = "Surv(time, death) ~ age + dose + strata(sex)"},
    {.analysis = "aft", .formula = "Surv(time, death) ~ age + sex"},
    {.analysis = "turnbull",
     .formula = "~ arm",
     .binds = {{"left", "time"}, {"right", "until"}},
     .settings = {{"resamples", "2"}}},
    {.analysis = "validate",
     .formula = "Surv(time, death) ~ age + sex",
     .settings = {{"resamples", "2"}}},
    {.analysis = "pseudo",
     .formula = "Surv(time, cause) ~ arm + strata(sex)",
     .settings = {{"times", "60"}, {"values", "true"}}},
    {.analysis = "risk",
     .formula = "Surv(time, cause) ~ arm",
     .settings = {{"resamples", "1"}, {"times", "60"}}},
    {.analysis = "multistate",
     .formula = "Surv(time, cause) ~ arm + cluster(id)",
     .settings = {{"tau", "30"}, {"times", "60"}}},
    {.analysis = "cif", .formula = "Surv(time, cause) ~ arm"},
    {.analysis = "finegray", .formula = "Surv(time, cause) ~ age + arm"},
};

static const char *const formats[] = {"text",     "json", "csv",
                                      "markdown", "html", "numbers"};
enum { N_RECIPES = sizeof recipes / sizeof *recipes };
enum { N_FORMATS = sizeof formats / sizeof *formats };

static const recipe *recipe_of(const char *analysis)
{
    for (int i = 0; i < N_RECIPES; i++)
        if (strcmp(recipes[i].analysis, analysis) == 0) return &recipes[i];
    fail_msg("no recipe for the analysis %s", analysis);
    return NULL;
}

/* ---- What a run does, and what it gave ---- */

static const recipe *current;          /* what run_recipe() does */
static char digest[N_FORMATS + 1][65]; /* of what the last run rendered */

static an_status render(an_ctx *ctx, const an_doc *doc, int format)
{
    an_bytes bytes = {0};
    const an_status st = an_render(ctx, doc, formats[format], &bytes);

    if (st == AN_OK) an_sha256(bytes.data, bytes.size, digest[format]);
    an_bytes_free(ctx, &bytes);
    return st;
}

static an_status render_all(an_ctx *ctx, const an_doc *doc)
{
    an_status st = AN_OK;

    for (int k = 0; k < N_FORMATS && st == AN_OK; k++) st = render(ctx, doc, k);
    return st;
}

/* 24 patients, written rather than drawn: a pattern that gives ties, both arms, two causes
 * and missing cells. */
static size_t write_table(char *text, size_t size)
{
    size_t at = (size_t)snprintf(
        text, size,
        "id,age,sex,arm,dose,fractions,start,time,until,death,cause,before,after,"
        "omed0,omed1\n");

    for (int i = 0; i < N; i++)
        at += (size_t)snprintf(
            text + at, size - at,
            "%d,%d,%s,%s,%d,%d,2021-%02d-%02d,%d,%d,%d,%d,%d,%s,%d,%d\n", i,
            40 + (i * 7) % 31, i % 3 ? "F" : "M", i % 2 ? "long" : "short", 5 + i % 4,
            3 + i % 5, 1 + i % 12, 1 + i % 28, 10 + (i * 37) % 90, 20 + (i * 37) % 90,
            i % 4 != 3, i % 3, 3 + i % 7,
            i % 6 == 5 ? ""
            : i % 2    ? "1"
                       : "4",
            10 * (i % 5), 10 * (i % 3));
    return at;
}

static an_status build_frame(an_ctx *ctx, const an_table *table,
                             const an_analysis *analysis, an_frame **out)
{
    an_frame_spec spec = {.formula = current->formula, .binds = current->binds};

    while (spec.n_binds < MOST_BINDS && current->binds[spec.n_binds].role) spec.n_binds++;
    return an_frame_build(ctx, table, analysis, &spec, out);
}

static an_status run_recipe(an_ctx *ctx)
{
    const an_analysis *analysis = an_analysis_find(current->analysis);
    an_table *text = NULL, *table = NULL;
    an_options *options = NULL;
    an_frame *frame = NULL;
    an_doc *doc = NULL;
    an_status st;
    char csv[4096];
    const size_t size = write_table(csv, sizeof csv);

    AN_TRY(an_table_read_memory(ctx, "small.csv", csv, size, NULL, &text));
    AN_TRY(an_table_infer(ctx, text, &table));
    AN_TRY(an_options_new(ctx, analysis, &options));
    for (int i = 0; i < MOST_SETTINGS && current->settings[i][0]; i++)
        AN_TRY(an_options_set(ctx, options, current->settings[i][0],
                              current->settings[i][1]));
    AN_TRY(build_frame(ctx, table, analysis, &frame));
    AN_TRY(an_doc_new(ctx, "Small", &doc));
    AN_TRY(an_analysis_run(ctx, analysis, frame, an_options_values(options), "it", NULL,
                           doc));
    AN_TRY(render_all(ctx, doc));
done:
    an_doc_free(doc);
    an_frame_free(frame);
    an_options_free(options);
    an_table_free(table);
    an_table_free(text);
    return st;
}

static an_status read_source(void *self, an_ctx *ctx, const an_study_source *source,
                             an_table **out)
{
    (void)self;
    return an_table_read(ctx, source->path, NULL, out);
}

static an_status run_study(an_ctx *ctx)
{
    an_study *study = NULL;
    an_doc *doc = NULL;
    an_status st;

    AN_TRY(an_study_load(ctx, AN_SOURCE_DIR "/examples/spine-hfrt/study.yaml", &study));
    AN_TRY(an_study_read(ctx, study, read_source, NULL));
    AN_TRY(an_study_run(ctx, study, &doc));
    AN_TRY(render(ctx, doc, 1)); /* JSON holds everything */
done:
    an_doc_free(doc);
    an_study_free(study);
    return st;
}

static an_status guess_study(an_ctx *ctx)
{
    const an_study_source source = {.path = "cohort.csv"};
    an_table *text = NULL;
    char *yaml = NULL;
    an_status st;

    AN_TRY(
        an_table_read(ctx, AN_SOURCE_DIR "/examples/spine-hfrt/cohort.csv", NULL, &text));
    AN_TRY(an_study_guess(ctx, text, &source, &yaml));
    an_sha256(yaml, strlen(yaml), digest[0]);
done:
    an_study_text_free(ctx, yaml);
    an_table_free(text);
    return st;
}

/* ---- Faults ---- */

typedef an_status workflow(an_ctx *ctx);

static an_status run_with(faults *f, workflow *work)
{
    const an_env env = faults_env(f);
    an_ctx *ctx;
    an_status st;

    faults_restart(f);
    memset(digest, 0, sizeof digest);
    ctx = an_ctx_new_in(&env);
    st = ctx ? work(ctx) : AN_ERR_MEMORY;
    an_ctx_free(ctx);
    assert_int_equal(f->live, 0);
    return st;
}

/* Each of the first `each` allocations fails, later ones further and further apart. */
static void fail_allocations(workflow *work, int64_t each, int64_t share)
{
    faults f = {0};
    char good[N_FORMATS + 1][65];

    assert_int_equal(run_with(&f, work), AN_OK);
    memcpy(good, digest, sizeof good);
    for (f.fail_alloc = 1;;) {
        const an_status st = run_with(&f, work);

        if (!f.failed) break;
        if (st == AN_OK) /* a note found no place; nothing else may be missing */
            assert_memory_equal(digest, good, sizeof good);
        else if (st != AN_ERR_MEMORY)
            fail_msg("allocation %lld: %s", (long long)f.fail_alloc, an_status_text(st));
        f.fail_alloc += f.fail_alloc < each ? 1 : 1 + f.fail_alloc / share;
    }
}

static void test_every_analysis_in_every_format(void **state)
{
    (void)state;
    for (an_index i = 0; i < an_analysis_count(); i++) {
        current = recipe_of(an_analysis_at(i)->id);
        fail_allocations(run_recipe, 50, 25);
    }
}

static void test_the_example_study(void **state)
{
    (void)state;
    fail_allocations(run_study, 50, 25);
}

static void test_a_first_study_file(void **state)
{
    (void)state;
    fail_allocations(guess_study, 1000, 25);
}

/* Files that cannot be read, read in pieces of seven bytes, and read with errors. */
static void test_the_study_when_files_fail(void **state)
{
    faults f = {.error = EIO};
    char good[N_FORMATS + 1][65];

    (void)state;
    assert_int_equal(run_with(&f, run_study), AN_OK);
    memcpy(good, digest, sizeof good);
    for (f.fail_operation = 1;; f.fail_operation++) {
        const an_status st = run_with(&f, run_study);

        if (!f.failed) break;
        if (st == AN_OK) /* closing after reading may fail */
            assert_memory_equal(digest, good, sizeof good);
        else
            assert_int_equal(st, AN_ERR_IO);
    }
    f = (faults){.short_writes = true};
    assert_int_equal(run_with(&f, run_study), AN_OK);
    assert_memory_equal(digest, good, sizeof good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_analysis_in_every_format),
        cmocka_unit_test(test_the_example_study),
        cmocka_unit_test(test_a_first_study_file),
        cmocka_unit_test(test_the_study_when_files_fail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
