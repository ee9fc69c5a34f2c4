/* levels.c: looking levels up. */
#include "levels.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "family.h"
#include "number.h"

/* Where levels are looked up: a model's, rising, or a set's. */
typedef struct level_list {
    const mix_level *rising;
    size_t count;
    const mix_level_set *set; /* in place of these */
} level_list;

static bool look_for(const level_list *list, const mix_level *level, size_t *number) {
    if (list->set != NULL) {
        return mix_level_set_find(list->set, level, number);
    }
    size_t low = 0, high = list->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = mix_level_compare(&list->rising[middle], level);
        if (order == 0) {
            *number = middle;
            return true;
        }
        *(order < 0 ? &low : &high) = order < 0 ? middle + 1 : middle;
    }
    return false;
}

/* A number as SQLite would write it. */
static mix_level written_level(const mix_level *level, char text[MIX_JSON_NUMBER_BYTES]) {
    if (level->kind == MIX_LEVEL_INTEGER) {
        snprintf(text, MIX_JSON_NUMBER_BYTES, "%lld", (long long)level->integer);
    } else {
        (void)mix_json_format_double(level->real, text);
    }
    return (mix_level){.kind = MIX_LEVEL_TEXT, .bytes = text, .length = strlen(text)};
}

static bool find_level_of(const level_list *list, mix_cell *cell, size_t *number) {
    char text[MIX_JSON_NUMBER_BYTES];
    double real;
    if (look_for(list, &cell->level, number)) {
        return true;
    }
    if (cell->level.kind <= MIX_LEVEL_REAL) {
        const mix_level written = written_level(&cell->level, text);
        return look_for(list, &written, number);
    }
    if (cell->type == SQLITE_TEXT && mix_cell_number(cell, &real) && isfinite(real)) {
        const mix_level read = mix_level_of(real);
        return look_for(list, &read, number);
    }
    return false;
}

bool mix_levels_find(const mix_level_set *set, mix_cell *cell, size_t *number) {
    const level_list list = {.set = set};
    return find_level_of(&list, cell, number);
}

double mix_levels_number(const mixture_family *family, size_t column, mix_cell *cell) {
    const level_list list = {mix_family_levels(family, column), mix_family_level_count(family, column), NULL};
    size_t number;
    double real;
    if (list.rising != NULL) {
        return find_level_of(&list, cell, &number) ? (double)number : mix_unseen();
    }
    bool known = mix_cell_number(cell, &real) && real >= 0 && real < (double)list.count && real == floor(real);
    return known ? real : mix_unseen();
}

void mix_levels_result(sqlite3_context *context, const mix_level *level) {
    switch (level->kind) {
    case MIX_LEVEL_INTEGER:
        sqlite3_result_int64(context, level->integer);
        break;
    case MIX_LEVEL_REAL:
        sqlite3_result_double(context, level->real);
        break;
    case MIX_LEVEL_TEXT:
        sqlite3_result_text64(context, level->bytes, level->length, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    default:
        sqlite3_result_blob64(context, level->length > 0 ? level->bytes : "", level->length, SQLITE_TRANSIENT);
    }
}
