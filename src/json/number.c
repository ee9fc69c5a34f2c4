/* number.c: doubles to the shortest decimal digits and back. Both directions scale by a power of ten kept to
** 128 bits. Writing follows Raffaele Giulietti's Schubfach: the interval of reals that read back as x is
** scaled so that it holds at least one and at most a few whole numbers, and the best of them is chosen.
** Reading multiplies digits and power with bounds on the error; when both bounds round to the same double
** that is the answer, else (ties, denormals, more than 19 digits) the C library decides, on text without a
** decimal point, so that no locale can interfere. */
#include "number.h"

#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if DBL_MANT_DIG != 53 || DBL_MAX_EXP != 1024
#error "doubles must be IEEE 754 binary64"
#endif

typedef struct wide { /* 128 bits */
    uint64_t high, low;
} wide;

static wide multiply(uint64_t a, uint64_t b) {
#ifdef __SIZEOF_INT128__
    __extension__ typedef unsigned __int128 uint128;
    uint128 product = (uint128)a * b;
    return (wide){(uint64_t)(product >> 64), (uint64_t)product};
#else
    uint64_t a1 = a >> 32, a0 = a & UINT32_MAX, b1 = b >> 32, b0 = b & UINT32_MAX;
    uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
    uint64_t carry = (middle & UINT32_MAX) + a0 * b1;
    return (wide){a1 * b1 + (middle >> 32) + (carry >> 32), a * b};
#endif
}

/* ---- Powers of ten --------------------------------------------------------------------------------- */

enum { POWER_MIN = -336, POWER_MAX = 335, POWER_STEP = 28 }; /* 5^27 is the last that fits 64 bits */

/* 10^-336, 10^-308, …, 10^308, scaled by a power of two to 128 bits with the top bit set, rounded up. */
static const wide powers[] = {
    {0xe3e27a444d8d98b7, 0xfd1b1b2308169b26}, {0xe61acf033d1a45df, 0x6fb92487298e33be},
    {0xe858ad248f5c22c9, 0xd1b3400f8f9cff69}, {0xea9c227723ee8bcb, 0x465e15a979c1cadd},
    {0xece53cec4a314ebd, 0xa4f8bf5635246429}, {0xef340a98172aace4, 0x86fb897116c87c35},
    {0xf18899b1bc3f8ca1, 0xdc44e6c3cb279ac2}, {0xf3e2f893dec3f126, 0x5a89dba3c3efccfb},
    {0xf64335bcf065d37d, 0x4d4617b5ff4a16d6}, {0xf8a95fcf88747d94, 0x75a44c6397ce912b},
    {0xfb158592be068d2e, 0xeed6e2f0f0d56713}, {0xfd87b5f28300ca0d, 0x8bca9d6e188853fd},
    {0x8000000000000000, 0x0000000000000000}, {0x813f3978f8940984, 0x4000000000000000},
    {0x82818f1281ed449f, 0xbff8f10e7a8921a5}, {0x83c7088e1aab65db, 0x792667c6da79e0fb},
    {0x850fadc09923329e, 0x03e2cf6bc604ddb1}, {0x865b86925b9bc5c2, 0x0b8a2392ba45a9b3},
    {0x87aa9aff79042286, 0x90fb44d2f05d0843}, {0x88fcf317f22241e2, 0x441fece3bdf81f04},
    {0x8a5296ffe33cc92f, 0x82bd6b70d99aaa70}, {0x8bab8eefb6409c1a, 0x1ad089b6c2f7548f},
    {0x8d07e33455637eb2, 0xdb0b487b6423e1e9}, {0x8e679c2f5e44ff8f, 0x570f09eaa7ea7649},
};

/* floor(log2(10^exponent)); the fraction is log2(10), good for |exponent| < 1000. */
static int floor_log2_of_power(int exponent) {
    return (exponent * 1741647) >> 19;
}

/* 10^exponent = (g - error) * 2^(floor_log2_of_power(exponent) - 127) with 0 <= error < 3 and the top bit of
** g set: rounding the table's entry up costs less than 2 after scaling, rounding the product up at most 1. */
static wide power_of_ten(int exponent) {
    int block = (exponent - POWER_MIN) / POWER_STEP, rest = (exponent - POWER_MIN) % POWER_STEP;
    uint64_t five = 1;
    for (uint64_t square = 5; rest != 0; rest >>= 1, square *= square) {
        five *= rest & 1 ? square : 1;
    }
    five <<= __builtin_clzll(five);
    wide low = multiply(powers[block].low, five), high = multiply(powers[block].high, five);
    wide g = {high.high, high.low + low.high};
    g.high += g.low < high.low;
    if (g.high >> 63 == 0) {
        g.high = g.high << 1 | g.low >> 63;
        g.low = g.low << 1 | low.low >> 63;
    }
    g.low += 1;
    g.high += g.low == 0;
    return g;
}

/* ---- Writing --------------------------------------------------------------------------------------- */

