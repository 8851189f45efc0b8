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
expect 4 'error[E601]: byte 0xFF at line 3' "$anodyne" km bytes.csv "$f" --encoding UTF-8
printf 't,e,g\n1,1,%01000000d\n2,0,b\n' 0 >long.csv
expect 0 '' "$anodyne" km long.csv 'Surv(t, e) ~ 1'
head -c 3000 "$root/examples/spine-hfrt/cohort.xlsx" >cut.xlsx
expect 4 'error[X501]' "$anodyne" km cut.xlsx "$f"
# Workbooks: merged cells, formulas without values, what is no workbook. With the cell.
while read -r file code words; do
    expect 4 "error[$code]" "$anodyne" km "$root/tests/data/hostile/$file" "$f"
    grep -qF -e "$words" said || { echo "$file: does not say '$words'"; cat said; failed=1; }
done <<'END'
merged_rows.xlsx X512 Data!A2
formula_without_value.xlsx X511 Data!B2
serial_60.xlsx X515 Data!B2
string_index.xlsx X510 Data!A2
title_row.xlsx X519 Data!A1
empty_sheet.xlsx D101 no cell
password.xlsx X502 password
binary_old.xls X503 .xlsx
html_as_xls.xls X503 .xlsx
document.docx X503 .xlsx
external_entity.xlsx X506 entities
bomb.xlsx X507 CSV
END

# What people type into cells of times: the reason, and the cell.
while IFS='|' read -r cell words; do
    printf 't,e,g\n1,1,a\n"%s",0,b\n3,1,a\n4,1,b\n' "$cell" >typed.csv
    expect 4 'typed.csv:3:1' "$anodyne" km typed.csv "$f"
    grep -qF -e "$words" said || { echo "$cell: does not say '$words'"; cat said; failed=1; }
done <<'END'
55 d|such as a unit
<0.5|more or less than
3-5|two numbers
#N/A|spreadsheet
６５|full width
1 200|thousands
END
printf 't,e,g\n1,1,a\n2,0,b\n3,1,a\nTotal,2,\n' >total.csv
expect 4 'total.csv:5:1' "$anodyne" km total.csv "$f"
# Every cell with a mark between its digits: no number is guessed.
printf 't,e,g\n"1,200",1,a\n"2,100",0,b\n"3,000",1,a\n' >thousands.csv
expect 4 'may be the decimal sign or part thousands' "$anodyne" km thousands.csv "$f"

# One word among ages: no model of seventy categories, no comparison letter by letter.
awk -F, -v OFS=, 'NR == 30 { $2 = "60 y" } { print }' "$root/examples/mgus2/mgus2.csv" >age.csv
for formula in 'Surv(futime, death) ~ age + sex' 'Surv(futime, death) ~ sex + age:sex'; do
    expect 4 'age: text in a column of numbers    at age.csv:30:2' "$anodyne" cox age.csv "$formula"
    grep -qF 'such as a unit' said || { echo 'no reason'; cat said; failed=1; }
done
expect 4 'age.csv:30:2' "$anodyne" table1 age.csv '~ age | sex'
expect 4 'age.csv:30:2' "$anodyne" pain age.csv 'age ~ futime'
expect 2 'age is not a number' "$anodyne" cox age.csv 'Surv(futime, death) ~ log(age)'
expect 2 'age is not a number' "$anodyne" cox age.csv 'Surv(futime, death) ~ sex' --where 'age > 60'
expect 0 '' "$anodyne" cox age.csv 'Surv(futime, death) ~ sex' --where 'age != "60 y"'
# Codes with a word are a category.
printf 't,e,g\n1,1,1\n2,0,2\n3,1,unknown\n4,1,2\n5,1,1\n6,0,2\n' >codes.csv
expect 0 'unknown' "$anodyne" cox codes.csv "$f"

# Encodings, line ends, quotes and decimal commas of other countries are read, and what was assumed is said.
printf '时间,事件,组\n1,1,甲\n2,0,乙\n3,1,甲\n' >utf8.csv
iconv -f UTF-8 -t GB18030 utf8.csv >gbk.csv
iconv -f UTF-8 -t UTF-16 utf8.csv >utf16.csv
{ printf '\357\273\277'; cat utf8.csv; } >mark.csv
tr '\n' '\r' <utf8.csv >cr.csv
for file in gbk utf16 mark cr; do
    expect 0 '甲' "$anodyne" km $file.csv 'Surv(时间, 事件) ~ 组'
done
expect 0 'note[E602]' "$anodyne" km gbk.csv 'Surv(时间, 事件) ~ 组'
printf 't;e;g\n1,5;1;a\n2,5;0;b\n3,5;1;a\n' >comma.csv
expect 0 'note[D115]: t: the comma was read as decimal sign' "$anodyne" km comma.csv "$f"
printf 't\te\tg\n 1 \t1\t a\n2\t0\tb\n3\t1\ta \n' >tab.csv
expect 0 'time to e: 3' "$anodyne" km tab.csv 'Surv(t, e) ~ 1'
expect 7 'name a file in that folder' "$anodyne" km . "$f"

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
