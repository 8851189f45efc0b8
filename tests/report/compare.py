"""compare.py NUMBERS.json EXPECTED.csv: every expected number is in the report, to 1e-6 relative (R's iterations)."""
import csv
import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    numbers = {n["id"]: n for n in json.load(f)["numbers"]}
faults = 0
with open(sys.argv[2], encoding="utf-8") as f:
    rows = list(csv.DictReader(f))
for row in rows:
    ours = numbers.get(row["id"], {}).get(row["field"])
    theirs = None if row["value"] in ("NA", "NaN") else float(row["value"])
    same = ours is None and theirs is None or None not in (ours, theirs) and abs(ours - theirs) <= 1e-6 * max(abs(ours), abs(theirs))
    if not same:
        faults += 1
        print(f"{row['id']} {row['field']}: report {ours}, R {theirs}")
print(f"{len(rows) - faults} of {len(rows)} numbers agree with R")
sys.exit(faults != 0 or not rows)
