#!/bin/sh
# Analyses straight from a file: text, JSON, CSV; output files; selections; threads.
. "$(dirname "$0")/lib.sh"
data=$root/examples/mgus2/mgus2.csv
spine=$root/examples/spine-hfrt/cohort.csv

expect 0 '1384' "$anodyne" km "$data" 'Surv(futime, death) ~ sex'
expect 0 '"schema": "anodyne.document/1"' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --format json
expect 0 'id,' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --format csv
expect 0 'Fine-Gray' "$anodyne" finegray "$data" 'Surv(etime, event) ~ sex + age'
expect 0 'The effect of age seems to change with time' "$anodyne" finegray "$data" 'Surv(etime, event) ~ age + sex + mspike' --zph log
told 'on the logarithm of time'
expect 0 'age ordered patients better than creat: its C is higher by 0.076' "$anodyne" concordance "$data" 'Surv(futime, death) ~ age + creat'
expect 0 'the one with sex = M had it first' "$anodyne" concordance "$data" 'Surv(futime, death) ~ sex' --weight uno --tau 120
told "Uno's concordance"
told 'Only events up to 120 make pairs'
expect 2 'a marker is a number or a factor of two levels' "$anodyne" concordance "$spine" 'Surv(age, sex == "M") ~ primary_tumour'
expect 0 'age = 60, sex = F, hgb = 12    60         82.4 % (79.5 to 84.9)' "$anodyne" cox "$data" \
    'Surv(futime, death) ~ log(age) + sex * hgb' --profile 'age = 60, sex = F, hgb = 12; age = 75, sex = M, hgb = 10' --times 60,120
expect 0 'If everybody had sex = F and all other covariates as they are' "$anodyne" cox "$data" \
    'Surv(futime, death) ~ age + sex' --adjusted sex --times 60
told 'sex = F 60 71.4 %'
expect 0 'sex = M          120        35.1 % (31.9 to 38.3)' "$anodyne" cox "$data" \
    'Surv(futime, death) ~ age + sex * hgb' --adjusted sex --times 60,120
expect 0 'Differences of adjusted cumulative incidence' "$anodyne" finegray "$data" 'Surv(etime, event) ~ age + sex' --adjusted sex
expect 2 'its factors are: sex' "$anodyne" cox "$data" 'Surv(futime, death) ~ age + sex' --adjusted age
expect 0 '"cox.residuals.row_2.martingale","row_2 / Martingale",number,0.62460779' "$anodyne" cox "$data" \
    'Surv(futime, death) ~ age + sex * hgb' --residuals martingale,dfbeta --format csv
expect 0 'Predictions for every row: 1371 rows' "$anodyne" cox "$data" 'Surv(futime, death) ~ age + sex * hgb' --predict lp,survival
expect 2 'did you mean martingale?' "$anodyne" cox "$data" 'Surv(futime, death) ~ age' --residuals martingal
expect 0 'nothing is assumed' "$anodyne" explain U122
expect 0 '9.9 % (7.3 to 13.2)' "$anodyne" finegray "$data" 'Surv(etime, event) ~ age + sex + mspike' --times 240 \
    --profile 'age = 60, sex = F, mspike = 1'
expect 2 'profile 1 of 1 lacks sex' "$anodyne" cox "$data" 'Surv(futime, death) ~ age + sex' --profile 'age = 60'
expect 2 'did you mean "F"?' "$anodyne" cox "$data" 'Surv(futime, death) ~ age + sex' --profile 'age = 60, sex = f'
expect 0 'cause-specific' "$anodyne" cox "$data" 'Surv(etime, event) ~ sex + age' --cause 1
expect 0 'Event 2 was more frequent for M than for F' "$anodyne" cif "$data" 'Surv(etime, event) ~ sex' --cause 2
expect 0 '753 given, 753 used' "$anodyne" km "$data" 'Surv(futime, death) ~ 1' --where 'sex == "M"'
expect 0 '46 of 1384 rows are left out' "$anodyne" cox "$data" 'Surv(futime, death) ~ age + hgb + creat + mspike'
expect 0 '49/58 (84.5 %)' "$anodyne" pain "$spine" 'nrs_1month ~ nrs_baseline'
expect 0 'preset = sas' "$anodyne" cox "$data" 'Surv(futime, death) ~ age' --preset sas --format json
expect 0 'Baseline' "$anodyne" table1 "$spine" '~ age + sex + kps | visceral_metastases'

expect 0 '27 % shorter with M than with F' "$anodyne" aft "$data" 'Surv(futime, death) ~ sex + age'
expect 0 'was best with 4 of 5 coefficients' "$anodyne" coxnet "$data" \
    'Surv(futime, death) ~ age + sex + hgb + creat + mspike' --lambdas 40
