// Sixteen numbers at a time, for all files of kernels. Vectors go by pointer, so that no call depends on how wide ones are passed.
#ifndef ODDLINE_LANES_H
#define ODDLINE_LANES_H
#include "CProcessor.h"
#include <stddef.h>

typedef float float16 __attribute__((ext_vector_type(16), aligned(64)));
typedef int int16 __attribute__((ext_vector_type(16), aligned(64)));
typedef float unaligned16 __attribute__((ext_vector_type(16), aligned(4)));

INLINE void load_lanes(float16 *value, const float *from, size_t lanes) {
    if (lanes == 16) {
        *value = *(const unaligned16 *)from;
        return;
    }
    *value = 0.0f;
    for (size_t lane = 0; lane < lanes; lane++) (*value)[lane] = from[lane];
}

INLINE void store_lanes(float *to, const float16 *value, size_t lanes) {
    if (lanes == 16) {
        *(unaligned16 *)to = *value;
        return;
    }
    for (size_t lane = 0; lane < lanes; lane++) to[lane] = (*value)[lane];
}

// y = exp(scale * x), 16 at a time, for scaled arguments within +-limit (at most 87) and their limits
// beyond; NaN, as arithmetic makes it, stays NaN. 2^n times a minimax polynomial of e^f for f in
// [-ln2/2, ln2/2] (relative error 3.1e-09 before rounding). Adding magic rounds to an integer and leaves it in the low bits.
INLINE void scaled_exp(float16 *y, const float16 *from, float scale, float limit) {
    const float magic = 12582912.0f;
    float16 x = *from * scale;
    x = x > limit ? (float16)limit : x;
    x = x < -limit ? (float16)-limit : x;
    float16 shifted = x * 1.44269504088896341f + magic;
    float16 n = shifted - magic;
    float16 f = x - n * 0.693359375f;
    f = f + n * 2.12194440e-4f;
    float16 p = f * 1.381446674e-03f + 8.368780582e-03f;
    p = p * f + 4.166839423e-02f;
    p = p * f + 1.666652011e-01f;
    p = p * f + 4.999999341e-01f;
    p = p * (f * f) + f + 1.0f;
    *y = (float16)((int16)p + ((int16)shifted << 23));
}

#endif
