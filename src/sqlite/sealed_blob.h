/* sealed_blob.h: what the BLOBs of statistics and of samples have in common: large, and sealed by a checksum. */
#ifndef MIX_SEALED_BLOB_H
#define MIX_SEALED_BLOB_H

#include "api.h"
#include "cancel.h"

enum { MIX_SEAL_BYTES = 8, MIX_SEALED_PIECE = 1 << 20 /* bytes between two questions whether to go on */ };

/* memcpy(), in pieces: new memory is slow to be touched first. False: stopped. */
bool mix_sealed_copy(void *to, const void *from, size_t length, const mix_cancel *cancel);

/* The checksum of all but the last MIX_SEAL_BYTES bytes: FNV-1a (Fowler, Noll & Vo), 64 bits. Put it there; or
** see whether it *fits. False: stopped. */
bool mix_sealed_close(unsigned char *bytes, size_t length, const mix_cancel *cancel);
bool mix_sealed_check(const unsigned char *bytes, size_t length, const mix_cancel *cancel, bool *fits);

/* Bytes of mix_memory_array() as the function's result, which frees them. */
void mix_sealed_result(sqlite3_context *context, unsigned char *bytes, size_t length);

#endif
