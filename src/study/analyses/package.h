/* Packages whose defaults `preset` takes over. An analysis that knows some has the option
 * `preset` and says in its methods what it used; there is no other mechanism. */
#ifndef AN_STUDY_PACKAGE_H
#define AN_STUDY_PACKAGE_H

typedef enum an_package {
    AN_PACKAGE_NONE,
    AN_PACKAGE_R,
    AN_PACKAGE_SAS,
    AN_PACKAGE_STATA
} an_package;
extern const char *const an_package_choices[];

#endif
