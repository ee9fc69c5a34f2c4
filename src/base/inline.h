/* inline.h: functions that are wanted inside their callers, where an argument is a constant. */
#ifndef MIX_INLINE_H
#define MIX_INLINE_H

#define MIX_INLINE static inline __attribute__((always_inline))

/* Columns up to which loops over them are unrolled. */
enum { MIX_FEW_COLUMNS = 4 };

/* Call an inlined function with the number of columns, its last argument, a constant where there are few. */
#define MIX_WITH_COLUMNS(columns, function, ...)                                                                  \
    ((columns) == 1                 ? function(__VA_ARGS__, 1)                                                    \
     : (columns) == 2               ? function(__VA_ARGS__, 2)                                                    \
     : (columns) == 3               ? function(__VA_ARGS__, 3)                                                    \
     : (columns) == MIX_FEW_COLUMNS ? function(__VA_ARGS__, MIX_FEW_COLUMNS)                                      \
                                    : function(__VA_ARGS__, columns))

#endif
