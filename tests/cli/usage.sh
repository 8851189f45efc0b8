#!/bin/sh
# Wrong words on the command line: exit 2, what is wrong, and what was probably meant.
. "$(dirname "$0")/lib.sh"
data=$root/examples/mgus2/mgus2.csv

expect 2 'anodyne init' "$anodyne"
expect 0 'Exit codes' "$anodyne" --help
expect 0 'anodyne 0.' "$anodyne" --version
expect 2 'did you mean `km`?' "$anodyne" kmm
expect 2 'error[U101]' "$anodyne" nosuchverb
expect 2 'FILE' "$anodyne" km
expect 2 'did you mean --conf-level?' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --conf-lvl 0.9
expect 2 'sheet was asked for, but the file is a text file' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --sheet A
expect 2 'error[I006]: delimiter was asked for, but the file is a workbook' \
    "$anodyne" table1 "$root/examples/spine-hfrt/cohort.xlsx" '~ age' --delimiter ';'
expect 2 'needs a value' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --conf-level
expect 2 'conf-level is outside 0.5 to 0.9999' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --conf-level 95
expect 2 'is not a number' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --conf-level high
expect 2 'did you mean `efron`?' "$anodyne" cox "$data" 'Surv(futime, death) ~ sex' --ties efrn
expect 2 'error[U104]: no format' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --format xml
expect 2 'threads' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --threads many
expect 2 'seed' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --seed -1
expect 2 'one argument too many' "$anodyne" km "$data" 'Surv(futime, death)' '~ sex'
expect 2 'did you mean `futime`?' "$anodyne" km "$data" 'Surv(futme, death) ~ sex'
expect 2 'expected , or )' "$anodyne" km "$data" 'Surv(futime death) ~ sex'
expect 2 'did you mean `log`?' "$anodyne" cox "$data" 'Surv(futime, death) ~ lgo(age)'
expect 2 'a formula has a ~' "$anodyne" km "$data" 'sex'
expect 2 'needs surv' "$anodyne" km "$data" '~ sex'
expect 2 'needs terms' "$anodyne" cox "$data" 'Surv(futime, death) ~ 1'
expect 2 'takes no' "$anodyne" logrank "$data" 'Surv(futime, death) ~ sex + cluster(id)'
expect 2 'too many to compare' "$anodyne" km "$data" 'Surv(futime, death) ~ age'
expect 2 'say which value is the event: event == 2' "$anodyne" cox "$data" 'Surv(etime, event) ~ age'
expect 2 'the event never has the value' "$anodyne" cif "$data" 'Surv(etime, event) ~ sex' --cause 7
expect 2 'no column `weights`' "$anodyne" km "$data" 'Surv(futime, death) ~ sex' --where 'weights > 1'
expect 2 'did you mean `cox`?' "$anodyne" describe coxx
expect 2 'no code' "$anodyne" explain Z999
expect 0 'can be read two ways' "$anodyne" explain d102
expect 2 'did you mean --help?' "$anodyne" km --hlep
expect 2 'stand in backticks' "$anodyne" km "$data" 'Surv(futime, death) ~ my sex'
expect 2 'half width' "$anodyne" km "$data" 'Surv(futime， death) ~ sex'
expect 2 'half width' "$anodyne" km "$data" 'Surv(futime, death) ～ sex'
expect 2 'wanted: the study file' "$anodyne" check a b
expect 0 'can be read two ways' "$anodyne" explain D102

# Help of every verb and analysis starts with two examples.
for verb in init check report run list describe explain doctor $("$anodyne" list --format csv | tail -n +2 | cut -d, -f1); do
    expect 0 'anodyne' "$anodyne" "$verb" --help
    head -n 2 said | grep -c '^  anodyne' | grep -q 2 || { echo "help of $verb: no two examples"; failed=1; }
    tail -n +3 said | awk 'length > 80 { exit 1 }' || { echo "help of $verb: a line of more than 80 columns"; failed=1; }
done
finish
