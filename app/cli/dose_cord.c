/* dose ntcp, constraints, reirradiation: what is published on the spinal cord and on other
 * organs. */
#include "dose.h"

#include <math.h>

/* ---- ntcp ---- */

static void say_risk(const dose_question *q, const an_course *c, bool stereotactic)
{
    const double ab = stereotactic ? 2 : 0.87;
    const double eqd2 = an_course_eqd2_gy(c, ab);
    const double risk = stereotactic ? an_myelopathy_stereotactic(eqd2)
                                     : an_myelopathy_conventional(eqd2);
    const bool outside = stereotactic && (risk < 0.01 || risk > 0.10);
    const an_value value =
        !outside      ? an_number(AN_KIND_PROPORTION, risk)
        : risk < 0.01 ? an_not_estimable(AN_KIND_PROPORTION, "< 1 %")
                      : an_not_estimable(AN_KIND_PROPORTION, "> 10 % (extrapolation)");

    an_doc_text(q->doc, "risk",
                "%s to the %s: EQD2 %s (alpha/beta %s); risk of myelopathy by this "
                "model: %s.",
                dose_course_text(q->doc, c), stereotactic ? "thecal sac" : "cord",
                dose_gy(q->doc, eqd2), dose_gy(q->doc, ab), an_doc_format(q->doc, value));
    an_doc_value(q->doc, "eqd2", "EQD2 (Gy)", an_number(AN_KIND_STATISTIC, eqd2), "lq");
    an_doc_value(q->doc, "risk", "Risk of myelopathy", value,
                 stereotactic ? "Sahgal 2013, HyTEC 2021" : "Schultheiss 2008");
}

static bool fits(const an_course *c, bool stereotactic)
{
    for (an_index i = 0; i < c->n_phases; i++)
        if (!stereotactic && c->phase[i].dose_per_fraction_gy > 3) return false;
    return !stereotactic || (c->n_phases == 1 && c->phase[0].n_fractions <= 5);
}

an_status dose_ntcp(const dose_question *q)
{
    const bool stereotactic = q->wish->model == DOSE_STEREOTACTIC;
    an_course course[DOSE_MOST_COURSES];
    an_index n;
    const an_status st = dose_courses(q, &n, course);

    if (st != AN_OK) return st;
    if (q->wish->model < DOSE_CONVENTIONAL || n != 1)
        return cli_usage(q->ctx, "U105",
                         "anodyne dose ntcp 12x2 --model stereotactic, or conventional",
                         "ntcp needs one course and --model");
    if (!fits(course, stereotactic))
        return cli_usage(q->ctx, "U104",
                         "conventional: at most 3 Gy a fraction; stereotactic: 1 to 5 "
                         "fractions",
                         "the model is not for this course");
    say_risk(q, course, stereotactic);
    an_doc_note(
        q->doc, AN_WARNING, "M903", "%s",
        stereotactic
            ? "From a case-control series of patients not irradiated before: risks "
              "are too high as they stand (0.3 % seen in 353 lesions of another "
              "series). The curve is recovered from the published table, whose "
              "rows below 5 % were not seen in the original."
            : "Cervical cord, uniform dose, conventional fractions. The slope is "
              "recovered from the published points.");
    an_doc_text(q->doc, "methods",
                "The dose is what the structure receives at most, not "
                "the prescription.");
    an_doc_reference(q->doc,
                     stereotactic
                         ? "Sahgal A et al. Int J Radiat Oncol Biol Phys 2013;85:341-347"
                         : "Schultheiss TE. Int J Radiat Oncol Biol Phys "
                           "2008;71:1455-1459");
    return an_doc_status(q->doc);
}

/* ---- constraints ---- */

static an_status find_organ(const dose_question *q, const an_organ **out)
{
    const char *names[64], *nearest;
    char advice[200];
    an_index n = 0;

    *out = q->wish->organ ? an_organ_find(q->wish->organ) : NULL;
    if (*out) return AN_OK;
    for (; n < an_organ_count() && n < 64; n++) names[n] = an_organ_at(n)->id;
    nearest = q->wish->organ ? an_nearest(q->wish->organ, names, n) : NULL;
    snprintf(advice, sizeof advice, "%s%s", nearest ? "did you mean " : "--organ ",
             nearest ? nearest : "SpinalCord");
    return cli_usage(q->ctx, "U104", advice,
                     q->wish->organ ? "organ: `%s` is not known"
                                    : "constraints need an organ%.0s",
                     q->wish->organ ? q->wish->organ : "");
}