/* factor * (g - error) / 2^128 rounded to odd: cut to a whole number, its last bit set if anything was cut,
** so that it still compares rightly with every even number. For the factors of shortest() the true product
** is either whole, and then the power's error leaves less than 3 * factor < 2^61 in the 128 bits cut, or it
** leaves more than 2^62; and none that is not whole is within 2^-62 of the next whole number, so that the
** error never carries over. (Found by a search over all exponents with continued fractions: the nearest
** are 2^-65.44 above a whole number, at 2^664, and 2^-61.53 below one, at 2^479.) */
static uint64_t scale(wide g, uint64_t factor) {
    wide low = multiply(g.low, factor), high = multiply(g.high, factor);
    uint64_t middle = high.low + low.high;
    uint64_t whole = high.high + (middle < high.low);
    bool cut = middle != 0 || low.low >= 3 * factor;
    return whole | cut;
}

/* The shortest decimal digits * 10^*exponent that reads back as c * 2^q, a positive double. c == 2^52 is
** where the doubles below lie twice as close, unless they are denormals or as wide apart. */
static uint64_t shortest(uint64_t c, int q, int *exponent) {
    bool narrow = c == UINT64_C(1) << (DBL_MANT_DIG - 1) && q > DBL_MIN_EXP - DBL_MANT_DIG;
    /* 10^k <= width of the interval < 10^(k+1): floor(log10(2^q)) or floor(log10(3/4 * 2^q)) */
    int k = (q * 1262611 - (narrow ? 524031 : 0)) >> 22;
    int shift = q + floor_log2_of_power(-k) + 1; /* 1 … 4 */
    wide g = power_of_ten(-k);
    /* In quarters of 10^k: the value and the ends of the interval, which belong to it if c is even. */
    uint64_t value = scale(g, (4 * c) << shift);
    uint64_t lower = scale(g, (4 * c - (narrow ? 1 : 2)) << shift) + (c & 1);
    uint64_t upper = scale(g, (4 * c + 2) << shift) - (c & 1);
    *exponent = k;
    uint64_t whole = value / 4, tens = whole / 10;
    if (whole >= 10) { /* one digit less, if one of the neighbors is inside: both never are */
        bool down = lower <= 40 * tens, up = 40 * tens + 40 <= upper;
        if (down != up) {
            return (tens + up) * 10;
        }
    }
    bool down = lower <= 4 * whole, up = 4 * whole + 4 <= upper;
    if (down != up) {
        return whole + up;
    }
    uint64_t middle = 4 * whole + 2;
    return whole + (value > middle || (value == middle && whole % 2 == 1));
}

/* Decimal digits of n, without leading zeros and without a NUL; returns how many, at most 20. */
static int write_digits(uint64_t n, char *buffer) {
    char reversed[20];
    int count = 0;
    do {
        reversed[count++] = (char)('0' + n % 10);
        n /= 10;
    } while (n != 0);
    for (int i = 0; i < count; i++) {
        buffer[i] = reversed[count - 1 - i];
    }
    return count;
}

/* Lay digits * 10^exponent out, not a whole number below 1e15; returns the end. */
static char *write_decimal(uint64_t digits, int exponent, char *at) {
    while (digits % 10 == 0) {
        digits /= 10;
        exponent++;
    }
    char text[20];
    int count = write_digits(digits, text);
    int point = count + exponent;   /* where the decimal point is, from the first digit */
    if (point > 15 || point < -3) { /* d.ddde±x */
        *at++ = text[0];
        if (count > 1) {
            *at++ = '.';
            memcpy(at, text + 1, (size_t)count - 1);
            at += count - 1;
        }
        *at++ = 'e';
        if (point - 1 < 0) {
            *at++ = '-';
        }
        return at + write_digits((uint64_t)abs(point - 1), at);
    }
    int before = point > 0 ? point : 0;
    memcpy(at, text, (size_t)before);
    at += before;
    if (before == 0) {
        *at++ = '0';
    }
    *at++ = '.';
    for (int i = point; i < 0; i++) {
        *at++ = '0';
    }
    memcpy(at, text + before, (size_t)(count - before));
    return at + (count - before);
}

size_t mix_json_format_double(double x, char *buffer) {
    char *at = buffer;
    if (!isfinite(x)) {
        memcpy(buffer, "null", 5);
        return 4;
    }
    if (signbit(x)) {
        *at++ = '-';
        x = -x;
    }
    if (x == 0) {
        const char *zero = at == buffer ? "0" : "0.0"; /* without the point, -0 is likely to be read as 0 */
        size_t length = strlen(zero);
        memcpy(at, zero, length + 1);
        at += length;
    } else if (x < 1e15 && x == (double)(uint64_t)x) {
        at += write_digits((uint64_t)x, at);
    } else {
        uint64_t bits;
        memcpy(&bits, &x, sizeof bits);
        uint64_t fraction = bits & ((UINT64_C(1) << (DBL_MANT_DIG - 1)) - 1);
        int biased = (int)(bits >> (DBL_MANT_DIG - 1)), exponent;
        bool normal = biased != 0;
        uint64_t c = fraction | (uint64_t)normal << (DBL_MANT_DIG - 1);
        uint64_t digits = shortest(c, (normal ? biased : 1) + DBL_MIN_EXP - 1 - DBL_MANT_DIG, &exponent);
        at = write_decimal(digits, exponent, at);
    }
    *at = '\0';
    return (size_t)(at - buffer);
}

