#!/bin/sh
# Every reference case of every method in methods.def passes. AN_ORACLE names the folder that holds `compare` and
# `visible`; it is not part of the project, so its absence is a skip with a reason.
set -eu
run=$1
cd "$(dirname "$0")/../.."
folder=${AN_ORACLE:-../shared/oracle}
if [ ! -x "$folder/compare" ]; then
    echo "skipped: no reference cases in $folder (set AN_ORACLE)"
    exit 77
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
methods=$(sed -n 's/^OR_METHOD(\([a-z_0-9]*\),.*/\1/p' tests/oracle/methods.def)
# shellcheck disable=SC2086  # a list of words
"$run" "$folder/visible" "$out" $methods
flags=$(for method in $methods; do printf -- '--method %s ' "$method"; done)
# shellcheck disable=SC2086
"$folder/compare" "$folder/visible" "$out" $flags
