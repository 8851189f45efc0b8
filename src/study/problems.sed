# docs/problems.md to problems.def: each row of a table of codes becomes AN_PROBLEM(code, severity, meaning, advice).
/^\| [A-Z][0-9]{3} \|/ {
    s/\\/\\\\/g
    s/"/\\"/g
    s/^\| ([A-Z][0-9]{3}) \| (.*) \| (.*) \| (.*) \|$/AN_PROBLEM("\1", "\2", "\3", "\4")/p
}
