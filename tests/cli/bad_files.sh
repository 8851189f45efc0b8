#!/bin/sh
# Files that are not what they should be: one clear message, the documented exit code.
. "$(dirname "$0")/lib.sh"
f='Surv(t, e) ~ g'

expect 7 'error[I001]' "$anodyne" km missing.csv "$f"
: >empty.csv
expect 4 'error[D101]' "$anodyne" km empty.csv "$f"
echo 't,e,g' >header.csv
expect 4 'error[D104]' "$anodyne" km header.csv "$f"
printf 't;e;g\n1;1;a\n2;0;b\n' >semicolon.csv
expect 4 'error[D112]' "$anodyne" km semicolon.csv "$f" --delimiter ,
expect 2 'delimiter' "$anodyne" km semicolon.csv "$f" --delimiter x
printf 't,e,t\n1,1,a\n2,0,b\n' >twice.csv
expect 4 'error[D106]' "$anodyne" km twice.csv "$f"
printf 't,e,g\n1,1,a\nabc,0,b\n3,1,a\n4,1,b\n5,1,a\n' >text.csv
expect 4 'text.csv:3:1' "$anodyne" km text.csv "$f"
printf 't,e,g\n1,1,a\n2,0\n' >ragged.csv
expect 4 'error[D105]' "$anodyne" km ragged.csv "$f"
printf 't,e,g\n1,1,a\n-2,0,b\n' >negative.csv
expect 4 'negative.csv:3:1' "$anodyne" km negative.csv "$f"
printf 't,e,g\n1,1,a\n2,0,\377\376\n' >bytes.csv
expect 4 '' "$anodyne" km bytes.csv "$f" --encoding UTF-8
printf 't,e,g\n1,1,%01000000d\n2,0,b\n' 0 >long.csv
expect 0 '' "$anodyne" km long.csv 'Surv(t, e) ~ 1'
head -c 3000 "$root/examples/spine-hfrt/cohort.xlsx" >cut.xlsx
expect 4 'error[X501]' "$anodyne" km cut.xlsx "$f"
printf 't,e,g\n,1,a\n,0,b\n' >nothing.csv
expect 4 'no row is left' "$anodyne" km nothing.csv "$f"
expect 4 'no row is left' "$anodyne" km negative.csv "$f" --where 't > 100'

# Unwritable places: exit 7, and nothing half-written.
printf 't,e,g\n1,1,a\n2,0,b\n3,1,a\n4,1,b\n' >good.csv
expect 7 '' "$anodyne" km good.csv "$f" -o /dev/null/out.txt
expect 7 '' "$anodyne" km good.csv "$f" -o missing-folder/out.txt
absent missing-folder
if [ -w /dev/full ]; then
    "$anodyne" km good.csv "$f" >/dev/full 2>said
    [ $? -eq 7 ] || { echo 'a full disk is not exit 7'; failed=1; }
fi
# A file may not grow past the limit: as on a full disk, the old file stays.
echo old >kept.txt
(
    trap '' XFSZ
    ulimit -f 0
    "$anodyne" km good.csv "$f" -o kept.txt 2>/dev/null
    [ $? -eq 7 ]
) || { echo 'a write that fails is not exit 7'; failed=1; }
[ "$(cat kept.txt)" = old ] || { echo 'the old file was harmed'; failed=1; }
ls kept.txt.tmp* 2>/dev/null && failed=1
finish
