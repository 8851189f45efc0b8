/* Bootstrap limits of a Cox model beside Wald's: their table, and what became of the resamples. */
#include "study/analyses/cox_view.h"

#include <anodyne/cox_boot.h>

enum { MOST_COLUMNS = 5 };

typedef struct showing {
    const an_cox_view *v;
    const an_cox_boot *boot;
    const an_boot_interval *interval; /* [n_columns] */
    const char *unit;                 /* "patients": what was drawn */
} showing;

static an_status check(const an_cox_view *v)
{
    if (v->firth || v->frailty)
        return an_fail(v->r.ctx, AN_ERR_ARGUMENT,
                       "the bootstrap fits the model without %s: leave one of them out",
                       v->firth ? "Firth's penalty" : "a frailty");
    return AN_OK;
}

/* ---- Cells ---- */

/* Are there order statistics beyond the limits? */
static bool enough(const showing *s, const an_boot_interval *b)
{
    return (double)(b->n_used + 1) * (1 - s->v->r.conf_level) / 2 >= 1;
}

static an_value limits_cell(const showing *s, an_index c, const double limits[2])
{
    const an_boot_interval *b = &s->interval[c];
    const bool finite = isfinite(limits[0]) && isfinite(limits[1]);

    if (!isfinite(b->estimate))
        return an_not_estimable(AN_KIND_RATIO, "no estimate to put limits around");
    if (!enough(s, b))
        return an_not_estimable(AN_KIND_RATIO, "too few resamples for this level");
    if (!finite)
        return an_not_estimable(AN_KIND_RATIO,
                                isnan(limits[0]) || isnan(limits[1])
                                    ? "all resamples lie on one side of the estimate"
                                    : "a limit is infinite: too many resamples separate");
    return an_estimate_at(AN_KIND_RATIO, exp(b->estimate), exp(limits[0]), exp(limits[1]),
                          s->v->r.conf_level);
}

static void add_row(const showing *s, const an_regression_row *row)
{
    const an_index c = row->column;
    const an_boot_interval *b = &s->interval[c];
    const an_value cells[MOST_COLUMNS] = {
        an_text(an_regression_column_name(&s->v->r, c)), limits_cell(s, c, b->percentile),
        limits_cell(s, c, b->bca), an_number(AN_KIND_COUNT, (double)b->n_infinite),
        an_number(AN_KIND_COUNT, (double)b->n_missing)};

    an_doc_row_add(s->v->r.doc, row->key, 0, cells);
}

/* ---- Words ---- */

static const char *drawn_from(const showing *s)
{
    return s->boot->by_cluster ? "clusters, all rows of each," : s->unit;
}

static void show_table(const showing *s)
{
    const an_cox_view *v = s->v;
    const an_doc_column columns[MOST_COLUMNS] = {
        {"label", "Covariate"},
        {"percentile", an_doc_printf(v->r.doc, "%s, percentile limits", v->r.ratio)},
        {"bca", an_doc_printf(v->r.doc, "%s, BCa limits", v->r.ratio)},
        {"infinite", "Resamples: infinite"},
        {"missing", "Resamples: none"}};

    an_doc_table(v->r.doc, "bootstrap", "Bootstrap limits", "Bootstrap", MOST_COLUMNS,
                 columns);
    for (an_index i = 0; i < v->r.n_rows; i++)
        if (v->r.rows[i].column >= 0 && !v->r.rows[i].heading) add_row(s, &v->r.rows[i]);
    an_doc_table_end(
        v->r.doc,
        an_doc_printf(v->r.doc,
                      "%lld resamples of %s drawn with replacement, seed %llu. BCa: "
                      "corrected for bias and skewness (Efron 1987). Infinite: the "
                      "resample separates, and counts at its end of the order. None: "
                      "it has no ratio there, and counts nowhere.",
                      (long long)s->boot->n_boot, drawn_from(s),
                      (unsigned long long)s->boot->seed));
}

static const char *outcome_words(const showing *s, an_boot_outcome outcome,
                                 const char *words, const char *list)
{
    const an_index n = s->boot->n_of[outcome];

    if (n == 0) return list;
    return an_doc_printf(s->v->r.doc, "%s%s in %lld %s", list, *list ? "; " : "",
                         (long long)n, words);
}

static void note_outcomes(const showing *s)
{
    const an_index n = s->boot->n_boot, bad = n - s->boot->n_of[AN_BOOT_ESTIMATED];
    const char *list = "";

    if (bad == 0) return;
    list = outcome_words(s, AN_BOOT_MONOTONE,
                         "the rows separate, and a ratio is 0 or infinite", list);
    list = outcome_words(s, AN_BOOT_ALIASED, "a column is constant or depends on others",
                         list);
    list = outcome_words(s, AN_BOOT_NO_MAXIMUM, "no maximum was found", list);
    list = outcome_words(s, AN_BOOT_NO_EVENT, "nobody had the event", list);
    an_doc_note(
        s->v->r.doc, 20 * bad > n ? AN_WARNING : AN_NOTE, "M318",
        "Of %lld bootstrap resamples %lld lack an estimate: %s. None was left out "
        "silently: infinite ratios count at their end of the order, missing ones "
        "are listed for each covariate.",
        (long long)n, (long long)bad, list);
}

an_status an_cox_show_bootstrap(const an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->r.ctx;
    an_cox_boot_options o = an_cox_boot_defaults();
    an_cox_boot *boot = NULL;
    an_boot_interval *interval;

    if (v->params->bootstrap == 0) return AN_OK;
    AN_TRY(check(v));
    o.ties = v->options.ties;
    o.n_boot = v->params->bootstrap;
    o.seed = (uint64_t)v->params->seed;
    AN_ALLOC(interval, v->r.mem, v->fit->p);
    AN_TRY(an_cox_bootstrap(ctx, &v->data, v->fit, &o, &boot));
    AN_TRY(an_cox_boot_intervals(ctx, boot, v->r.conf_level, interval));
    const showing s = {v, boot, interval, an_rows_noun(v->r.frame, 2)};

    show_table(&s);
    note_outcomes(&s);
done:
    an_cox_boot_free(boot);
    return st;
}
