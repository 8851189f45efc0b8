/* Options of an analysis: defaults, one value from text, bounds. */
#include <anodyne/analysis.h>

#include "base/base.h"
#include "study/params.h"

enum { MOST_REALS = 1000, MOST_PARAMS = 64 };

/* ---- Access by offset ---- */

static void *field_of(const an_param *p, void *options)
{
    return (char *)options + p->offset;
}

static void store_number(const an_param *p, void *options, double value)
{
    void *field = field_of(p, options);

    switch (p->type) {
    case AN_PARAM_REAL_TYPE:
        memcpy(field, &value, sizeof value);
        break;
    case AN_PARAM_INTEGER_TYPE:
        memcpy(field, &(int64_t){(int64_t)value}, 8);
        break;
    case AN_PARAM_BOOL_TYPE:
        memcpy(field, &(bool){value != 0}, sizeof(bool));
        break;
    case AN_PARAM_CHOICE_TYPE:
        memcpy(field, &(int){(int)value}, sizeof(int));
        break;
    case AN_PARAM_REALS_TYPE:
        memset(field, 0, sizeof(an_reals));
        break;
    case AN_PARAM_TEXT_TYPE:
        memset(field, 0, sizeof(char *));
        break;
    case AN_PARAM_END_TYPE:
        break;
    }
}

/* The value as a double; NaN for lists and texts. */
static double load_number(const an_param *p, const void *options)
{
    const char *field = (const char *)options + p->offset;
    double x;
    int64_t n;
    bool b;
    int choice;

    switch (p->type) {
    case AN_PARAM_REAL_TYPE:
        memcpy(&x, field, sizeof x);
        return x;
    case AN_PARAM_INTEGER_TYPE:
        memcpy(&n, field, sizeof n);
        return (double)n;
    case AN_PARAM_BOOL_TYPE:
        memcpy(&b, field, sizeof b);
        return b;
    case AN_PARAM_CHOICE_TYPE:
        memcpy(&choice, field, sizeof choice);
        return choice;
    default:
        return NAN;
    }
}

void an_params_defaults(const an_param *params, void *options)
{
    for (const an_param *p = params; p->name; p++) store_number(p, options, p->initial);
}

/* ---- Failures ---- */

/* The name as the command line spells it: conf_level is --conf-level. */
static void spell(const char *name, char text[64])
{
    snprintf(text, 64, "%s", name);
    for (char *c = text; *c; c++)
        if (*c == '_') *c = '-';
}

static an_status fail_param(const an_setter *to, const char *code, const char *what,
                            const char *advice)
{
    const an_problem problem = {.severity = AN_ERROR,
                                .code = code,
                                .what = what,
                                .advice = advice,
                                .file = to->file,
                                .row = to->line,
                                .column = to->column};

    return an_fail_with(to->ctx, to->status, &problem);
}

/* " efron breslow", as far as it fits behind what text[size] holds. */
static void append_names(char *text, size_t size, const char *const *names, an_index n)
{
    size_t used = strlen(text);

    for (an_index i = 0; i < n && used + strlen(names[i]) + 2 < size; i++)
        used += (size_t)snprintf(text + used, size - used, " %s", names[i]);
}

static an_status fail_unknown(const an_setter *to, const an_param *params,
                              const char *name)
{
    const char *names[MOST_PARAMS] = {NULL};
    char what[200], advice[600];
    const char *nearest;
    an_index n = 0;

    for (const an_param *p = params; p->name && n < MOST_PARAMS; p++)
        names[n++] = p->name;
    nearest = an_nearest(name, names, n);
    snprintf(what, sizeof what, "no option `%.100s`", name);
    if (nearest) {
        snprintf(advice, sizeof advice, "did you mean `%s`?", nearest);
    } else {
        snprintf(advice, sizeof advice, n ? "the options are:" : "it takes none");
        append_names(advice, sizeof advice, names, n);
    }
    return fail_param(to, "U103", what, advice);
}

#define NO_LIMIT 1e15 /* an upper bound that only keeps numbers finite */

static an_status fail_bounds(const an_setter *to, const an_param *p)
{
    char what[200], low[32], high[32], name[64];

    spell(p->name, name);
    an_format_double(p->min, low);
    an_format_double(p->max, high);
    if (p->max >= NO_LIMIT)
        snprintf(what, sizeof what, "%s is below %s", name, low);
    else
        snprintf(what, sizeof what, "%s is outside %s to %s%s%s", name, low, high,
                 p->unit ? " " : "", p->unit ? p->unit : "");
    return fail_param(to, "U104", what, NULL);
}

static an_status fail_value(const an_setter *to, const an_param *p, const char *text,
                            const char *need)
{
    char what[300], name[64];

    spell(p->name, name);
    snprintf(what, sizeof what, "%s: `%.80s` is not %s", name, text, need);
    return fail_param(to, "U104", what, NULL);
}

static an_status fail_choice(const an_setter *to, const an_param *p, const char *text)
{
    char what[300], advice[400], name[64];
    an_index n = 0;
    const char *nearest;

    while (p->choices[n]) n++;
    nearest = an_nearest(text, p->choices, n);
    spell(p->name, name);
    snprintf(what, sizeof what, "%s has no choice `%.80s`", name, text);
    snprintf(advice, sizeof advice,
             "%s%s%schoose one of:", nearest ? "did you mean `" : "",
             nearest ? nearest : "", nearest ? "`? " : "");
    append_names(advice, sizeof advice, p->choices, n);
    return fail_param(to, "U104", what, advice);
}

