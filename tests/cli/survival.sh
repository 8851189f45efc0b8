#!/bin/sh
# The options of the survival analyses reach their numbers: what they print, and what they refuse.
. "$(dirname "$0")/lib.sh"
data=$root/examples/mgus2/mgus2.csv
surv='Surv(futime, death)'

# log-rank family
expect 0 'Gehan-Breslow' "$anodyne" logrank "$data" "$surv ~ sex" --weight gehan-breslow
expect 0 'rho = 0 and gamma = 1' "$anodyne" logrank "$data" "$surv ~ sex" --gamma 1
expect 0 'trend test with scores 0, 3' "$anodyne" logrank "$data" "$surv ~ sex" --trend-scores 0,3 --format json
expect 2 'trend_scores has 3 numbers; 2 levels' "$anodyne" logrank "$data" "$surv ~ sex" --trend-scores 0,1,2
expect 0 'Holm' "$anodyne" logrank "$data" 'Surv(etime, death) ~ ifelse(age > 80, 2, ifelse(age > 70, 1, 0))' --pairwise
expect 0 'stratified' "$anodyne" logrank "$data" "$surv ~ sex + strata(age > 70)"
expect 0 'p-value, exact' "$anodyne" logrank "$data" "$surv ~ sex" --where 'id < 30' --exact average
expect 0 'M218' "$anodyne" logrank "$data" "$surv ~ sex + strata(age > 70)" --exact mid
expect 0 '1384 used' "$anodyne" logrank "$data" 'Surv(-1 * age, futime, death) ~ sex'

# Kaplan-Meier
expect 0 'exact critical values' "$anodyne" km "$data" "$surv ~ sex" --band hall-wellner
expect 0 'of equal precision' "$anodyne" km "$data" "$surv ~ 1" --band equal-precision --band-from 12 --band-to 120
told 'All patients 12 120'
expect 0 'Cumulative hazard at given times' "$anodyne" km "$data" "$surv ~ sex" --cumhaz --times 60
expect 0 '238 ended earlier' "$anodyne" km "$data" "$surv ~ sex" --start-time 24
expect 0 'Fleming and Harrington' "$anodyne" km "$data" "$surv ~ sex" --estimator fleming-harrington
expect 0 "with Peto's" "$anodyne" km "$data" "$surv ~ sex" --conf-lower peto
expect 0 'Share with the event' "$anodyne" km "$data" "$surv ~ sex" --quantiles 0.25,0.75 --quantile-rule r
told 'or to the end of follow-up'
while read -r option scale; do
    expect 0 'Greenwood' "$anodyne" km "$data" "$surv ~ sex" --conf-type "$option"
    told "are on the $scale scale with Greenwood"
done <<'END'
log log
plain plain
logit logit
arcsin arcsine square root
END

# restricted mean
expect 0 'M214' "$anodyne" rmst "$data" "$surv ~ sex"
expect 0 'M215' "$anodyne" rmst "$data" "$surv ~ sex" --tau 9999
expect 0 'Adjusted for age' "$anodyne" rmst "$data" "$surv ~ sex" --tau 240 --adjust age
told 'within 240, adjusted for age'
cat >one.csv <<'END'
t,d,g
5,1,A
9,0,A
7,1,A
3,1,B
END
expect 0 'M222' "$anodyne" rmst one.csv 'Surv(t, d) ~ g' --tau 7

# landmarks
expect 0 '244 with an event' "$anodyne" landmark "$data" "$surv ~ sex" --landmarks 24
expect 0 'by then' "$anodyne" landmark "$data" "$surv ~ 1" --since 'ifelse(pstat == 1, ptime, 9999)' --landmarks 24,60
told 'Groups compared from each landmark on'
expect 0 'shorter for progression: by then than for' "$anodyne" landmark "$data" "$surv ~ 1" \
    --since 'ifelse(pstat == 1, ptime, NA)' --since-label progression --landmarks 24
expect 2 'error[U124]: a landmark is needed' "$anodyne" landmark "$data" "$surv ~ sex"
expect 2 'not from both' "$anodyne" landmark "$data" "$surv ~ sex" --since ptime --landmarks 24

# recurrent events
cat >courses.csv <<'END'
patient,from,to,again,arm
1,0,2,1,A
1,2,5,1,A
1,5,6,0,A
2,0,3,1,B
2,3,4,0,B
3,0,8,0,A
4,0,7,0,B
END
expect 0 'M221' "$anodyne" mcf courses.csv 'Surv(from, to, again) ~ arm + cluster(patient)' --times 3,4
expect 0 'smallest of the groups' "$anodyne" mcf courses.csv 'Surv(from, to, again) ~ arm + cluster(patient)'
sed '4s/.*/1,5,6,2,A/; 6s/.*/2,3,4,2,A/' courses.csv >deaths.csv
expect 0 'terminal event' "$anodyne" mcf deaths.csv 'Surv(from, to, again) ~ cluster(patient)' --times 3,4
expect 0 'would stay alive' "$anodyne" mcf deaths.csv 'Surv(from, to, again) ~ cluster(patient)' --deaths censored
expect 2 'terminal: no event' "$anodyne" mcf deaths.csv 'Surv(from, to, again) ~ cluster(patient)' --terminal 3
sed '2s/.*/1,0,2,2,A/' courses.csv >back.csv
expect 4 'goes on after it' "$anodyne" mcf back.csv 'Surv(from, to, again) ~ cluster(patient)'
expect 2 'needs cluster' "$anodyne" mcf courses.csv 'Surv(from, to, again) ~ arm'
sed 's/^1,2,5/1,1,5/' courses.csv >overlap.csv
expect 4 'overlap' "$anodyne" mcf overlap.csv 'Surv(from, to, again) ~ arm + cluster(patient)'
finish
