#!/bin/sh
# Folders are the architecture: includes point down (layers.txt), in public headers too, and a library is
# met in one layer only. Front ends use public headers only.
set -eu
cd "$(dirname "$0")/../.."
include='^[[:space:]]*#[[:space:]]*include'
faults=$(
    for layer in src/*/; do
        layer=$(basename "$layer")
        grep -q "^$layer:" layers.txt || echo "layers.txt does not name src/$layer"
    done
    for header in include/anodyne/*.h; do
        name=$(basename "$header")
        [ "$name" = anodyne.h ] || grep -q "[| ]$name\( \|$\)" layers.txt || echo "layers.txt does not name $name"
    done
    grep -rnE "$include" src include --include='*.[ch]' --include='*.def' | awk -F: '
        BEGIN {
            while ((getline line < "layers.txt") > 0) {
                if (line ~ /^#/ || line == "") continue
                split(line, side, "|"); split(side[1], part, ":")
                layer = part[1]; may[layer] = " " layer " " part[2] " "
                n = split(side[2], header, " "); for (i = 1; i <= n; i++) home["anodyne/" header[i]] = layer
                n = split(side[3], header, " "); for (i = 1; i <= n; i++) home[header[i]] = layer
            }
            for (layer in may) may[layer] = may[layer] " libc "
        }
        {
            split($1, path, "/"); layer = path[2]; what = $0
            if (path[1] == "include") {
                if (path[3] == "anodyne.h") next # it includes all
                layer = home["anodyne/" path[3]]
            }
            if (match(what, /"[^"]*"/)) { # quoted: the layer is the first folder, or that of the file itself
                what = substr(what, RSTART + 1, RLENGTH - 2)
                if (what ~ /^\.\.\/\.\.\/data\//) next # constants as data
                if (what == "problems.def") next # generated from docs/problems.md
                if (what !~ /\//) target = layer; else { split(what, w, "/"); target = w[1] }
            } else if (match(what, /<[^>]*>/)) {
                what = substr(what, RSTART + 1, RLENGTH - 2)
                if (!(what in home)) { print $1 ":" $2 ": " what " is not in layers.txt"; next }
                target = home[what]
                if (layer == "report" && target == "study") next
            } else { print $1 ":" $2 ": an include that cannot be read"; next }
            if (index(may[layer], " " target " ") == 0)
                print $1 ":" $2 ": " layer " may not include " what " (" target ")"
        }'
    grep -rnE "$include[[:space:]]*[\"<]" app --include='*.[ch]' | grep -vE '"[a-z_]+\.h"|<anodyne/[a-z_]+\.h>' |
        grep -vE "<($(sed -n 's/^libc:[ |]*//p' layers.txt | sed 's/\./\\./g; s/ /|/g'))>" || true
)
[ -z "$faults" ] || { printf '%s\n' "$faults"; exit 1; }
