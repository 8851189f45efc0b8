#!/bin/sh
# Nothing that identifies a patient leaves the data: names, numbers, remarks and days that are
# planted in every column and in broken cells are searched for in everything anodyne says or writes.
. "$(dirname "$0")/lib.sh"

# 40 patients. Every text but the declared categories holds its own planted word.
awk 'BEGIN {
    print "record,family name,born,remark,sex,site,dose,start,last,died,pain0,pain1,scan"
    for (i = 1; i <= 40; i++) {
        d = 1 + i % 27; m = 1 + i % 11
        printf "MRNQ%04d,Quokka%02d Zyx,19%02d-%02d-%02d,%s,%s,%s,%s,", i * 37, i, 30 + i, m, d,
            i % 5 ? "" : "tel 0611-55" i " Wombat", i % 2 ? "F" : "M", i % 3 ? "lung" : "breast", 4 + i % 4
        printf "2021-%02d-%02d,%d-%02d-%02d,%s,%d,%s,", m, d, 2022 + i % 2, m, d,
            i % 2 ? sprintf("%d-%02d-%02d", 2022 + i % 2, m, d) : "", 4 + i % 6, i % 7 ? i % 4 : ""
        printf "17/%02d/2019 Numbat%02d\n", m, i
    }
}' >whole.csv
cat >study.yaml <<'END'
study: {id: p, title: P}
sources:
  c: {file: cohort.csv, rows: patient, id: record}
variables:
  name: {from: family name, type: text}
  remark: {from: remark, type: text}
  scan: {from: scan, type: text}
  born: {from: born, type: date}
  sex: {from: sex, type: category, levels: {F: {}, M: {}}}
  site: {from: site, type: category, levels: {lung: {}, breast: {}}}
  dose: {from: dose, type: number, unit: Gy, range: [0, 30]}
  class: {cut: {of: dose, breaks: [6]}}
  start: {from: start, type: date}
  last: {from: last, type: date}
  died: {from: died, type: date}
  pain0: {from: pain0, type: integer, range: [0, 10]}
  pain1: {from: pain1, type: integer, range: [0, 10]}
time_zero: start
events:
  death: {date: died, label: Death}
censoring: {at: last}
pain:
  baseline: {score: pain0}
  visits:
    - {name: later, score: pain1}
analyses:
  - {analysis: flow}
  - {analysis: table1, by: class, variables: [sex, site, dose, pain0]}
  - {analysis: pain, by: class, visit: later}
  - {analysis: km, event: death, by: class}
  - {analysis: cox, event: death, covariates: [sex, dose]}
END

# Words of the data beside declared levels and numbers: whole cells, their parts, and days in
# the ways that a program might write them.
planted() {
    grep -oE 'MRNQ[0-9]+|Quokka[0-9]+|Zyx|Wombat|0611|Numbat[0-9]*|Bilby[A-Za-z]*|[0-9]+/[0-9]+/[0-9]+|[0-9]{4}-[0-9]{2}-[0-9]{2}' \
        cohort.csv | sort -u
}

# clean WHAT FILE...: none of the planted words is in these files.
clean() {
    what=$1
    shift
    planted >words
    for file in "$@"; do
        if grep -aoFf words "$file" >found; then
            echo "$what: $file repeats $(sort -u found | head -n 3 | tr '\n' ' ')"
            failed=1
        fi
    done
}

# say CODE COMMAND...: exit code CODE, and a clean answer.
say() {
    code=$1
    shift
    expect "$code" '' "$@"
    clean "$*" said
}

