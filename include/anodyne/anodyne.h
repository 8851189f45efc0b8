/**
 * @file anodyne.h
 * Everything: a table in, a result document out.
 */
#ifndef ANODYNE_ANODYNE_H
#define ANODYNE_ANODYNE_H

#include <anodyne/aft.h>
#include <anodyne/analysis.h>
#include <anodyne/arrow.h>
#include <anodyne/audit.h>
#include <anodyne/band.h>
#include <anodyne/clinic.h>
#include <anodyne/compare.h>
#include <anodyne/competing.h>
#include <anodyne/consistency.h>
#include <anodyne/cox.h>
#include <anodyne/cox_boot.h>
#include <anodyne/cox_firth.h>
#include <anodyne/cox_frailty.h>
#include <anodyne/cox_net.h>
#include <anodyne/descriptive.h>
#include <anodyne/distribution.h>
#include <anodyne/doc.h>
#include <anodyne/dose.h>
#include <anodyne/episodes.h>
#include <anodyne/figure.h>
#include <anodyne/file.h>
#include <anodyne/formula.h>
#include <anodyne/frame.h>
#include <anodyne/interval.h>
#include <anodyne/io.h>
#include <anodyne/landmark.h>
#include <anodyne/levels.h>
#include <anodyne/mcf.h>
#include <anodyne/multistate.h>
#include <anodyne/paired.h>
#include <anodyne/power.h>
#include <anodyne/prediction.h>
#include <anodyne/proportion.h>
#include <anodyne/pseudo.h>
#include <anodyne/relief.h>
#include <anodyne/render.h>
#include <anodyne/report.h>
#include <anodyne/review.h>
#include <anodyne/rmst.h>
#include <anodyne/score.h>
#include <anodyne/sensitivity.h>
#include <anodyne/spline.h>
#include <anodyne/status.h>
#include <anodyne/study.h>
#include <anodyne/survival.h>
#include <anodyne/table.h>
#include <anodyne/tables.h>
#include <anodyne/types.h>

#endif
