/* number_text.c: a number that came as TEXT. */
#include "number_text.h"

#include <math.h>
#include <string.h>

#include "number.h"

bool mix_number_of_text(const char *text, size_t length, double *number) {
    char digits[64];
    size_t used = 0, i = 0, before = 0, after = 0;
    while (length > 0 && strchr(" \t\n\v\f\r", text[length - 1]) != NULL && text[length - 1] != '\0') {
        length--;
    }
    while (i < length && strchr(" \t\n\v\f\r", text[i]) != NULL && text[i] != '\0') {
        i++;
    }
    if (length - i >= sizeof digits - 4) {
        return false; /* no number that anyone has written */
    }
    if (i < length && (text[i] == '-' || text[i] == '+')) {
        if (text[i++] == '-') {
            digits[used++] = '-';
        }
    }
    for (; i < length && text[i] == '0' && i + 1 < length && text[i + 1] >= '0' && text[i + 1] <= '9'; i++) {
        before++; /* JSON has no zeros in front */
    }
    for (; i < length && text[i] >= '0' && text[i] <= '9'; i++, before++) {
        digits[used++] = text[i];
    }
    if (used == 0 || digits[used - 1] == '-') {
        digits[used++] = '0';
    }
    if (i < length && text[i] == '.') {
        size_t point = used;
        digits[used++] = '.';
        for (i++; i < length && text[i] >= '0' && text[i] <= '9'; i++, after++) {
            digits[used++] = text[i];
        }
        used = after == 0 ? point : used;
    }
    if (before + after > 0 && i < length && (text[i] == 'e' || text[i] == 'E')) {
        size_t some = 0;
        digits[used++] = text[i++];
        if (i < length && (text[i] == '-' || text[i] == '+')) {
            digits[used++] = text[i++];
        }
        for (; i < length && text[i] >= '0' && text[i] <= '9'; i++, some++) {
            digits[used++] = text[i];
        }
        if (some == 0) {
            return false;
        }
    }
    if (before + after == 0 || i < length) {
        return false;
    }
    if (!mix_json_parse_double(digits, used, number)) { /* JSON has none that large */
        *number = digits[0] == '-' ? -HUGE_VAL : HUGE_VAL;
    }
    return true;
}