/* ---- Reading --------------------------------------------------------------------------------------- */

enum {
    DIGITS_EXACT = 19,  /* always fit 64 bits */
    DIGITS_ENOUGH = 800 /* a tie between doubles has at most 767 significant digits */
};

/* A number taken apart: ±0.d1d2d3… * 10^point, the digits without leading zeros. */
typedef struct decimal {
    const char *digits, *end; /* from the first nonzero digit to the end of the mantissa, point included */
    int64_t point;
    uint64_t leading; /* the first DIGITS_EXACT digits */
    int used;         /* how many of them there are */
    bool more;        /* nonzero digits after them */
    bool negative;
} decimal;

static bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/* The exponent after e, held where no text that fits 32 bits can bring it back into range. */
static int64_t read_exponent(const char *at, const char *end) {
    bool negative = at < end && *at == '-';
    int64_t exponent = 0;
    for (; at < end; at++) {
        if (is_digit(*at) && exponent < INT64_C(1000000000000000)) {
            exponent = exponent * 10 + (*at - '0');
        }
    }
    return negative ? -exponent : exponent;
}

static decimal take_apart(const char *text, size_t length) {
    const char *at = text, *end = text + length;
    decimal number = {.negative = *at == '-'};
    bool fraction = false;
    number.digits = number.end = end;
    for (at += number.negative; at < end && (is_digit(*at) || *at == '.'); at++) {
        if (*at == '.') {
            fraction = true;
            continue;
        }
        if (number.used == 0 && *at == '0') { /* leading */
            number.point -= fraction;
            continue;
        }
        if (number.used == 0) {
            number.digits = at;
        }
        number.point += !fraction;
        if (number.used < DIGITS_EXACT) {
            number.leading = number.leading * 10 + (uint64_t)(*at - '0');
            number.used++;
        } else {
            number.more |= *at != '0';
        }
    }
    number.end = at;
    if (at < end) {
        number.point += read_exponent(at + 1, end);
    }
    return number;
}

/* The top 53 bits of 128 whose top bit is set, rounded half up: up to 2^53. */
static uint64_t round_half_up(wide bits) {
    return (bits.high >> 11) + (bits.high >> 10 & 1);
}

static wide add_big(wide a, uint64_t b) {
    wide sum = {a.high, a.low + b};
    sum.high += sum.low < b;
    return sum;
}

/* leading * 10^exponent when 128 bits settle it; false when they do not. */
static bool multiply_out(uint64_t leading, int exponent, double *x) {
    int zeros = __builtin_clzll(leading);
    uint64_t w = leading << zeros;
    wide g = power_of_ten(exponent);
    wide low = multiply(g.low, w), high = add_big(multiply(g.high, w), low.high);
    int top = 64 - zeros + floor_log2_of_power(exponent);
    /* The product lies above high - 3, for the power's error, and below high + 1, for the bits cut. */
    wide below = {high.high - (high.low < 3), high.low - 3}, above = add_big(high, 1);
    if (high.high >> 63 == 0) {
        below = (wide){below.high << 1 | below.low >> 63, below.low << 1};
        above = (wide){above.high << 1 | above.low >> 63, above.low << 1};
        top--;
    }
    uint64_t c = round_half_up(below);
    if (c != round_half_up(above) || top < DBL_MIN_EXP - 1 || top >= DBL_MAX_EXP) {
        return false;
    }
    /* c holds the implicit bit, which adds 1 to the exponent; c = 2^53 adds 2 and leaves the fraction 0. */
    uint64_t bits = ((uint64_t)(top - DBL_MIN_EXP + 1) << (DBL_MANT_DIG - 1)) + c;
    memcpy(x, &bits, sizeof *x);
    return true;
}

/* The same by the C library: the digits as a whole number with an exponent, long ones cut to more than can
** matter and a 1 for the rest. */
static double convert_by_library(const decimal *number) {
    char text[DIGITS_ENOUGH + 32];
    int count = 0;
    bool rest = false;
    for (const char *at = number->digits; at < number->end; at++) {
        if (!is_digit(*at)) {
            continue;
        }
        if (count < DIGITS_ENOUGH) {
            text[count++] = *at;
        } else {
            rest |= *at != '0';
        }
    }
    if (rest) {
        text[count++] = '1';
    }
    int64_t exponent = number->point - count;
    exponent = exponent > 99999 ? 99999 : exponent < -99999 ? -99999 : exponent;
    snprintf(text + count, 32, "e%d", (int)exponent);
    return strtod(text, NULL);
}

bool mix_json_parse_double(const char *text, size_t length, double *x) {
    decimal number = take_apart(text, length);
    double magnitude = 0;
    if (number.used != 0) {
        int64_t exponent = number.point - number.used;
        if (number.more || exponent < POWER_MIN || exponent > POWER_MAX ||
            !multiply_out(number.leading, (int)exponent, &magnitude)) {
            magnitude = convert_by_library(&number);
        }
    }
    *x = number.negative ? -magnitude : magnitude;
    return isfinite(magnitude);
}
