#!/bin/sh
# anodyne init: a clean table gives a study file that passes; what is ambiguous does not.
. "$(dirname "$0")/lib.sh"

for data in spine-hfrt/cohort.csv spine-hfrt/cohort.xlsx spine-hfrt/cohort-attrition.csv mgus2/mgus2.csv; do
    name=$(basename "$data")
    cp "$root/examples/$data" .
    expect 0 "$name.yaml" "$anodyne" init "$name" -o "$name.yaml"
    expect 0 'ready' "$anodyne" check "$name.yaml"
    expect 0 '' "$anodyne" run "$name.yaml" -q
done
expect 0 'Pain before radiotherapy' "$anodyne" init cohort.csv -o -
expect 0 'by its name' "$anodyne" init cohort.csv -o -
expect 2 'exists already' "$anodyne" init cohort.csv -o cohort.csv.yaml
expect 0 '' "$anodyne" init cohort.csv -o cohort.csv.yaml --force

cat >zh.csv <<'END'
住院号,姓名,性别,年龄,原发灶,单次剂量,次数,疗前NRS,疗后1月NRS,吗啡日剂量(前),吗啡日剂量(1月),放疗开始,死亡日期,末次随访,白蛋白
A1,甲,男,61,肺,4.5,7,6,2,30,20,2021-03-04,2021-09-01,2021-08-20,35
A2,乙,女,55,乳腺,6,5,5,0,0,0,2021-04-04,,2022-04-01,41
A3,丙,女,70,肺,8,3,4,3,10,0,2021-05-04,,2022-05-01,40
A4,丁,男,66,前列腺,4.5,7,7,5,60,60,2021-06-04,2022-01-01,2021-12-30,38
END
expect 0 '' "$anodyne" init zh.csv -o zh.yaml
for words in 'nrs_baseline: {from: "疗前NRS"' 'opioid_1month: {from: "吗啡日剂量(1月)"' 'time_zero: rt_start' \
    'censoring: last_visit' 'death: {date: death_date' 'left out, because it names a person: "姓名"'; do
    grep -qF -e "$words" zh.yaml || { echo "zh.yaml lacks: $words"; failed=1; }
done
expect 0 'ready' "$anodyne" check zh.yaml
expect 0 '' "$anodyne" run zh.yaml -q

# 03/04/2021: a question, not a guess. Answered, it passes.
sed 's/2021-03-04/03\/04\/2021/; s/2021-04-04/05\/04\/2021/; s/2021-05-04/04\/05\/2021/; s/2021-06-04/04\/06\/2021/' zh.csv >ambiguous.csv
expect 0 '' "$anodyne" init ambiguous.csv -o ambiguous.yaml
expect 3 'error[S209]' "$anodyne" check ambiguous.yaml
sed -e '/^questions:/,$d' ambiguous.yaml >deleted.yaml
expect 4 'error[D102]' "$anodyne" check deleted.yaml
sed -e 's/\(rt_start: .*type: date\)/\1, format: dmy/' deleted.yaml >answered.yaml
expect 0 'ready' "$anodyne" check answered.yaml

# A score outside its scale keeps its meaning, and is found.
sed '2s/,6,2,/,11,2,/' zh.csv >eleven.csv
expect 0 '' "$anodyne" init eleven.csv -o eleven.yaml
expect 4 'eleven.csv:2:8' "$anodyne" check eleven.yaml
# The study file finds its data from where it is, and reads them as they were read here.
mkdir -p elsewhere
expect 0 '' "$anodyne" init cohort.csv -o elsewhere/first.yaml
expect 0 'ready' "$anodyne" check elsewhere/first.yaml
grep -qF 'file: "../cohort.csv"' elsewhere/first.yaml || { echo 'the data are not named from the study file'; failed=1; }
grep -q '^  title: cohort.csv' elsewhere/first.yaml || grep -q '^  title: "cohort.csv"' elsewhere/first.yaml ||
    { echo 'the title is not the name of the file'; failed=1; }
sed '1s/age/alter/; s/female/weiblich \xC3\xBC/' cohort.csv | iconv -f UTF-8 -t WINDOWS-1252 | tr , ';' >german.csv
expect 0 '' "$anodyne" init german.csv --encoding windows-1252 --delimiter ';' -o german.yaml
grep -q 'encoding: .*windows-1252' german.yaml || { echo 'the encoding is not in the study file'; cat german.yaml; failed=1; }
expect 0 'ready' "$anodyne" check german.yaml

# A title above the names of the columns.
title=$root/tests/data/hostile/title_row.xlsx
expect 4 'looks like a title' "$anodyne" table1 "$title" '~ 1'
expect 4 'perhaps 2' "$anodyne" table1 "$title" '~ 1'
expect 0 '' "$anodyne" init "$title" --header-row 2 -o title.yaml
grep -q 'header_row: 2' title.yaml || { echo 'the row of the header is not in the study file'; failed=1; }
expect 2 'header-row: `0` is not' "$anodyne" table1 "$title" '~ 1' --header-row 0
finish
