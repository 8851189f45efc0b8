#!/bin/sh
# The methods reviewer: its page and review.json in the report, its rules in the manual.
. "$(dirname "$0")/lib.sh"
study=$root/examples/spine-hfrt/study.yaml

expect 0 'report.html' "$anodyne" report "$study" -o results
present results/latest/review.json
grep -q 'What a reviewer will ask' results/latest/report.html || { echo 'no page of the reviewer'; failed=1; }
python3 - results/latest/review.json "$root/docs/methods/review.md" "$root/data/review.def" <<'END' || failed=1
import json, re, sys
rules = json.load(open(sys.argv[1]))["rules"]
page = open(sys.argv[2]).read()
table = re.findall(r'^AN_REVIEW_RULE\("(R\d\d)", (\w+), "([^"]*)"', open(sys.argv[3]).read(), re.M)
bad = 0
def wrong(words):
    global bad
    bad = 1
    print(words)
if [(r["id"], r["rule"], r["fault"]) for r in rules] != table: wrong("review.json lacks rules of data/review.def")
for id, key, fault in table:
    if f"| {id} | {fault} |" not in page: wrong(f"docs/methods/review.md lacks {id} {fault}")
if len(re.findall(r"^\| R\d\d \|", page, re.M)) != len(table): wrong("docs/methods/review.md has other rules")
by = {r["id"]: r for r in rules}
if by["R12"]["state"] != "found" or by["R12"]["severity"] != "warning": wrong("R12 is not found")
if "44 events for 5 coefficients" not in by["R12"]["evidence"]: wrong("R12 without its numbers")
if by["R01"]["state"] != "handled" or "36 of 58 patients" not in by["R01"]["evidence"]: wrong("R01 is not handled")
sys.exit(bad)
END

expect 0 'Too many covariates for the events' "$anodyne" explain R12
told '(not verified)'
expect 0 'Too many covariates for the events' "$anodyne" explain r12
expect 2 'U106' "$anodyne" explain R99
finish
