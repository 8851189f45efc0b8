/* Variables of a first study file, each with the reason of its guess and what is doubtful about it. */
#include "study/guess_write.h"

/* A text in double quotes, which hold anything. */
static void put_quoted(an_buf *out, const char *text, size_t size)
{
    an_buf_putc(out, '"');
    for (size_t i = 0; i < size; i++) {
        if (text[i] == '"' || text[i] == '\\') an_buf_putc(out, '\\');
        if ((unsigned char)text[i] >= 0x20) an_buf_putc(out, text[i]);
    }
    an_buf_putc(out, '"');
}

void an_guess_put_name(an_buf *out, const char *text)
{
    put_quoted(out, text, strlen(text));
}

/* ---- One variable ---- */

bool an_guess_is_date(const an_guess *g)
{
    return g->cells.kind == 'd' ||
           (g->cells.kind == 'e' && g->meaning != AN_MEANS_NOTHING);
}

static const char *type_of(const an_guess *g)
{
    const an_cell_facts *c = &g->cells;

    if (g->meaning == AN_MEANS_id) return "text";
    switch (c->kind) {
    case 'd':
        return "date";
    case 'e':
        return an_guess_is_date(g) ? "date" : "text";
    case 'y':
        return "logical";
    case 'c':
        return "category";
    case 'n':
        return c->n_whole == c->n_number ? "integer" : "number";
    default:
        return "text";
    }
}

/* Only one order fits every cell, so that nothing is guessed. */
static const char *order_of(const an_cell_facts *c)
{
    if (c->n_both > 0 || c->n_dmy + c->n_mdy == 0) return NULL;
    if (c->n_dmy > 0 && c->n_mdy > 0) return NULL;
    return c->n_dmy > 0 ? "dmy" : "mdy";
}

/* Columns that no analysis needs and no study file should hold. */
bool an_guess_names_person(const an_guess *g)
{
    static const char *const words[] = {
        "姓名",         "身份证",  "电话",       "手机",      "地址",
        "住址",         "surname", "first_name", "last_name", "full_name",
        "patient_name", "phone",   "address"};

    if (g->meaning != AN_MEANS_NOTHING) return false;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++)
        if (strstr(g->column->name, words[k])) return true;
    return strcmp(g->column->name, "name") == 0 || strcmp(g->column->name, "Name") == 0;
}

static void put_range(an_buf *out, const an_guess *g)
{
    const an_meaning *m =
        g->meaning == AN_MEANS_NOTHING ? NULL : an_meaning_at(g->meaning);

    if (!m || g->cells.kind != 'n' || isnan(m->low)) return;
    an_buf_printf(out, ", range: [");
    an_buf_double(out, m->low);
    an_buf_puts(out, ", ");
    an_buf_double(out, m->high);
    an_buf_putc(out, ']');
}

static void put_label(an_buf *out, const an_guess *g)
{
    const an_meaning *m;

    an_buf_puts(out, ", label: ");
    if (g->meaning == AN_MEANS_NOTHING) {
        an_guess_put_name(out, g->column->name);
        return;
    }
    m = an_meaning_at(g->meaning);
    an_buf_puts(out, "{en: ");
    if (g->month && (g->meaning == AN_MEANS_nrs_visit || g->meaning == AN_MEANS_visit ||
                     g->meaning == AN_MEANS_opioid_visit))
        an_buf_printf(out, "\"%s, month %d\", zh: \"%s（%d月）\"}", m->label, g->month,
                      m->label_zh, g->month);
    else
        an_buf_printf(out, "\"%s\", zh: \"%s\"}", m->label, m->label_zh);
}

static void put_reason(an_buf *out, const an_guess *g)
{
    const an_cell_facts *c = &g->cells;
    const an_index present = c->n - c->n_missing;

    an_buf_puts(out, "  # ");
    if (g->meaning != AN_MEANS_NOTHING) an_buf_puts(out, "by its name; ");
    switch (c->kind) {
    case 'd':
        an_buf_printf(out, "%lld dates", (long long)present);
        break;
    case 'y':
        an_buf_printf(out, "%lld times yes or no", (long long)present);
        break;
    case 'n':
        an_buf_printf(out, "%lld numbers from ", (long long)c->n_number);
        an_buf_double(out, c->low);
        an_buf_puts(out, " to ");
        an_buf_double(out, c->high);
        break;
    case 'e':
        an_buf_puts(out, "empty");
        break;
    case 'c':
        an_buf_printf(out, "%lld different texts", (long long)c->n_distinct);
        break;
    default:
        an_buf_printf(out, "%lld texts", (long long)present);
        break;
    }
    if (c->n_missing && present)
        an_buf_printf(out, ", %lld missing", (long long)c->n_missing);
    an_buf_putc(out, '\n');
}

