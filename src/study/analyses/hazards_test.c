/* Table, verdict and sentence of a test of proportional hazards. */
#include "study/analyses/hazards_test.h"

const char *const an_ph_choices[] = {"km", "rank", "identity", "log", "none", NULL};

an_status an_ph_found(const an_regression *r, an_status st, const char **reason)
{
    if (st != AN_ERR_ESTIMATE && st != AN_ERR_DATA) return st;
    *reason = an_doc_printf(r->doc, "%s", an_message(r->ctx));
    return AN_OK;
}

static void add_row(const an_regression *r, const an_zph *z, an_index t, const char *key,
                    const char *label)
{
    const an_value cells[] = {
        an_text(label), an_number_or(AN_KIND_STATISTIC, z->chisq[t], "not estimable"),
        an_number(AN_KIND_COUNT, z->df[t]),
        an_number_or(AN_KIND_P, z->p_value[t], "not estimable")};

    an_doc_row_add(r->doc, key, 0, cells);
}

static const an_term *term_of(const an_regression *r, const an_zph *z, an_index t)
{
    return &r->frame->design.terms[z->term[t]];
}

/* "hazard ratio" of "Hazard ratio" */
static const char *ratio_in_words(const an_regression *r)
{
    return an_doc_printf(r->doc, "%c%s", an_lower(r->ratio[0]), r->ratio + 1);
}

static const char *verdict(const an_regression *r, const an_zph *z, an_index n_events,
                           const char *advice)
{
    const double global = z->p_value[z->n_terms];
    const char *names = "", *last = "";
    an_index n = 0;

    for (an_index t = 0; t < z->n_terms; t++) {
        if (!(z->p_value[t] < 0.05)) continue;
        if (n++ > 0) names = an_join(r->doc, names, last);
        last = an_label_in_words(r->doc, term_of(r, z, t)->label);
    }
    if (n > 0)
        return an_doc_printf(r->doc,
                             "The effect%s of %s%s%s seem%s to change with time (global "
                             "test %s): one %s is an average over the follow-up. %s",
                             n == 1 ? "" : "s", names, n == 1 ? "" : " and ", last,
                             n == 1 ? "s" : "", an_doc_p(r->doc, global),
                             ratio_in_words(r), advice);
    if (global < 0.05)
        return an_doc_printf(r->doc,
                             "No single covariate stands out, yet together their effects "
                             "seem to change with time (global test %s).",
                             an_doc_p(r->doc, global));
    return an_doc_printf(r->doc,
                         "No sign that %ss change with time (global test %s, "
                         "%s). A large p does not show that hazards are "
                         "proportional: the fewer the events, the larger the change "
                         "that such a test misses.",
                         ratio_in_words(r), an_doc_p(r->doc, global),
                         an_events_count(r->doc, (double)n_events, ""));
}

void an_ph_show(const an_regression *r, const an_zph *zph, const char *reason,
                an_index n_events, const char *advice)
{
    static const an_doc_column columns[] = {{"term", "Covariate"},
                                            {"chisq", "Chi-squared"},
                                            {"df", "Degrees of freedom"},
                                            {"p", "p"}};

    if (reason)
        an_doc_text(r->doc, "ph_verdict", "Proportional hazards were not tested: %s.",
                    reason);
    if (!zph) return;
    an_doc_table(r->doc, "ph", "Test of proportional hazards", "Score test of x g(t)", 4,
                 columns);
    for (an_index t = 0; t < zph->n_terms; t++)
        add_row(r, zph, t, r->term_key[zph->term[t]], term_of(r, zph, t)->label);
    add_row(r, zph, zph->n_terms, "global", "All together");
    an_doc_table_end(r->doc, NULL);
    an_doc_text(r->doc, "ph_verdict", "%s", verdict(r, zph, n_events, advice));
}

const char *an_ph_sentence(const an_regression *r, const char *what, int transform,
                           const char *where)
{
    static const char *const transforms[] = {"the Kaplan-Meier scale", "ranks of time",
                                             "time itself", "the logarithm of time"};

    return an_doc_printf(r->doc,
                         " %s were tested by the score test of covariate times time, on "
                         "%s%s.",
                         what, transforms[transform], where);
}
