// The LSTM step and the element-wise kernels of the networks. On x86-64 those that matter are compiled for
// AVX-512, AVX2 and the baseline, and it is decided at run time which is used (CProcessor.h). All buffers are dense rows
// of floats; none may overlap unless a comment allows it.
#ifndef ODDLINE_CKERNELS_H
#define ODDLINE_CKERNELS_H
#include "CProcessor.h"
#include <stddef.h>

/// Sets flush-to-zero and denormals-are-zero for the calling thread, and one thread for OpenMP calls
/// made from it. Returns the thread's floating-point control as it was, for ok_restore_thread.
unsigned long ok_prepare_thread(void);
/// Puts the floating-point control of the calling thread back.
void ok_restore_thread(unsigned long control);

/// y[i] = exp(x[i]) by the exponential that all kernels here share, so that it can be measured: 2 ulp or better for
/// x in [-87, 87].
void ok_exp(const float *x, float *y, size_t count);

/// One LSTM step over a batch. Gates stand in the order input, forget, cell, output.
struct lstm_step {
    size_t batch, hidden, inputs;
    /// What the gates' sums start from: [batch][4 * hidden], or one row for all with start_stride 0.
    const float *start;
    size_t start_stride;
    /// Values that arrive from outside, [batch][inputs], and their packed weights; unused with inputs 0.
    const float *input;
    const float *packed_input;
    /// [batch][hidden], or null at the first step.
    const float *hidden_before;
    const float *packed_hidden;
    /// [batch][hidden], or null at the first step; may be the same memory as cell.
    const float *cell_before;
    /// Results, [batch][hidden].
    float *cell, *hidden_out;
    /// Kept for backward: activated gates [batch][4 * hidden] and [batch][hidden]; null keeps nothing.
    float *gates, *tanh_cell;
};
void ok_lstm_step(const struct lstm_step *step);

/// Reorders a weight [4 * hidden][inputs] for ok_lstm_step: [hidden / 16, rounded up][inputs][4][16].
/// packed lies on a 64-byte boundary.
void ok_lstm_pack(const float *weight, float *packed, size_t hidden, size_t inputs);

/// Backward of one step: gates (activated) are replaced by the gradients of the pre-activations;
/// d_cell holds the gradient arriving from the next step and is replaced by the one to pass back.
void ok_lstm_backward(float *gates, const float *cell_before, const float *tanh_cell,
                      const float *d_hidden, float *d_cell, size_t batch, size_t hidden);

/// y = x * Phi(x) (GELU, exact form) and slope = dy/dx, which may be null.
void ok_gelu(const float *x, float *y, float *slope, size_t count);

/// y[i] *= x[i].
void ok_multiply(float *y, const float *x, size_t count);
/// y[i] += x[i].
void ok_add(float *y, const float *x, size_t count);
/// y[r][c] = bias[c], with stride floats from row to row.
void ok_fill_rows(float *y, const float *bias, size_t rows, size_t columns, size_t stride);
/// sums[c] += sum over r of x[r][c].
void ok_add_column_sums(const float *x, float *sums, size_t rows, size_t columns);

/// Rows that belong to the tokens of windows, as a layer reads them: [batch][tokens][columns] in own, but for the tokens that are
/// hidden in every window, which have theirs in masked.
struct token_rows {
    size_t batch, tokens, columns;
    const float *own;
    /// [tokens][columns], and [tokens] of 0 or 1; both null where nothing is hidden.
    const float *masked;
    const unsigned char *hidden;
    /// The tokens whose answer is wanted, in rising order; null for all, of which there are wanted_count too.
    const ptrdiff_t *wanted;
    size_t wanted_count;
};
/// y = x + bias for the wanted tokens, [batch][wanted][columns].
void ok_add_bias(const struct token_rows *x, const float *bias, float *y);
/// Softmax attention of every wanted token to all tokens of its window. projected holds queries, keys and values, each heads *
/// head_size wide; mixed is [batch][wanted][heads * head_size]. maps, [batch][heads][wanted][tokens], may be null. scratch
/// lies on a 64-byte boundary and has room for 16 * (tokens + 2 * head_size) floats.
void ok_attention(const struct token_rows *projected, size_t heads, float scale, float *mixed, float *maps, float *scratch);
/// d becomes scale * p * (d - sum(p * d)) row by row: the backward of p = softmax(scale * x).
void ok_softmax_backward(const float *p, float *d, float scale, size_t rows, size_t columns);

/// Layer norm over columns; keeps the normalised rows and the inverse deviations for backward, unless both are null.
void ok_layer_norm(const float *x, const float *gain, const float *bias, float *y, float *normalised,
                   float *inverse_deviation, size_t rows, size_t columns, float epsilon);
/// dx += the gradient of the input; d_gain and d_bias are accumulated.
void ok_layer_norm_backward(const float *dy, const float *gain, const float *normalised,
                            const float *inverse_deviation, float *dx, float *d_gain, float *d_bias,
                            size_t rows, size_t columns);

/// One Adam update; gradients are multiplied by gradient_scale first.
void ok_adam(float *values, const float *gradients, float *first, float *second, size_t count,
             float rate, float beta1, float beta2, float epsilon, float correction1,
             float correction2, float gradient_scale);

/// Sum of squares.
double ok_sum_of_squares(const float *x, size_t count);

#endif
