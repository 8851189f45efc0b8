/* What the columns of a clinic's table seem to mean: by name, English or Chinese, and by
 * values that fit. */
#include "study/guess_cells.h"

static const an_meaning meanings[] = {
#define AN_MEANING(id, values, words, and_words, unit, low, high, label, zh) \
    {#id, values, words, and_words, unit, low, high, label, zh},
#include "study/meanings.def"
#undef AN_MEANING
};

const an_meaning *an_meaning_at(an_meaning_id id)
{
    return &meanings[id];
}

/* ---- Names ---- */

/* Lower case; blanks and signs become _; bytes of other alphabets stay; text[size]. */
static void normalise(const char *name, char *text, size_t size)
{
    size_t n = 0;

    for (; *name && n + 1 < size; name++) {
        const char c = an_lower(*name);
        const bool kept =
            (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c >= 0x80;

        if (kept)
            text[n++] = c;
        else if (n > 0 && text[n - 1] != '_')
            text[n++] = '_';
    }
    while (n > 0 && text[n - 1] == '_') n--;
    text[n] = '\0';
}

/* Is the word, perhaps with ^ or $, in the name? */
static bool holds_word(const char *name, const char *word, size_t size)
{
    const bool from_start = size > 0 && word[0] == '^';
    const bool to_end = size > 1 && word[size - 1] == '$';
    char plain[64];
    const char *at = name;

    snprintf(plain, sizeof plain, "%.*s", (int)(size - from_start - to_end),
             word + from_start);
    while ((at = strstr(at, plain))) {
        const bool starts = !from_start || at == name;
        const bool ends = !to_end || at[strlen(plain)] == '\0';

        if (starts && ends) return true;
        at++;
    }
    return false;
}

/* The first word of the list that the name holds; "" is in every name. */
static bool holds_any(const char *name, const char *words)
{
    if (!*words) return true;
    while (*words) {
        const size_t size = strcspn(words, "|");

        if (holds_word(name, words, size)) return true;
        words += size + (words[size] == '|');
    }
    return false;
}

bool an_names_patient(const char *name)
{
    char plain[80];

    normalise(name, plain, sizeof plain);
    return holds_any(plain, meanings[AN_MEANS_id].words);
}

/* "1month", "3m", "6 months", "1月": the number before the unit; 0: none. */
static int month_of(const char *name)
{
    static const char *const units[] = {"m", "_m", "mo", "月", "个月", "_month"};

    for (const char *at = name; *at; at++) {
        int n = 0;
        const char *end = at;

        if (at > name && at[-1] >= '0' && at[-1] <= '9') continue;
        while (*end >= '0' && *end <= '9' && end - at < 3) n = 10 * n + (*end++ - '0');
        for (int k = 0; n > 0 && k < 6; k++)
            if (strncmp(end, units[k], strlen(units[k])) == 0) return n;
    }
    return strstr(name, "一月") || strstr(name, "one_month") ? 1 : 0;
}

/* ---- One column ---- */

/* Do the values fit? Most numbers within the range suffice: the others are errors that
 * the range will find. An empty column fits what could be a date. */
static bool fits(const an_meaning *m, const an_column *column, const an_cell_facts *c)
{
    an_index inside = 0;
    double x;

    if (c->kind == 'e') return strchr(m->values, 'd') != NULL;
    if (!strchr(m->values, c->kind)) return false;
    if (c->kind != 'n' || isnan(m->low)) return true;
    for (an_index i = 0; i < c->n; i++) {
        const an_span cell = an_column_text(column, i);

        if (an_parse_double(cell.data ? cell.data : "", cell.size, &x))
            inside += x >= m->low && x <= m->high;
    }
    return 2 * inside >= c->n_number;
}

/* A variable's name: of the meaning when it is free, else the column's own. */
static void name_variable(const an_guesses *all, an_guess *g)
{
    const bool is_visit = g->meaning == AN_MEANS_nrs_visit ||
                          g->meaning == AN_MEANS_opioid_visit ||
                          g->meaning == AN_MEANS_visit;
    const bool is_event =
        g->meaning == AN_MEANS_death || g->meaning == AN_MEANS_reirradiation ||
        g->meaning == AN_MEANS_fracture || g->meaning == AN_MEANS_myelitis;
    char number[16];
    const char *id = g->meaning == AN_MEANS_NOTHING ? NULL : meanings[g->meaning].id;

    normalise(g->column->name, g->name, sizeof g->name - 16);
    if (is_visit && g->month)
        snprintf(g->name, sizeof g->name, "%.*s_%dmonth", (int)(strcspn(id, "_")), id,
                 g->month);
    else if (is_event && (g->cells.kind == 'd' || g->cells.kind == 'e'))
        snprintf(g->name, sizeof g->name - 16, "%s_date", id);
    else if (id && !is_visit)
        snprintf(g->name, sizeof g->name - 16, "%s", id);
    if (!*g->name || (g->name[0] >= '0' && g->name[0] <= '9')) {
        const size_t n = strlen(g->name);

        memmove(g->name + 2, g->name, n + 1);
        memcpy(g->name, "v_", 2);
    }
    for (an_index i = 0; i < all->n; i++) {
        if (strcmp(all->g[i].name, g->name) != 0) continue;
        snprintf(number, sizeof number, "_%d", (int)(all->n + 1) % 100000);
        memcpy(g->name + strlen(g->name), number, strlen(number) + 1); /* room is kept */
        break;
    }
}

/* Is the meaning free? A second column of one meaning is only a column, but visits and
 * opioids may come several times, month by month. */
static bool is_free(const an_guesses *all, an_meaning_id id, int month, char kind)
{
    const bool by_month =
        id == AN_MEANS_nrs_visit || id == AN_MEANS_opioid_visit || id == AN_MEANS_visit;

    for (an_index i = 0; i < all->n; i++) {
        const an_guess *g = &all->g[i];

        if (g->meaning != id) continue;
        if (by_month && g->month != month) continue;
        if (id == AN_MEANS_death && g->cells.kind != kind) continue; /* status and date */
        return false;
    }
    return true;
}

static void guess_meaning(const an_guesses *all, an_guess *g)
{
    char name[256];

    normalise(g->column->name, name, sizeof name);
    g->meaning = AN_MEANS_NOTHING;
    g->month = month_of(name);
    for (int k = 0; k < AN_MEANS_NOTHING; k++) {
        const an_meaning *m = &meanings[k];

        if (!holds_any(name, m->words) || !holds_any(name, m->and_words)) continue;
        if (!fits(m, g->column, &g->cells)) continue;
        if (!is_free(all, (an_meaning_id)k, g->month, g->cells.kind)) continue;
        g->meaning = (an_meaning_id)k;
        return;
    }
}

/* ---- All columns ---- */

static int compare_cells(const void *self, int64_t a, int64_t b)
{
    const an_span x = an_column_text(self, a), y = an_column_text(self, b);
    const size_t n = x.size < y.size ? x.size : y.size;
    const int order = n ? memcmp(x.data, y.data, n) : 0;

    return order ? order : (x.size > y.size) - (x.size < y.size);
}

/* Does every row have a value of its own? Then it can name the patient. */
static an_status find_unique(an_ctx *ctx, an_arena *mem, an_guess *g)
{
    an_status st = AN_OK;
    const an_index n = g->cells.n;
    int64_t *order, *work;

    if (g->meaning != AN_MEANS_id || g->cells.n_missing > 0) return AN_OK;
    AN_ALLOC(order, mem, n);
    AN_ALLOC(work, mem, n);
    for (an_index i = 0; i < n; i++) order[i] = i;
    an_order_by(n, order, work, compare_cells, g->column);
    g->cells.unique = true;
    for (an_index i = 1; i < n; i++)
        if (compare_cells(g->column, order[i - 1], order[i]) == 0)
            g->cells.unique = false;
done:
    return st;
}

an_status an_guess_columns(an_ctx *ctx, an_arena *mem, const an_table *table,
                           an_guesses *out)
{
    an_status st = AN_OK;
    an_span *seen;

    *out = (an_guesses){.table = table};
    AN_ALLOC(out->g, mem, an_table_columns(table));
    AN_ALLOC(seen, mem, AN_MOST_DISTINCT);
    for (an_index k = 0; k < an_table_columns(table); k++) {
        an_guess *g = &out->g[out->n];

        g->column = an_table_column(table, k);
        an_guess_cells(table, g->column, &g->cells, seen);
        guess_meaning(out, g);
        name_variable(out, g);
        AN_TRY(find_unique(ctx, mem, g));
        out->n++;
    }
done:
    return st;
}

const an_guess *an_guess_find(const an_guesses *all, an_meaning_id meaning)
{
    for (an_index i = 0; i < all->n; i++)
        if (all->g[i].meaning == meaning) return &all->g[i];
    return NULL;
}

const an_guess *an_guess_of_month(const an_guesses *all, an_meaning_id meaning, int month)
{
    for (an_index i = 0; i < all->n; i++)
        if (all->g[i].meaning == meaning && all->g[i].month == month) return &all->g[i];
    return NULL;
}
