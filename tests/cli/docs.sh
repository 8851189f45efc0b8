#!/bin/sh
# The documents are true: the example of the study file runs, every key and verb is described.
. "$(dirname "$0")/lib.sh"
page=$root/docs/study-file.md

block() { sed -n "/^\`\`\`$1\$/,/^\`\`\`\$/p" "$page" | sed '1d;$d'; }
block yaml >study.yaml
block csv >cohort.csv
expect 0 'ready' "$anodyne" check study.yaml
expect 0 'previous radiotherapy at this level' "$anodyne" run study.yaml
grep -q 'Overall survival' said || { echo 'the example lacks survival'; failed=1; }

# Keys: every text in an array of keys of the loaders stands in the page.
grep -hA4 'keys\[\] = {' "$root"/src/study/load*.c | sed '/};/!b' | grep -o '"[a-z_0-9]*"' | tr -d '"' | sort -u |
    while read -r key; do
        grep -qE "\`$key\`|^ *-? *\{?$key:|[{ ]$key:" "$page" || echo "docs/study-file.md lacks the key $key"
    done >missing
[ ! -s missing ] || { cat missing; failed=1; }

for verb in init check report run episodes list describe explain doctor; do
    grep -q "\`$verb" "$root/docs/cli.md" || { echo "docs/cli.md lacks $verb"; failed=1; }
done
finish
