#!/bin/sh
# Memcheck over the example report, analyses from a file, and refusals: no error, and no block of
# ours lost. `expect CODE ARGS`: with that exit code.
set -eu
anodyne=$1
cd "$(dirname "$0")/../.."
command -v valgrind >/dev/null || { echo 'skipped: no valgrind'; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
expect() {
    code=$1
    shift
    got=0
    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
        --suppressions=tests/valgrind.supp "$anodyne" "$@" >"$out/said" 2>&1 || got=$?
    [ "$got" -eq "$code" ] || { echo "exit code $got: $*"; cat "$out/said"; exit 1; }
    if grep -q '^==[0-9]*==' "$out/said"; then cat "$out/said"; exit 1; fi
}
expect 0 report examples/spine-hfrt/study-attrition.yaml -o "$out/results"
expect 0 cox examples/mgus2/mgus2.csv 'Surv(futime, death) ~ age + sex + hgb' --format json
expect 0 cif examples/mgus2/mgus2.csv 'Surv(etime, event) ~ sex' --format csv
expect 0 pain examples/spine-hfrt/cohort.csv 'nrs_1month ~ nrs_baseline' --format markdown
expect 0 init examples/spine-hfrt/cohort.xlsx -o "$out/first.yaml"
sed 's/^P003,/P002,/; s/female/femal/' examples/spine-hfrt/cohort.csv >"$out/cohort.csv"
sed 's/cohort\.xlsx/cohort.csv/; s/^ *age: .*/  age: {from: aeg}/' examples/spine-hfrt/study.yaml >"$out/study.yaml"
expect 3 report "$out/study.yaml" -o "$out/none"
sed 's/cohort\.xlsx/cohort.csv/' examples/spine-hfrt/study.yaml >"$out/study.yaml"
sed -i 's/levels: {male: {zh: 男}, female: {zh: 女}}/levels: [male, female]/' "$out/study.yaml"
expect 4 report "$out/study.yaml" -o "$out/none"
expect 2 cox examples/mgus2/mgus2.csv 'Surv(futime, deth) ~ age + (sex'