static an_status read_readings(const dose_question *q, an_index *n, an_dose_reading *out)
{
    *n = q->args->n_positional - 1;
    if (*n > DOSE_MOST_COURSES)
        return cli_usage(q->ctx, "U105", "at most 12", "too many doses");
    for (an_index i = 0; i < *n; i++) {
        const an_status st =
            an_dose_reading_read(q->ctx, q->args->positional[i + 1], &out[i]);

        if (st != AN_OK) return st;
    }
    if (an_dose_readings_agree(*n, out)) return AN_OK;
    return cli_usage(q->ctx, "U125", "check the doses and their volumes",
                     "a smaller hottest volume has a lower dose than a larger one");
}

static void show_limit(const dose_question *q, const an_dose_limit *l, an_index n,
                       const an_dose_reading *reading)
{
    const char *verified =
        an_doc_printf(q->doc, "%s (%s)", l->source, dose_mark(l->verified));
    const an_value cells[] = {
        an_text(l->metric),
        an_number(AN_KIND_COUNT, l->n_fractions),
        an_number(AN_KIND_NUMBER, l->limit_gy),
        an_text(n > 0 ? an_met_text(an_dose_limit_check(l, n, reading)) : ""),
        an_text(l->end_point),
        an_text(verified)};

    an_doc_row_add(q->doc,
                   an_doc_key(q->doc, an_doc_printf(q->doc, "%s %s %d", l->source,
                                                    l->metric, l->n_fractions)),
                   0, cells);
    an_doc_reference(q->doc, l->citation);
}

/* Limits of the organ, and of these fractions if they are given; how many of the rows are
 * from memory. */
static an_index show_limits(const dose_question *q, const an_organ *organ, an_index n,
                            const an_dose_reading *reading, an_index *n_unverified)
{
    const an_reals *fractions = &q->wish->fractions;
    an_index shown = 0;

    *n_unverified = 0;
    for (an_index i = 0; i < an_dose_limit_count(); i++) {
        const an_dose_limit *l = an_dose_limit_at(i);
        bool wanted = fractions->n == 0;

        for (an_index k = 0; k < fractions->n; k++)
            wanted |= fractions->x[k] == l->n_fractions;
        if (!wanted || strcmp(l->organ, organ->id) != 0) continue;
        show_limit(q, l, n, reading);
        *n_unverified += l->verified == 0;
        shown++;
    }
    return shown;
}

an_status dose_constraints(const dose_question *q)
{
    const an_doc_column columns[] = {
        {"metric", "Metric"}, {"fractions", "Fractions"}, {"limit", "Limit (Gy)"},
        {"met", "State"},     {"end_point", "End point"}, {"source", "Source"}};
    an_dose_reading reading[DOSE_MOST_COURSES];
    const an_organ *organ;
    an_index n, shown, n_unverified;
    an_status st = find_organ(q, &organ);

    if (st == AN_OK) st = read_readings(q, &n, reading);
    if (st != AN_OK) return st;
    if (n > 0 && q->wish->fractions.n != 1)
        return cli_usage(q->ctx, "U105", "--fractions 3",
                         "doses of a plan need its number of fractions");
    an_doc_table(q->doc, "limits",
                 an_doc_printf(q->doc, "%s: %s", organ->id, organ->label), "as published",
                 6, columns);
    shown = show_limits(q, organ, n, reading, &n_unverified);
    an_doc_table_end(q->doc,
                     "Physical dose of the whole course. A limit of the thecal sac "
                     "or canal is not one of the cord: the sac is wider.");
    if (shown == 0)
        an_doc_note(
            q->doc, AN_WARNING, "M904",
            "No published limit of this organ in these fractions is on the list.");
    dose_warn_unverified(q->doc, n_unverified);
    if (n > 0)
        an_doc_text(
            q->doc, "methods",
            "A hottest volume receives no more than a smaller one within it and no "
            "less than a larger one: where this decides a limit without its own "
            "reading, it is decided.");
    return an_doc_status(q->doc);
}

