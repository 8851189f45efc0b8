#include "report/figure.h"
void an_draw_flow(an_drawing *d)
{
    d->scene->height = 20;
}
