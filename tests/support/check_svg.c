/* check_svg.c: xmllint as the judge. */
#include "check_svg.h"

#include <stdio.h>
#include <string.h>

size_t count_of(const char *svg, const char *text) {
    size_t count = 0;
    for (const char *at = strstr(svg, text); at != NULL; at = strstr(at + 1, text)) {
        count++;
    }
    return count;
}

void check_picture(const char *svg) {
    static const char *const forbidden[] = {"<script", "href", "@import", "nan", "inf\"", "e+", "\"-\""};
    FILE *xmllint = popen(XMLLINT " --noout --nonet -", "w");
    assert_non_null(xmllint);
    assert_true(fputs(svg, xmllint) >= 0);
    assert_int_equal(pclose(xmllint), 0);
    assert_memory_equal(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" ", 40);
    assert_string_equal(svg + strlen(svg) - 7, "</svg>\n");
    assert_true(strlen(svg) < 1000000);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        assert_null(strstr(svg, forbidden[i]));
    }
}