static void put_doubts(an_buf *out, const an_guess *g)
{
    const an_cell_facts *c = &g->cells;

    if (c->kind == 'n' && c->n_code > 0) {
        an_buf_puts(out, "  # ^ if ");
        an_guess_put_name(out, c->code);
        an_buf_puts(out, " means missing, add inside the braces: missing: [");
        an_guess_put_name(out, c->code);
        an_buf_puts(out, "]\n");
    }
    if (c->n_both > 0)
        an_buf_printf(out,
                      "  # ^ %lld dates can be read two ways (%lld others fit day first, "
                      "%lld month first): add format: dmy or format: mdy\n",
                      (long long)c->n_both, (long long)(c->n_dmy - c->n_both),
                      (long long)(c->n_mdy - c->n_both));
}

static void put_variable(an_buf *out, const an_guesses *all, const an_guess *g)
{
    const char *order = order_of(&g->cells);
    const an_guess *start = an_guess_find(all, AN_MEANS_rt_start);

    an_buf_printf(out, "  %s: {from: ", g->name);
    an_guess_put_name(out, g->column->name);
    an_buf_printf(out, ", type: %s", type_of(g));
    if (an_guess_is_date(g) && order) an_buf_printf(out, ", format: %s", order);
    if (g->meaning == AN_MEANS_rt_end && start)
        an_buf_printf(out, ", not_before: %s", start->name);
    if (g->meaning != AN_MEANS_NOTHING && an_meaning_at(g->meaning)->unit)
        an_buf_printf(out, ", unit: %s", an_meaning_at(g->meaning)->unit);
    put_range(out, g);
    put_label(out, g);
    an_buf_putc(out, '}');
    put_reason(out, g);
    put_doubts(out, g);
}

bool an_guess_two_dose_classes(const an_guesses *all)
{
    const an_guess *dose = an_guess_find(all, AN_MEANS_dose_per_fraction);

    return dose && dose->cells.low < 5 && dose->cells.high >= 5;
}

void an_guess_put_variables(an_buf *out, const an_guesses *all)
{
    an_buf_puts(out, "\nvariables:\n");
    for (an_index i = 0; i < all->n; i++) {
        if (!an_guess_names_person(&all->g[i])) {
            put_variable(out, all, &all->g[i]);
            continue;
        }
        an_buf_puts(out, "  # left out, because it names a person: ");
        an_guess_put_name(out, all->g[i].column->name);
        an_buf_putc(out, '\n');
    }
    if (!an_guess_two_dose_classes(all)) return;
    an_buf_puts(
        out, "  dose_class:  # derived: two classes of dose per fraction, cut at 5 Gy\n"
             "    cut: {of: dose_per_fraction, breaks: [5], labels: [\"< 5 Gy\", \">= 5 "
             "Gy\"]}\n"
             "    reference: \">= 5 Gy\"\n"
             "    label: {en: Dose class, zh: 剂量分组}\n");
}

/* ---- Questions ---- */

void an_guess_put_questions(an_buf *out, const an_guesses *all)
{
    bool any = false;

    for (an_index i = 0; i < all->n; i++) {
        const an_guess *g = &all->g[i];

        if (g->cells.kind != 'd' || g->cells.n_both == 0) continue;
        if (!any)
            an_buf_puts(out, "\n# anodyne does not guess these. Answer them above, then "
                             "delete the lines.\nquestions:\n");
        any = true;
        an_buf_printf(out,
                      "  - \"%s: does the day or the month come first? %lld dates can be "
                      "read two ways, the first in row %lld\"\n",
                      g->name, (long long)g->cells.n_both,
                      (long long)an_table_source_row(all->table, g->cells.first_both));
    }
}
