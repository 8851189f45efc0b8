#!/bin/sh
# An analysis is complete: method page with the fixed headings, example that runs, mention in the list.
set -eu
cd "$(dirname "$0")/../.."
anodyne=${1:-build/release/anodyne}
for id in $("$anodyne" list --format csv | tail -n +2 | cut -d, -f1); do
    "$anodyne" describe "$id" >/dev/null
    method=$("$anodyne" describe "$id" --format json | python3 -c 'import json,sys; print(json.load(sys.stdin)["method"])')
    page=docs/methods/$method.md
    [ -f "$page" ] || { echo "$id: no $page"; exit 1; }
    for heading in Question Data Estimator Assumptions Numerics Example References 'Differences from R'; do
        grep -q "^##* $heading" "$page" || { echo "$page: no heading '$heading'"; exit 1; }
    done
done
