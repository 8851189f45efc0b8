/* The results folder: every node of the document that is a file of its own, then the page
 * and the lists. Written below a temporary name, renamed when complete. */
#include <anodyne/render.h>
#include <anodyne/report.h>

#include "report/report.h"

#include <errno.h>
#include <fcntl.h>

enum { NAME_SIZE = 200 };

typedef struct writer {
    an_ctx *ctx;
    const an_report_options *options;
    an_outdir *dir;
} writer;

/* ---- Names ---- */

/* "overall_survival-curve": path of keys, only characters that every system takes. */
static void extend_name(const char *base, const char *key, char name[NAME_SIZE])
{
    size_t n;

    snprintf(name, NAME_SIZE, "%s%s%s", base, base[0] ? "-" : "", key);
    n = strlen(name);
    for (size_t i = 0; i < n; i++) {
        const char c = name[i];
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '_' || c == '-';

        if (!plain) name[i] = '_';
    }
}

static void two_digits(int64_t value, char **at)
{
    *(*at)++ = (char)('0' + value / 10 % 10);
    *(*at)++ = (char)('0' + value % 10);
}

/* 2026-11-24T083712Z-a1b2c3: when, and six digits of what. */
static void name_results(int64_t now, const char *digest, char id[64])
{
    const int64_t second = now % 86400;
    char *at;

    an_date_format((int32_t)(now / 86400), id);
    at = id + strlen(id);
    *at++ = 'T';
    two_digits(second / 3600, &at);
    two_digits(second / 60 % 60, &at);
    two_digits(second % 60, &at);
    snprintf(at, 16, "Z-%.6s", digest);
}

static an_status look_for(an_ctx *ctx, const char *path, bool *there)
{
    const an_vfs *vfs = &an_ctx_env(ctx)->vfs;
    const int fd = vfs->open(vfs->self, path, O_RDONLY, 0);
    char what[512];

    *there = fd >= 0;
    if (fd >= 0) vfs->close(vfs->self, fd);
    if (fd >= 0 || errno == ENOENT || errno == ENOTDIR) return AN_OK;
    snprintf(what, sizeof what, "cannot look into %s: %s", path, strerror(errno));
    return an_fail_with(
        ctx, AN_ERR_IO,
        &(an_problem){.severity = AN_ERROR,
                      .code = "I001",
                      .what = what,
                      .advice = "check the permissions, or write elsewhere with -o"});
}

/* FOLDER/ID, with -2, -3, ... when it is taken. */
static an_status choose_path(an_ctx *ctx, const char *folder, const char *id,
                             an_arena *mem, char **path)
{
    const size_t n = strlen(folder);
    const char *slash = n > 0 && folder[n - 1] == '/' ? "" : "/";
    bool taken = true;

    for (int k = 1; taken; k++) {
        an_status st;

        *path = k == 1 ? an_arena_printf(mem, "%s%s%s", folder, slash, id)
                       : an_arena_printf(mem, "%s%s%s-%d", folder, slash, id, k);
        if (!*path) return an_fail_memory(ctx);
        st = look_for(ctx, *path, &taken);
        if (st != AN_OK) return st;
    }
    return AN_OK;
}

/* ---- Tables and figures ---- */

static an_status put(writer *w, const char *name, an_status st, an_bytes *bytes)
{
    if (st == AN_OK) st = an_outdir_write(w->dir, name, bytes->data, bytes->size);
    an_bytes_free(w->ctx, bytes);
    return st;
}

static bool is_ascii(const an_bytes *bytes)
{
    for (size_t i = 0; i < bytes->size; i++)
        if ((unsigned char)bytes->data[i] >= 0x80) return false;
    return true;
}

/* By the mark of UTF-8 Excel knows that a file is not in the local encoding. Where there is
 * nothing to mistake it stays away: other programs take it for a part of the first name. */
static an_status write_table(writer *w, const an_node *node, const char *base)
{
    char name[NAME_SIZE + 16];
    an_bytes bytes = {0};
    an_buf marked;
    an_status st = an_render_table_csv(w->ctx, node, &bytes);

    an_buf_init(&marked, w->ctx, 0);
    if (st == AN_OK && !is_ascii(&bytes)) an_buf_puts(&marked, "\xEF\xBB\xBF");
    an_buf_put(&marked, bytes.data, bytes.size);
    an_bytes_free(w->ctx, &bytes);
    st = an_bytes_take(&marked, st, &bytes);
    snprintf(name, sizeof name, "tables/%s.csv", base);
    return put(w, name, st, &bytes);
}

