# file_scope_names.awk: prints "NAME FILE" for each name that a C file defines at file scope: a function, static or
# not, a type, an enumerator, a variable, a macro. What stands between braces is passed over, but for enumerators.
# It is written for files laid out by clang-format.

function define(name) {
    if (name ~ /^[A-Za-z_][A-Za-z_0-9]*$/ && !((name, FILENAME) in seen)) {
        seen[name, FILENAME] = 1
        print name, FILENAME
    }
}
# The last word of a declarator, less its array bounds: "static const int *x[2]" is x.
function last_word(text) {
    gsub(/\[[^]]*\]/, "", text)
    sub(/[ \t]+$/, "", text)
    sub(/.*[^A-Za-z_0-9]/, "", text)
    return text
}
function function_name(text) {
    sub(/[ \t]*\(.*/, "", text)
    return last_word(text)
}
function enumerators(text, parts, count, i) {
    count = split(text, parts, ",")
    for (i = 1; i <= count; i++) {
        sub(/=.*/, "", parts[i])
        gsub(/[ \t]/, "", parts[i])
        define(parts[i])
    }
}
# The name in "(*name[2])(".
function pointer_name(text) {
    gsub(/\[[^]]*\]|[(*) ]/, "", text)
    return text
}
# A declaration that ended with a semicolon; braces and what was in them are {}.
function declaration(text, parts, count, i, body) {
    gsub(/__attribute__ *\(\(.*\)\)/, "", text)
    sub(/^[ \t]*(__extension__ +)?/, "", text)
    body = text ~ /\{\}/
    if (text == "" || text ~ /^(extern|_Static_assert)[^A-Za-z_0-9]/) {
        return
    }
    if (match(text, /^(typedef |static |const )*(struct|union|enum) [A-Za-z_0-9]+ *\{\}/)) {
        define(function_name(substr(text, RSTART, RLENGTH - 2) "("))
    }
    if (text ~ /^typedef /) {
        if (match(text, /\( *\*[A-Za-z_0-9]+\) *\(/)) { # a pointer to a function
            define(pointer_name(substr(text, RSTART, RLENGTH)))
        } else {
            split(text, parts, " ")
            if (body || parts[3] != parts[4]) { # typedef struct x x; declares only
                define(last_word(text))
            }
        }
        return
    }
    sub(/^(static |const )*(struct|union|enum)( [A-Za-z_0-9]+)? *\{\}/, "int", text)
    gsub(/_Atomic\([^()]*\)/, "int", text)
    gsub(/=[^,]*/, "", text)
    if (match(text, /\( *\*[A-Za-z_0-9]+(\[[^]]*\])?\) *\(/)) {
        define(pointer_name(substr(text, RSTART, RLENGTH)))
    } else if (text !~ /\(/ && text ~ /[ *]/) { # else a prototype, or a type alone
        count = split(text, parts, ",")
        for (i = 1; i <= count; i++) {
            define(last_word(parts[i]))
        }
    }
}
function scan(line, at, mark) {
    while (match(line, /[{};]/)) {
        at = substr(line, 1, RSTART - 1)
        mark = substr(line, RSTART, 1)
        line = substr(line, RSTART + 1)
        if (depth == 0) {
            text = text at
        } else if (listing) {
            list = list at
        }
        if (mark == "{" && depth++ == 0) {
            text = text "{"
            listing = text ~ /(^|[^A-Za-z_0-9])enum( [A-Za-z_0-9]+)? *\{$/
            list = ""
        } else if (mark == "}" && --depth == 0) {
            text = text "}"
            if (listing) {
                enumerators(list)
            } else if (text ~ /\) *\{\}$/ && text !~ /=/) {
                define(function_name(text))
                text = ""
            }
            listing = 0
        } else if (mark == ";" && depth == 0) {
            declaration(text)
            text = ""
        }
    }
    if (depth == 0) {
        text = text line " "
    } else if (listing) {
        list = list line " "
    }
}
function check_end(file) {
    if (depth != 0) {
        print "braces", file, "do not match: this script does not understand the file"
    }
}
FNR == 1 && NR > 1 { check_end(last) }
FNR == 1 { last = FILENAME; depth = listing = comment = directive = 0; text = "" }
{
    line = $0
    if (directive) { # goes on
        directive = line ~ /\\$/
        next
    }
    gsub(/\\./, "", line)
    gsub(/"[^"]*"/, "0", line)
    gsub(/\047[^\047]*\047/, "0", line)
    out = ""
    while (line != "") { # comments out
        if (comment) {
            at = index(line, "*/")
            line = at ? substr(line, at + 2) : ""
            comment = !at
        } else {
            at = index(line, "/*")
            out = out (at ? substr(line, 1, at - 1) " " : line)
            line = at ? substr(line, at + 2) : ""
            comment = at > 0
        }
    }
    if (out ~ /^#/) {
        if (match(out, /^# *define +[A-Za-z_0-9]+/)) {
            define(last_word(substr(out, RSTART, RLENGTH)))
        }
        directive = $0 ~ /\\$/
        next
    }
    scan(out)
}
END { check_end(last) }
