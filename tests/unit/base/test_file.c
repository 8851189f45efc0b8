/* Files: after any failure the old content or the complete new one, and no litter. */
#include "unit/base/faults.h"

#include <dirent.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64]; /* of this run */

static int make_folder(void **state)
{
    (void)state;
    snprintf(folder, sizeof folder, "build/test_file-%ld", (long)getpid());
    return mkdir(folder, 0777);
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static const char *in_folder(char text[128], const char *name)
{
    snprintf(text, 128, "%s/%s", folder, name);
    return text;
}

static int entries(const char *path)
{
    DIR *dir = opendir(path);
    int n = 0;

    if (!dir) return -1;
    while (readdir(dir)) n++;
    closedir(dir);
    return n - 2; /* . and .. */
}

static void expect_content(const char *path, const char *content)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    char *data;
    size_t size;

    assert_int_equal(an_file_read(ctx, path, 1 << 20, mem, &data, &size), AN_OK);
    assert_int_equal(size, strlen(content));
    assert_string_equal(data, content);
    an_arena_free(mem);
    an_ctx_free(ctx);
}

static void set_content(const char *path, const char *content)
{
    an_ctx *ctx = an_ctx_new();

    assert_int_equal(an_file_write(ctx, path, content, strlen(content)), AN_OK);
    an_ctx_free(ctx);
}

static void reads_have_a_ceiling(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_arena *mem = an_arena_new(ctx);
    char path[128], *data;
    size_t size;

    (void)state;
    in_folder(path, "a");
    set_content(path, "0123456789");
    assert_int_equal(an_file_read(ctx, path, 10, mem, &data, &size), AN_OK);
    assert_int_equal(an_file_read(ctx, path, 9, mem, &data, &size), AN_ERR_DATA);
    assert_string_equal(an_problem_at(ctx, 0)->code, "I004");
    assert_int_equal(an_file_read(ctx, folder, 9, mem, &data, &size), AN_ERR_IO);
    unlink(path);
    assert_int_equal(an_file_read(ctx, path, 9, mem, &data, &size), AN_ERR_IO);
    assert_string_equal(an_problem_at(ctx, an_problem_listed(ctx) - 1)->code, "I001");
    an_arena_free(mem);
    an_ctx_free(ctx);
}

static void each_operation_of_a_write_may_fail(void **state)
{
    static const int errors[] = {ENOSPC, EIO, EDQUOT};
    faults f = {0};
    const an_env env = faults_env(&f);
    char path[128];

    (void)state;
    in_folder(path, "a");
    for (size_t e = 0; e < sizeof errors / sizeof *errors; e++) {
        f.error = errors[e];
        for (f.fail_operation = 1;; f.fail_operation++) {
            an_ctx *ctx = an_ctx_new_in(&env);
            an_status st;

            set_content(path, "old");
            faults_restart(&f);
            st = an_file_write(ctx, path, "new content", 11);
            assert_int_equal(entries(folder), 1);
            if (st == AN_OK)
                expect_content(path, "new content");
            else
                assert_int_equal(st, AN_ERR_IO);
            if (st != AN_OK && f.operations <= 5) expect_content(path, "old");
            an_ctx_free(ctx);
            assert_int_equal(f.live, 0);
            if (!f.failed) break;
        }
        /* open, write, fsync, close, rename, open, fsync, close */
        assert_int_equal(f.operations, 8);
    }
    unlink(path);
}

static void short_and_interrupted_calls_go_on(void **state)
{
    faults f = {.short_writes = true};
    const an_env env = faults_env(&f);
    an_ctx *ctx = an_ctx_new_in(&env);
    an_arena *mem = an_arena_new(ctx);
    char path[128], *data;
    size_t size;

    (void)state;
    in_folder(path, "a");
    assert_int_equal(an_file_write(ctx, path, "a longer text than one write", 28), AN_OK);
    assert_int_equal(an_file_read(ctx, path, 100, mem, &data, &size), AN_OK);
    assert_string_equal(data, "a longer text than one write");
    unlink(path);
    an_arena_free(mem);
    an_ctx_free(ctx);
    assert_int_equal(f.live, 0);
}

/* Three files, one below a folder. */
static an_status write_results(an_ctx *ctx, const char *path)
{
    an_outdir *dir = NULL;
    an_status st;

    AN_TRY(an_outdir_open(ctx, path, &dir));
    AN_TRY(an_outdir_write(dir, "report.html", "<p>", 3));
    AN_TRY(an_outdir_write(dir, "tables/a.csv", "x\n1\n", 4));
    AN_TRY(an_outdir_write(dir, "tables/b.csv", "x\n2\n", 4));
    AN_TRY(an_outdir_commit(dir));
done:
    an_outdir_close(dir);
    return st;
}

