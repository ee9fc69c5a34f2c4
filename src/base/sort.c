/* sort.c: heapsort (J. W. J. Williams, Algorithm 232, Communications of the ACM 7 (1964) 347). */
#include "sort.h"

/* x[0..count - 1] is a heap, no number smaller than its children at 2 i + 1 and 2 i + 2, but for x[place],
** which goes down to where it belongs. */
static void sink(double *x, size_t count, size_t place) {
    double value = x[place];
    for (size_t child; (child = 2 * place + 1) < count; place = child) {
        child += child + 1 < count && x[child + 1] > x[child];
        if (!(x[child] > value)) {
            break;
        }
        x[place] = x[child];
    }
    x[place] = value;
}

void mix_sort_rising(double *x, size_t count) {
    for (size_t place = count / 2; place-- > 0;) {
        sink(x, count, place);
    }
    while (count > 1) { /* the largest goes behind the heap */
        double largest = x[0];
        x[0] = x[--count];
        x[count] = largest;
        sink(x, count, 0);
    }
}

static void sink_number(uint32_t *numbers, size_t count, size_t place, mix_sort_before before, void *context) {
    uint32_t number = numbers[place];
    for (size_t child; (child = 2 * place + 1) < count; place = child) {
        child += child + 1 < count && before(context, numbers[child], numbers[child + 1]);
        if (!before(context, number, numbers[child])) {
            break;
        }
        numbers[place] = numbers[child];
    }
    numbers[place] = number;
}

void mix_sort_numbers(uint32_t *numbers, size_t count, mix_sort_before before, void *context) {
    for (size_t place = count / 2; place-- > 0;) {
        sink_number(numbers, count, place, before, context);
    }
    while (count > 1) {
        uint32_t last = numbers[0];
        numbers[0] = numbers[--count];
        numbers[count] = last;
        sink_number(numbers, count, 0, before, context);
    }
}
