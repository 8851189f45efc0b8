/* Table, figure and sentences of predicted curves. */
#include "study/analyses/predicted.h"

static an_status copy_times(const an_regression *r, an_index n, const double *times,
                            double divisor, an_predicted *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    double *copy;

    AN_ALLOC(copy, r->mem, n);
    for (an_index k = 0; k < n; k++) copy[k] = times[k] * divisor;
    out->n_times = n;
    out->times = copy;
done:
    return st;
}

an_status an_predicted_start(const an_regression *r, const an_reals *asked, double last,
                             an_index n_curves, an_predicted *out)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    an_index n;
    const double *ticks;

    *out = (an_predicted){.r = r,
                          .n_curves = n_curves,
                          .key = "predicted",
                          .head = "Profile",
                          .before = "Of patients with",
                          .after = "",
                          .caption = "of the profiles named"};
    out->scale = an_time_scale_of(r->frame, AN_SHOW_DATA);
    AN_ALLOC(out->curve, r->mem, n_curves);
    if (asked->n > 0) return copy_times(r, asked->n, asked->x, 1, out);
    AN_TRY(an_time_ticks(ctx, r->mem, &out->scale, last, &n, &ticks));
    if (n > 1) AN_TRY(copy_times(r, n - 1, ticks + 1, out->scale.divisor, out));
done:
    return st;
}

an_status an_predicted_name(an_predicted *p, an_index c, const an_profiles *profiles,
                            an_index a, an_index h)
{
    const an_regression *r = p->r;
    an_predicted_curve *curve = &p->curve[c];
    const an_vector *strata = r->frame->strata;

    curve->key = an_doc_printf(r->doc, "profile_%lld", (long long)a + 1);
    curve->label = profiles->label[a];
    if (h >= 0 && strata) {
        curve->key = an_doc_printf(r->doc, "%s_%s", curve->key,
                                   an_doc_key(r->doc, strata->levels[h]));
        curve->label = an_doc_printf(r->doc, "%s; %s", curve->label, strata->levels[h]);
    }
    return an_doc_status(r->doc);
}

/* ---- Table ---- */

static an_value value_at(const an_predicted *p, const an_predicted_point *at)
{
    an_value value = an_estimate_at(AN_KIND_PROPORTION, at->value, at->lower, at->upper,
                                    p->r->conf_level);

    if (at->beyond)
        return an_not_estimable(AN_KIND_PROPORTION, "after the last follow-up");
    if (isnan(value.value)) value.reason = "no finite estimate";
    return value;
}

static void show_table(const an_predicted *p)
{
    an_doc *const doc = p->r->doc;
    const an_doc_column columns[] = {
        {"profile", p->head}, {"time", "Time"}, {"value", p->title}};

    an_doc_table(doc, p->key, p->title, p->method, 3, columns);
    for (an_index c = 0; c < p->n_curves; c++)
        for (an_index k = 0; k < p->n_times; k++) {
            const an_predicted_curve *curve = &p->curve[c];
            const an_value cells[] = {an_text(curve->label),
                                      an_scaled_time(&p->scale, p->times[k], NAN, NAN, 0),
                                      value_at(p, &curve->at[k])};

            an_doc_row_add(doc, an_doc_printf(doc, "%s_%g", curve->key, p->times[k]), 0,
                           cells);
        }
    an_doc_table_end(doc, p->foot);
}

/* ---- Figure ---- */

static an_status scaled(const an_regression *r, const an_time_scale *scale, an_series *s)
{
    an_status st = AN_OK;
    an_ctx *const ctx = r->ctx;
    double *x;

    AN_ALLOC(x, r->mem, s->n);
    for (an_index k = 0; k < s->n; k++) x[k] = s->x[k] / scale->divisor;
    s->x = x;
done:
    return st;
}

static an_status show_figure(const an_predicted *p)
{
    an_status st = AN_OK;
    const an_regression *r = p->r;
    an_ctx *const ctx = r->ctx;
    an_series *series;
    double last = 0;
    an_figure figure = an_curves_figure(r->doc, &p->scale);

    AN_ALLOC(series, r->mem, p->n_curves);
    for (an_index c = 0; c < p->n_curves; c++) {
        series[c] = p->curve[c].steps;
        series[c].label = p->curve[c].label;
        if (series[c].n > 0) last = fmax(last, series[c].x[series[c].n - 1]);
        AN_TRY(scaled(r, &p->scale, &series[c]));
    }
    AN_TRY(an_time_ticks(ctx, r->mem, &p->scale, last, &figure.n_ticks, &figure.ticks));
    figure.n_series = p->n_curves;
    figure.series = series;
    figure.y_label = p->title;
    figure.y_max = 1;
    figure.y_percent = true;
    figure.caption =
        an_doc_printf(r->doc,
                      "%s %s, from %s of %s, with pointwise %g %% "
                      "confidence limits (%s scale).",
                      p->title, p->caption, p->method, an_rows_all(r->doc, r->frame),
                      100 * r->conf_level, p->limits);
    an_doc_figure(r->doc, an_doc_printf(r->doc, "%s_curves", p->key), p->title, p->method,
                  &figure);
done:
    return st;
}

/* ---- Sentences ---- */

/* At the last time asked for that follow-up reaches. */
static void say_curve(const an_predicted *p, const an_predicted_curve *curve)
{
    an_doc *const doc = p->r->doc;

    for (an_index k = p->n_times - 1; k >= 0; k--) {
        if (curve->at[k].beyond || isnan(curve->at[k].value)) continue;
        an_doc_text(doc, an_doc_printf(doc, "%s_%s", p->key, curve->key),
                    "%s %s%s the model predicts that %s %s %s.", p->before, curve->label,
                    p->after, an_doc_format(doc, value_at(p, &curve->at[k])), p->share,
                    an_time_in_words(doc, &p->scale, p->times[k]));
        return;
    }
}

void an_predicted_refuse(const an_regression *r)
{
    an_doc_text(
        r->doc, "predicted_none",
        "Nothing is predicted: the data separate, and a coefficient of the model has "
        "no finite estimate (see the note on separation).");
}

an_status an_predicted_show(const an_predicted *p)
{
    an_status st = AN_OK;

    for (an_index c = 0; c < p->n_curves; c++) say_curve(p, &p->curve[c]);
    show_table(p);
    AN_TRY(show_figure(p));
    st = an_doc_status(p->r->doc);
done:
    return st;
}