/* ---- reirradiation ---- */

enum { MOST_CORD_COURSES = 3 };

typedef struct cord_history {
    an_index n;
    an_course course[MOST_CORD_COURSES];
    double months[MOST_CORD_COURSES]; /* [n - 1] */
    double eqd2[MOST_CORD_COURSES], bed[MOST_CORD_COURSES];
} cord_history;

static an_status read_history(const dose_question *q, cord_history *h)
{
    const char *const courses[] = {q->wish->first, q->wish->second, q->wish->third};
    const char *const intervals[] = {q->wish->interval, q->wish->second_interval};
    an_status st = AN_OK;

    if (!courses[0] || !courses[1])
        return cli_usage(q->ctx, "U105", "--first 30/10 --second 20/5 --interval 12mo",
                         "reirradiation needs --first and --second");
    for (; h->n < MOST_CORD_COURSES && courses[h->n] && st == AN_OK; h->n++)
        st = an_course_read(q->ctx, courses[h->n], &h->course[h->n]);
    for (an_index i = 0; i < h->n - 1 && st == AN_OK; i++) {
        h->months[i] = NAN;
        if (intervals[i]) st = an_interval_read(q->ctx, intervals[i], &h->months[i]);
    }
    for (an_index i = 0; i < h->n && st == AN_OK; i++) {
        h->eqd2[i] = an_course_eqd2_gy(&h->course[i], 2);
        h->bed[i] = an_course_bed_gy(&h->course[i], q->wish->cord == 1 ? 4 : 2);
    }
    return st;
}

static void show_condition(const dose_question *q, const char *key, const char *label,
                           an_value value, const char *limit, an_met met)
{
    an_doc_row_add(q->doc, key, 0,
                   (const an_value[]){an_text(label), value, an_text(limit),
                                      an_text(an_met_text(met))});
}

static void show_conditions(const dose_question *q, const cord_history *h)
{
    const an_doc_column columns[] = {{"condition", "Condition"},
                                     {"value", "Here"},
                                     {"limit", "Published"},
                                     {"met", "State"}};
    const an_reirradiation r = an_reirradiation_check(h->n, h->eqd2, h->months);

    an_doc_text(
        q->doc, "sahgal",
        "Cumulative EQD2 %s (%s before, %s now; alpha/beta 2 Gy), without recovery. "
        "All four conditions of Sahgal 2012 and HyTEC 2021: %s.",
        dose_gy(q->doc, r.total_gy), dose_gy(q->doc, r.before_gy),
        dose_gy(q->doc, r.last_gy), an_met_text(r.all));
    an_doc_table(q->doc, "conditions", "Conditions of Sahgal 2012, HyTEC 2021", "EQD2", 4,
                 columns);
    show_condition(q, "last", "EQD2 of the last course (Gy)",
                   an_number(AN_KIND_STATISTIC, r.last_gy), "at most 25", r.last_low);
    show_condition(q, "total", "Cumulative EQD2 (Gy)",
                   an_number(AN_KIND_STATISTIC, r.total_gy), "at most 70", r.total_low);
    show_condition(q, "share", "Share of the last course",
                   an_number(AN_KIND_STATISTIC, r.share), "at most 0.5", r.share_low);
    show_condition(q, "interval", "Interval before it (months)",
                   an_number_or(AN_KIND_NUMBER, h->months[h->n - 2], "not known"),
                   "at least 5", r.interval_long);
    an_doc_table_end(q->doc,
                     "From 5 patients with myelopathy and 14 without. Outside them "
                     "nothing is known to be safe or unsafe.");
    an_doc_value(q->doc, "allowed",
                 "Largest EQD2 of a last course within the first three (Gy)",
                 an_number(AN_KIND_STATISTIC, r.allowed_gy), "EQD2");
}