cp whole.csv cohort.csv
say 0 "$anodyne" check study.yaml
say 0 "$anodyne" run study.yaml
say 0 "$anodyne" run study.yaml --format json
expect 0 '' "$anodyne" report study.yaml -o results
clean report said results/latest/*.* results/latest/tables/* results/latest/figures/*.csv results/latest/figures/*.svg

# What a PDF and a PNG hold beside pixels: text through its fonts, streams unpacked, data about
# the file. Names of axes are found, or this looks at nothing.
python3 - results/latest/figures/*.pdf results/latest/figures/*.png >inside <<'P'
import re, struct, sys, zlib
out = sys.stdout.buffer
for name in sys.argv[1:]:
    data = open(name, 'rb').read()
    if data.startswith(b'%PDF'):
        out.write(re.sub(rb'stream\r?\n.*?endstream', b'', data, flags=re.S))
        for stream in re.findall(rb'stream\r?\n(.*?)endstream', data, re.S):
            try:
                text = zlib.decompressobj().decompress(stream)
            except zlib.error:
                text = stream
            if not text.startswith((b'\x00\x01\x00\x00', b'\x01\x00\x04')):  # a font program
                out.write(text)
        continue
    at = 8
    while at < len(data):
        size, kind = struct.unpack('>I4s', data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        if kind in (b'zTXt', b'iTXt', b'iCCP', b'eXIf'):
            sys.exit(name + ' has a part that is not looked into: ' + kind.decode())
        out.write(kind + body + b'\n' if kind != b'IDAT' else b'')
        at += size + 12
P
[ $? -eq 0 ] || failed=1
for file in results/latest/figures/*.pdf; do
    pdftotext "$file" - && pdfinfo "$file" || { echo "pdftotext cannot read $file" >&2; failed=1; }
done >>inside
for words in 'Number at risk' 'ToUnicode' IHDR Producer; do
    grep -aqF "$words" inside || { echo "figures were not looked into: no $words"; failed=1; }
done
# cairo writes the day of making into a PDF: not a patient's.
sed '/^CreationDate\|\/CreationDate/d' inside >figures.txt
clean 'inside of figures' figures.txt

# Each cell of one patient broken in turn: the message has the code and the cell, not the cell's text.
broken() {
    awk -F, -v OFS=, -v column="$2" -v value="$3" 'NR == 8 { $column = value } { print }' whole.csv >cohort.csv
    expect 4 "error[$1]" "$anodyne" report study.yaml -o broken
    grep -qF "cohort.csv:8:$2" said || { echo "no address: column $2"; cat said; failed=1; }
    clean "column $2" said
    absent broken
}
broken D125 3 BilbyDay
broken D102 3 03/04/1961
broken D125 3 23/04/1961
broken D119 5 BilbySex
broken D119 6 BilbySite
broken D118 7 BilbyDose
broken D117 7 611
broken D122 9 1999-12-31
broken D125 8 BilbyStart
broken D122 10 1999-11-30
broken D129 11 4.5611
broken D118 12 BilbyPain
broken D123 1 MRNQ0037
cp whole.csv cohort.csv

# Free text is for conditions, not for a table.
sed 's/variables: \[sex, /variables: [remark, sex, /' study.yaml >text.yaml
expect 3 'is free text' "$anodyne" run text.yaml
clean 'free text in a table' said
say 0 "$anodyne" run study.yaml --format csv

# Straight from the file: guessed types, warnings, refusals.
say 0 "$anodyne" km cohort.csv 'Surv(last - start, !is.na(died)) ~ sex'
say 0 "$anodyne" table1 cohort.csv '~ site + dose + pain0 | sex' --where 'dose > 4'
say 0 "$anodyne" init cohort.csv -o first.yaml --force
clean init first.yaml
for formula in 'Surv(dose, remark) ~ sex' 'Surv(dose, `family name`) ~ sex' 'Surv(record, sex) ~ 1' \
    'Surv(born, sex) ~ 1' 'Surv(dose, scan) ~ sex' 'Surv(dose, sex == "X") ~ site'; do
    "$anodyne" km cohort.csv "$formula" >said 2>&1
    clean "km '$formula'" said
done
"$anodyne" km cohort.csv 'Surv(dose, sex == "F") ~ 1' --where 'record == "MRNQ003"' >said 2>&1
clean 'a name that is nearly right' said
"$anodyne" cif cohort.csv 'Surv(dose, remark) ~ 1' --cause Wombet >said 2>&1
clean 'a cause that does not exist' said
sed 's/2021/03\/04\/2021 /; s/,1963-/,03\/04\/1963 /' whole.csv >cohort.csv
"$anodyne" km cohort.csv 'Surv(dose, sex == "F") ~ site' >said 2>&1
clean 'dates that stay text' said
awk 'NR == 9 { print $0 ",BilbyExtra"; next } NR == 12 { print "BilbyShort"; next } { print }' whole.csv >cohort.csv
say 4 "$anodyne" km cohort.csv 'Surv(dose, sex == "F") ~ site'
sed '9s/Quokka/"Bilby/' whole.csv >cohort.csv
say 4 "$anodyne" km cohort.csv 'Surv(dose, sex == "F") ~ site'
{ cat whole.csv; printf 'MRNQ9999,Bilby\377\376,,,,,,,,,,,\n'; } >cohort.csv
say 4 "$anodyne" km cohort.csv 'Surv(dose, sex == "F") ~ site' --encoding UTF-8
finish
