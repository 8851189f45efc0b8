#!/bin/sh
# Relative links of the documents lead somewhere.
set -eu
cd "$(dirname "$0")/../.."
faults=$(git ls-files '*.md' | while read -r page; do
    grep -oE '\]\([^)#]+' "$page" | sed 's/^](//' | grep -vE '^(https?|mailto):' | while read -r target; do
        [ -e "$(dirname "$page")/$target" ] || echo "$page: no $target"
    done
done)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
