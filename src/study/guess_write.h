/* A first study file as YAML: what its two writers share. */
#ifndef AN_STUDY_GUESS_WRITE_H
#define AN_STUDY_GUESS_WRITE_H

#include "study/guess.h"

/* A text in double quotes, which hold anything. */
void an_guess_put_name(an_buf *out, const char *text);
bool an_guess_is_date(const an_guess *g);
/* A column that no analysis needs and no study file should hold. */
bool an_guess_names_person(const an_guess *g);
/* Are there doses per fraction below 5 Gy and others from 5 Gy on? */
bool an_guess_two_dose_classes(const an_guesses *all);

/* guess_variables.c */
void an_guess_put_variables(an_buf *out, const an_guesses *all);
void an_guess_put_questions(an_buf *out, const an_guesses *all);

#endif
