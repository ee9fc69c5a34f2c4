/* inline.h: functions that are wanted inside their callers, where an argument is a constant. */
#ifndef MIX_INLINE_H
#define MIX_INLINE_H

#define MIX_INLINE static inline __attribute__((always_inline))

#endif
