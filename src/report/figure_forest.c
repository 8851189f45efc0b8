#include "report/figure.h"
void an_draw_forest(an_drawing *d)
{
    d->scene->height = 20;
}