told 'Figure: Choice of the penalty'
told 'Path: 40 rows'
{
    echo 'id,t,e,x'
    awk 'BEGIN { for (i = 0; i < 90; i++) print i % 15 "," 1 + (i * 37) % 50 * (1 + i % 15) "," (i % 4 > 0) "," i % 2 }'
} >shared.csv
expect 0 'a gamma frailty for each group' "$anodyne" cox shared.csv 'Surv(t, e) ~ x + cluster(id)' --frailty gamma
expect 2 'needs groups' "$anodyne" cox shared.csv 'Surv(t, e) ~ x' --frailty gaussian
expect 0 'the marginal (exact) likelihood for tied times' "$anodyne" cox "$data" 'Surv(ptime, pstat) ~ age' --ties marginal
expect 0 "Firth's penalty" "$anodyne" cox "$data" 'Surv(ptime, pstat) ~ age + sex' --penalty firth
expect 0 "Predicted survival of the profiles named, from Cox regression with Firth's penalty" "$anodyne" cox "$data" \
    'Surv(ptime, pstat) ~ age + sex' --penalty firth --profile 'age=60, sex=F' --predict lp,risk,survival
expect 2 'leave out penalty, or residuals' "$anodyne" cox "$data" 'Surv(ptime, pstat) ~ age' --penalty firth --residuals score
expect 2 'leave out frailty' "$anodyne" cox shared.csv 'Surv(t, e) ~ x + cluster(id)' --frailty gamma --predict lp
expect 0 'not a straight line, chi-squared  13.18' "$anodyne" cox "$data" 'Surv(futime, death) ~ ns(hgb, 3) + sex + age'
expect 0 'knots at 60, 70, 80' "$anodyne" finegray "$data" 'Surv(etime, event) ~ rcs(age, c(60, 70, 80))'
expect 0 'age = 63 (lower quartile)      1.69 (1.40 to 2.04)' "$anodyne" cox "$data" 'Surv(futime, death) ~ age * sex + hgb * mspike'
told 'likelihood-ratio test, p = 0.55); that is no proof'
expect 0 'sex: M against F (reference)' "$anodyne" finegray "$data" 'Surv(etime, event) ~ age * sex'
expect 0 'sex: M against F (reference): HR 1.83 (95 % CI 1.46 to 2.29) at 6, 1.75' "$anodyne" cox "$data" \
    'Surv(futime, death) ~ age + sex + tt(sex, log) + hgb + tt(hgb, cut = c(24, 60))' --hr-times 6,12,60
told 'hgb: its effect on the hazard of death changes with time'
told 'p < 0.001'
expect 0 'after 60  ' "$anodyne" finegray "$data" 'Surv(etime, event) ~ age + sex + tt(sex, cut = 60)' --profile 'age = 60, sex = F' --times 60
expect 2 'option residuals is not for a model with tt()' "$anodyne" cox "$data" 'Surv(futime, death) ~ age + tt(age)' --residuals all
expect 2 'tt() is a term of its own' "$anodyne" cox "$data" 'Surv(futime, death) ~ age * tt(sex)'
expect 2 'effects that change with time are for cox and finegray' "$anodyne" aft "$data" 'Surv(futime, death) ~ age + tt(age)'
expect 4 'has no value at time 0' "$anodyne" cox "$data" 'Surv(futime - 1, death) ~ age + tt(age, log)'
expect 0 'has a product with this covariate' "$anodyne" cox "$data" 'Surv(futime, death) ~ rcs(age, 3) * sex'
expect 2 'write rcs(x, 4)' "$anodyne" cox "$data" 'Surv(futime, death) ~ rcs(sex, 4)'
expect 2 'two knots of the spline are the same' "$anodyne" cox "$data" 'Surv(futime, death) ~ rcs(pstat, 4)'
expect 2 '`rcs` cannot stand here' "$anodyne" km "$data" 'Surv(futime, death) ~ rcs(age, 4)'
cat >visits.csv <<'END'
free,seen,arm
1,2,A
,4,A
3,6,B
3,3,A
5,9,B
7,,B
1,2,A
4,8,B
END
expect 0 'left-censored' "$anodyne" aft visits.csv '~ arm' --left free --right seen --dist loglogistic
expect 0 'half had the event at 3' "$anodyne" turnbull visits.csv '~ 1' --left free --right seen
expect 0 'given survival until entry' "$anodyne" aft "$data" 'Surv(etime / 2, futime, death) ~ sex + age'
expect 2 'error[U124]: the time is either' "$anodyne" aft visits.csv '~ arm' --left free
expect 2 'error[U124]: the time is two columns' "$anodyne" turnbull visits.csv '~ 1' --left free
printf 'free,seen\n1,2\n,\n5,7\n' >empty_ends.csv
expect 0 '1 of 3 rows are left out: missing: free and seen (1)' "$anodyne" turnbull empty_ends.csv '~ 1' --left free --right seen
printf 'free,seen\n1,2\n5,4\n' >swapped_ends.csv
expect 4 'error[D135]: seen is before free    at swapped_ends.csv:3:2' "$anodyne" turnbull swapped_ends.csv '~ 1' --left free --right seen

