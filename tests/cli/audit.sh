#!/bin/sh
# audit: the abstract that the project grew from, published series, and paper files that are none.
. "$(dirname "$0")/lib.sh"
papers=$root/examples/audit

expect 0 'Only 49 of 58 is 84.5 %.' "$anodyne" audit "$papers/study.yaml"
told 'GRIM passes: only a sum of 199 over 58 has the mean 3.43.'
told 'GRIM passes: sums of 85 to 89 over 58 have the mean 1.5'
told 'takes about 37 events (33 to 44 as p is rounded)'
told 'That is 64 % of 58 patients.'
told 'The reference level is not stated: four readings.'
for reading in '(a) < 5 Gy' '(b) The others' '(c) The ratio is per unit' '(d) It is a cause-specific hazard'; do told "$reading"; done
told '2.33 (95 % CI 1.22 to 4.42)'
told '0.0 % (95 % CI 0.0 to 6.2)'

# Tables A to D of published series: limits to the digit, and the misprints.
expect 0 'In agreement: 18; ambiguous: 0; not in agreement: 4' "$anodyne" audit "$papers/percentages.yaml"
told 'The parts add up to 1996, not to 2096: 100 too few.'
told 'No whole number of 13 is 53.3 %.'
told '39.6 % (95 % CI 31.0 to 48.9)'
"$anodyne" audit "$papers/percentages.yaml" --format numbers >numbers
# name, lower, upper limit of Wilson in per cent
while read -r key lower upper; do
    grep "\"$key\.wilson" numbers | sed 's/.*"lower": \([^,]*\), "upper": \([^,]*\),.*/\1 \2/' |
        awk -v l="$lower" -v u="$upper" '{ a = 100 * $1 - l; b = 100 * $2 - u
            if (a * a > 2.6e-7 || b * b > 2.6e-7) bad = 1 } END { exit bad || NR != 1 }' ||
        { echo "Wilson's limits of $key are not $lower to $upper"; failed=1; }
done <<'TABLE'
hird_2009_flare 31.033 48.939
hird_2009_8_gy_once 28.048 50.284
hird_2009_more_fractions 27.757 56.633
present_all 55.967 65.142
present_assessable 62.371 71.652
sahgal_2013_fracture 10.887 17.588
ebrt_local_failure 33.788 47.917
rades_up_to_28_points 4.181 9.016
rades_29_31 37.825 49.402
rades_32_34 64.582 74.852
rades_35_37 82.142 89.240
rades_38_and_more 97.595 99.284
rades_29_37 65.397 71.307
TABLE
expect 0 'Its ratio, 1.33, is the ratio of those without the event, second to first' "$anodyne" audit "$papers/two_by_two.yaml" --format markdown
expect 0 'SC.24' "$anodyne" audit "$papers/two_by_two.yaml"
told 'that of the risks is 2.52.'
told '13.89'
told '2.52 (95 % CI 1.50 to 4.24)'
told '7.66'
expect 0 'PMC8010570' "$anodyne" audit "$papers/ratios.yaml"
told 'Its limits imply p = 0.0016, as published (0.002).'
told 'is lower, but the sentence says higher. Its reciprocal is 2.78.'
expect 0 'All, 49 %: within rounding of the groups together, 48.9 %.' "$anodyne" audit "$papers/curves.yaml"
told '0-3: 3 values for 4 times.'
told 'At time 18 the incidences add up to 82.4 %; 17.6 % are free of all.'

# What does not agree.
cat >paper.yaml <<'PAPER'
claims:
  - {id: share, kind: percent, value: 84.5, count: 40, of: 58}
  - {id: limits, kind: percent, value: 84.5, of: 58, lower: 73.1, upper: 91.6}
  - {id: other limits, kind: percent, value: 84.5, of: 58, lower: 70.0, upper: 99.0}
  - {id: mean, kind: mean, value: 3.42, n: 58}
  - {id: sd, kind: mean, value: 3.43, n: 58, sd: 6.10, scale: [0, 10]}
  - {id: ratio, kind: ratio, value: 2.0, lower: 1.5, upper: 3.9, p: 0.2}
  - {id: turned, kind: ratio, value: 2, lower: 3, upper: 1.5}
  - {id: few, kind: ratio, value: 0.43, p: 0.01, events: 12, n: 30}
  - {id: p, kind: two_by_two, events: [40, 16], of: [114, 115], p: 0.5, ratio: 9}
  - {id: rising, kind: survival, times: [6, 12], groups: {A: {share: 50, values: [50, 60]}, B: {share: 50, values: [40, 101]}}, whole: [90, 20]}
  - {id: too much, kind: incidence, times: [12], causes: {a: [70], b: [40]}}
