/*
 * The results folder when the n-th allocation or the n-th file operation fails: the folder
 * is there whole or not at all, nothing else is left, no block is lost.
 */
#include "unit/base/faults.h"

#include <anodyne/report.h>

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static void describe(an_doc *doc)
{
    static const an_doc_column columns[] = {{"group", "Group"}, {"n", "Patients"}};
    static const double x[] = {0, 2, 5}, y[] = {1, 0.8, 0.5};
    const an_value cells[] = {an_text("< 5 Gy"), an_number(AN_KIND_COUNT, 21)};
    const an_series series = {.label = "all", .n = 3, .x = x, .y = y};
    const an_figure figure = {.type = AN_FIGURE_CURVES,
                              .caption = "A curve.",
                              .x_label = "Months",
                              .y_label = "Survival",
                              .x_min = NAN,
                              .x_max = NAN,
                              .y_min = NAN,
                              .y_max = NAN,
                              .n_series = 1,
                              .series = &series};

    an_doc_open(doc, "survival", "Survival");
    an_doc_table(doc, "groups", "Groups", "count", 2, columns);
    an_doc_row_add(doc, "lt5_gy", 0, cells);
    an_doc_table_end(doc, NULL);
    an_doc_figure(doc, "curves", "Curve", "Kaplan-Meier", &figure);
    an_doc_note(doc, AN_NOTE, "M205", "The median was not reached.");
    an_doc_close(doc);
}

static char base[64]; /* a temporary folder, of this test alone */

static an_status write_report(an_ctx *ctx, char path[128])
{
    const an_report_options options = {.id = "one"};
    char folder[96];
    an_bytes written = {0};
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Report", &doc);

    snprintf(folder, sizeof folder, "%s/made/results", base);
    if (st == AN_OK) {
        describe(doc);
        st = an_report_write(ctx, doc, folder, &options, &written);
    }
    snprintf(path, 128, "%s/one", folder);
    an_bytes_free(ctx, &written);
    an_doc_free(doc);
    return st;
}

static int count_entries(const char *path)
{
    DIR *folder = opendir(path);
    int n = 0;

    if (!folder) return -1;
    for (struct dirent *e = readdir(folder); e; e = readdir(folder))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(folder);
    return n;
}

static void remove_all(const char *path)
{
    char command[256];

    snprintf(command, sizeof command, "rm -rf '%s'", path);
    assert_int_equal(system(command), 0);
}

/* Whole: eight entries (five pages, log, two folders). Otherwise base is empty again. Only
 * the link to the latest may fail beside a whole folder. */
static void look_and_clean(const char *path, an_status st)
{
    const int n = count_entries(path);
    char made[96];

    snprintf(made, sizeof made, "%s/made", base);
    if (st == AN_OK) assert_int_equal(n, 8);
    if (n >= 0) {
        assert_int_equal(n, 8);
    } else if (count_entries(base) != 0) {
        char command[96];

        snprintf(command, sizeof command, "find '%s' >&2", base);
        assert_int_equal(system(command), 0);
        fail_msg("left behind below %s", base);
    }
    remove_all(made);
}

static int forgiven; /* faults after which the report was there all the same */

/* One run with a fault; false when the fault lay behind the end of the work. */
static bool run_with(faults *f, an_status expected)
{
    const an_env env = faults_env(f);
    an_ctx *ctx;
    an_status st;
    char path[128] = "";

    faults_restart(f);
    ctx = an_ctx_new_in(&env);
    st = ctx ? write_report(ctx, path) : AN_ERR_MEMORY;
    an_ctx_free(ctx);
    assert_int_equal(f->live, 0);
    if (!f->failed) assert_int_equal(st, AN_OK);
    if (st != AN_OK) assert_int_equal(st, expected);
    forgiven += f->failed && st == AN_OK;
    look_and_clean(path, st);
    return f->failed;
}

static void test_allocations(void **state)
{
    faults f = {0};

    (void)state;
    /* Each of the first hundred, then further and further apart: drawing is slow. */
    for (f.fail_alloc = 1; run_with(&f, AN_ERR_MEMORY);)
        f.fail_alloc += f.fail_alloc < 30 ? 1 : f.fail_alloc / 6;
}

