/*
 * A precedence-climbing parser of R's expressions: numbers, strings, names (also in
 * backticks, also Chinese), calls and operators.
 */
#include "study/expr.h"

#include <stdarg.h>

enum { DEEPEST = 64, LONGEST = 1 << 16, MOST_ARGS = 1024, MOST_NODES = 4096 };

typedef enum token_kind {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_NAME,
    TOKEN_OPERATOR /* also ( ) and , */
} token_kind;

typedef struct token {
    token_kind kind;
    size_t at, end;
    double number;
    const char *text;
} token;

typedef struct parser {
    an_ctx *ctx;
    an_arena *mem;
    const an_source *source;
    const char *s;
    size_t size;
    token now;
    int depth, n_nodes;
} parser;

/* ---- Errors ---- */

/* Columns of a terminal that the first n bytes take: East Asian letters are wide. */
static int display_width(const char *s, size_t n)
{
    int width = 0;

    for (size_t i = 0; i < n; i++) {
        const unsigned char c = (unsigned char)s[i];

        if (c < 0x80 || (c >= 0xC0 && c < 0xE3)) width += 1;
        if (c >= 0xE3) width += 2;
    }
    return width;
}

/* The source around byte `at` with a caret below it; text[size]. */
static void excerpt(const char *source, size_t at, char *text, size_t size)
{
    const size_t length = strlen(source);
    size_t first = at > 60 ? at - 60 : 0, last = length < at + 30 ? length : at + 30;

    while (first > 0 && ((unsigned char)source[first] & 0xC0) == 0x80) first--;
    while (last < length && ((unsigned char)source[last] & 0xC0) == 0x80) last++;
    snprintf(text, size, "%.*s\n  %*s^", (int)(last - first), source + first,
             display_width(source + first, at - first), "");
}

an_status an_source_fail(an_ctx *ctx, const an_source *source, const char *code,
                         size_t at, const char *advice, const char *format, ...)
{
    char what[600], why[400];
    int n = snprintf(what, sizeof what, "%s: ", source->noun);
    va_list args;
    an_problem problem = {.severity = AN_ERROR, .code = code, .what = what, .why = why};

    va_start(args, format);
    vsnprintf(what + n, sizeof what - (size_t)n, format, args);
    va_end(args);
    excerpt(source->text, at, why, sizeof why);
    problem.advice = advice;
    problem.file = source->file;
    problem.row = source->line;
    problem.column = source->column;
    return an_fail_with(ctx, source->status, &problem);
}

/* A sign of a Chinese keyboard, or a quote of a word processor, up to this place. */
static bool has_wide_sign(const char *text, size_t at)
{
    static const char *const signs[] = {"\xEF\xBC\x88" /* ( */, "\xEF\xBC\x89" /* ) */,
                                        "\xEF\xBC\x8C" /* , */, "\xEF\xBD\x9E" /* ~ */,
                                        "\xEF\xBC\x8B" /* + */, "\xEF\xBC\x9D" /* = */,
                                        "\xE2\x80\x9C",         "\xE2\x80\x9D",
                                        "\xE2\x80\x98",         "\xE2\x80\x99"};

    for (size_t i = 0; i <= at && text[i]; i++)
        for (size_t k = 0; k < sizeof signs / sizeof *signs; k++)
            if (strncmp(text + i, signs[k], 3) == 0) return true;
    return false;
}

static an_status fail_syntax(parser *p, size_t at, const char *what)
{
    const char *advice =
        has_wide_sign(p->source->text, at)
            ? "type brackets, commas, ~ and quotes of half width: ( ) , ~"
            : NULL;

    return an_source_fail(p->ctx, p->source, "U110", at, advice, "%s", what);
}

/* Two names without an operator between them: often one name with a blank. */
static an_status fail_rest(parser *p)
{
    if (p->now.kind != TOKEN_NAME || has_wide_sign(p->source->text, p->now.at))
        return fail_syntax(p, p->now.at, "unexpected text here");
    return an_source_fail(p->ctx, p->source, "U110", p->now.at,
                          "names with blanks, or that begin with a digit, stand in "
                          "backticks: `dose class`",
                          "unexpected text here");
}