PAPER
expect 0 'In agreement: 1; ambiguous: 3; not in agreement: 7' "$anodyne" audit paper.yaml
told '40 of 58 is 69.0 %, not 84.5 %.'
told 'Its limits are those of Wilson.'
told 'none of 8 usual methods'
told 'No sum of 58 whole scores has the mean 3.42 (GRIM).'
told 'No 58 whole numbers of this scale have this mean and a standard deviation of 6.10 (GRIMMER).'
told 'The geometric mean of the limits is 2.42, not 2.0'
told 'The lower limit is not below the upper one.'
told 'With its 12 events p would be 0.14.'
told 'none of four tests'
told 'A rises from 50 to 60 %.'
told '101 % is no share.'
told 'All, 90 %, is not the groups together, 45.0 %.'
told 'At time 12 the incidences add up to 110 %'

# No paper file.
printf 'claims:\n  - {id: a, kind: percnt, value: 3, of: 4}\n  - {kind: mean}\n  - {id: b, kind: percent, value: x, of: 0}\n  - {id: c, kind: ratio, valu: 2}\n' >wrong.yaml
expect 3 'did you mean `percent`?' "$anodyne" audit wrong.yaml
told 'a claim has no id'
told 'value is not a number'
told 'of of b is missing, or no whole number'
told 'did you mean `value`?'
expect 3 'there is nothing to check' "$anodyne" audit "$root/examples/spine-hfrt/study.yaml"
expect 7 'missing.yaml' "$anodyne" audit missing.yaml

printf 'claims:\n  - {id: a, kind: percent, of: 4}\n  - {id: b, kind: mean, n: 4}\n  - {id: c, kind: ratio, value: 2, p: 0.1, share: 1.5}\n  - {id: d, kind: mean, value: 2, n: 4, items: 0}\n  - {id: e, kind: ratio, value: -2}\n' >holes.yaml
expect 3 'a needs value' "$anodyne" audit holes.yaml
told 'b needs value'
told 'share of c is not between 0 and 1'
told 'items of d is not between 0 and 1000'
told 'the ratio of e is not above 0'

# Limits of 90 %: as published, and not those of 95 %.
printf 'claims:\n  - {id: a, kind: ratio, value: 2.00, lower: 1.15, upper: 3.48, level: 0.90, p: 0.04}\n' >ninety.yaml
expect 0 'In agreement: 1' "$anodyne" audit ninety.yaml
told 'Its limits imply p = 0.039, as published (0.04).'
sed 's/level: 0.90, //' ninety.yaml >fewer.yaml
expect 0 'ambiguous: 1' "$anodyne" audit fewer.yaml

# What domain knowledge says of these trials: which ratio has the limits, which margin was kept, which figure is one off.
audited=$("$anodyne" audit "$papers/two_by_two.yaml" --format markdown)
for line in 'The limits are those of the ratio of those without the event, second to first' \
    'limit, 9.2, is the upper Wald limit of second minus first; the margin of 10 is not reached' \
    'limit, 13.2, is the upper Wald limit of second minus first; the margin of 10 is reached' \
    'limit, -11.5, is the lower Wald limit of first minus second; the margin of -11 is reached' \
    '14 of 19 is 73.68 %: 73.69 % is one off in its last digit' \
    '44 of 130 is 33.85 %: 33.9 % is one off in its last digit' \
    'Its difference, 0.8 percentage points, is that of the risks, second minus first'; do
    case $audited in *"$line"*) ;; *) echo "audit does not say: $line"; failed=1 ;; esac
done
printf 'claims:\n  - {id: a, kind: two_by_two, events: [4, 6], of: [10, 10], percents: [50, 60], difference: 30, one_sided: 3, ratio: 0.67, ratio_limits: [0.1, 9]}\n' >off.yaml
expect 0 '4 of 10 is 40.00 %, not 50 %' "$anodyne" audit off.yaml
expect 0 'not that of the risks, -20.00' "$anodyne" audit off.yaml
expect 0 'is no Wald limit of these counts' "$anodyne" audit off.yaml
expect 0 'The usual limits of the ratio of the risks, first to second' "$anodyne" audit off.yaml
printf 'claims:\n  - {id: a, kind: two_by_two, events: [4, 6], of: [10, 10], percents: 50}\n' >one.yaml
expect 3 'percents of a are not two' "$anodyne" audit one.yaml
finish
