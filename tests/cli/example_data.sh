#!/bin/sh
# The example data: made again byte by byte. The cohort: the seed's fixture exactly, the workbook equal to the text file.
. "$(dirname "$0")/lib.sh"

wrong() { echo "$1"; failed=1; }

# The clinic's records.
records="$root/examples/spine-records"
mkdir records
"$(dirname "$anodyne")/examples/generate-spine-records" records || wrong "generate-spine-records"
for name in patients lesions courses pain opioids labs events bone_agents plan_doses; do
    cmp "records/$name.csv" "$records/$name.csv" || wrong "$name.csv is not what generate.c makes"
done

generate=$(dirname "$anodyne")/examples/generate-spine-hfrt
data="$root/examples/spine-hfrt"
SOURCE_DATE_EPOCH=1767225600 "$generate" . || wrong "generate"
for name in cohort cohort-attrition; do
    cmp "$name.csv" "$data/$name.csv" || wrong "$name.csv is not what generate.c makes"
done

# 58 patients, baseline NRS sum 199, one-month sum 87, 49 improved, no myelitis, 35-45 deaths, 15-20 re-irradiations.
awk -F, 'NR == 1 {for (i = 1; i <= NF; i++) at[$i] = i; next}
    {n++; b += $at["nrs_baseline"]; f += $at["nrs_1month"]; better += $at["nrs_1month"] < $at["nrs_baseline"]
     dead += $at["death_date"] != ""; again += $at["reirradiation_date"] != ""; myelitis += $at["myelitis_date"] != ""
     low += $at["dose_per_fraction_gy"] < 5}
    END {exit !(n == 58 && b == 199 && f == 87 && better == 49 && myelitis == 0 && dead >= 35 && dead <= 45 &&
                again >= 15 && again <= 20 && low > 0 && low < 58)}' "$data/cohort.csv" || wrong "fixture"

# Same content in both formats.
variables='~ age + sex + primary_tumour + kps + alp_u_l + albumin_g_l + dose_per_fraction_gy + nrs_baseline + nrs_1month'
for name in cohort cohort-attrition; do
    for format in csv xlsx; do
        "$anodyne" table1 "$data/$name.$format" "$variables" --format csv >"$format.out" 2>/dev/null || wrong "$name.$format"
    done
    cmp csv.out xlsx.out || wrong "$name: workbook and text differ"
done
finish
