#!/bin/sh
# Files stay below 700 lines; functions past 100 lines say why ("long:" in the comment above).
set -eu
cd "$(dirname "$0")/../.."
faults=$(
    find src app -name '*.[ch]' -exec wc -l {} + | awk '$2 != "total" && $1 > 700 {print $2 ": " $1 " lines"}'
    find src app -name '*.c' -exec awk '
        FNR == 1 {start = 0; comment = ""}
        /^\/\*/ {comment = ""} /^(\/\*| \*)/ {comment = comment $0}
        /^\{/ {start = FNR}
        /^\}/ && start {if (FNR - start > 100 && comment !~ /long:/) print FILENAME ":" start ": function of " FNR - start " lines"; start = 0; comment = ""}
    ' {} +
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
