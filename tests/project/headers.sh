#!/bin/sh
# Every public header compiles alone, in C17 and C++17, with the strictest warnings.
set -eu
cd "$(dirname "$0")/../.."
for header in include/anodyne/*.h; do
    gcc -std=c17 -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wstrict-prototypes -Werror -fsyntax-only -Iinclude -x c "$header"
    g++ -std=c++17 -Wall -Wextra -Wpedantic -Werror -fsyntax-only -Iinclude -x c++ "$header"
    name=$(basename "$header")
    [ "$name" = anodyne.h ] || grep -q "<anodyne/$name>" include/anodyne/anodyne.h || { echo "anodyne.h lacks $name"; exit 1; }
done
