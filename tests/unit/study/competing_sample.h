/* Competing events of N patients whose risk rises with age, as a frame; the including file
 * sets N and the seed of the sample. */
#ifndef COMPETING_SAMPLE_H
#define COMPETING_SAMPLE_H

#include <anodyne/frame.h>

#include "base/base.h"

typedef struct sample {
    double time[N], x[N];
    int32_t event[N];
    an_vector age;
    an_term term;
    an_frame frame;
} sample;

static const char *const names[] = {"age"};
static const char *const causes[] = {"Relapse", "Death"};

static inline void make_sample(sample *s, uint64_t seed)
{
    an_rng rng = an_rng_new(seed, 1, 0);

    *s = (sample){0};
    for (int i = 0; i < N; i++) {
        s->x[i] = 50 + 10 * an_rng_normal(&rng);
        s->time[i] = ceil(20 * an_rng_exponential(&rng) * exp(-(s->x[i] - 50) / 12));
        s->event[i] = (int32_t)an_rng_below(&rng, 3);
    }
    s->age = (an_vector){.name = "age", .label = "Age", .type = AN_REAL, .x = s->x};
    s->term = (an_term){"age", "Age", "years", 0, 1, &s->age, NULL};
    s->frame = (an_frame){.n = N, .n_given = N, .has_surv = true};
    s->frame.surv = (an_surv){N, s->time, s->event, NULL, NULL, 2};
    s->frame.cause_labels = causes;
    s->frame.event_label = "Relapse";
    s->frame.design = (an_design){N, 1, s->x, names, names, 1, &s->term, NULL, NULL};
}

#endif