/* ---- One value from text ---- */

static bool parse_bool(const char *text, double *out)
{
    static const char *const words[] = {"false", "true", "no", "yes", "0", "1"};

    for (int i = 0; i < 6; i++) {
        *out = i % 2;
        if (strcmp(text, words[i]) == 0) return true;
    }
    return false;
}

/* "180,365" or "180 365" */
static an_status set_reals(const an_setter *to, const an_param *p, void *options,
                           const char *text, an_arena *mem)
{
    an_status st = AN_OK;
    an_ctx *ctx = to->ctx;
    an_reals list = {0};
    double *x;
    const char *s = text;

    AN_ALLOC(x, mem, MOST_REALS);
    while (*s) {
        const size_t blank = strspn(s, ", []");
        const size_t size = strcspn(s + blank, ", []");

        s += blank;
        if (size == 0) break;
        if (list.n == MOST_REALS || !an_parse_double(s, size, &x[list.n])) {
            st = fail_value(to, p, text, "a list of numbers such as 180,365");
            goto done;
        }
        if (x[list.n] < p->min || x[list.n] > p->max) {
            st = fail_bounds(to, p);
            goto done;
        }
        list.n++;
        s += size;
    }
    list.x = x;
    memcpy(field_of(p, options), &list, sizeof list);
done:
    return st;
}

static an_status set_choice(const an_setter *to, const an_param *p, void *options,
                            const char *text)
{
    for (int i = 0; p->choices[i]; i++) {
        if (strcmp(p->choices[i], text) != 0) continue;
        store_number(p, options, i);
        return AN_OK;
    }
    return fail_choice(to, p, text);
}

static an_status set_number(const an_setter *to, const an_param *p, void *options,
                            const char *text)
{
    double x = 0;
    int64_t n;
    bool ok;

    if (p->type == AN_PARAM_BOOL_TYPE)
        ok = parse_bool(text, &x);
    else
        ok = an_parse_double(text, strlen(text), &x);
    if (p->type == AN_PARAM_INTEGER_TYPE) ok = ok && an_parse_int(text, strlen(text), &n);
    if (!ok)
        return fail_value(to, p, text,
                          p->type == AN_PARAM_BOOL_TYPE      ? "true or false"
                          : p->type == AN_PARAM_INTEGER_TYPE ? "a whole number"
                                                             : "a number");
    if (x < p->min || x > p->max) return fail_bounds(to, p);
    store_number(p, options, x);
    return AN_OK;
}

static an_status set_text(const an_setter *to, const an_param *p, void *options,
                          const char *text, an_arena *mem)
{
    const char *copy = an_arena_strdup(mem, text);

    if (!copy) return an_fail_memory(to->ctx);
    memcpy(field_of(p, options), &copy, sizeof copy);
    return AN_OK;
}

/* conf-level and conf_level are one name. */
static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++)
        if ((*a == '-' ? '_' : *a) != (*b == '-' ? '_' : *b)) return false;
    return *a == *b;
}

an_status an_params_set_from(const an_setter *to, const an_param *params, void *options,
                             const char *name, const char *text, an_arena *mem)
{
    const an_param *p = params;

    while (p->name && !same_name(p->name, name)) p++;
    if (!p->name) return fail_unknown(to, params, name);
    switch (p->type) {
    case AN_PARAM_CHOICE_TYPE:
        return set_choice(to, p, options, text);
    case AN_PARAM_REALS_TYPE:
        return set_reals(to, p, options, text, mem);
    case AN_PARAM_TEXT_TYPE:
        return set_text(to, p, options, text, mem);
    default:
        return set_number(to, p, options, text);
    }
}

an_status an_params_set(an_ctx *ctx, const an_param *params, void *options,
                        const char *name, const char *text, an_arena *mem)
{
    const an_setter to = {.ctx = ctx, .status = AN_ERR_ARGUMENT};

    return an_params_set_from(&to, params, options, name, text, mem);
}

/* ---- Bounds ---- */

static bool list_in_bounds(const an_param *p, const void *options)
{
    an_reals list;

    memcpy(&list, (const char *)options + p->offset, sizeof list);
    for (an_index i = 0; i < list.n; i++)
        if (!(list.x[i] >= p->min && list.x[i] <= p->max)) return false;
    return true;
}

static bool choice_in_bounds(const an_param *p, double choice)
{
    int n = 0;

    while (p->choices[n]) n++;
    return choice >= 0 && choice < n;
}

an_status an_params_check(an_ctx *ctx, const an_param *params, const void *options)
{
    const an_setter to = {.ctx = ctx, .status = AN_ERR_ARGUMENT};

    for (const an_param *p = params; p->name; p++) {
        const double x = load_number(p, options);
        bool ok = true;

        if (p->type == AN_PARAM_REAL_TYPE || p->type == AN_PARAM_INTEGER_TYPE)
            ok = x >= p->min && x <= p->max;
        if (p->type == AN_PARAM_CHOICE_TYPE) ok = choice_in_bounds(p, x);
        if (p->type == AN_PARAM_REALS_TYPE) ok = list_in_bounds(p, options);
        if (!ok) return fail_bounds(&to, p);
    }
    return AN_OK;
}