static void show_score(const dose_question *q, const cord_history *h)
{
    const an_cord_score s = an_cord_score_of(h->n, h->bed, h->months);
    const bool lumbar = q->wish->cord == 1;

    an_doc_text(q->doc, "nieder",
                "Score of Nieder 2005 and 2006: %s points, risk group %s (cumulative BED "
                "%s, alpha/beta %d Gy).",
                an_doc_format(q->doc, an_number(AN_KIND_NUMBER, s.score)),
                an_risk_group_text(s.group), dose_gy(q->doc, s.bed_gy), lumbar ? 4 : 2);
    an_doc_value(q->doc, "score", "Score", an_number(AN_KIND_NUMBER, s.score),
                 "Nieder 2006");
    an_doc_value(q->doc, "score_dose", "Of it for the cumulative BED",
                 an_number(AN_KIND_NUMBER, s.dose_points), "Nieder 2006");
    an_doc_value(q->doc, "score_interval", "Of it for an interval below 6 months",
                 an_number(AN_KIND_NUMBER, s.interval_points), "Nieder 2006");
    an_doc_value(q->doc, "score_course", "Of it for a course of BED 102 Gy or more",
                 an_number(AN_KIND_NUMBER, s.course_points), "Nieder 2006");
    an_doc_note(
        q->doc, AN_WARNING, "M901",
        "The steps of the score are reconstructed from published cases%s: look them "
        "up before anything rests on them.",
        lumbar ? ", and are those of the upper cord" : "");
}

static void show_recovery(const dose_question *q, const cord_history *h)
{
    double left = 0;
    an_index n_unverified = 0;

    for (an_index i = 0; i < h->n - 1; i++) {
        double months = 0;
        const an_cord_recovery *r;

        for (an_index k = i; k < h->n - 1; k++) months += h->months[k];
        r = an_cord_recovery_after(q->wish->recovery, months);
        left += h->eqd2[i] * (1 - (r ? r->share : 0));
        if (r) an_doc_reference(q->doc, r->citation);
        n_unverified += r && r->verified == 0;
        if (isnan(months)) left = NAN;
    }
    an_doc_value(
        q->doc, "recovered",
        an_doc_printf(q->doc, "Cumulative EQD2 with recovery %s (Gy)", q->wish->recovery),
        an_number_or(AN_KIND_STATISTIC, left + h->eqd2[h->n - 1],
                     "an interval is not known"),
        "EQD2");
    an_doc_note(
        q->doc, AN_WARNING, "M905",
        "Recovery is a model. The published conditions already hold the intervals "
        "of their patients: a dose with recovery is not compared with them.");
    dose_warn_unverified(q->doc, n_unverified);
}

static an_status check_recovery(const dose_question *q)
{
    const char *names[16], *nearest;
    an_index n = 0;

    if (!q->wish->recovery) return AN_OK;
    for (an_index i = 0; i < an_cord_recovery_count() && n < 16; i++) {
        names[n++] = an_cord_recovery_at(i)->model;
        if (strcmp(names[n - 1], q->wish->recovery) == 0) return AN_OK;
    }
    nearest = an_nearest(q->wish->recovery, names, n);
    return cli_usage(q->ctx, "U104", nearest ? nearest : names[0],
                     "recovery: `%s` is not known", q->wish->recovery);
}

an_status dose_reirradiation(const dose_question *q)
{
    cord_history h = {0};
    an_status st = read_history(q, &h);

    if (st == AN_OK) st = check_recovery(q);
    if (st != AN_OK) return st;
    show_conditions(q, &h);
    show_score(q, &h);
    if (q->wish->recovery) show_recovery(q, &h);
    an_doc_text(q->doc, "methods",
                "Linear-quadratic model. As if the cord had received every prescription: "
                "an upper bound unless the doses given are those of the cord.");
    an_doc_reference(q->doc, "Sahgal A et al. Int J Radiat Oncol Biol Phys "
                             "2012;82:107-116");
    an_doc_reference(q->doc, "Nieder C et al. Int J Radiat Oncol Biol Phys "
                             "2006;66:1446-1449");
    return an_doc_status(q->doc);
}