expect 0 'corrected for optimism' "$anodyne" validate "$data" 'Surv(futime, death) ~ age' --resamples 3
told 'Optimism is the mean over 3 '
expect 0 'Hazard ratios for event 2' "$anodyne" risk "$data" 'Surv(etime, event) ~ sex' --times 120 --resamples 2
told 'By 120 the absolute risk'
told 'of 2 bootstrap resamples'

expect 0 'relief 43.6 %' "$anodyne" multistate "$root/examples/states/states.csv" 'Surv(since, until, becomes) ~ cluster(id)' \
    --from state --censor lost --times 10
expect 0 'Moves seen' "$anodyne" multistate "$data" 'Surv(etime, event) ~ sex'

# Data in pieces, read again.
printf 'id,day,event,dose\n1,4,1,5\n1,9,1,5\n1,12,0,5\n2,7,0,8\n3,6,1,8\n' >events.csv
expect 0 '5 pieces out' "$anodyne" episodes events.csv 'Surv(day, event) ~ cluster(id)' --recurrent gap -o rows.csv
grep -q '^1,12,0,5,0,3,0,3$' rows.csv || { echo 'rows of recurrent events'; cat rows.csv; failed=1; }
expect 0 '10 pieces out' "$anodyne" episodes events.csv 'Surv(day, event) ~ 1' --cuts 5,9 -o pieces.csv
expect 0 '' "$anodyne" km pieces.csv 'Surv(ep_start, ep_stop, ep_event) ~ 1'
expect 2 'either --cuts or --recurrent' "$anodyne" episodes events.csv 'Surv(day, event) ~ 1' -o none.csv
absent none.csv

# -o writes the same bytes as standard output, and any number of threads does.
"$anodyne" cox "$data" 'Surv(futime, death) ~ age + sex' --format json --threads 1 >one.json 2>/dev/null
"$anodyne" cox "$data" 'Surv(futime, death) ~ age + sex' --format json --threads 3 -o three.json 2>/dev/null
cmp one.json three.json || failed=1
present three.json

# Names: Chinese, with blanks, with a point.
cat >zh.csv <<'END'
随访时间,死亡,ph.ecog,dose class
10,1,0,a
20,0,1,b
30,1,1,a
40,1,0,b
55,0,2,a
END
expect 0 'ph.ecog' "$anodyne" cox zh.csv 'Surv(随访时间, 死亡) ~ ph.ecog'
expect 0 'dose class' "$anodyne" km zh.csv 'Surv(随访时间, 死亡) ~ `dose class`'

# Findings are not failures: nobody has the event, one group, a constant, collinearity.
printf 't,e,g,x\n1,0,a,1\n2,0,b,1\n3,0,a,1\n4,0,b,1\n' >censored.csv
expect 0 'not reached' "$anodyne" km censored.csv 'Surv(t, e) ~ g'
expect 0 'M202' "$anodyne" km censored.csv 'Surv(t, e) ~ g'
expect 5 'error[M301]: none of the 4' "$anodyne" cox censored.csv 'Surv(t, e) ~ g'
expect 5 'error[M301]: none of the 4' "$anodyne" finegray censored.csv 'Surv(t, e) ~ g'
expect 0 'not seen' "$anodyne" cif censored.csv 'Surv(t, e) ~ g'
printf 't,e,g,x,y\n1,1,a,1,2\n2,0,a,1,4\n3,1,a,1,6\n4,1,a,1,8\n' >one.csv
expect 0 'one value only' "$anodyne" cox one.csv 'Surv(t, e) ~ x + y'
expect 0 '' "$anodyne" km one.csv 'Surv(t, e) ~ g'
expect 5 'error[M301]: only 1 group has patients' "$anodyne" logrank one.csv 'Surv(t, e) ~ g'
printf 't,e,g,x,y\n1,1,a,1,2\n2,0,b,2,4\n3,1,a,3,6\n4,1,b,4,8\n5,1,b,2,4\n6,0,a,6,12\n' >collinear.csv
expect 0 'M312' "$anodyne" cox collinear.csv 'Surv(t, e) ~ x + y'
printf 't,e,g\n1,1,a\n2,1,a\n3,1,a\n4,0,b\n5,0,b\n6,0,b\n' >separated.csv
expect 0 'M311' "$anodyne" cox separated.csv 'Surv(t, e) ~ g'
expect 0 'M203' "$anodyne" km separated.csv 'Surv(t, e) ~ g'
expect 0 'M331' "$anodyne" cif separated.csv 'Surv(t, e) ~ g'
expect 0 'M311' "$anodyne" finegray separated.csv 'Surv(t, e) ~ g'
finish