/* ---- Tokens ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool starts_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           (unsigned char)c >= 0x80;
}

/* [digits][.digits][e[+-]digits][L] */
static an_status read_number(parser *p)
{
    char text[72] = "0"; /* ".5" is read as "0.5" */
    size_t end = p->now.at, n = 1;

    while (end < p->size && is_digit(p->s[end])) end++;
    if (end < p->size && p->s[end] == '.')
        for (end++; end < p->size && is_digit(p->s[end]);) end++;
    if (end < p->size && (p->s[end] == 'e' || p->s[end] == 'E')) {
        end++;
        if (end < p->size && (p->s[end] == '+' || p->s[end] == '-')) end++;
        while (end < p->size && is_digit(p->s[end])) end++;
    }
    if (end - p->now.at > 60) return fail_syntax(p, p->now.at, "number too long");
    for (size_t i = p->now.at; i < end; i++) {
        text[n++] = p->s[i];
        if (p->s[i] == '.' && (i + 1 == end || !is_digit(p->s[i + 1]))) text[n++] = '0';
    }
    if (!an_parse_double(text, n, &p->now.number))
        return fail_syntax(p, p->now.at, "not a number");
    if (end < p->size && p->s[end] == 'L') end++;
    p->now.kind = TOKEN_NUMBER;
    p->now.end = end;
    return AN_OK;
}

/* Text between quotes or backticks; a backslash takes the next byte as it is. */
static an_status read_quoted(parser *p)
{
    const char quote = p->s[p->now.at];
    char *text = an_arena_alloc(p->mem, (an_index)(p->size - p->now.at), 1);
    size_t i = p->now.at + 1, n = 0;

    if (!text) return an_fail_memory(p->ctx);
    for (; i < p->size && p->s[i] != quote; i++) {
        if (p->s[i] == '\\' && i + 1 < p->size) i++;
        text[n++] = p->s[i];
    }
    if (i == p->size) return fail_syntax(p, p->now.at, "quote is not closed");
    if (quote == '`' && n == 0) return fail_syntax(p, p->now.at, "empty name");
    p->now.kind = quote == '`' ? TOKEN_NAME : TOKEN_STRING;
    p->now.text = text;
    p->now.end = i + 1;
    return AN_OK;
}

static an_status read_name(parser *p)
{
    size_t end = p->now.at;

    while (end < p->size && (starts_name(p->s[end]) || is_digit(p->s[end]))) end++;
    p->now.kind = TOKEN_NAME;
    p->now.end = end;
    p->now.text = an_arena_strndup(p->mem, p->s + p->now.at, end - p->now.at);
    return p->now.text ? AN_OK : an_fail_memory(p->ctx);
}

static an_status read_operator(parser *p)
{
    static const char *const operators[] = {
        "%in%", "==", "!=", "<=", ">=", "&&", "||", "~", "+", "-", "*", "/",
        "^",    ":",  "<",  ">",  "&",  "|",  "!",  "(", ")", ",", "="};

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        const size_t n = strlen(operators[i]);

        if (p->size - p->now.at < n || memcmp(p->s + p->now.at, operators[i], n) != 0)
            continue;
        p->now.kind = TOKEN_OPERATOR;
        p->now.text = operators[i];
        p->now.end = p->now.at + n;
        return AN_OK;
    }
    return fail_syntax(p, p->now.at, "unexpected character");
}

static an_status next_token(parser *p)
{
    size_t at = p->now.end;

    while (at < p->size &&
           (p->s[at] == ' ' || p->s[at] == '\t' || p->s[at] == '\n' || p->s[at] == '\r'))
        at++;
    p->now = (token){.kind = TOKEN_END, .at = at, .end = at};
    if (at == p->size) return AN_OK;
    if (is_digit(p->s[at]) ||
        (p->s[at] == '.' && at + 1 < p->size && is_digit(p->s[at + 1])))
        return read_number(p);
    if (p->s[at] == '"' || p->s[at] == '\'' || p->s[at] == '`') return read_quoted(p);
    if (starts_name(p->s[at])) return read_name(p);
    return read_operator(p);
}

static bool at_operator(const parser *p, const char *text)
{
    return p->now.kind == TOKEN_OPERATOR && strcmp(p->now.text, text) == 0;
}

/* ---- Grammar ---- */

typedef struct operator_rank {
    const char *text;
    int left, right; /* binding powers; right > left: groups to the left */
} operator_rank;

