#!/bin/sh
# docs/problems.md and `anodyne explain` are one table, and every code in use is in it.
. "$(dirname "$0")/lib.sh"

rows() { grep -E '^\| [A-Z][0-9]{3} \|' | sort; }
rows <"$root/docs/problems.md" >page
"$anodyne" explain | rows >explained
diff page explained || { echo 'docs/problems.md and anodyne explain differ'; failed=1; }
cut -c3-6 explained | uniq -d | grep . && { echo 'a code is explained twice'; failed=1; }
grep -rhoE '"[A-Z][0-9]{3}"' "$root/src" "$root/app" --include='*.c' | tr -d '"' | sort -u >used
cut -c3-6 explained | sort -u >known
comm -23 used known | grep . && { echo 'a code is not explained'; failed=1; }
finish
