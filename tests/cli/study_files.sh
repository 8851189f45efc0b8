#!/bin/sh
# Study files and their data: every mistake with its line or cell, its code, exit 3 or 4.
. "$(dirname "$0")/lib.sh"

cat >good.csv <<'END'
id,age,sex,dose,fx,start,end,nrs0,nrs1,death,visit
P1,61,M,4.5,7,2021-01-04,2021-01-12,6,2,2021-09-01,2021-08-20
P2,55,F,6,5,2021-02-04,2021-02-10,5,0,,2022-04-01
P3,70,M,8,3,2021-03-04,2021-03-08,4,4,,2022-05-01
P4,66,F,4.5,7,2021-04-04,2021-04-14,7,5,2022-01-01,2021-12-30
P5,48,F,5,5,2021-05-04,2021-05-14,8,,2021-05-20,2021-05-18
END
cat >good.yaml <<'END'
study: {id: small, title: Small study}
sources:
  clinic: {file: good.csv, rows: patient, id: id}
variables:
  age: {from: age, type: integer, range: [18, 110]}
  sex: {from: sex, type: category, levels: {male: [M], female: [F]}, reference: female}
  dose: {from: dose, type: number, unit: Gy}
  dose_class: {cut: {of: dose, breaks: [5]}, reference: ">= 5 Gy"}
  bed: {expr: "bed(dose, fx, 10)"}
  fx: {from: fx, type: integer}
  start: {from: start, type: date}
  end: {from: end, type: date, not_before: start}
  days: {days_between: [start, end]}
  nrs0: {from: nrs0, type: integer}
  nrs1: {from: nrs1, type: integer, missing: [99]}
  death: {from: death, type: date}
  visit: {from: visit, type: date}
time_zero: start
events:
  death: {date: death, label: Death}
censoring: visit
pain:
  baseline: {score: nrs0}
  visits:
    - {name: 1 month, score: nrs1, at: 30}
population:
  include:
    - {when: age >= 50, reason: younger than 50 years}
analyses:
  - flow
  - {analysis: table1, by: dose_class, variables: [age, sex, bed, days]}
  - {analysis: pain, visit: 1 month}
  - {analysis: km, event: death, by: dose_class, options: {conf_level: 0.9}}
  - {analysis: cox, event: death, covariates: [age]}
END
expect 0 'ready' "$anodyne" check good.yaml
expect 0 'younger than 50 years' "$anodyne" run good.yaml
expect 0 '"used": ' "$anodyne" run good.yaml --format json -q
grep -q '"study": "small"' said || { echo 'no provenance'; failed=1; }

# broken EDIT CODE WORDS: the study file after a sed edit fails with exit 3.
broken() {
    sed "$1" good.yaml >bad.yaml
    expect 3 "error[$2]" "$anodyne" check bad.yaml
    grep -qF -e "$3" said || { echo "does not say '$3' after $1"; cat said; failed=1; }
}
broken 's/^censoring/censorin/' S201 'did you mean `censoring`?'
broken 's/by: dose_class, var/bye: dose_class, var/' S201 'did you mean `by`?'
broken 's/range: \[18, 110\]/range: [110, 18]/' S206 'bad.yaml:5'
broken 's/from: age/from: agee/' S204 'did you mean `age`?'
broken 's/covariates: \[age\]/covariates: [aeg]/' U111 'did you mean `age`?'
broken 's/conf_level: 0.9/conf_level: 9/' U104 'conf-level is outside'
broken 's/conf_level/conf_lvel/' U103 'did you mean `conf_level`?'
broken 's/type: integer, range/type: intger, range/' S208 'did you mean `integer`?'
broken 's/event: death, by/event: deth, by/' S205 'did you mean `death`?'
broken 's/analysis: cox/analysis: coxx/' S205 'did you mean `cox`?'
broken 's/visit: 1 month/visit: 2 months/' S205 'did you mean `1 month`?'
broken 's/reference: female/reference: femal/' S205 'did you mean `female`?'
broken 's/when: age >= 50/when: age >> 50/' U110 '^'
broken 's/breaks: \[5\]/breaks: [5, 4]/' S206 'ascend'
broken 's/time_zero: start/time_zero: age/' S202 'is not a date'
broken 's/^events:/events: {/' S200 'YAML'
broken 's/^time_zero: start/time_zero start/' S200 'a key without a colon    at bad.yaml:18:1'
tab=$(printf '\t')
broken "s/^  age:/${tab}age:/" S200 'a tab at the beginning of a line    at bad.yaml:5:1'
broken 's/at: 30/at: 30, window: [40, 60]/' S206 'outside its window'
broken '$s/$/\nreport: {figure_width: 17}/' S206 'figure_width must lie in 80 to 400 mm'
broken 's/  fx: {/  age: {/' S200 'is there twice'
# What an analysis refuses when it runs is shown where the study asks for it.
sed 's/  - flow/  - {analysis: landmark, event: death}/' good.yaml >refused.yaml
expect 3 'error[U124]: a landmark is needed' "$anodyne" run refused.yaml
line=$(grep -n landmark refused.yaml | cut -d: -f1)
grep -qF "at refused.yaml:$line:" said || { echo 'a refusal without its line'; cat said; failed=1; }
broken 's/  fx: {from/  fx: \&x {from/; s/  start: .*/  start: *x/' S200 'aliases'
sed 's/$/\r/' good.yaml >crlf.yaml
expect 0 'ready' "$anodyne" check crlf.yaml
expect 3 'good.csv is a table, not a study file' "$anodyne" check good.csv
expect 3 'anodyne init good.xlsx' "$anodyne" report good.xlsx
expect 7 'name a file' "$anodyne" check .
broken 's/, type: number, unit: Gy//' S203 'has no type'
expect 7 'error[I001]' "$anodyne" check nothere.yaml
printf 'a: [1, 2\n' >cut.yaml
expect 3 'error[S200]' "$anodyne" check cut.yaml
printf '\377\376' >bytes.yaml
expect 3 'UTF-8' "$anodyne" check bytes.yaml

