/* Tables of restricted means. */
#include "study/analyses/rmst_view.h"

an_value an_rmst_time(const an_rmst_view *v, double x, double lower, double upper)
{
    return an_scaled_time(&v->scale, x, lower, upper, v->params->conf_level);
}

const char *an_rmst_words(const an_rmst_view *v, int32_t level)
{
    return an_level_in_words(v->doc, v->frame, level);
}

/* Limits that have no width would only look like certainty. */
static an_value time_or_reason(const an_rmst_view *v, double x, double lower,
                               double upper, const char *reason)
{
    an_value value =
        lower < upper ? an_rmst_time(v, x, lower, upper) : an_rmst_time(v, x, NAN, NAN);

    if (isnan(x)) value.reason = reason;
    return value;
}

void an_rmst_show_means(const an_rmst_view *v)
{
    static const char *const beyond = "the horizon is after the last follow-up";
    const an_doc_column columns[] = {{"group", an_group_title(v->frame->group)},
                                     {"n", an_rows_title(v->frame)},
                                     {"events", "Events within the horizon"},
                                     {"last", "Last follow-up"},
                                     {"mean", "Restricted mean"},
                                     {"lost", "Time lost"}};

    an_doc_value(v->doc, "tau", "Horizon", an_rmst_time(v, v->rmst->tau, NAN, NAN),
                 v->rmst->tau_chosen ? "smallest of the groups' last times"
                                     : "as asked for");
    an_doc_table(
        v->doc, "means",
        an_doc_printf(v->doc, "Mean time free of %s within %s", v->event, v->within),
        "area under the Kaplan-Meier curve", 6, columns);
    for (an_index i = 0; i < v->rmst->n_groups; i++) {
        const an_rmst_group *g = &v->rmst->group[i];
        const an_value cells[] = {
            an_text(an_level_label(v->frame, g->level)),
            an_number(AN_KIND_COUNT, (double)g->n),
            an_count_of(g->n_event, (double)g->n),
            an_rmst_time(v, g->last, NAN, NAN),
            time_or_reason(v, g->mean, g->lower, g->upper, beyond),
            time_or_reason(v, g->lost, g->lost_lower, g->lost_upper, beyond)};

        an_doc_row_add(v->doc, v->key[g->level], 0, cells);
    }
    an_doc_table_end(v->doc, "Time lost: the horizon less the mean.");
}

/* ---- Group against group ---- */

static an_value difference_cell(const an_rmst_view *v, const an_rmst_effect *e)
{
    return time_or_reason(v, e->estimate, e->lower, e->upper, "a mean is missing");
}

static an_value ratio_cell(const an_rmst_view *v, const an_rmst_effect *e,
                           const char *reason)
{
    if (!(isfinite(e->estimate) && e->lower < e->upper))
        return an_not_estimable(AN_KIND_RATIO, reason);
    return an_estimate_at(AN_KIND_RATIO, e->estimate, e->lower, e->upper,
                          v->params->conf_level);
}

static an_value p_cell(double p)
{
    return an_number_or(AN_KIND_P, p, "no variance");
}

static void add_contrast(const an_rmst_view *v, const an_rmst_contrast *c, bool many)
{
    const char *label =
        an_doc_printf(v->doc, "%s vs %s (reference)", an_level_label(v->frame, c->level),
                      an_level_label(v->frame, v->rmst->reference));
    an_value cells[8] = {an_text(label), difference_cell(v, &c->difference),
                         p_cell(c->difference.p)};
    int k = 3;

    if (many) cells[k++] = p_cell(c->p_holm);
    cells[k++] = ratio_cell(v, &c->ratio, "a mean is missing or 0");
    cells[k++] = p_cell(c->ratio.p);
    cells[k++] = ratio_cell(v, &c->lost_ratio, "a group lost no time");
    cells[k++] = p_cell(c->lost_ratio.p);
    an_doc_row_add(v->doc, v->key[c->level], 0, cells);
}

