/* call_sites.c: a hash table of stacks, and what it said of each allocation. */
#include "call_sites.h"

#include <stdint.h>
#include <string.h>

#if defined __has_include
#if __has_include(<execinfo.h>)
#include <execinfo.h>
#define HAVE_BACKTRACE 1
#endif
#endif

#ifdef __SANITIZE_ADDRESS__ /* each turn is ten times as dear */
enum { TURNS = 1 };
#else
enum { TURNS = 2 };
#endif
enum { DEPTH = 64, PLACES = 1 << 14 };

static struct {
    uint64_t stack;
    int seen; /* 0: free */
} places[PLACES];

enum { MOST = 1 << 13 };
static bool learning, worthwhile[MOST];
static long learned;

/* Whether the caller is called from this place for the first time, or for the second. */
static bool is_new(void) {
#ifdef HAVE_BACKTRACE
    void *frames[DEPTH];
    int depth = backtrace(frames, DEPTH);
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a */
    for (int i = 0; i < depth; i++) {
        hash = (hash ^ (uint64_t)(uintptr_t)frames[i]) * UINT64_C(1099511628211);
    }
    for (size_t tries = 0, i = hash % PLACES; tries < PLACES; tries++, i = (i + 1) % PLACES) {
        if (places[i].seen == 0 || places[i].stack == hash) {
            places[i].stack = hash;
            return places[i].seen++ < TURNS;
        }
    }
#endif
    return true;
}

void call_sites_begin(void) {
    memset(places, 0, sizeof places);
    learned = 0;
    learning = true;
}

void call_sites_end(void) {
    learning = false;
}

void call_sites_note(void) {
    if (learning && learned < MOST) {
        worthwhile[learned++] = is_new();
    }
}

long call_sites_next(long n) {
    do {
        n++;
    } while (n < learned && !worthwhile[n]);
    return n;
}
