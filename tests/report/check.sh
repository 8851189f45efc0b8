#!/bin/sh
# The example report, number by number, against R (expected values: spine_hfrt.R, versions named there).
set -eu
anodyne=$1
cd "$(dirname "$0")/../.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
"$anodyne" report examples/spine-hfrt/study.yaml -o "$out" >/dev/null 2>&1
python3 tests/report/compare.py "$out/latest/numbers.json" tests/report/spine_hfrt.csv
