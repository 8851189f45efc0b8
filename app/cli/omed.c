/* omed: oral morphine equivalents of doses, by every table of factors side by side. */
#include "dose.h"

#include <math.h>

typedef struct omed_wish {
    const char *table;
} omed_wish;

static const an_param params[] = {
    AN_PARAM_TEXT(omed_wish, table, "only this table of factors, by its id"),
    AN_PARAM_END,
};

static const an_analysis wishes = {
    .id = "omed", .params = params, .options_size = sizeof(omed_wish)};

void cli_omed_options(cli_options *out)
{
    cli_wish_options(&wishes, out);
}

enum { MOST_TABLES = 16, MOST_TEXT = 120 };

typedef struct question {
    an_ctx *ctx;
    an_doc *doc;
    const cli_args *args;
    an_index n, n_tables;
    const char *table[MOST_TABLES];
    char text[CLI_MOST_ARGS][MOST_TEXT]; /* what the doses' words point into */
    an_opioid_dose dose[CLI_MOST_ARGS];
} question;

/* ---- Reading "fentanyl transdermal 25 ug/h" ---- */

static char *trim(char *text)
{
    size_t n;

    while (*text == ' ') text++;
    for (n = strlen(text); n > 0 && text[n - 1] == ' '; n--) text[n - 1] = 0;
    return text;
}

static void lower(char *text)
{
    for (; *text; text++)
        if (*text >= 'A' && *text <= 'Z') *text = (char)(*text - 'A' + 'a');
}

/* Where the dose begins: a word that starts with a digit. */
static char *find_number(char *text)
{
    for (char *c = text + 1; *text && *c; c++)
        if (c[-1] == ' ' && *c >= '0' && *c <= '9') return c;
    return NULL;
}

static bool split(char *text, an_opioid_dose *out)
{
    char *number = find_number(text), *route, *unit;

    if (!number) return false;
    out->dose = strtod(number, &unit);
    number[-1] = 0;
    text = trim(text);
    route = strrchr(text, ' ');
    unit = trim(unit);
    if (!route || !*unit || !isfinite(out->dose)) return false;
    *route++ = 0;
    out->drug = an_opioid_word(AN_OPIOID_DRUG, trim(text));
    out->route = an_opioid_word(AN_OPIOID_ROUTE, route);
    out->unit = an_opioid_word(AN_OPIOID_UNIT, unit);
    return true;
}

static an_status read_doses(question *q)
{
    q->n = q->args->n_positional;
    for (an_index i = 0; i < q->n; i++) {
        const char *given = q->args->positional[i];

        snprintf(q->text[i], MOST_TEXT, "%s", given);
        lower(q->text[i]);
        if (strlen(given) >= MOST_TEXT || !split(q->text[i], &q->dose[i]))
            return cli_usage(q->ctx, "U104",
                             "write drug, route, dose, unit: 'morphine oral 60 mg/day'",
                             "`%s` is not a dose", given);
    }
    return AN_OK;
}

static an_status choose_tables(question *q, const char *only)
{
    const char *nearest;
    char advice[200];

    while (q->n_tables < MOST_TABLES && an_opioid_table(q->n_tables)) {
        q->table[q->n_tables] = an_opioid_table(q->n_tables);
        q->n_tables++;
    }
    if (!only) return AN_OK;
    for (an_index k = 0; k < q->n_tables; k++)
        if (strcmp(q->table[k], only) == 0) {
            q->table[0] = q->table[k];
            q->n_tables = 1;
            return AN_OK;
        }
    nearest = an_nearest(only, q->table, q->n_tables);
    snprintf(advice, sizeof advice, nearest ? "did you mean %s?" : "%s",
             nearest ? nearest : "without --table all are shown");
    return cli_usage(q->ctx, "U104", advice, "table: `%s` is not known", only);
}

/* ---- What is shown ---- */

static const char *written(const question *q, an_index i)
{
    const an_opioid_dose *d = &q->dose[i];

    return an_doc_printf(q->doc, "%s %s %g %s", d->drug, d->route, d->dose, d->unit);
}

static an_value equivalent(const question *q, const char *table, an_index i)
{
    const an_opioid_total t = an_opioid_equivalent(table, 1, &q->dose[i]);

    return an_number_or(AN_KIND_NUMBER, t.omed_mg,
                        t.flags & AN_OPIOID_PATCH_RANGE ? "not a patch" : "no factor");
}

static void show_doses(const question *q)
{
    an_doc_column columns[MOST_TABLES + 1] = {{"dose", "Dose"}};
    an_value cells[MOST_TABLES + 1];
    const int n_columns = (int)q->n_tables + 1;

    for (an_index k = 0; k < q->n_tables; k++)
        columns[k + 1] = (an_doc_column){q->table[k], q->table[k]};
    an_doc_table(q->doc, "doses",
                 "Oral morphine equivalents (mg/day), by table of factors",
                 "dose times factor", n_columns, columns);
    for (an_index i = 0; i < q->n; i++) {
        cells[0] = an_text(written(q, i));
        for (an_index k = 0; k < q->n_tables; k++)
            cells[k + 1] = equivalent(q, q->table[k], i);
        an_doc_row_add(q->doc, an_doc_printf(q->doc, "d%lld", (long long)i + 1), 0,
                       cells);
    }
    cells[0] = an_text("Total");
    for (an_index k = 0; k < q->n_tables; k++)
        cells[k + 1] = an_number_or(
            AN_KIND_NUMBER, an_opioid_equivalent(q->table[k], q->n, q->dose).omed_mg,
            "missing");
    an_doc_row_add(q->doc, "total", 0, cells);
    an_doc_table_end(q->doc,
                     "A total with a dose that has no factor is missing, never 0.");
}

