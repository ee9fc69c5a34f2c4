# same_numbers.awk EXPECTED FOUND: the same text but for numbers, which differ by at most 1e-7 of the larger, or 1e-9: what
# another instruction set's rounding leaves of a fit that has converged to 1e-8. Prints the first difference.
function number_at(text) {
    return match(text, /^-?[0-9]+(\.[0-9]+)?(e[-+]?[0-9]+)?/) ? substr(text, 1, RLENGTH) : ""
}
function magnitude(x) {
    return x < 0 ? -x : x
}
FNR == NR {
    expected[FNR] = $0
    lines = FNR
    next
}
{
    found = $0
    wanted = expected[FNR]
    while (found != "" || wanted != "") {
        a = number_at(wanted)
        b = number_at(found)
        difference = magnitude(a - b)
        largest = magnitude(a) > magnitude(b) ? magnitude(a) : magnitude(b)
        if (a != "" && b != "" && (difference <= 1e-9 || difference <= 1e-7 * largest)) {
            wanted = substr(wanted, length(a) + 1)
            found = substr(found, length(b) + 1)
        } else if (a == "" && b == "" && substr(wanted, 1, 1) == substr(found, 1, 1)) {
            wanted = substr(wanted, 2)
            found = substr(found, 2)
        } else {
            printf "line %d: expected %.60s, found %.60s\n", FNR, wanted, found
            failed = 1
            exit 1
        }
    }
    seen = FNR
}
END {
    if (!failed && seen != lines) {
        print seen + 0 " lines in place of " lines
        exit 1
    }
}
