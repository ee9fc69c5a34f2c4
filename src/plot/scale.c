/* scale.c: scaled arithmetic for ranges up to the ends of the doubles. */
#include "scale.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- Ranges ------------------------------------------------------------------------------------------ */

void mix_range_add(mix_range *range, double x) {
    if (isfinite(x)) {
        range->low = fmin(range->low, x);
        range->high = fmax(range->high, x);
    }
}

static double largest(mix_range range) {
    return fmax(fabs(range.low), fabs(range.high));
}

mix_range mix_range_pad(mix_range range, double share) {
    if (!(range.low <= range.high)) {
        return (mix_range){0, 1};
    }
    /* Of half the length, which cannot overflow; 1e-12 of the values is still thousands of doubles wide. */
    double half = range.high / 2 - range.low / 2;
    double least = fmax(largest(range) * 1e-12, 1e-300);
    if (half == 0) { /* a single value: no length to go by but its own */
        least = range.low == 0 ? 0.5 : fmax(0.05 * fabs(range.low), 1e-300);
    }
    double reach = fmax(2 * share * half, least - half);
    return (mix_range){fmax(range.low - reach, -DBL_MAX), fmin(range.high + reach, DBL_MAX)};
}

double mix_range_at(mix_range range, double t) {
    return range.low * (1 - t) + range.high * t;
}

/* ---- Scales ------------------------------------------------------------------------------------------ */

double mix_scale_at(const mix_scale *scale, double x) {
    mix_range range = scale->range;
    if (scale->log) {
        x = x > 0 ? log10(x) : -(double)INFINITY;
    }
    double unit = largest(range) > 1 ? 0x1p-2 : 0x1p60; /* so that no difference is lost or overflows */
    double t = (x * unit - range.low * unit) / (range.high * unit - range.low * unit);
    return scale->from + (scale->to - scale->from) * fmin(fmax(t, -1000), 1000);
}

/* ---- Ticks ------------------------------------------------------------------------------------------- */

/* Ticks as whole numbers of 10^exponent: exact, so that labels are. */
typedef struct tick_plan {
    long long first, last, step; /* in 10^exponent: step is 1, 2 or 5 */
    int exponent;
    double low, high; /* the range in 10^exponent */
} tick_plan;

/* x / 10^exponent in two steps, neither of which leaves the doubles. */
static double shifted(double x, int exponent) {
    int half = exponent / 2;
    return x / pow(10, half) / pow(10, exponent - half);
}

static tick_plan plan_ticks(mix_range range, int most, bool whole) {
    double half = range.high / 2 - range.low / 2;
    int exponent = (int)floor(log10(half / most)) - 1;
    exponent = whole && exponent < 0 ? 0 : exponent;
    static const int steps[] = {1, 2, 5};
    for (;; exponent++) { /* ends: each turn is ten times coarser */
        double low = shifted(range.low, exponent), high = shifted(range.high, exponent);
        double slack = 1e-9 * (high - low); /* a tick at the very end may be off by rounding */
        if (!(fabs(low) < 1e15 && fabs(high) < 1e15)) {
            continue;
        }
        for (int s = 0; s < 3; s++) {
            long long first = (long long)ceil((low - slack) / steps[s]);
            long long last = (long long)floor((high + slack) / steps[s]);
            if (last - first < most) {
                return (tick_plan){first * steps[s], last * steps[s], steps[s], exponent, low, high};
            }
        }
    }
}

/* number * 10^exponent, with a real minus sign: 0.25, 1500, 2.5e300. */
static void format_label(long long number, int exponent, bool scientific, char *label) {
    char digits[24];
    const char *sign = number < 0 ? "\xe2\x88\x92" : "";
    int length = snprintf(digits, sizeof digits, "%lld", llabs(number));
    if (number == 0 && (scientific || exponent > 0)) {
        snprintf(label, MIX_TICK_BYTES, "0");
    } else if (scientific) {
        int power = exponent + length - 1;
        while (length > 1 && digits[length - 1] == '0') {
            length--;
        }
        snprintf(label, MIX_TICK_BYTES, "%s%c%s%.*se%s%d", sign, digits[0], length > 1 ? "." : "", length - 1,
                 digits + 1, power < 0 ? "\xe2\x88\x92" : "", abs(power));
    } else if (exponent >= 0) {
        snprintf(label, MIX_TICK_BYTES, "%s%s%.*s", sign, digits, number == 0 ? 0 : exponent, "000000000000");
    } else {
        int whole = length + exponent; /* digits before the point; below 0: zeros after it */
        snprintf(label, MIX_TICK_BYTES, "%s%.*s.%.*s%s", sign, whole > 0 ? whole : 1, whole > 0 ? digits : "0",
                 whole < 0 ? -whole : 0, "000000000000", digits + (whole > 0 ? whole : 0));
    }
}