/* The factors that were used; how many of them nobody has checked. */
static an_index show_factors(const question *q)
{
    static const an_doc_column columns[] = {{"table", "Table"},
                                            {"dose", "Drug, route and unit"},
                                            {"factor", "Factor"},
                                            {"source", "Source"}};
    an_index n_unverified = 0;

    an_doc_table(q->doc, "factors", "Factors used", "data/opioid_factors.def", 4,
                 columns);
    for (an_index k = 0; k < q->n_tables; k++)
        for (an_index i = 0; i < q->n; i++) {
            const an_opioid_dose *d = &q->dose[i];
            const an_opioid_factor *f =
                an_opioid_factor_find(q->table[k], d->drug, d->route, d->unit);

            if (!f) continue;
            n_unverified += f->verified == 0;
            an_doc_row_add(
                q->doc, an_doc_printf(q->doc, "%s_d%lld", f->table, (long long)i + 1), 0,
                (const an_value[]){an_text(f->table),
                                   an_text(an_doc_printf(q->doc, "%s %s, %s", f->drug,
                                                         f->route, f->unit)),
                                   an_text(an_doc_printf(q->doc, "%g", f->factor)),
                                   an_text(an_doc_printf(q->doc, "%s (%s)", f->citation,
                                                         dose_mark(f->verified)))});
        }
    an_doc_table_end(q->doc, NULL);
    return n_unverified;
}

static void say_totals(const question *q)
{
    for (an_index k = 0; k < q->n_tables; k++) {
        const an_opioid_total t = an_opioid_equivalent(q->table[k], q->n, q->dose);

        if (isnan(t.omed_mg))
            an_doc_text(q->doc, q->table[k], "%s: total missing, for %s.", q->table[k],
                        written(q, t.first_unknown));
        else
            an_doc_text(q->doc, q->table[k], "%s: %.4g mg/day.", q->table[k], t.omed_mg);
    }
}

static void say_unknown(const question *q)
{
    for (an_index i = 0; i < q->n; i++) {
        const char *lacking = "";
        an_index n = 0;

        for (an_index k = 0; k < q->n_tables; k++) {
            const an_opioid_total t = an_opioid_equivalent(q->table[k], 1, &q->dose[i]);

            if (!(t.flags & AN_OPIOID_UNKNOWN)) continue;
            lacking =
                an_doc_printf(q->doc, "%s%s%s", lacking, n ? ", " : "", q->table[k]);
            n++;
        }
        if (n > 0)
            an_doc_note(q->doc, AN_WARNING, "M422", "%s has no factor in %s.",
                        written(q, i), n == q->n_tables ? "any table shown" : lacking);
    }
}

static void notes(const question *q)
{
    unsigned flags = 0;

    for (an_index k = 0; k < q->n_tables; k++)
        flags |= an_opioid_equivalent(q->table[k], q->n, q->dose).flags;
    say_unknown(q);
    if (flags & AN_OPIOID_METHADONE)
        an_doc_note(q->doc, AN_WARNING, "M423",
                    "Methadone: its factor depends on the dose, and the tables differ. "
                    "Analyse its users apart as well.");
    if (flags & AN_OPIOID_PATCH_RANGE)
        an_doc_note(q->doc, AN_WARNING, "M424",
                    "More than 400 ug/h is no strength of a patch: is it the content, or "
                    "a daily dose?");
    if (flags & AN_OPIOID_HIGH)
        an_doc_note(q->doc, AN_WARNING, "M425",
                    "A total above 2000 mg/day: check the record.");
    an_doc_note(q->doc, AN_WARNING, "M426",
                "These factors measure exposure. They must not be used to convert a "
                "patient from one opioid to another.");
}

static an_status describe(const question *q)
{
    say_totals(q);
    show_doses(q);
    dose_warn_unverified(q->doc, show_factors(q));
    notes(q);
    an_doc_text(q->doc, "methods",
                "Sum of dose times factor over all doses of 24 hours that were taken, "
                "rescue included; a patch by its strength in ug/h, steady after 12 to 24 "
                "hours.");
    return an_doc_status(q->doc);
}

an_status cli_run_omed(an_ctx *ctx, const cli_args *args)
{
    an_options *options = NULL;
    question q = {.ctx = ctx, .args = args};
    an_status st = cli_expect(ctx, args, 1, CLI_MOST_ARGS, "'DRUG ROUTE DOSE UNIT' ...");

    if (st == AN_OK) st = cli_wish_read(ctx, args, &wishes, &options);
    if (st == AN_OK) st = read_doses(&q);
    if (st == AN_OK)
        st = choose_tables(&q, ((const omed_wish *)an_options_values(options))->table);
    if (st == AN_OK) st = an_doc_new(ctx, "Oral morphine equivalents", &q.doc);
    if (st == AN_OK) st = describe(&q);
    if (st == AN_OK) st = cli_write_document(ctx, args, q.doc);
    an_doc_free(q.doc);
    an_options_free(options);
    return st;
}
