#!/bin/sh
# What the sentences, heads and units of the analyses say.
. "$(dirname "$0")/lib.sh"
spine=$root/examples/spine-hfrt/cohort.csv
study=$root/examples/spine-hfrt/study.yaml
mgus=$root/examples/mgus2/mgus2.csv

expect 0 '' "$anodyne" run "$study"

# A difference of proportions is in percentage points, and so is "Too much by".
told '−29.5 percentage points (95 % CI −51.0 to −3.0)'
told 'percentage points ─'
untold '−29.5 %'

# Tests are named in full, and a change has a direction.
told 'Exact signed-rank test, zeros by Pratt, p < 0.001'
told 'Paired t test, p < 0.001'
told "Fisher's exact test, p 0.052"
told 'Change (after minus before), Hodges-Lehmann −2.00'
told 'Mean change (after minus before) −1.93'
untold 'verified ='

# A per cent stands once; nobody is not counted.
told '33/58 56.9 % (44.1 to 68.8)'
untold '33/58 (56.9 %)'
untold '0/0'

# Labels inside of a phrase, and numbers of one range.
told 'Baseline characteristics by dose class'
told 'Response by dose class'
told '4.50 to 10.00'
told 'Death ~ age10 + kps10'

# A test of proportional hazards proves nothing by a large p, whatever the events.
told '44 events). A large p does not show that hazards are proportional'
untold 'coarse departures only'

# What a ratio compares has a name, and death that competes is named where it is censored.
told 'KPS: the hazard of death was lower with higher values (HR 0.55'
told 'Lung primary: the hazard of death was higher for yes than for no'
told 'the cause-specific hazard of re-irradiation was higher for < 5 Gy than for >= 5 Gy'
told 'Cause-specific hazard ratios'
told '< 5 Gy: at 24 months only 2 patients are still at risk'
told 'was more frequent for < 5 Gy than for >= 5 Gy (Gray'
told 'the incidence of re-irradiation was higher for < 5 Gy'

# Counts in the order of speech, whole months without a nought, events in the singular.
told 'was the first event in 6 of 58 patients (10.3 %); its cumulative incidence at 12 months'
told 'The typical change (Hodges-Lehmann, after minus before) is −2.00 points (95 % CI −2.50 to −1.50)'
told 'The proportion with radiation myelitis'
printf 't,e,x\n1,0,3\n2,1,2\n3,0,1\n4,0,5\n' >single.csv
expect 0 '4 patients, 1 event.' "$anodyne" cox single.csv 'Surv(t, e) ~ x'
told 'Only 1 event for 1 coefficient'
expect 0 'M210' "$anodyne" km "$mgus" 'Surv(etime, event) ~ sex' --cause 1
expect 0 '' "$anodyne" run "$study"

# A level is named with its variable where it is a number. A level of a factor that does not
# matter as a whole is not picked out, nor a part of a product, which has no model of its own.
expect 0 '' "$anodyne" cox "$mgus" 'Surv(futime, death) ~ age * hgb'
told 'The product term age × hgb differs from none'
untold 'hgb: the hazard'
told 'A product has no model without its parts.'
awk 'BEGIN { OFS = ","; print "t,e,g"; for (i = 0; i < 160; i++) print 1 + (i * 41) % 101, (i % 3 > 0), i % 8 }' >many.csv
awk 'BEGIN { FS = OFS = "," } NR > 1 && $3 == 7 { $1 += 50 } { print }' many.csv >moved.csv
expect 0 'None of the covariates was shown' "$anodyne" cox many.csv 'Surv(t, e) ~ factor(g)'
told 'p of a factor with more than two levels'
expect 0 'lower for g = 7 than for g = 0' "$anodyne" cox moved.csv 'Surv(t, e) ~ factor(g)'
expect 0 '' "$anodyne" cox "$mgus" 'Surv(futime, death) ~ sex'
untold 'p of a factor with more than two levels'
expect 0 '' "$anodyne" safety "$mgus" 'Surv(ptime, pstat) ~ 1'
told 'was observed in 115 of 1384 patients: 8.3 % (95 % CI 6.9 to 9.9), exact limits'
untold 'units of time without'
expect 0 '' "$anodyne" run "$study"

# The files say the unit.
expect 0 '"unit":"percentagepoints"' sh -c '"$1" run "$2" --format json | tr -d " \n"' sh "$anodyne" "$study"
expect 0 'points,-29.4723' sh -c '"$1" run "$2" --format csv | grep "^\"pain.response.difference\""' sh "$anodyne" "$study"

# A date of Table 1 is a month; a level that nobody has is named.
cat >dates.csv <<'END'
id,seen,stage
1,2021-03-04,a
2,2021-05-17,b
3,2022-11-30,b
END
cat >dates.yaml <<'END'
study: {id: dates, title: Dates}
sources:
  clinic: {file: dates.csv, rows: patient, id: id}
variables:
  seen: {from: seen, type: date, label: First seen}
  stage: {from: stage, type: category, levels: {a: [a], b: [b], c: [c]}, label: Stage}
analyses:
  - {analysis: table1, variables: [seen, stage]}
END
expect 0 '2021-05 (2021-03 to 2022-11)' "$anodyne" run dates.yaml
untold '2021-03-04'
told 'Left out, because nobody has it: stage c.'
finish