static void test_file_operations(void **state)
{
    const int errors[] = {ENOSPC, EIO, EACCES}; /* each at every third operation */

    (void)state;
    for (int k = 0; k < 3; k++) {
        faults f = {.error = errors[k]};

        forgiven = 0;
        for (f.fail_operation = 1 + k; run_with(&f, AN_ERR_IO);) f.fail_operation += 3;
        /* making the link to the latest, and moving it into place; nothing else */
        assert_in_range(forgiven, 0, 2);
    }
}

static void test_short_writes_and_interrupted_calls_are_carried_on(void **state)
{
    faults f = {.short_writes = true};

    (void)state;
    assert_false(run_with(&f, AN_OK));
}

/* ---- With an older report in the folder ---- */

static an_status write_as(an_ctx *ctx, const char *id)
{
    const an_report_options options = {.id = id};
    char folder[96];
    an_bytes written = {0};
    an_doc *doc = NULL;
    an_status st = an_doc_new(ctx, "Report", &doc);

    snprintf(folder, sizeof folder, "%s/results", base);
    if (st == AN_OK) {
        describe(doc);
        st = an_report_write(ctx, doc, folder, &options, &written);
    }
    an_bytes_free(ctx, &written);
    an_doc_free(doc);
    return st;
}

/* The old report is whole, "latest" points to a whole report, and nothing else is there. */
static void look_at_both(void)
{
    char path[96], target[16] = "";
    int whole = 0;

    snprintf(path, sizeof path, "%s/results/old", base);
    assert_int_equal(count_entries(path), 8);
    snprintf(path, sizeof path, "%s/results/new", base);
    whole = count_entries(path);
    if (whole >= 0) assert_int_equal(whole, 8);
    snprintf(path, sizeof path, "%s/results/latest", base);
    assert_true(readlink(path, target, sizeof target - 1) == 3);
    assert_true(strcmp(target, "old") == 0 || (whole == 8 && !strcmp(target, "new")));
    snprintf(path, sizeof path, "%s/results", base);
    assert_int_equal(count_entries(path), whole >= 0 ? 3 : 2);
}

static void test_an_older_report_stays_whole(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    an_ctx *plain = an_ctx_new();
    char path[96];

    (void)state;
    assert_int_equal(write_as(plain, "old"), AN_OK);
    for (f.fail_operation = 1;; f.fail_operation += 5) {
        an_ctx *ctx;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        write_as(ctx, "new");
        an_ctx_free(ctx);
        look_at_both();
        if (!f.failed) break;
        snprintf(path, sizeof path, "%s/results/new", base);
        remove_all(path);
        snprintf(path, sizeof path, "%s/results", base);
        assert_int_equal(an_link_replace(plain, "old", path, "latest"), AN_OK);
    }
    remove_all(path);
    an_ctx_free(plain);
}

/* When nothing can be removed either, the first failure is the one that is told. */
static void test_cleaning_up_fails_too(void **state)
{
    faults f = {.fail_cleanup = true, .error = EIO};
    const an_env env = faults_env(&f);
    char path[96];

    (void)state;
    snprintf(path, sizeof path, "%s/results", base);
    for (f.fail_operation = 1; f.fail_operation < 30; f.fail_operation += 3) {
        an_ctx *ctx;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        assert_int_equal(write_as(ctx, "new"), AN_ERR_IO);
        assert_non_null(strstr(an_message(ctx), strerror(EIO)));
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
        remove_all(path);
    }
}

static void test_a_cancelled_report_leaves_nothing(void **state)
{
    an_ctx *ctx = an_ctx_new();

    (void)state;
    an_ctx_cancel(ctx);
    assert_int_equal(write_as(ctx, "new"), AN_ERR_CANCELLED);
    assert_int_equal(count_entries(base), 0);
    an_ctx_free(ctx);
}

static int set_up(void **state)
{
    /* thousands of flushes: in memory where there is such a disk */
    const char *disk = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

    (void)state;
    snprintf(base, sizeof base, "%s/anodyne-faults-XXXXXX", disk);
    return mkdtemp(base) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    remove_all(base);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations),
        cmocka_unit_test(test_file_operations),
        cmocka_unit_test(test_short_writes_and_interrupted_calls_are_carried_on),
        cmocka_unit_test(test_an_older_report_stays_whole),
        cmocka_unit_test(test_cleaning_up_fails_too),
        cmocka_unit_test(test_a_cancelled_report_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, set_up, tear_down);
}
