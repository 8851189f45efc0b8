#!/bin/sh
# The library defines names that start with an_ and no others, and has no writable globals.
set -eu
cd "$(dirname "$0")/../.."
library=${1:-build/release/libanodyne.a}
[ -f "$library" ] || { echo "no $library: run ./dev build"; exit 1; }
others=$(nm --defined-only --extern-only "$library" 2>/dev/null | awk 'NF == 3 && $3 !~ /^an_/ {print $3}')
[ -z "$others" ] || { echo "symbols without an_: $others"; exit 1; }
# Constant tables of pointers live in .data.rel.ro: relocated once, then read only.
writable=$(objdump -t "$library" 2>/dev/null | awk 'NF < 5 {next} $(NF-2) ~ /^\.(data|bss|tdata|tbss)$/ || $(NF-2) ~ /^\.(data|bss)\.[^r]/ {if ($NF !~ /^\./) print $NF}')
[ -z "$writable" ] || { echo "writable globals: $writable"; exit 1; }
