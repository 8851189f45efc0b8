#!/bin/sh
# response, omed: what the bedside verbs on pain and opioids say, and what they refuse.
. "$(dirname "$0")/lib.sh"

expect 0 'partial response (PR)' "$anodyne" response --before 6 --after 3 --omed 60,30
told '3 points lower'
told '50 % less'
told 'Every reading gives the same class'
told 'not verified'
told 'score_ge3_rtog0631'
told 'moderate mild'
expect 0 '"PR"' "$anodyne" response --before 6 --after 3 --omed 60,30 --format json
expect 0 'indeterminate response (IR)' "$anodyne" response --before 6 --after 8 --omed 60,75
told 'leaves open: 2 points higher or more, and at least 25 % more opioid'
expect 0 'pain progression (PP)' "$anodyne" response --before 6 --after 8 --omed 60,75 --pp-extended
expect 0 'indeterminate response (IR)' "$anodyne" response --before 6 --after 4 --omed 60,61
expect 0 'partial response (PR)' "$anodyne" response --before 6 --after 4 --omed 60,61 --opioid-increase quarter
expect 0 'pain progression (PP)' "$anodyne" response --before 6 --after 8 --omed 60,45
expect 0 'indeterminate response (IR)' "$anodyne" response --before 6 --after 8 --omed 60,45 --stable unchanged
expect 0 'not assessable (NA)' "$anodyne" response --before 6 --after 3
told 'needs both opioid doses'
expect 0 'partial response (PR*)' "$anodyne" response --before 6 --after 3 --missing-opioid score_only
told '* by the score alone'
expect 0 'not eligible (NE)' "$anodyne" response --before 1 --after 0 --omed 0,0
expect 0 'confounded_systemic' "$anodyne" response --before 6 --after 3 --omed 60,30 --systemic
expect 2 'needs --before and --after' "$anodyne" response --before 6
expect 2 'two doses are needed' "$anodyne" response --before 6 --after 3 --omed 60
expect 2 'error[' "$anodyne" response --before 11 --after 3
expect 2 'did you mean --omed?' "$anodyne" response --before 6 --after 3 --omd 60,30

expect 0 'cdc2022: 120 mg/day.' "$anodyne" omed 'morphine oral 60 mg/day' 'fentanyl transdermal 25 ug/h'
told 'canada2010: total missing, for fentanyl transdermal 25 ug/h.'
told 'fentanyl transdermal 25 ug/h has no factor in canada2010'
told 'must not be used to convert a patient'
expect 0 '"value": 120' "$anodyne" omed 'Morphine PO 60 mg/d' 'fentanyl patch 25 mcg/h' --table cdc2022 --format json
expect 0 'cdc2022: 40 mg/day.' "$anodyne" omed 'tramadol oral 200 mg/day'
told 'vonkorff2008: 20 mg/day.'
expect 0 'dezocine parenteral 5 mg/day has no factor in any table shown' "$anodyne" omed 'dezocine iv 5 mg/day'
expect 0 'Methadone: its factor depends on the dose' "$anodyne" omed 'methadone oral 20 mg/day'
expect 0 'no strength of a patch' "$anodyne" omed 'fentanyl transdermal 4200 ug/h'
expect 0 'from memory' "$anodyne" omed 'morphine sc 10 mg/day' --table parenteral_unverified
told '(not verified)'
expect 0 'above 2000 mg/day' "$anodyne" omed 'morphine oral 2400 mg/day' --table cdc2022
expect 2 'is not a dose' "$anodyne" omed 'morphine 60'
expect 2 'did you mean cdc2022?' "$anodyne" omed 'morphine oral 60 mg/day' --table cdc2021
expect 2 'something is missing' "$anodyne" omed

# pain: the same doses by another table of factors
cat >doses.csv <<'END'
b,f,ob,of,ob2,of2,methadone
6,3,60,60,60,90,no
6,6,60,60,60,40,no
6,3,60,60,60,60,yes
END
expect 0 'change class against the main table' "$anodyne" pain doses.csv 'f ~ b' --opioid-baseline ob --opioid-followup of \
    --opioid-baseline-other ob2 --opioid-followup-other of2 --methadone methadone
told '(rows 1, 2 of the data, the first is 1)'
told 'Without users of'
expect 2 'are pairs' "$anodyne" pain doses.csv 'f ~ b' --opioid-baseline ob --opioid-followup of --opioid-baseline-other ob2

# relief: one long file
cat >diary.csv <<'END'
id,day,score,opioid,death,last
1,0,6,60,,200
1,30,3,60,,200
1,90,8,60,,200
2,0,6,0,40,40
2,30,6,0,40,40
3,0,5,20,,100
3,30,2,20,,100
3,95,2,20,,100
4,0,1,0,,100
4,30,0,0,,100
5,10,4,0,,100
END
expect 0 'Cumulative incidence of the first response' "$anodyne" relief diary.csv 'score ~ day + cluster(id)' --opioid opioid --death death --last last
told 'By day 30 the cumulative incidence of response was 66.7 %'
told 'of 3 patients or lesions with a baseline score of at least 2'
told 'Baseline score below 2'
told 'No score at or before day 0'
told 'Flare cannot be judged in 3 of 3'
expect 0 'rest on the scores alone' "$anodyne" relief diary.csv 'score ~ day + cluster(id)'
sed 's/^3,95,2,20,,100/3,95,2,20,,101/' diary.csv >differs.csv
expect 4 'row 8: last differs from other rows of the same id' "$anodyne" relief differs.csv 'score ~ day + cluster(id)' --last last
sed 's/,40,40/,20,40/' diary.csv >dead.csv
expect 4 'row 5: a score after death' "$anodyne" relief dead.csv 'score ~ day + cluster(id)' --death death
expect 5 'nobody has a score of at least 9' "$anodyne" relief diary.csv 'score ~ day + cluster(id)' --min-baseline 9

finish
