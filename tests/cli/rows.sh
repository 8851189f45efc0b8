#!/bin/sh
# Rows are not patients where one patient has several: every analysis says so, and of how many.
. "$(dirname "$0")/lib.sh"

# Eight persons in three hospitals, two rows each.
{
    echo 'id,hospital,arm,time,status,cause,before,after,dose,fractions,age'
    for i in 1 2 3 4 5 6 7 8; do
        for k in 1 2; do
            echo "p$i,h$((i % 3)),$([ $((i % 2)) = 0 ] && echo a || echo b),$((7 * i + 11 * k)),$(((i + k) % 2)),$(((i + k) % 3)),$((i % 4 + 4)),$(((i + k) % 4)),$((4 + i % 3)),5,$((50 + i))"
        done
    done
} >twice.csv

# says WORDS..., in text; and never a patient but in what is said of patients in general.
counts_rows() {
    expect 0 '16 rows of 8 persons (id)' "$@"
    if grep -qE '(^| )[0-9]+ patients?|^Patients|  Patients  |All patients' said; then
        echo "rows are called patients: $*"
        grep -nE '[0-9]+ patients?|Patients|All patients' said
        failed=1
    fi
}

counts_rows "$anodyne" cox twice.csv 'Surv(time, status) ~ arm + age + cluster(id)'
counts_rows "$anodyne" finegray twice.csv 'Surv(time, cause) ~ arm + cluster(id)'
counts_rows "$anodyne" km twice.csv 'Surv(time, status) ~ arm + cluster(id)' --times 20,40
counts_rows "$anodyne" km twice.csv 'Surv(time, status) ~ 1 + cluster(id)'
counts_rows "$anodyne" cif twice.csv 'Surv(time, cause) ~ arm + cluster(id)'
counts_rows "$anodyne" cif twice.csv 'Surv(time, cause) ~ 1 + cluster(id)'

# The test of the curves would count each person twice.
expect 0 'No log-rank test' "$anodyne" km twice.csv 'Surv(time, status) ~ arm + cluster(id)'

# Clusters of another kind are not persons; without a cluster a row is a patient, and so is
# one where no cluster has two.
expect 0 '16 rows in 3 clusters (hospital)' "$anodyne" cox twice.csv 'Surv(time, status) ~ arm + cluster(hospital)'
expect 0 '16 patients' "$anodyne" cox twice.csv 'Surv(time, status) ~ arm'
awk -F, 'NR == 1 || !seen[$1]++' twice.csv >once.csv
expect 0 '8 patients' "$anodyne" cox once.csv 'Surv(time, status) ~ age + cluster(id)'

# A study knows by its identifier, in every analysis and in the flow.
cat >study.yaml <<'END'
study: {id: twice, title: Two rows each}
sources:
  clinic: {file: twice.csv, rows: any, id: id}
variables:
  arm: {from: arm, type: category, levels: {a: [a], b: [b]}}
  time: {from: time, type: number, unit: days}
  status: {from: status, type: logical}
  before: {from: before, type: integer, range: [0, 10]}
  after: {from: after, type: integer, range: [0, 10]}
  dose: {from: dose, type: number, unit: Gy}
  fractions: {from: fractions, type: integer}
  age: {from: age, type: integer}
events:
  relapse: {time: time, status: status, competing: [], label: Relapse}
censoring: {at: time}
pain:
  baseline: {score: before}
  visits:
    - {name: 1 month, score: after}
analyses:
  - {analysis: flow}
  - {analysis: table1, by: arm, variables: [age]}
  - {analysis: treatment, by: arm, dose_per_fraction: dose, fractions: fractions}
  - {analysis: pain, by: arm}
  - {analysis: km, event: relapse, by: arm}
  - {analysis: logrank, event: relapse, by: arm}
  - {analysis: safety, event: relapse}
  - {analysis: cox, event: relapse, covariates: [age]}
END
expect 0 'N105' "$anodyne" run study.yaml
for word in '16 rows of 8 persons (id) are in the population' 'Of 16 rows in the data' \
    'Rows with both scores' 'All rows 16'; do
    told "$word"
done
[ "$(grep -c 'note\[N105\]\|warning\[N105\]' said)" -eq 7 ] || { echo 'not every analysis warns'; failed=1; }
! grep -qE '(^| )[0-9]+ patients?( |,|$)' said || { echo 'rows are called patients'; grep -nE '[0-9]+ patients?' said; failed=1; }
# Large counts have commas in sentences and captions too, and no power of ten.
awk 'BEGIN { print "t,d"; for (i = 0; i < 1200000; i++) print i % 900 "," 1 }' >registry.csv
expect 0 '1,200,000 of 1,200,000 patients (100.0 %)' "$anodyne" km registry.csv 'Surv(t, d) ~ 1'
grep -q 'e+0' said && { echo 'a count is written with a power of ten'; grep 'e+0' said; failed=1; }

finish
