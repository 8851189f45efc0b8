#!/bin/sh
# Folders are the architecture: includes point down (layers.txt). Front ends use public headers only.
set -eu
cd "$(dirname "$0")/../.."
faults=$(
    for layer in src/*/; do
        layer=$(basename "$layer")
        grep -q "^$layer:" layers.txt || echo "layers.txt does not name src/$layer"
    done
    grep -rnE '^#include' src --include='*.[ch]' | awk -F: '
        BEGIN {
            while ((getline line < "layers.txt") > 0) {
                if (line ~ /^#/ || line == "") continue
                split(line, side, "|"); split(side[1], part, ":")
                layer = part[1]; may[layer] = " " layer " " part[2] " "
                n = split(side[2], header, " ")
                for (i = 1; i <= n; i++) home[header[i]] = layer
            }
        }
        {
            split($1, path, "/"); layer = path[2]; what = $3
            if (what ~ /"/) { split(what, quoted, "\""); what = quoted[2]
                if (what ~ /^\.\.\/\.\.\/data\//) next # constants as data
                if (what !~ /\//) { target = layer } else { split(what, w, "/"); target = w[1] } }
            else if (what ~ /<anodyne\//) { sub(/.*<anodyne\//, "", what); sub(/>.*/, "", what)
                if (!(what in home)) { print $1 ":" $2 ": " what " is not in layers.txt"; next }
                target = home[what]
                if (layer == "report" && target == "study") next }
            else next
            if (index(may[layer], " " target " ") == 0)
                print $1 ":" $2 ": " layer " may not include " what " (" target ")"
        }'
    grep -rnE '^#include "' app --include='*.[ch]' | grep -vE '"[a-z_]+\.h"' || true
    for header in include/anodyne/*.h; do
        name=$(basename "$header")
        [ "$name" = anodyne.h ] || grep -q "[| ]$name\( \|$\)" layers.txt || echo "layers.txt does not name $name"
    done
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
