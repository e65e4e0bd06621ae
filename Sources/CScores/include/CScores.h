// Arithmetic over the values and scores of many rows, compiled for AVX-512, AVX2 and the baseline on x86-64. Unlike the networks'
// kernels it rounds every product, so that scores are the same numbers on every processor.
#ifndef ODDLINE_CSCORES_H
#define ODDLINE_CSCORES_H
#include <stddef.h>

/// The weighted average of the scores of some models, row by row over those that have one there (not NaN); NaN where none
/// has. scores holds a pointer a model to rows floats, shares sum to 1. The result lies within the scores it is made of.
void ok_weighted_average(const float *const *scores, const float *shares, size_t models, size_t rows, float *average);

/// The lowest and the highest value of every block of count values, the last of which may be shorter; NaN is passed over, and a
/// block of nothing else has infinite, and infinite and negative, ones.
void ok_float_extents(const float *values, size_t count, size_t block, float *lowest, float *highest);
void ok_double_extents(const double *values, size_t count, size_t block, double *lowest, double *highest);

/// For each of windows runs of length floats, the first of which begins at values and each later one step floats on, the sum
/// of its products with query.
void ok_window_products(
    const float *values, size_t step, const float *query, size_t length, size_t windows, float *products);

#endif