# wrong EDIT CODE CELL: the data after a sed edit fail with exit 4 at this cell.
cp good.csv whole.csv
wrong() {
    sed "$1" whole.csv >good.csv
    expect 4 "error[$2]" "$anodyne" check good.yaml
    grep -qF -e "good.csv:$3" said || { echo "not at $3 after $1"; cat said; failed=1; }
    cp whole.csv good.csv
}
wrong '2s/,6,2,/,11,2,/' D117 2:8
wrong '3s/,55,/,5,/' D117 3:2
wrong '3s/,55,/,old,/' D118 3:2
wrong '3s/,55,/,55.5,/' D129 3:2
wrong '4s/,M,/,X,/' D119 4:3
wrong '2s/2021-01-12/2020-01-12/' D121 2:7
wrong '2s/2021-09-01/2020-09-01/' D122 2:10
wrong '3s/2022-04-01/2020-04-01/' D122 3:11
wrong '2s/2021-08-20/2021-12-20/' D124 2:11
wrong 's/^P4/P1/' D123 5:1
wrong '3s/2021-02-04/04.02.2021/' D102 3:6
wrong '3s/2021-02-04/24.02.2021/' D125 3:6
wrong '3s/2021-02-04/soon/' D125 3:6
wrong '3s/2021-02-04/2021-02-04 ?/' D125 3:6
wrong '3s/2021-02-04/2021-02-30/' D125 3:6
grep -qF 'no such day' said || { echo 'a day that no calendar has is not explained'; failed=1; }
wrong '3s/2021-02-04/4.2.21/' D125 3:6
grep -qF 'two centuries' said || { echo 'a year of two digits is not explained'; failed=1; }
grep -qF 'D126' said && { echo 'a date that cannot be read is called missing'; failed=1; }
wrong '3s/,55,/,55 y,/' D118 3:2
grep -qF 'unit' said || { echo 'a unit in a number is not explained'; failed=1; }
wrong '3s/,6,5,/,<6,5,/' D118 3:4
grep -qF 'more or less than' said || { echo 'a limit in a number is not explained'; failed=1; }
wrong '3s/,6,5,/,#N\/A,5,/' D118 3:4
grep -qF 'spreadsheet' said || { echo 'an error value is not explained'; failed=1; }
wrong '3s/2021-02-04//' D126 3:6
wrong 's/^P2//' D126 3:1
grep -qF 'error[D126]' said || failed=1
sed '3s/2021-02-04/04.02.2021/' whole.csv >good.csv
"$anodyne" check good.yaml >said 2>&1
grep -qF 'day/month/year and month/day/year' said || {
    echo 'an ambiguous date lacks one of its readings'; cat said; failed=1; }
sed -i.bak 's/start: {from: start, type: date}/start: {from: start, type: date, format: dmy}/' good.yaml
expect 0 'ready' "$anodyne" check good.yaml
cp good.yaml.bak good.yaml
cp whole.csv good.csv

# A date that can hardly be meant is named, and taken as it is.
sed '3s/2021-02-04/1851-02-04/; 4s/2022-05-01/2122-05-01/' whole.csv >good.csv
expect 0 'warning[D134]' "$anodyne" check good.yaml
for words in 'before 1900    at good.csv:3:6' 'later than today    at good.csv:4:11'; do
    grep -qF "$words" said || { echo "does not say '$words'"; cat said; failed=1; }
done
sed '3s/2021-02-04/2021-02-04 10:30/' whole.csv >good.csv
expect 0 'ready' "$anodyne" check good.yaml
cp whole.csv good.csv

# Several problems are all listed at once.
sed '2s/,6,2,/,11,2,/; 4s/,M,/,X,/; 5s/2022-01-01/2020-01-01/' whole.csv >good.csv
"$anodyne" check good.yaml >said 2>&1
for code in D117 D119 D122; do
    grep -qF "error[$code]" said || { echo "not all problems are listed: $code"; failed=1; }
done
cp whole.csv good.csv

# One analysis that cannot be done does not stop the others.
sed 's/covariates: \[age\]/covariates: [age], where: age > 200/' good.yaml >partly.yaml
expect 0 'could not be done' "$anodyne" run partly.yaml
grep -q 'Kaplan-Meier' said || { echo 'the other analyses are missing'; failed=1; }

# A second source is joined by patient; strangers are said.
printf 'id,alb\nP1,35\nP2,41\nP9,30\n' >lab.csv
sed -e 's/^variables:/  lab: {file: lab.csv, id: id}\nvariables:\n  alb: {source: lab, from: alb, type: number}/' good.yaml >two.yaml
expect 0 'warning[D128]' "$anodyne" check two.yaml


# Files that crashed an earlier reader (found by fuzzing): a message, not a crash.
for file in "$root"/tests/data/hostile-studies/*.yaml; do
    expect 3 'error[S' "$anodyne" check "$file"
done
finish
