#!/bin/sh
# Memcheck over the example report and analyses from a file: no error, and no block of ours lost.
set -eu
anodyne=$1
cd "$(dirname "$0")/../.."
command -v valgrind >/dev/null || { echo 'skipped: no valgrind'; exit 77; }
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
check() {
    valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite,possible \
        --suppressions=tests/valgrind.supp "$anodyne" "$@" >"$out/said" 2>&1 || { cat "$out/said"; exit 1; }
}
check report examples/spine-hfrt/study-attrition.yaml -o "$out/results"
check cox examples/mgus2/mgus2.csv 'Surv(futime, death) ~ age + sex + hgb' --format json
check cif examples/mgus2/mgus2.csv 'Surv(etime, event) ~ sex' --format csv
check init examples/spine-hfrt/cohort.xlsx -o "$out/first.yaml"
