#include "CScores.h"
#include <math.h>
#include "CProcessor.h"

// Lowest and highest values that are kept apart until the end of a block.
enum { LANES = 16 };

// A comparison with NaN is false, so gaps never become a lowest or highest value.
#define EXTENTS(NAME, NUMBER) \
    INLINE void NAME##_body(const NUMBER *values, size_t count, size_t block, NUMBER *lowest, NUMBER *highest) { \
        for (size_t start = 0; start < count; start += block) { \
            size_t place = start, end = count - start < block ? count : start + block; \
            NUMBER lows[LANES], highs[LANES], low = INFINITY, high = -INFINITY; \
            for (size_t lane = 0; lane < LANES; lane++) { \
                lows[lane] = low; \
                highs[lane] = high; \
            } \
            for (; place + LANES <= end; place += LANES) { \
                for (size_t lane = 0; lane < LANES; lane++) { \
                    NUMBER value = values[place + lane]; \
                    lows[lane] = value < lows[lane] ? value : lows[lane]; \
                    highs[lane] = value > highs[lane] ? value : highs[lane]; \
                } \
            } \
            for (; place < end; place++) { \
                low = values[place] < low ? values[place] : low; \
                high = values[place] > high ? values[place] : high; \
            } \
            for (size_t lane = 0; lane < LANES; lane++) { \
                low = lows[lane] < low ? lows[lane] : low; \
                high = highs[lane] > high ? highs[lane] : high; \
            } \
            *lowest++ = low; \
            *highest++ = high; \
        } \
    } \
    PATHS(NAME, (const NUMBER *values, size_t count, size_t block, NUMBER *lowest, NUMBER *highest), \
          (values, count, block, lowest, highest))

EXTENTS(float_extents, float)
EXTENTS(double_extents, double)
