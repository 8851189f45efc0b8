/* figure_names: which curve is which. */
#ifndef AN_REPORT_FIGURE_NAMES_H
#define AN_REPORT_FIGURE_NAMES_H

#include "report/figure.h"

/* Narrower sheets have no room for names beside the panel. */
#define AN_DIRECT_FROM_MM 120.0

/* Width of the column of names at the curves' ends, 0: names go into a legend above. */
double an_names_width(const an_drawing *d);
/* Height of the legend; draw false: measures only. */
double an_curves_legend(const an_drawing *d, double x, double width, bool draw);
/* end[n_series]: height in mm at which each curve ends; NaN: it has no end. */
void an_draw_names(const an_drawing *d, const an_axis *x, const an_axis *y,
                   const double *end);

#endif
