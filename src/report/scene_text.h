/* What the Cairo writer and the measure share, so that both set the same line. */
#ifndef AN_REPORT_SCENE_TEXT_H
#define AN_REPORT_SCENE_TEXT_H

#include "report/scene.h"

#include <pango/pangocairo.h>

/* A line of text in the typesetter's font; lengths of the layout are in points. The
 * layout is the typesetter's and is overwritten by the next call. */
PangoLayout *an_typesetter_layout(an_typesetter *type, const char *text, double size_pt,
                                  bool bold);

#endif
