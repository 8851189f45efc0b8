#!/bin/sh
# The commands of the README (all but ./dev, which is what runs this) do what it says.
set -eu
anodyne=$(realpath "${1:-build/release/anodyne}")
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r README.md examples "$work"
cd "$work"
PATH="$(dirname "$anodyne"):$PATH"
export PATH
grep -E '^    anodyne ' README.md | while read -r line; do
    sh -c "$line" >out 2>err || { echo "README: $line"; cat err; exit 1; }
done
test -s results/latest/report.html
