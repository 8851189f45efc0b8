/* Problems: what, where, why, what to do - the one form of every message to a user. */
#include "base/ctx.h"

static const char *severity_text(an_severity severity)
{
    return severity == AN_ERROR ? "error" : severity == AN_WARNING ? "warning" : "note";
}

/* The problem with its texts copied into the context's arena. */
static bool copy_problem(an_ctx *ctx, const an_problem *from, an_problem *to)
{
    const char *const texts[] = {from->code,  from->what, from->file,
                                 from->sheet, from->why,  from->advice};
    const char *copies[6];

    for (int i = 0; i < 6; i++) {
        copies[i] = an_arena_strdup(ctx->problem_text, texts[i]);
        if (texts[i] && !copies[i]) return false;
    }
    *to = *from;
    to->code = copies[0];
    to->what = copies[1];
    to->file = copies[2];
    to->sheet = copies[3];
    to->why = copies[4];
    to->advice = copies[5];
    return true;
}

void an_problem_add(an_ctx *ctx, const an_problem *problem)
{
    ctx->n_problems[problem->severity]++;
    if (ctx->n_listed == AN_PROBLEMS_LISTED) return;
    if (!ctx->problem_text) ctx->problem_text = an_arena_new(ctx);
    if (!ctx->problem_text) return;
    if (an_grow(ctx, &ctx->problems, &ctx->capacity, ctx->n_listed + 1,
                sizeof *ctx->problems) != AN_OK)
        return;
    if (copy_problem(ctx, problem, &ctx->problems[ctx->n_listed])) ctx->n_listed++;
}

an_index an_problem_count(const an_ctx *ctx, an_severity at_least)
{
    an_index n = 0;

    for (int s = (int)at_least; s <= AN_ERROR; s++) n += ctx->n_problems[s];
    return n;
}

an_index an_problem_listed(const an_ctx *ctx)
{
    return ctx->n_listed;
}

const an_problem *an_problem_at(const an_ctx *ctx, an_index i)
{
    assert(i >= 0 && i < ctx->n_listed);
    return &ctx->problems[i];
}

void an_problem_clear(an_ctx *ctx)
{
    an_arena_free(ctx->problem_text);
    ctx->problem_text = NULL;
    ctx->n_listed = 0;
    memset(ctx->n_problems, 0, sizeof ctx->n_problems);
}

void an_problem_soften(an_ctx *ctx, an_index from)
{
    for (an_index i = from; i < ctx->n_listed; i++) {
        if (ctx->problems[i].severity != AN_ERROR) continue;
        ctx->problems[i].severity = AN_WARNING;
        ctx->n_problems[AN_ERROR]--;
        ctx->n_problems[AN_WARNING]++;
    }
}

void an_problem_locate(an_ctx *ctx, an_index from, const char *file, an_index line,
                       an_index column)
{
    for (an_index i = from; i < ctx->n_listed; i++) {
        an_problem *p = &ctx->problems[i];
        const char *name = p->file ? NULL : an_arena_strdup(ctx->problem_text, file);

        if (!name) continue;
        p->file = name;
        p->row = line;
        p->column = column;
    }
}

an_status an_fail_with(an_ctx *ctx, an_status code, const an_problem *problem)
{
    an_problem_add(ctx, problem);
    return an_fail(ctx, code, "%s", problem->what ? problem->what : an_status_text(code));
}

/* 28 -> "AB"; text[8]. */
static void column_letters(an_index column, char text[8])
{
    char reversed[8];
    int n = 0;

    for (; column > 0 && n < 7; column = (column - 1) / 26)
        reversed[n++] = (char)('A' + (column - 1) % 26);
    for (int i = 0; i < n; i++) text[i] = reversed[n - 1 - i];
    text[n] = '\0';
}

/* "file Sheet1!M23", "file:line:column", as much of it as is known. */
static void format_place(const an_problem *p, char *text, size_t size)
{
    char letters[8];

    column_letters(p->column, letters);
    text[0] = '\0';
    if (p->sheet && p->row)
        snprintf(text, size, "%s %s!%s%lld", p->file ? p->file : "", p->sheet, letters,
                 (long long)p->row);
    else if (p->sheet)
        snprintf(text, size, "%s %s%s%s", p->file ? p->file : "", p->sheet,
                 p->column ? "!" : "", letters);
    else if (p->row && p->column)
        snprintf(text, size, "%s:%lld:%lld", p->file ? p->file : "", (long long)p->row,
                 (long long)p->column);
    else if (p->row)
        snprintf(text, size, "%s:%lld", p->file ? p->file : "", (long long)p->row);
    else if (p->file)
        snprintf(text, size, "%s", p->file);
}

size_t an_problem_format(const an_problem *p, char *text, size_t size)
{
    char place[768], head[1024];
    int n;

    format_place(p, place, sizeof place);
    n = snprintf(head, sizeof head, "%s%s%s%s %s", severity_text(p->severity),
                 p->code ? "[" : "", p->code ? p->code : "", p->code ? "]:" : ":",
                 p->what ? p->what : "");
    n = snprintf(text, size, "%s%s%s%s%s%s%s\n", head, place[0] ? "    at " : "", place,
                 p->why ? "\n  " : "", p->why ? p->why : "", p->advice ? "\n  -> " : "",
                 p->advice ? p->advice : "");
    return n < 0 ? 0 : (size_t)n;
}
