/* Rows of the Cox tables: a line per number, a heading and a line per level of a
 * factor. */
#include "study/analyses/cox_view.h"

#include "math/math.h"

/* ---- Names ---- */

const char *an_cox_one_unit(const an_cox_view *v, const an_term *term)
{
    const size_t size = term->unit ? strlen(term->unit) : 0;

    if (size == 0) return "unit";
    if (term->unit[0] >= '0' && term->unit[0] <= '9') return term->unit; /* "10 years" */
    if (size < 4 || term->unit[size - 1] != 's' || strchr(term->unit, '/'))
        return term->unit;
    return an_doc_printf(v->doc, "%.*s", (int)size - 1, term->unit);
}

const char *an_cox_reference_level(const an_cox_row *row)
{
    return row->term->vector->levels[row->term->vector->reference];
}

void an_cox_say_no_ratio(an_doc *doc, const an_cox_row *row, const char *event, bool more)
{
    const char *where =
        row->indent
            ? an_doc_printf(doc, "with %s (%g events in %g patients) than with %s",
                            row->label, row->n_events, row->n,
                            an_cox_reference_level(row))
            : "with higher values";

    an_doc_text(
        doc, an_doc_printf(doc, "conclusion_%s", row->key),
        "%s: %s was so much %s frequent %s that no finite ratio exists; see the note "
        "on separation.",
        row->term->label, event, more ? "more" : "less", where);
}

static const char *term_label(const an_cox_view *v, const an_term *term)
{
    if (!term->vector) return v->frame->design.labels[term->first];
    return an_doc_printf(v->doc, "%s (per %s)", term->label, an_cox_one_unit(v, term));
}

static const char *unique_key(const an_cox_view *v, const char *label, an_index t)
{
    const char *key = an_doc_key(v->doc, label);

    for (an_index i = 0; i < t; i++)
        if (strcmp(v->term_key[i], key) == 0)
            return an_doc_printf(v->doc, "%s_%lld", key, (long long)t + 1);
    return key;
}

/* ---- Rows ---- */

static an_cox_row *next_row(an_cox_view *v, const an_term *term, const char *key)
{
    an_cox_row *row = &v->rows[v->n_rows++];

    *row =
        (an_cox_row){.key = key, .term = term, .column = -1, .n = NAN, .n_events = NAN};
    return row;
}

static void count_level(const an_cox_view *v, const an_vector *factor, an_index level,
                        an_cox_row *row)
{
    row->n = row->n_events = 0;
    for (an_index i = 0; i < v->frame->n; i++)
        if (factor->code[i] == level) {
            row->n++;
            row->n_events += v->frame->surv.event[i] == 1;
        }
}

static void add_factor(an_cox_view *v, const an_term *term, const char *key)
{
    const an_vector *factor = term->vector;
    an_index column = term->first;
    an_cox_row *row = next_row(v, term, key);

    row->heading = true;
    row->label = term->label;
    for (an_index l = 0; l < factor->n_levels; l++) {
        row = next_row(
            v, term,
            an_doc_printf(v->doc, "%s_%s", key, an_doc_key(v->doc, factor->levels[l])));
        row->label = factor->levels[l];
        row->indent = 1;
        row->reference = l == factor->reference;
        if (!row->reference) row->column = column++;
        count_level(v, factor, l, row);
    }
}

static void add_columns(an_cox_view *v, const an_term *term, const char *key)
{
    for (an_index k = 0; k < term->n_columns; k++) {
        const bool one = term->n_columns == 1;
        an_cox_row *row = next_row(
            v, term, one ? key : an_doc_printf(v->doc, "%s_%lld", key, (long long)k + 1));

        row->label = one ? term_label(v, term) : v->frame->design.labels[term->first + k];
        row->column = term->first + k;
    }
}

static bool is_factor(const an_term *term)
{
    return term->vector && term->vector->code;
}

an_status an_cox_fill_rows(an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_design *design = &v->frame->design;
    an_index most = 0;

    for (an_index t = 0; t < design->n_terms; t++)
        most +=
            design->terms[t].n_columns +
            (is_factor(&design->terms[t]) ? design->terms[t].vector->n_levels + 1 : 0);
    AN_ALLOC(v->rows, v->mem, most);
    AN_ALLOC(v->term_key, v->mem, design->n_terms);
    for (an_index t = 0; t < design->n_terms; t++) {
        const an_term *term = &design->terms[t];

        v->term_key[t] = unique_key(v, term->name, t);
        if (is_factor(term))
            add_factor(v, term, v->term_key[t]);
        else
            add_columns(v, term, v->term_key[t]);
    }
done:
    return st;
}

/* ---- Tests of terms ---- */

/* Wald test of the estimated coefficients of one term. Without the level that separates it
 * would be a test of the others under the name of all: none then. */
static void test_term(an_cox_view *v, an_index t, double *work)
{
    const an_term *term = &v->frame->design.terms[t];
    const an_index p = v->fit->p, q = term->n_columns;
    double *block = work, *b = work + q * q, *scratch = b + q;
    bool monotone = false;

    v->term_df[t] = 0;
    for (an_index k = 0; k < q; k++) {
        const an_index c = term->first + k;
        const bool estimated = v->fit->flag[c] == AN_COX_ESTIMATED;

        monotone |= v->fit->flag[c] == AN_COX_MONOTONE;
        v->term_df[t] += estimated;
        b[k] = estimated ? v->fit->coef[c] : 0;
        for (an_index l = 0; l < q; l++)
            block[k + l * q] = estimated ? v->fit->vcov[c + (term->first + l) * p] : 0;
    }
    an_ldl_factor(q, block, AN_RANK_TOLERANCE * AN_RANK_TOLERANCE, NULL);
    v->term_chisq[t] =
        v->term_df[t] > 0 && !monotone ? an_ldl_quadratic(q, block, b, scratch) : NAN;
    v->term_p[t] = an_chisq_upper(v->term_chisq[t], v->term_df[t]);
}

an_status an_cox_test_terms(an_cox_view *v)
{
    an_status st = AN_OK;
    an_ctx *const ctx = v->ctx;
    const an_index n = v->frame->design.n_terms, p = v->fit->p;
    double *work;

    AN_ALLOC(v->term_chisq, v->mem, n);
    AN_ALLOC(v->term_df, v->mem, n);
    AN_ALLOC(v->term_p, v->mem, n);
    AN_ALLOC(work, v->mem, p * p + 2 * p);
    for (an_index t = 0; t < n; t++) test_term(v, t, work);
done:
    return st;
}

/* ---- Ratios ---- */

const char *an_cox_reason(const an_cox_view *v, const an_cox *fit, an_index c)
{
    (void)v;
    if (fit->flag[c] == AN_COX_ALIASED) return "not estimable";
    if (fit->flag[c] == AN_COX_MONOTONE)
        return fit->direction[c] < 0 ? "no finite estimate (towards 0)"
                                     : "no finite estimate (towards infinity)";
    return NULL;
}

an_value an_cox_ratio(const an_cox_view *v, const an_cox *fit, an_index c)
{
    an_value value = an_estimate(AN_KIND_RATIO, fit->hr[c], fit->lower[c], fit->upper[c]);

    value.level = v->params->conf_level;
    value.reason = an_cox_reason(v, fit, c);
    return value;
}