static an_status write_figure(writer *w, const an_node *node, const char *base)
{
    static const an_figure_format formats[] = {AN_FIGURE_SVG, AN_FIGURE_PDF,
                                               AN_FIGURE_PNG};
    const an_figure_style style = {.width_mm = w->options->figure_width_mm,
                                   .language = w->options->language,
                                   .title = node->title,
                                   .id = base};
    char name[NAME_SIZE + 16];
    an_bytes bytes = {0};
    an_status st = AN_OK;

    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
        snprintf(name, sizeof name, "figures/%s.%s", base,
                 an_figure_extension(formats[k]));
        st = an_figure_render(w->ctx, node->figure, &style, formats[k], &bytes);
        AN_TRY(put(w, name, st, &bytes));
    }
    snprintf(name, sizeof name, "figures/%s.csv", base);
    st = an_render_figure_csv(w->ctx, node->figure, &bytes);
    AN_TRY(put(w, name, st, &bytes));
done:
    return st;
}

static an_status write_nodes(writer *w, const an_node *first, const char *base)
{
    char name[NAME_SIZE];
    an_status st = AN_OK;

    for (const an_node *node = first; node; node = node->next) {
        if (node->type != AN_NODE_SECTION && node->type != AN_NODE_TABLE &&
            node->type != AN_NODE_FIGURE)
            continue;
        extend_name(base, node->key, name);
        if (node->type == AN_NODE_SECTION) AN_TRY(write_nodes(w, node->children, name));
        if (node->type == AN_NODE_TABLE) AN_TRY(write_table(w, node, name));
        if (node->type == AN_NODE_FIGURE) AN_TRY(write_figure(w, node, name));
    }
done:
    return st;
}

/* ---- Log ---- */

static void log_notes(an_buf *log, const an_node *first, const char *section)
{
    static const char *const severities[] = {"note", "warning", "error"};

    for (const an_node *node = first; node; node = node->next) {
        if (node->type == AN_NODE_SECTION) {
            an_buf_printf(log, "section %s\n", node->key);
            log_notes(log, node->children, node->key);
        } else if (node->type == AN_NODE_NOTE) {
            an_buf_printf(log, "%s[%s] %s: %s\n", severities[node->severity],
                          node->code ? node->code : "", section, node->text);
        }
    }
}

static an_status write_log(writer *w, const an_doc *doc)
{
    an_buf log;
    an_status st;

    an_buf_init(&log, w->ctx, 0);
    an_buf_printf(&log, "anodyne %s\n", an_version());
    log_notes(&log, an_doc_root(doc)->children, "report");
    st = log.st;
    if (st == AN_OK) st = an_outdir_write(w->dir, "run.log", log.data, log.size);
    an_buf_free(&log);
    return st;
}

/* ---- Pages ---- */

typedef an_status derive_fn(an_ctx *ctx, const an_doc *doc, an_doc **out);

static an_status write_derived(writer *w, const an_doc *doc, derive_fn *derive,
                               const char *name)
{
    an_bytes bytes = {0};
    an_doc *derived = NULL;
    an_status st = derive(w->ctx, doc, &derived);

    if (st == AN_OK) st = an_render_markdown(w->ctx, derived, &bytes);
    st = put(w, name, st, &bytes);
    an_doc_free(derived);
    return st;
}

/* The page, with the checklist behind its last section. */
static an_status write_page(writer *w, const an_doc *doc)
{
    an_doc *checklist = NULL;
    an_bytes bytes = {0};
    an_status st = an_report_checklist(w->ctx, doc, &checklist);
    const an_html_options html = {.language = w->options->language,
                                  .subtitle = w->options->subtitle,
                                  .figure_width_mm = w->options->figure_width_mm,
                                  .appendix = checklist};

    if (st == AN_OK) st = an_render_html(w->ctx, doc, &html, &bytes);
    st = put(w, "report.html", st, &bytes);
    an_doc_free(checklist);
    return st;
}