/* R's table, loosest first. */
static const operator_rank ranks[] = {
    {"~", 1, 2},      {"|", 3, 4},   {"||", 3, 4},  {"&", 5, 6},   {"&&", 5, 6},
    {"==", 9, 10},    {"!=", 9, 10}, {"<", 9, 10},  {">", 9, 10},  {"<=", 9, 10},
    {">=", 9, 10},    {"+", 11, 12}, {"-", 11, 12}, {"*", 13, 14}, {"/", 13, 14},
    {"%in%", 15, 16}, {":", 17, 18}, {"^", 22, 21},
};
enum { RANK_TILDE = 2, RANK_NOT = 7, RANK_MINUS = 19 };

static const operator_rank *binary_rank(const parser *p)
{
    if (p->now.kind != TOKEN_OPERATOR) return NULL;
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++)
        if (strcmp(ranks[i].text, p->now.text) == 0) return &ranks[i];
    return NULL;
}

static an_status new_node(parser *p, an_expr_kind kind, size_t at, const char *text,
                          an_index n_args, an_expr **out)
{
    an_expr *e = an_arena_alloc(p->mem, 1, sizeof *e);

    if (!e) return an_fail_memory(p->ctx);
    if (++p->n_nodes > MOST_NODES)
        return an_source_fail(p->ctx, p->source, "U114", at, NULL,
                              "more than %d names, numbers and operators", MOST_NODES);
    e->kind = kind;
    e->at = at;
    e->text = text;
    e->n_args = n_args;
    e->args = n_args ? an_arena_alloc(p->mem, n_args, sizeof(an_expr *)) : NULL;
    if (n_args && !e->args) return an_fail_memory(p->ctx);
    *out = e;
    return AN_OK;
}

static an_status parse_expression(parser *p, int power, an_expr **out);

/* One argument; `name = value` becomes the call "="(name, value). */
static an_status parse_argument(parser *p, an_expr **out)
{
    an_status st = AN_OK;
    an_expr *name, *named;

    AN_TRY(parse_expression(p, 0, out));
    if (!at_operator(p, "=")) goto done;
    name = *out;
    if (name->kind != AN_EXPR_NAME) {
        st = fail_syntax(p, p->now.at, "`=` follows a name; equality is written ==");
        goto done;
    }
    AN_TRY(next_token(p));
    AN_TRY(new_node(p, AN_EXPR_CALL, name->at, "=", 2, &named));
    named->args[0] = name;
    AN_TRY(parse_expression(p, 0, &named->args[1]));
    *out = named;
done:
    return st;
}

/* The arguments behind a name; the opening parenthesis is read already. */
static an_status parse_call(parser *p, const token *name, an_expr **out)
{
    an_status st = AN_OK;
    an_expr **args = NULL, **copy;
    an_index n = 0, capacity = 0;

    while (!at_operator(p, ")")) {
        if (n == MOST_ARGS) {
            st = fail_syntax(p, p->now.at, "too many arguments");
            goto done;
        }
        AN_TRY(an_grow(p->ctx, &args, &capacity, n + 1, sizeof *args));
        AN_TRY(parse_argument(p, &args[n]));
        n++;
        if (at_operator(p, ")")) break;
        if (!at_operator(p, ",")) {
            st = fail_syntax(p, p->now.at, "expected , or )");
            goto done;
        }
        AN_TRY(next_token(p));
    }
    AN_TRY(next_token(p));
    AN_TRY(new_node(p, AN_EXPR_CALL, name->at, name->text, n, out));
    copy = (*out)->args;
    for (an_index i = 0; i < n; i++) copy[i] = args[i];
done:
    an_free(p->ctx, args);
    return st;
}

static an_status parse_name(parser *p, an_expr **out)
{
    static const struct {
        const char *text;
        double number;
    } words[] = {{"TRUE", 1}, {"FALSE", 0}, {"NA", (double)NAN}};
    const token name = p->now;
    an_status st = next_token(p);

    if (st != AN_OK) return st;
    if (at_operator(p, "(") && p->s[name.at] != '`') {
        st = next_token(p);
        return st == AN_OK ? parse_call(p, &name, out) : st;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(name.text, words[i].text) != 0 || p->s[name.at] == '`') continue;
        st = new_node(p, AN_EXPR_LOGICAL, name.at, NULL, 0, out);
        if (st == AN_OK) (*out)->number = words[i].number;
        return st;
    }
    return new_node(p, AN_EXPR_NAME, name.at, name.text, 0, out);
}