/* Digits of a number. */
static int digit_count(long long number) {
    int count = 1;
    for (number = llabs(number); number >= 10; number /= 10) {
        count++;
    }
    return count;
}

/* What ticks of too many digits count from: their middle, rounded to a power of ten that is longer than they
** are. */
static long long find_offset(const tick_plan *plan) {
    long long top = llabs(plan->first) > llabs(plan->last) ? plan->first : plan->last;
    long long round = 1;
    while (round < plan->last - plan->first + plan->step) {
        round *= 10;
    }
    int digits = digit_count(top);
    while (digits > 0 && top % 10 == 0) { /* trailing zeros need no place in 2e300 */
        top /= 10;
        digits--;
    }
    return digit_count(top) > 7 ? llround((double)(plan->first / 2 + plan->last / 2) / (double)round) * round : 0;
}

mix_ticks mix_ticks_find(mix_range range, int most, bool whole) {
    mix_ticks ticks = {0};
    tick_plan plan = plan_ticks(range, most, whole);
    long long offset = find_offset(&plan);
    int digits = digit_count(llabs(plan.first - offset) > llabs(plan.last - offset) ? plan.first - offset
                                                                                    : plan.last - offset);
    bool scientific = plan.exponent < -6 || digits + plan.exponent > 6;
    for (long long at = plan.first; at <= plan.last && ticks.count < most; at += plan.step) {
        double t = ((double)at - plan.low) / (plan.high - plan.low);
        ticks.t[ticks.count] = fmin(fmax(t, 0), 1);
        format_label(at - offset, plan.exponent, scientific, ticks.label[ticks.count++]);
    }
    if (offset != 0) {
        bool large = plan.exponent < -12 || digit_count(offset) + plan.exponent > 12;
        long long magnitude = llabs(offset);
        int exponent = plan.exponent;
        while (magnitude % 10 == 0) {
            magnitude /= 10;
            exponent++;
        }
        char label[MIX_TICK_BYTES - 4];
        format_label(magnitude, exponent, large, label);
        snprintf(ticks.offset, sizeof ticks.offset, "%s %s", offset < 0 ? "+" : "\xe2\x88\x92", label);
    }
    return ticks;
}

/* ---- Logarithmic ticks --------------------------------------------------------------------------------- */

/* Ticks at these digits of every so many powers of ten; the number of all, of which at most `most` are stored. */
static int log_ticks(mix_range range, const char *digits, int every, int most, mix_ticks *ticks) {
    int count = 0, first = (int)floor(range.low) - 1, last = (int)ceil(range.high);
    bool scientific = range.high >= 6 || range.low < -5;
    *ticks = (mix_ticks){0};
    first -= ((first % every) + every) % every;
    for (int power = first; power <= last; power += every) {
        for (const char *digit = digits; *digit != '\0'; digit++) {
            double at = power + log10(*digit - '0'), t = (at - range.low) / (range.high - range.low);
            if (t >= -1e-9 && t <= 1 + 1e-9 && count++ < most) {
                ticks->t[ticks->count] = fmin(fmax(t, 0), 1);
                format_label(*digit - '0', power, scientific && power != 0, ticks->label[ticks->count++]);
            }
        }
    }
    return count;
}

mix_ticks mix_ticks_log(mix_range range, int most) {
    static const char *const finer[] = {"125", "13", "1"};
    enum { SETS = sizeof finer / sizeof *finer };
    mix_ticks ticks = {0};
    int count = most + 1, every = 1;
    for (int i = 0; i < SETS && count > most; i++) {
        count = log_ticks(range, finer[i], every, most, &ticks);
    }
    while (count > most) {
        count = log_ticks(range, "1", ++every, most, &ticks);
    }
    if (count >= 3 || range.high - range.low > 1) {
        return ticks;
    }
    const mix_range values = {fmax(pow(10, range.low), DBL_MIN), fmin(pow(10, range.high), DBL_MAX)};
    ticks = mix_ticks_find(values, most, false);
    for (int i = 0; i < ticks.count; i++) {
        double at = log10(mix_range_at(values, ticks.t[i]));
        ticks.t[i] = fmin(fmax((at - range.low) / (range.high - range.low), 0), 1);
    }
    return ticks;
}
