/* What the judges of a paper's claims share. A judge reads its claim, and says and counts
 * what it finds; faults of the file go to its problems. */
#ifndef AN_STUDY_AUDIT_H
#define AN_STUDY_AUDIT_H

#include "study/yaml.h"
#include <anodyne/audit.h>
#include <anodyne/consistency.h>
#include <anodyne/tables.h>

/* From good to bad: a claim has the worst of what was found. */
typedef enum an_verdict {
    AN_VERDICT_NONE, /* nothing could be checked */
    AN_VERDICT_AGREES,
    AN_VERDICT_AMBIGUOUS,
    AN_VERDICT_DISAGREES
} an_verdict;

enum { AN_MOST_SENTENCES = 64, AN_MOST_VALUES = 32, AN_MOST_POINTS = 24 };

typedef struct an_found_value {
    const char *key, *label;
    an_value value;
} an_found_value;

typedef struct an_claim {
    an_yaml_file *file;
    an_doc *doc; /* for its texts */
    const an_yaml *node;
    const char *id, *kind, *quote; /* quote: NULL */
    an_verdict verdict;
    an_index main; /* the sentence that gave the verdict */
    an_index n_sentences, n_values;
    const char *sentence[AN_MOST_SENTENCES];
    an_found_value value[AN_MOST_VALUES];
} an_claim;

/* The verdict becomes at least this bad, for this reason; AN_VERDICT_NONE: a remark. */
void an_claim_find(an_claim *claim, an_verdict verdict, const char *format, ...)
    AN_PRINTF(3, 4);
void an_claim_value(an_claim *claim, const char *key, const char *label, an_value value);

/* Numbers as printed; what is absent is NaN. "< 0.001" is anything from 0 to 0.001. */
an_printed an_claim_printed(const an_claim *claim, const char *key);
an_printed an_printed_read(const char *text);
/* The same, but S203 where it is absent. */
an_printed an_claim_needed(const an_claim *claim, const char *key);
/* A number between two bounds, or otherwise where it is absent; outside them S206. */
double an_claim_between(const an_claim *claim, const char *key, double above,
                        double below, double otherwise);
/* Confidence level of published limits: 0.95 unless the claim says another. */
double an_claim_level(const an_claim *claim);
/* Absent or not above 0: S203. */
double an_claim_count(const an_claim *claim, const char *key);
an_index an_claim_list(const an_claim *claim, const an_yaml *map, const char *key,
                       an_printed out[AN_MOST_POINTS]);
const char *an_claim_text(const an_claim *claim, const char *key, const char *otherwise);
/* "0.43", with the digits that were printed. */
const char *an_claim_as_printed(const an_claim *claim, const char *key);

/* Two groups, those with the event and all. */
typedef struct an_claim_counts {
    double event[2], n[2];
} an_claim_counts;
/* Parts of an_judge_two_by_two(): what was printed for each group, and their difference. */
void an_judge_percents(an_claim *claim, const an_claim_counts *c);
void an_judge_difference(an_claim *claim, const an_claim_counts *c,
                         const an_two_by_two *t);

void an_judge_percent(an_claim *claim);
void an_judge_mean(an_claim *claim);
void an_judge_total(an_claim *claim);
void an_judge_ratio(an_claim *claim);
void an_judge_two_by_two(an_claim *claim);
void an_judge_survival(an_claim *claim);
void an_judge_incidence(an_claim *claim);

#endif
