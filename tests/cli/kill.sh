#!/bin/sh
# A report that is killed or interrupted at any moment: the results folder has whole reports
# only, beside folders named *.tmp-* after a kill, and "latest" never dangles.
. "$(dirname "$0")/lib.sh"
# The example study up to its survival curve: all kinds of files, half of the time.
cp "$root/examples/spine-hfrt/cohort.xlsx" .
sed '/^  - analysis: cif/,$d' "$root/examples/spine-hfrt/study.yaml" >study.yaml
study=study.yaml
unset SOURCE_DATE_EPOCH # each run has a folder of its own

# look WHEN: every folder is whole or temporary.
look() {
    for folder in results/*; do
        case $folder in
        'results/*' | *.tmp-*) continue ;;
        results/latest) [ -s "$folder/report.html" ] || { echo "$1: latest dangles"; failed=1; } ;;
        *)
            for part in report.html numbers.json methods.md checklist.md provenance.json run.log tables figures; do
                [ -s "$folder/$part" ] || { echo "$1: $folder lacks $part"; failed=1; }
            done
            ;;
        esac
    done
}

# stop SIGNAL MILLISECONDS: sends it to a report that long after its start; its exit code in $got.
stop() {
    "$anodyne" report "$study" -o results >said 2>&1 &
    child=$!
    sleep "$(printf '0.%03d' "$2")"
    kill -s "$1" "$child" 2>/dev/null
    wait "$child" 2>/dev/null
    got=$?
}

# How long a run takes here, so that the moments are spread over it.
begin=$(date +%s%N)
expect 0 '' "$anodyne" report "$study" -o warm
took=$((($(date +%s%N) - begin) / 1000000))
[ "$took" -lt 900 ] || took=900

for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    stop KILL $((took * i / 20))
    [ "$got" -eq 137 ] || [ "$got" -eq 0 ] || { echo "killed: exit code $got"; failed=1; }
    look "killed after $((took * i / 20)) ms"
done
# What a kill left behind does not trouble the next run.
expect 0 'report.html' "$anodyne" report "$study" -o results
look 'after the kills'

rm -rf results
mkdir results
interrupted=0
for i in 1 2 3 4 5 6 7 8 9 10; do
    signal=INT
    [ "$i" -ne 6 ] || signal=TERM
    [ "$i" -ne 7 ] || signal=HUP
    stop $signal $((took * i / 11))
    before=$(ls results | grep -c '\.tmp-')
    [ "$before" -eq 0 ] || { echo "interrupted: $(ls results)"; failed=1; }
    case $got in
    130) interrupted=$((interrupted + 1)) ;;
    0) ;; # it was done before the signal came
    *) echo "interrupted after $((took * i / 11)) ms: exit code $got"; cat said; failed=1 ;;
    esac
    look "interrupted after $((took * i / 11)) ms"
done

# A signal while nobody reads standard output is an interrupt too, not a full disk.
mkfifo pipe
for signal in INT TERM; do
    # takes one byte, so that the writing has begun, and then only holds the pipe open
    { dd bs=1 count=1 2>/dev/null >began; exec sleep 60; } <pipe &
    reader=$!
    "$anodyne" km "$root/examples/mgus2/mgus2.csv" 'Surv(futime, death) ~ sex' --format json >pipe 2>said &
    child=$!
    while [ ! -s began ] && kill -0 "$child" 2>/dev/null; do sleep 0.1; done
    sleep 0.2
    kill -s $signal "$child"
    wait "$child"
    got=$?
    [ "$got" -eq 130 ] || { echo "$signal while standard output is blocked: exit code $got"; cat said; failed=1; }
    kill "$reader" 2>/dev/null
    wait "$reader" 2>/dev/null
    rm began
done
[ "$interrupted" -gt 0 ] || { echo 'no run was interrupted'; failed=1; }
finish