static an_status parse_unary(parser *p, an_expr **out)
{
    const token op = p->now;
    const int power = strcmp(op.text, "~") == 0   ? RANK_TILDE
                      : strcmp(op.text, "!") == 0 ? RANK_NOT
                                                  : RANK_MINUS;
    an_expr *operand;
    an_status st;

    AN_TRY(next_token(p));
    AN_TRY(parse_expression(p, power, &operand));
    AN_TRY(new_node(p, AN_EXPR_CALL, op.at, op.text, 1, out));
    (*out)->args[0] = operand;
done:
    return st;
}

/* A parenthesis is kept as the call "("(inner), so that a term can be told from its
 * grouping and is written as it was. */
static an_status parse_group(parser *p, an_expr **out)
{
    const size_t at = p->now.at;
    an_expr *inner;
    an_status st;

    AN_TRY(next_token(p));
    AN_TRY(parse_expression(p, 0, &inner));
    if (!at_operator(p, ")")) {
        st = fail_syntax(p, p->now.at, "expected )");
        goto done;
    }
    AN_TRY(next_token(p));
    AN_TRY(new_node(p, AN_EXPR_CALL, at, "(", 1, out));
    (*out)->args[0] = inner;
done:
    return st;
}

static an_status parse_primary(parser *p, an_expr **out)
{
    const token t = p->now;
    an_status st;

    if (t.kind == TOKEN_NAME) return parse_name(p, out);
    if (t.kind == TOKEN_NUMBER || t.kind == TOKEN_STRING) {
        AN_TRY(new_node(p, t.kind == TOKEN_NUMBER ? AN_EXPR_NUMBER : AN_EXPR_STRING, t.at,
                        t.text, 0, out));
        (*out)->number = t.number;
        AN_TRY(next_token(p));
        goto done;
    }
    if (at_operator(p, "(")) return parse_group(p, out);
    if (at_operator(p, "-") || at_operator(p, "+") || at_operator(p, "!") ||
        at_operator(p, "~"))
        return parse_unary(p, out);
    if (at_operator(p, "=")) return fail_syntax(p, t.at, "equality is written == here");
    st = fail_syntax(p, t.at,
                     t.kind == TOKEN_END ? "something is missing at the end"
                                         : "expected a name, number or (");
done:
    return st;
}

static an_status parse_expression(parser *p, int power, an_expr **out)
{
    an_status st = AN_OK;
    const operator_rank *rank;
    an_expr *left, *both;

    if (++p->depth > DEEPEST) {
        st = an_source_fail(p->ctx, p->source, "U114", p->now.at, NULL,
                            "nested deeper than %d", DEEPEST);
        goto done;
    }
    AN_TRY(parse_primary(p, &left));
    while ((rank = binary_rank(p)) && rank->left >= power) {
        const size_t at = p->now.at;

        AN_TRY(next_token(p));
        AN_TRY(new_node(p, AN_EXPR_CALL, at, rank->text, 2, &both));
        both->args[0] = left;
        AN_TRY(parse_expression(p, rank->right, &both->args[1]));
        left = both;
    }
    *out = left;
done:
    p->depth--;
    return st;
}

an_status an_expr_parse(an_ctx *ctx, an_arena *mem, const an_source *source,
                        an_expr **out)
{
    an_status st = AN_OK;
    parser p = {.ctx = ctx, .mem = mem, .source = source, .s = source->text};

    p.size = strlen(source->text);
    if (p.size > LONGEST) {
        st =
            an_source_fail(ctx, source, "U114", 0, NULL, "longer than %d bytes", LONGEST);
        goto done;
    }
    if (an_utf8_valid(p.s, p.size) != p.size) {
        st = an_source_fail(ctx, source, "U110", 0, NULL, "not valid UTF-8");
        goto done;
    }
    AN_TRY(next_token(&p));
    AN_TRY(parse_expression(&p, 0, out));
    if (at_operator(&p, "="))
        st = fail_syntax(&p, p.now.at, "equality is written == here");
    else if (p.now.kind != TOKEN_END)
        st = fail_rest(&p);
done:
    return st;
}
