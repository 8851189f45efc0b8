#!/bin/sh
# score: totals, what stays possible with items missing, what is refused and with which words.
. "$(dirname "$0")/lib.sh"

expect 0 'Spinal Instability Neoplastic Score: 8, potentially unstable' "$anodyne" score sins location=T10 pain=mechanical \
    lesion=lytic alignment=normal collapse=lt50 posterolateral=none
expect 2 'is no answer' "$anodyne" score sins T10
expect 0 'not complete; with 5 of 7 items missing it can be 6 to 14: B (5-9) or C (10-14)' "$anodyne" score mizumoto primary=lung ecog=3
told 'not verified'
told 'Research use'
expect 0 'it can be' "$anodyne" score sins location='胸11-腰1' pain=mechanical lesion=lytic --format json
expect 0 'Tomita' "$anodyne" score list
expect 0 'least is off by one' "$anodyne" score describe rades_survival
expect 2 'did you mean sins?' "$anodyne" score sinz
expect 2 'no level of this item' "$anodyne" score sins pain=foo
told 'one of: mechanical nonmechanical none'
expect 2 'has no item `colour`' "$anodyne" score sins colour=red
expect 2 'given twice' "$anodyne" score nrf kps=70 kps=80
expect 2 'not a possible value' "$anodyne" score mizumoto ecog=9
expect 2 'neither a primary tumour nor a class' "$anodyne" score nrf primary=nothing
finish
