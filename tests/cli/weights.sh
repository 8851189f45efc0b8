#!/bin/sh
# weights(w): ones change no number, twos are rows written twice, and every report says that it is weighted.
. "$(dirname "$0")/lib.sh"

awk -F, 'NR == 1 { print $0 ",one,two,part" } NR > 1 && NR % 5 == 0 { print $0 ",1,2," (NR % 7 + 1) / 4 }' \
    "$root/examples/mgus2/mgus2.csv" >once.csv
awk 'NR == 1 { print; next } { print; print }' once.csv >doubled.csv

# numbers FILE ANALYSIS FORMULA OPTIONS...: the numbers alone, without counts of rows and titles.
numbers() {
    table=$1 verb=$2 model=$3
    shift 3
    "$anodyne" "$verb" "$table" "$model" "$@" --format numbers --quiet |
        sed -n 's/^ *{"id": "\([^"]*\)".*"value": \([^,}]*\).*/\1 \2/p'
}

# close A B: the same names; values agree to 1e-8.
close() {
    paste -d ' ' "$1" "$2" | awk '
        $1 != $3 { print "other numbers: " $1 " and " $3; bad = 1 }
        { d = $2 - $4; if (d < 0) d = -d; s = $4 < 0 ? -$4 : $4
          if (d > 1e-8 * (s > 1e-4 ? s : 1e-4)) { print $1 ": " $2 " and " $4; bad = 1 } }
        END { if (NR < 1) { print "no numbers"; bad = 1 } exit bad }' || failed=1
}

check() { # ANALYSIS FORMULA OPTIONS...
    analysis=$1 formula=$2
    shift 2
    expect 0 'weighted: they count as' "$anodyne" "$analysis" once.csv "$formula + weights(part)" "$@"
    numbers once.csv "$analysis" "$formula" "$@" >plain
    numbers once.csv "$analysis" "$formula + weights(one)" "$@" >ones
    close ones plain
    numbers once.csv "$analysis" "$formula + weights(part)" "$@" >weighted
    if cmp -s weighted plain; then
        echo "$analysis: the weights change nothing"
        failed=1
    fi
}

death='Surv(futime, death)'
check km "$death ~ sex" --times 60
check logrank "$death ~ sex"
check rmst "$death ~ sex" --tau 120
check landmark "$death ~ sex" --landmarks 24
check mcf "Surv(0 * futime, futime, death) ~ sex + cluster(id)" --times 60
check cox "$death ~ age + sex"
check coxnet "$death ~ age + sex + hgb"
check aft "$death ~ age + sex"
check concordance "$death ~ age"
check finegray 'Surv(etime, event) ~ age + sex'
check cif 'Surv(etime, event) ~ 1' --times 60 --variance jackknife
check multistate 'Surv(0 * etime, etime, event) ~ cluster(id)' --censor 0 --times 60
expect 0 'weighted: they count as' "$anodyne" turnbull once.csv '~ 1 + weights(part)' \
    --left 'ifelse(death == 1, futime - 1, futime)' --right 'ifelse(death == 1, futime, NA)'

# Frequencies: curves and ratios are those of rows written twice.
for words in 'km:Surv(futime, death) ~ sex:\.survival \|groups.*median' 'cox:Surv(futime, death) ~ age + sex:\.hr ' \
    'cif:Surv(etime, event) ~ 1:\.incidence ' 'aft:Surv(futime, death) ~ age:coefficients.*tr '; do
    analysis=${words%%:*} formula=${words#*:}
    names=${formula#*:} formula=${formula%%:*}
    options=--ties=breslow
    [ "$analysis" = cox ] || options=
    # shellcheck disable=SC2086
    numbers once.csv "$analysis" "$formula + weights(two)" $options | grep "$names" >twos
    # shellcheck disable=SC2086
    numbers doubled.csv "$analysis" "$formula" $options | grep "$names" >rows
    close twos rows
done

# Programs that read the registry see the role as what it is, and the others too.
expect 0 '"name": "weights", "kind": "weights"' "$anodyne" describe finegray --format json
told '"name": "surv", "kind": "surv"'
expect 0 '"name": "left", "kind": "number"' "$anodyne" describe turnbull --format json

# What is not a weight, and who takes none.
expect 0 'weight 0 (' "$anodyne" cox once.csv "$death ~ age" --weights 'ifelse(age > 80, 0, 1)'
expect 4 'error[D131]: a weight is negative' "$anodyne" km once.csv "$death ~ sex + weights(one - 2)"
told 'at once.csv:2'
expect 2 'takes no weights()' "$anodyne" table1 once.csv '~ age + weights(one) | sex'
expect 2 'weights is given twice' "$anodyne" km once.csv "$death ~ sex + weights(one) + weights(two)"
expect 2 'not a number' "$anodyne" km once.csv "$death ~ 1 + weights(sex)"

finish
