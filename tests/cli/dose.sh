#!/bin/sh
# dose: what the bedside verbs say, and what they refuse.
. "$(dirname "$0")/lib.sh"

expect 0 '4.5 Gy × 7 = 31.5 Gy: EQD2 51.19 Gy (alpha/beta 2 Gy, as given).' "$anodyne" dose eqd2 4.5x7 --alpha-beta 2
expect 0 'EQD2 37.5 Gy' "$anodyne" dose eqd2 30/10
told 'No alpha/beta was given'
expect 0 '"value": 51.1875' "$anodyne" dose eqd2 4.5x7 --alpha-beta 2 --format json
expect 0 'BED 81.6 Gy' "$anodyne" dose bed 24x1 --alpha-beta 10
expect 0 'BED 53.82 Gy' "$anodyne" dose bed 24x1 --alpha-beta 8.6 --model usc
told 'from memory'
expect 0 'BED 104 Gy' "$anodyne" dose bed 12x2 --alpha-beta 2 --model lql
expect 0 'Prostate cancer' "$anodyne" dose eqd2 3x20 --tissue prostate
told '1 of the constants used here is from memory'
expect 2 'did you mean prostate?' "$anodyne" dose eqd2 3x20 --tissue prostat
expect 2 'error[U125]: "4.5y7" is not a course' "$anodyne" dose eqd2 4.5y7
expect 2 'did you mean `eqd2`?' "$anodyne" dose edq2 4.5x7
expect 2 'needs 1 to 12 courses' "$anodyne" dose eqd2
expect 0 '15.37' "$anodyne" dose isoeffect 30/10 --fractions 1 --alpha-beta 10
expect 2 'needs one course and --fractions' "$anodyne" dose isoeffect 30/10
expect 0 'moderate HFRT' "$anodyne" dose classes 4.5x7
expect 0 'No alpha/beta is established for pain relief' "$anodyne" dose tissues --format text
expect 0 '8.5 Gy × 2 to the thecal sac: EQD2 44.63 Gy' "$anodyne" dose ntcp 17/2 --model stereotactic
told 'risk of myelopathy by this model: 5.0 %'
told 'risks are too high as they stand'
expect 0 '> 10 %' "$anodyne" dose ntcp 40/2 --model stereotactic
told '> 10 % (extrapolation)'
untold '99.99 %'
expect 2 'the model is not for this course' "$anodyne" dose ntcp 24/2 --model conventional
expect 2 'needs one course and --model' "$anodyne" dose ntcp 24/2

expect 0 'TG-101 (second-hand)' "$anodyne" dose constraints --organ 'spinal cord' --fractions 3 Dmax=21
told 'D0.35cc 3 18 not decidable'
told 'D0.035cc 3 21.9 met'
told 'Dmax 3 20.3 not met'
expect 0 'not verified' "$anodyne" dose constraints --organ canal
expect 2 'did you mean SpinalCord' "$anodyne" dose constraints --organ SpinalCrd
expect 2 'need its number of fractions' "$anodyne" dose constraints --organ cord Dmax=10
expect 2 'a smaller hottest volume has a lower dose' "$anodyne" dose constraints --organ cord --fractions 1 Dmax=9 D0.35cc=10
expect 2 'is not a dose read off a plan' "$anodyne" dose constraints --organ cord --fractions 1 Dmox=9

expect 0 'Cumulative EQD2 67.5 Gy' "$anodyne" dose reirradiation --first 30/10 --second 20/5 --interval 12mo
told 'All four conditions of Sahgal 2012 and HyTEC 2021: not met'
told '2 points, risk group low'
untold 'recovery steps'
expect 0 'not decidable' "$anodyne" dose reirradiation --first 20/5 --second 2x10
told 'risk group not decidable'
expect 0 '48.75' "$anodyne" dose reirradiation --first 30/10 --second 20/5 --interval 1y --recovery steps-25-50
told 'is not compared with them'
expect 2 'is not an interval' "$anodyne" dose reirradiation --first 30/10 --second 20/5 --interval 12
expect 2 'needs --first and --second' "$anodyne" dose reirradiation --first 30/10

finish
