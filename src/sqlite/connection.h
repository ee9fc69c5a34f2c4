/* connection.h: what the extension keeps for one database connection: the models it has parsed lately. It lives as
** long as any function or table that was registered with it. */
#ifndef MIX_CONNECTION_H
#define MIX_CONNECTION_H

#include <stdbool.h>

#include "api.h"
#include "model_cache.h"

typedef struct mix_connection {
    sqlite3 *db;
    int references;
    mix_model_cache models;
} mix_connection;

mix_connection *mix_connection_new(sqlite3 *db); /* with one reference; NULL when out of memory */
mix_connection *mix_connection_hold(mix_connection *connection);
/* Whoever held it frees what is its own first: with the last reference the library may be left. */
void mix_connection_release(mix_connection *connection);

/* The model in a value, with a reference for the caller. *parsed is NULL for NULL. Found again by comparing the
** text, so that a model that comes from a table is parsed once. */
mixture_status mix_connection_model(mix_connection *connection, sqlite3_value *value, mix_parsed **parsed,
                                    mixture_error *error);

/* The same of argument number `place`, which errors call `name`. */
mixture_status mix_connection_model_at(mix_connection *connection, sqlite3_value *value, int place,
                                       const char *name, mix_parsed **parsed, mixture_error *error);

/* Of its text. */
uint64_t mix_parsed_hash(mix_parsed *parsed);

/* Component (from 0) of highest responsibility in parsed->resp; of equal ones the first. */
size_t mix_parsed_likeliest(const mix_parsed *parsed);

/* The same as its number, from 1; 0: it is noise. */
sqlite3_int64 mix_parsed_component(const mix_parsed *parsed);

/* Whether the value is, byte for byte, the text of this model; NULL for NULL. */
bool mix_parsed_same(const mix_parsed *parsed, sqlite3_value *value);

#endif
