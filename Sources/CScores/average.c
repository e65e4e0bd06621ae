#include "CScores.h"
#include <math.h>
#include "CProcessor.h"

// Rows averaged together, so that what is worked on stays in the nearest cache.
enum { BLOCK = 256 };

// One row over the models that have a score there; where those weigh nothing, they count alike.
static float average_of_known(const float *const *scores, const float *shares, size_t models, size_t row) {
    float weight = 0, sum = 0, plain = 0, low = INFINITY, high = -INFINITY;
    size_t known = 0;
    for (size_t model = 0; model < models; model++) {
        float score = scores[model][row];
        if (isnan(score)) continue;
        float weighted = shares[model] * score;
        known++;
        weight += shares[model];
        sum += weighted;
        plain += score;
        low = fminf(low, score);
        high = fmaxf(high, score);
    }
    if (known == 0) return NAN;
    float mean = known == models ? sum : weight > 0 ? sum / weight : plain / (float)known;
    return mean < low ? low : mean > high ? high : mean;
}

INLINE void weighted_average_body(
    const float *const *scores, const float *shares, size_t models, size_t rows, float *average) {
    for (size_t start = 0; start < rows; start += BLOCK) {
        size_t count = rows - start < BLOCK ? rows - start : BLOCK;
        float sum[BLOCK], low[BLOCK], high[BLOCK];
        unsigned missing = 0;
        for (size_t model = 0; model < models; model++) {
            const float *own = scores[model] + start;
            float share = shares[model];
            for (size_t i = 0; i < count; i++) {
                float score = own[i], weighted = share * score;
                missing += score != score;
                sum[i] = model == 0 ? weighted : sum[i] + weighted;
                low[i] = model == 0 || score < low[i] ? score : low[i];
                high[i] = model == 0 || score > high[i] ? score : high[i];
            }
        }
        if (missing == 0) {
            for (size_t i = 0; i < count; i++)
                average[start + i] = sum[i] < low[i] ? low[i] : sum[i] > high[i] ? high[i] : sum[i];
        } else {
            for (size_t i = 0; i < count; i++) average[start + i] = average_of_known(scores, shares, models, start + i);
        }
    }
}

PATHS(weighted_average,
      (const float *const *scores, const float *shares, size_t models, size_t rows, float *average),
      (scores, shares, models, rows, average))
