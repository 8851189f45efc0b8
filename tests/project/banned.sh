#!/bin/sh
# House rules that a text search can hold: memory and disk through base, no locale, no print, no exit.
set -eu
cd "$(dirname "$0")/../.."
search() { grep -rnE "$1" src --include='*.[ch]' | grep -vE "$2" || true; }
call() { printf '(^|[^_a-zA-Z0-9.>"])(%s)\\(' "$1"; }
faults=$(
    search "$(call 'malloc|calloc|realloc|free')" '^src/base/(env|memory)\.c|^src/base/base\.h|->realloc|\.realloc'
    search "$(call 'fopen|fwrite|fclose|open|rename|unlink|mkdir')" '^src/base/(env|file)\.c|vfs->'
    search "$(call 'printf|puts|putchar|perror|exit|abort|setlocale')" 'fprintf_never'
    search "$(call 'strcpy|strcat|sprintf|strtok|gets|atoi|atof|strtod|strtol|qsort|rand|srand')" '^src/base/number\.c'
    search 'TODO|FIXME|XXX' 'never'
    search '//[^/]' 'https?://|"[^"]*//|/\*.*//'
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