void an_rmst_show_contrasts(const an_rmst_view *v)
{
    static const an_doc_column two[] = {
        {"comparison", "Comparison"}, {"difference", "Difference of means"},
        {"difference_p", "p-value"},  {"ratio", "Ratio of means"},
        {"ratio_p", "p-value"},       {"lost_ratio", "Ratio of times lost"},
        {"lost_ratio_p", "p-value"}};
    static const an_doc_column more[] = {
        {"comparison", "Comparison"},          {"difference", "Difference of means"},
        {"difference_p", "p-value"},           {"difference_p_holm", "p-value (Holm)"},
        {"ratio", "Ratio of means"},           {"ratio_p", "p-value"},
        {"lost_ratio", "Ratio of times lost"}, {"lost_ratio_p", "p-value"}};
    const bool many = v->rmst->n_contrasts > 1;

    if (v->rmst->n_contrasts == 0) return;
    an_doc_table(v->doc, "contrasts", "Restricted means compared", "normal test",
                 many ? 8 : 7, many ? more : two);
    for (an_index i = 0; i < v->rmst->n_contrasts; i++)
        add_contrast(v, &v->rmst->contrast[i], many);
    an_doc_table_end(v->doc, "Differences are the group less the reference, ratios the "
                             "group over the reference.");
    if (!many) return;
    an_doc_value(v->doc, "p", "p-value, all means equal",
                 an_number_or(AN_KIND_P, v->rmst->p, "a group has no variance"),
                 an_doc_printf(v->doc, "Wald test on %lld degrees of freedom",
                               (long long)v->rmst->n_contrasts));
}

/* ---- With covariates ---- */

/* Column j of a model on its scale; sets p beside it. */
static void model_cells(const an_rmst_view *v, int s, an_index j, an_value cells[2])
{
    const an_rmst_model *m = v->model[s];
    const char *reason = v->model_reason[s];

    if (m && m->aliased[j]) reason = "it depends on the columns before it";
    if (m && !m->converged) reason = "no finite estimate";
    cells[0] =
        an_not_estimable(s == AN_RMST_DIFFERENCE ? AN_KIND_TIME : AN_KIND_RATIO, reason);
    cells[1] = an_not_estimable(AN_KIND_P, reason);
    if (!m || isnan(m->estimate[j])) return;
    cells[0] = s == AN_RMST_DIFFERENCE
                   ? an_rmst_time(v, m->estimate[j], m->lower[j], m->upper[j])
                   : an_estimate_at(AN_KIND_RATIO, m->estimate[j], m->lower[j],
                                    m->upper[j], v->params->conf_level);
    cells[1] = p_cell(m->p_value[j]);
}

static void add_model_row(const an_rmst_view *v, an_index j, const char *key,
                          const char *label)
{
    an_value cells[7] = {an_text(label)};

    for (int s = 0; s < 3; s++) model_cells(v, s, j, cells + 1 + 2 * s);
    an_doc_row_add(v->doc, key, 0, cells);
}

void an_rmst_show_models(const an_rmst_view *v)
{
    static const an_doc_column columns[] = {
        {"term", "Covariate"},       {"difference", "Difference of means"},
        {"difference_p", "p-value"}, {"ratio", "Ratio of means"},
        {"ratio_p", "p-value"},      {"lost_ratio", "Ratio of times lost"},
        {"lost_ratio_p", "p-value"}};
    const an_index n_groups = v->rmst->n_groups;
    an_index j = 1;

    if (v->covariates.p == 0) return;
    if (!v->model[0] && !v->model[1] && !v->model[2]) {
        an_doc_text(v->doc, "adjusted_none", "There is no adjusted comparison: %s.",
                    v->model_reason[0]);
        return;
    }
    an_doc_table(v->doc, "adjusted",
                 an_doc_printf(v->doc, "Restricted mean within %s, adjusted for %s",
                               v->within, v->covariates.list),
                 "analysis of covariance weighted for censoring", 7, columns);
    for (an_index i = 0; i < n_groups; i++) {
        const int32_t level = v->rmst->group[i].level;

        if (level == v->rmst->reference) continue;
        add_model_row(v, j++, v->key[level],
                      an_doc_printf(v->doc, "%s: %s vs %s (reference)",
                                    an_group_title(v->frame->group),
                                    an_level_label(v->frame, level),
                                    an_level_label(v->frame, v->rmst->reference)));
    }
    for (an_index k = 0; k < v->covariates.p; k++)
        add_model_row(v, j++, v->covariates.keys[k], v->covariates.labels[k]);
    an_doc_table_end(v->doc, "Three models of the same data: of the mean, of its "
                             "logarithm, and of the logarithm of the time lost.");
}
