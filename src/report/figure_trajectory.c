#include "report/figure.h"
void an_draw_trajectory(an_drawing *d)
{
    d->scene->height = 20;
}