/* Only of a study: a document of one analysis has no page of the reviewer. */
static an_status write_review(writer *w, const an_doc *doc)
{
    an_bytes bytes = {0};
    an_status st;

    for (const an_node *node = an_doc_root(doc)->children; node; node = node->next) {
        if (node->type != AN_NODE_SECTION || strcmp(node->key, "review") != 0) continue;
        st = an_render_review(w->ctx, doc, &bytes);
        return put(w, "review.json", st, &bytes);
    }
    return AN_OK;
}

static an_status write_pages(writer *w, const an_doc *doc)
{
    an_bytes bytes = {0};
    an_status st = AN_OK;

    AN_TRY(write_page(w, doc));
    st = an_render_numbers(w->ctx, doc, &bytes);
    AN_TRY(put(w, "numbers.json", st, &bytes));
    st = an_render_provenance(w->ctx, doc, &bytes);
    AN_TRY(put(w, "provenance.json", st, &bytes));
    AN_TRY(write_review(w, doc));
    AN_TRY(write_derived(w, doc, an_report_methods, "methods.md"));
    AN_TRY(write_derived(w, doc, an_report_checklist, "checklist.md"));
    AN_TRY(write_log(w, doc));
done:
    return st;
}

/* ---- The whole ---- */

static an_status digest_of(an_ctx *ctx, const an_doc *doc, char hex[65])
{
    an_bytes bytes = {0};
    const an_status st = an_render_numbers(ctx, doc, &bytes);

    if (st == AN_OK) an_sha256(bytes.data, bytes.size, hex);
    an_bytes_free(ctx, &bytes);
    return st;
}

/* No name is not the root of the disk: in scripts it is a variable that was not set. */
static an_status check_folder(an_ctx *ctx, const char *folder)
{
    if (*folder) return AN_OK;
    return an_fail_with(ctx, AN_ERR_ARGUMENT,
                        &(an_problem){.severity = AN_ERROR,
                                      .code = "U104",
                                      .what = "the folder of results has no name",
                                      .advice = "name one: -o results/"});
}

static an_status give_path(an_ctx *ctx, const char *path, an_bytes *out)
{
    out->size = strlen(path);
    out->data = an_malloc(ctx, out->size + 1);
    if (!out->data) return AN_ERR_MEMORY;
    memcpy(out->data, path, out->size + 1);
    return AN_OK;
}

/* Network shares often know no symbolic links: the report is there all the same. */
static an_status point_latest(an_ctx *ctx, const char *id, const char *folder)
{
    const an_index listed = an_problem_listed(ctx);
    const an_status st = an_link_replace(ctx, id, folder, "latest");

    if (st != AN_ERR_IO) return st;
    an_problem_soften(ctx, listed);
    return AN_OK;
}

an_status an_report_write(an_ctx *ctx, const an_doc *doc, const char *folder,
                          const an_report_options *options, an_bytes *out)
{
    static const an_report_options defaults = {0};
    writer w = {.ctx = ctx, .options = options ? options : &defaults};
    an_arena *mem = an_arena_new(ctx);
    char digest[65], id[64];
    char *path;
    an_status st = AN_OK;

    *out = (an_bytes){0};
    if (!mem) return AN_ERR_MEMORY;
    AN_TRY(check_folder(ctx, folder));
    AN_TRY(an_doc_status(doc));
    AN_TRY(digest_of(ctx, doc, digest));
    name_results(an_now(ctx), digest, id);
    AN_TRY(choose_path(ctx, folder, w.options->id ? w.options->id : id, mem, &path));
    AN_TRY(an_outdir_open(ctx, path, &w.dir));
    AN_TRY(write_nodes(&w, an_doc_root(doc)->children, ""));
    AN_TRY(write_pages(&w, doc));
    AN_TRY(give_path(ctx, path, out));
    AN_TRY(an_outdir_commit(w.dir));
    st = point_latest(ctx, strrchr(path, '/') + 1, folder);
done:
    if (st != AN_OK) an_bytes_free(ctx, out);
    an_outdir_close(w.dir);
    an_arena_free(mem);
    return st;
}
