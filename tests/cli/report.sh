#!/bin/sh
# The report of the example study: complete, or not there at all.
. "$(dirname "$0")/lib.sh"
study=$root/examples/spine-hfrt/study.yaml

expect 0 'report.html' "$anodyne" report "$study" -o results
for file in report.html numbers.json methods.md checklist.md provenance.json run.log; do
    present "results/latest/$file"
done
[ "$(ls results/latest/figures/*.svg | wc -l)" -ge 4 ] || { echo 'few figures'; failed=1; }
[ "$(ls results/latest/tables/*.csv | wc -l)" -ge 8 ] || { echo 'few tables'; failed=1; }
for words in 3.43 1.50 84.5 73.1 91.6; do
    grep -qF -e "$words" results/latest/report.html || { echo "report lacks $words"; failed=1; }
done

# What Excel opens by double click: in UTF-8 with its mark where there is more than ASCII.
sed 's/language: en/language: zh/; s/cohort.xlsx/cohort.csv/' "$study" >zh.yaml
cp "$root/examples/spine-hfrt/cohort.csv" .
expect 0 '' "$anodyne" report zh.yaml -o zh
mark=$(printf '\357\273\277')
[ "$(head -c 3 zh/latest/tables/table1-characteristics.csv)" = "$mark" ] ||
    { echo 'a table with Chinese words has no mark of UTF-8'; failed=1; }
[ "$(head -c 3 results/latest/tables/table1-characteristics.csv)" = key ] ||
    { echo 'a table in ASCII has a mark'; failed=1; }
grep -q '^- survival.*: cox; Death ~ age10 + ' results/latest/methods.md ||
    { echo 'methods.md does not list the models'; failed=1; }
# Fonts are in the PDF, Chinese ones too.
if command -v pdffonts >/dev/null; then
    pdffonts zh/latest/figures/survival_factors-forest.pdf | tail -n +3 >fonts
    [ "$(wc -l <fonts)" -ge 2 ] || { echo 'the PDF of a Chinese figure has one font'; cat fonts; failed=1; }
    awk '$(NF - 4) != "yes" { exit 1 }' fonts || { echo 'a font is not embedded:'; cat fonts; failed=1; }
else
    echo 'skipped: no pdffonts (./dev setup installs it) to look into the PDF'
fi

# Where no font has the letters, that is said, once.
cat >fonts.conf <<'END'
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>/usr/share/fonts/truetype/liberation</dir><cachedir>cache</cachedir></fontconfig>
END
expect 0 'warning[I005]' env FONTCONFIG_FILE="$work/fonts.conf" "$anodyne" report zh.yaml -o boxes
[ "$(grep -c I005 said)" -eq 1 ] || { echo 'letters without a font are said more than once'; failed=1; }
expect 0 '' "$anodyne" report zh.yaml -o zh
grep I005 said && { echo 'Chinese letters have no font: ./dev setup'; failed=1; }

# Sections that do not apply are absent.
expect 0 '' "$anodyne" report "$root/examples/mgus2/study.yaml" -o mgus2
grep -qi 'opioid\|re-irradiation' mgus2/latest/report.html && { echo 'pain in the report of mgus2'; failed=1; }

# An unwritable folder, a full disk, an interrupt: exit code, and nothing half-written.
expect 7 '' "$anodyne" report "$study" -o /dev/null/results
expect 2 'has no name' "$anodyne" report "$study" -o ''
echo kept >file
expect 7 'file' "$anodyne" report "$study" -o file
[ "$(cat file)" = kept ] || { echo 'a file in the way was harmed'; failed=1; }
# Where "latest" cannot be a link, or is a broken one, the report is there all the same.
mkdir -p in_the_way/latest broken_link
expect 0 'warning[I001]' "$anodyne" report "$study" -o in_the_way
ln -s gone broken_link/latest
expect 0 '' "$anodyne" report "$study" -o broken_link
present broken_link/latest/report.html
mkdir full
(
    trap '' XFSZ
    ulimit -f 8
    "$anodyne" report "$study" -o full >/dev/null 2>&1
    [ $? -eq 7 ]
) || { echo 'a full disk is not exit 7'; failed=1; }
[ -z "$(ls -A full)" ] || { echo 'a full disk left something:'; ls -A full; failed=1; }
# A real disk that is full, where this user may mount one (it is gone with its name space).
# full_disk SIZE: 0 when all is well, 3 when not, else it cannot be tried (unshare says 1).
full_disk() {
    mkdir -p tiny
    unshare --map-root-user --mount sh -c '
        mount -t tmpfs -o size="$3" tmpfs tiny || exit 77
        "$1" report "$2" -o tiny/results >said 2>&1
        code=$?
        [ "$code" -eq 7 ] || { echo "a disk of $3: exit code $code"; exit 3; }
        [ -z "$(ls -A tiny)" ] || { echo "a disk of $3 keeps:"; find tiny; exit 3; }
    ' sh "$anodyne" "$study" "$1" 2>/dev/null
}
for size in 4k 64k 200k 400k; do
    full_disk "$size"
    case $? in
    0)
        for words in 'error[I001]' 'No space left on device' 'free some space'; do
            grep -qF -e "$words" said || { echo "a full disk does not say '$words'"; cat said; failed=1; }
        done
        ;;
    3) cat said; failed=1 ;;
    *)
        echo 'skipped: no disk can be mounted here; the limit of file size above stands in'
        break
        ;;
    esac
done
mkdir stopped
timeout --preserve-status -s INT 0.1 "$anodyne" report "$study" -o stopped >/dev/null 2>&1
[ $? -eq 130 ] || { echo 'an interrupt is not exit 130'; failed=1; }
[ -z "$(ls -A stopped)" ] || { echo 'an interrupt left something:'; ls -A stopped; failed=1; }
finish
