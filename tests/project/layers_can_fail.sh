#!/bin/sh
# The layer check itself: each kind of wrong include is found in a small copy of the tree.
set -eu
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/src/stat" "$work/src/study" "$work/src/base" "$work/app/cli" "$work/include" "$work/tests/project"
cp layers.txt "$work"
cp -r include/anodyne "$work/include"
cp tests/project/layers.sh "$work/tests/project"
sh "$work/tests/project/layers.sh" || { echo 'a clean tree does not pass'; exit 1; }
must_fail() {
    echo "$2" >"$work/$1"
    if sh "$work/tests/project/layers.sh" >/dev/null 2>&1; then
        echo "not found: $2 in $1"
        exit 1
    fi
    rm "$work/$1"
    [ ! -f "$1" ] || cp "$1" "$work/$1"
}
must_fail src/stat/a.c '#include "table/table.h"'
must_fail src/stat/a.c '#include <anodyne/table.h>'
must_fail src/study/a.c '#include <anodyne/io.h>'
must_fail src/study/a.c '#include "io/io.h"'
must_fail src/base/a.c '#include <anodyne/doc.h>'
must_fail src/stat/a.c '  # include "table/table.h"'
must_fail src/base/a.c '#include "doc/doc.h"'
must_fail src/stat/a.c '#include "../table/table.h"'
must_fail src/stat/a.c '#include <yaml.h>'
must_fail src/study/a.def '#include "io/io.h"'
must_fail include/anodyne/survival.h '#include <anodyne/table.h>'
must_fail app/cli/a.c '#include "base/base.h"'
must_fail app/cli/a.c '#include "../../src/base/base.h"'
must_fail app/cli/a.c '#include <zip.h>'
must_fail include/anodyne/unlisted.h '/* nothing */'
