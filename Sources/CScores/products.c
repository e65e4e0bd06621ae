#include "CScores.h"
#include "CProcessor.h"

// Sums that are kept apart, and added up in one order whatever the processor.
enum { LANES = 16 };

INLINE void window_products_body(
    const float *values, size_t step, const float *query, size_t length, size_t windows, float *products) {
    for (size_t window = 0; window < windows; window++) {
        const float *own = values + window * step;
        float sums[LANES] = {0};
        size_t place = 0;
        for (; place + LANES <= length; place += LANES) {
            for (size_t lane = 0; lane < LANES; lane++) {
                float product = own[place + lane] * query[place + lane];
                sums[lane] += product;
            }
        }
        for (; place < length; place++) {
            float product = own[place] * query[place];
            sums[place % LANES] += product;
        }
        float sum = 0;
        for (size_t lane = 0; lane < LANES; lane++) sum += sums[lane];
        products[window] = sum;
    }
}

PATHS(window_products,
      (const float *values, size_t step, const float *query, size_t length, size_t windows, float *products),
      (values, step, query, length, windows, products))
