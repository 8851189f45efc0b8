# Shared by tests/cli/*.sh: run anodyne and look at what it says and how it ends.
set -u
anodyne=$1
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failed=0
export SOURCE_DATE_EPOCH=1764000000

# expect CODE WORDS COMMAND...: the exit code, and WORDS in what it says (none: '').
expect() {
    code=$1 words=$2
    shift 2
    "$@" >said 2>&1
    got=$?
    if [ "$got" -ne "$code" ]; then
        echo "exit code $got, not $code: $*"
        head -c 2000 said
        failed=1
    elif [ -n "$words" ] && ! grep -qF -e "$words" said; then
        echo "does not say '$words': $*"
        head -c 2000 said
        failed=1
    fi
}

# told WORDS / untold WORDS: in what was said last, whatever the lines.
told() {
    tr '\n' ' ' <said | tr -s ' ' | grep -qF -e "$1" || { echo "not said: $1"; failed=1; }
}
untold() {
    ! tr '\n' ' ' <said | tr -s ' ' | grep -qF -e "$1" || { echo "said: $1"; failed=1; }
}

# absent PATH: nothing was left behind.
absent() {
    [ ! -e "$1" ] || { echo "left behind: $1"; failed=1; }
}

present() {
    [ -s "$1" ] || { echo "missing or empty: $1"; failed=1; }
}

finish() {
    exit "$failed"
}