static void remove_results(const char *path)
{
    static const char *const names[] = {"report.html", "tables/a.csv", "tables/b.csv"};
    char name[256];

    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s/%s", path, names[i]);
        unlink(name);
    }
    snprintf(name, sizeof name, "%s/tables", path);
    rmdir(name);
    rmdir(path);
}

/* Whole or not at all, and nothing beside it. */
static void check_results(const char *path, an_status st)
{
    char name[256];

    if (access(path, F_OK) != 0) {
        assert_int_not_equal(st, AN_OK);
        assert_int_equal(entries(folder), 0);
        return;
    }
    assert_int_equal(entries(folder), 1);
    assert_int_equal(entries(path), 2);
    snprintf(name, sizeof name, "%s/tables", path);
    assert_int_equal(entries(name), 2);
    snprintf(name, sizeof name, "%s/tables/b.csv", path);
    expect_content(name, "x\n2\n");
    remove_results(path);
}

static void a_folder_appears_whole_or_not_at_all(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    char path[128];

    (void)state;
    in_folder(path, "results");
    for (f.fail_operation = 1;; f.fail_operation++) {
        an_ctx *ctx = an_ctx_new_in(&env);
        an_status st;

        faults_restart(&f);
        st = write_results(ctx, path);
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
        check_results(path, st);
        if (!f.failed) break;
    }
    assert_true(f.operations > 15);
}

static void a_folder_survives_each_failing_allocation(void **state)
{
    faults f = {0};
    const an_env env = faults_env(&f);
    char path[128];

    (void)state;
    in_folder(path, "results");
    for (f.fail_alloc = 1;; f.fail_alloc++) {
        an_ctx *ctx;
        an_status st = AN_ERR_MEMORY;

        faults_restart(&f);
        ctx = an_ctx_new_in(&env);
        if (ctx) st = write_results(ctx, path);
        an_ctx_free(ctx);
        assert_int_equal(f.live, 0);
        check_results(path, st);
        if (!f.failed) break;
    }
}

static void an_old_folder_is_never_replaced(void **state)
{
    an_ctx *ctx = an_ctx_new();
    char path[128];

    (void)state;
    in_folder(path, "results");
    assert_int_equal(write_results(ctx, path), AN_OK);
    assert_int_equal(write_results(ctx, path), AN_ERR_IO);
    check_results(path, AN_OK);
    an_ctx_free(ctx);
}

static void sha256_gives_the_published_digests(void **state)
{
    char hex[65];

    (void)state;
    an_sha256("", 0, hex);
    assert_string_equal(
        hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    an_sha256("abc", 3, hex); /* FIPS 180-4 */
    assert_string_equal(
        hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* A killed run leaves its temporary file or folder; in a container the next one has the
 * same process number. */
static void left_overs_are_passed_over(void **state)
{
    an_ctx *ctx = an_ctx_new();
    an_outdir *dir = NULL;
    char path[128], file[160], made[160], inside[192];

    (void)state;
    in_folder(path, "out");
    snprintf(file, sizeof file, "%s.tmp-%ld-1", path, (long)getpid());
    set_content(file, "half");
    set_content(path, "whole");
    expect_content(path, "whole");
    expect_content(file, "half");
    unlink(path);
    unlink(file);
    assert_int_equal(mkdir(file, 0777), 0);
    assert_int_equal(an_outdir_open(ctx, path, &dir), AN_OK);
    assert_int_equal(an_outdir_write(dir, "page", "x", 1), AN_OK);
    assert_int_equal(an_outdir_commit(dir), AN_OK);
    an_outdir_close(dir);
    snprintf(inside, sizeof inside, "%s/page", path);
    expect_content(inside, "x");
    snprintf(made, sizeof made, "%s.tmp-%ld-2", path, (long)getpid());
    assert_int_equal(access(made, F_OK), -1);
    unlink(inside);
    rmdir(path);
    rmdir(file);
    an_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_have_a_ceiling),
        cmocka_unit_test(each_operation_of_a_write_may_fail),
        cmocka_unit_test(short_and_interrupted_calls_go_on),
        cmocka_unit_test(a_folder_appears_whole_or_not_at_all),
        cmocka_unit_test(a_folder_survives_each_failing_allocation),
        cmocka_unit_test(an_old_folder_is_never_replaced),
        cmocka_unit_test(sha256_gives_the_published_digests),
        cmocka_unit_test(left_overs_are_passed_over),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
