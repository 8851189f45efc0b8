#!/bin/sh
# An analysis is complete: method page with the fixed headings, example that runs, mention in the list; and
# limits of another level are not called 95 % limits.
set -eu
cd "$(dirname "$0")/../.."
anodyne=${1:-build/release/anodyne}
anodyne=$(realpath "$anodyne")
PATH="$(dirname "$anodyne"):$PATH"
export PATH
field() { "$anodyne" describe "$1" --format json | python3 -c "import json,sys; print(json.load(sys.stdin)['$2'])"; }
ids=$("$anodyne" list --format csv | tail -n +2 | cut -d, -f1)
[ -n "$ids" ] || { echo 'the registry is empty'; exit 1; }
for id in $ids; do
    "$anodyne" describe "$id" >/dev/null
    method=$(field "$id" method)
    sh -c "$(field "$id" example)" >/dev/null 2>&1 || { echo "$id: its example fails: $(field "$id" example)"; exit 1; }
    if "$anodyne" describe "$id" | grep -q -- --conf-level; then
        sh -c "$(field "$id" example) --conf-level 0.9" 2>/dev/null | grep '95 % CI' &&
            { echo "$id: names 90 % limits 95 %"; exit 1; }
    fi
    page=docs/methods/$method.md
    [ -f "$page" ] || { echo "$id: no $page"; exit 1; }
    for heading in Question Data Estimator Assumptions Numerics Example References 'Differences from R'; do
        grep -q "^##* $heading" "$page" || { echo "$page: no heading '$heading'"; exit 1; }
    done
done
