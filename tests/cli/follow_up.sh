#!/bin/sh
# What happens after time zero: values known later, exposures that begin and end, events made of events.
. "$(dirname "$0")/lib.sh"

# Twelve patients; response is seen at a visit, a bone agent begins and ends on some day.
cat >cohort.csv <<'END'
id,age,start,response,seen,bma_start,bma_stop,fracture,reirradiation,death,visit
P1,61,2021-01-01,yes,2021-01-31,2021-02-20,,2021-03-02,2021-03-12,2021-07-20,2021-07-10
P2,55,2021-01-01,no,2021-01-29,2020-12-01,2021-04-11,,,,2021-10-28
P3,70,2021-01-01,yes,2021-02-05,,,2021-02-10,2021-05-01,,2021-09-08
P4,66,2021-01-01,no,2021-01-31,,,,,2021-03-02,2021-03-01
P5,48,2021-01-01,,,2021-01-11,,,2021-01-31,2021-02-20,2021-02-19
P6,73,2021-01-01,yes,2021-02-02,2020-11-01,,,,2021-06-10,2021-06-01
P7,59,2021-01-01,no,2021-02-01,,,2021-04-01,,2021-05-01,2021-04-28
P8,64,2021-01-01,yes,2021-01-30,2021-03-02,2021-05-01,,2021-06-20,,2021-12-27
P9,51,2021-01-01,no,2021-01-31,,,,,2021-04-11,2021-04-10
P10,77,2021-01-01,no,2021-01-28,2021-02-10,,2021-03-22,,2021-08-09,2021-08-01
P11,68,2021-01-01,yes,2021-02-03,,,,2021-03-12,,2021-11-17
P12,62,2021-01-01,yes,2021-02-01,2020-10-01,2021-02-25,2021-02-15,,,2021-12-07
END
cat >base.yaml <<'END'
study: {id: follow}
sources:
  clinic: {file: cohort.csv, rows: patient, id: id}
variables:
  age: {type: integer}
  start: {type: date}
  seen: {type: date}
  response: {type: logical, known: seen, label: Response}
  relief: {expr: "ifelse(response, 1, 0)"}
  bma_start: {type: date}
  bma_stop: {type: date}
  fracture: {type: date}
  reirradiation: {type: date}
  death: {type: date}
  visit: {type: date}
time_zero: start
events:
  death: death
  fracture: fracture
  reirradiation: {date: reirradiation, label: Re-irradiation}
censoring: {at: visit, event_after: use}
END

# study NAME: base.yaml and the analyses that follow on stdin.
study() {
    { cat base.yaml; echo 'analyses:'; cat; } >"$1"
}

# ---- Known after time zero ----
study known.yaml <<'END'
  - {analysis: km, id: curves, event: death, by: response}
  - {analysis: cox, id: derived, event: death, covariates: [age, relief]}
  - {analysis: cif, id: chosen, event: fracture, where: response}
  - {analysis: landmark, id: early, event: death, by: response, options: {landmarks: [20]}}
  - {analysis: landmark, id: landmark, event: death, by: response, options: {landmarks: [40]}}
  - {analysis: table1, id: patients, by: response, variables: [age]}
END
expect 0 'warning[M380]: Response was known only after time zero in 11 of 11 patients' "$anodyne" check known.yaml
expect 0 '' "$anodyne" run known.yaml
[ "$(grep -c 'could not be done: Response was known only after time zero' said)" = 3 ] || {
    echo 'not refused three times'
    cat said
    failed=1
}
told 'could not be done: Response was known only after the landmark in 11 of 11 patients'
told '11 of 11 patients were still followed'
sed 's/known: seen/known_at: 30/' known.yaml >day.yaml
expect 0 'column response; known at day 30' "$anodyne" run day.yaml --format json -q
sed 's/known: seen/known_at: 0/' known.yaml >zero.yaml
expect 0 '' "$anodyne" run zero.yaml
untold 'M380'
sed 's/known: seen/known: seen, known_at: 30/' known.yaml >both.yaml
expect 3 'error[S207]: response has both known and known_at' "$anodyne" check both.yaml
sed 's/known: seen/known: age/' known.yaml >number.yaml
expect 3 'known: age is not a date' "$anodyne" check number.yaml
sed 's/^P4,\(.*\),2021-01-31,,,/P4,\1,,,,/' cohort.csv >undated.csv
sed 's/cohort.csv/undated.csv/' known.yaml >undated.yaml
expect 0 'and in 1 its date is not known' "$anodyne" check undated.yaml

finish
