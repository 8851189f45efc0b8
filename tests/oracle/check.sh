#!/bin/sh
# Every reference case of every method in methods.def passes, but those of known_differences.txt. AN_ORACLE names the
# folder that holds `compare` and `visible`; it is not part of the project, so its absence is a skip with a reason.
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
"$folder/compare" "$folder/visible" "$out" $flags --json "$out/verdicts" || true
python3 - "$out/verdicts" tests/oracle/known_differences.txt <<'P'
import json
import sys

verdicts = {v["id"]: v["verdict"] for v in json.load(open(sys.argv[1], encoding="utf-8"))}
known = {line.split()[0] for line in open(sys.argv[2], encoding="utf-8") if line.strip() and line[0] != "#"}
failed = {i for i, verdict in verdicts.items() if verdict != "passed"}
for i in sorted(failed - known):
    print(f"differs, and is not a known difference: {i}")
for i in sorted(known - failed):
    print(f"known difference that passes now (remove its line): {i}")
print(f"{len(verdicts) - len(failed)} of {len(verdicts)} cases pass, {len(failed & known)} known differences")
sys.exit(failed != known)
P
