#include "CKernels.h"
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include "lanes.h"
#include "CProcessor.h"

static unsigned long floating_point_control(void) {
#if defined(__x86_64__)
    return _mm_getcsr();
#elif defined(__aarch64__)
    uint64_t control;
    __asm__ volatile("mrs %0, fpcr" : "=r"(control));
    return control;
#else
    return 0;
#endif
}

void ok_restore_thread(unsigned long control) {
#if defined(__x86_64__)
    _mm_setcsr((unsigned int)control);
#elif defined(__aarch64__)
    __asm__ volatile("msr fpcr, %0" : : "r"((uint64_t)control));
#else
    (void)control;
#endif
}

unsigned long ok_prepare_thread(void) {
    unsigned long before = floating_point_control();
#if defined(__x86_64__)
    ok_restore_thread(before | 0x8040);
#elif defined(__aarch64__)
    ok_restore_thread(before | (1ul << 24));
#endif
    static void (*set_threads)(int);
    static int looked;
    if (!__atomic_load_n(&looked, __ATOMIC_ACQUIRE)) {
        void *symbol = dlsym(RTLD_DEFAULT, "omp_set_num_threads");
        __atomic_store(&set_threads, (void (**)(int))&symbol, __ATOMIC_RELEASE);
        __atomic_store_n(&looked, 1, __ATOMIC_RELEASE);
    }
    if (set_threads) set_threads(1);
    return before;
}

INLINE void exp_body(const float *restrict x, float *restrict y, size_t count) {
    for (size_t i = 0; i < count; i += 16) {
        size_t lanes = count - i < 16 ? count - i : 16;
        float16 value;
        load_lanes(&value, x + i, lanes);
        scaled_exp(&value, &value, 1.0f, 87.0f);
        store_lanes(y + i, &value, lanes);
    }
}
PATHS(exp, (const float *restrict x, float *restrict y, size_t count), (x, y, count))

// The LSTM step: products and activations of 16 hidden units at a time stay in registers.

// denominator = 1 + exp(scale * x). Beyond the bound of +-30 a sigmoid or tanh differs from its limit by less
// than 2e-13.
INLINE void one_plus_exp(float16 *denominator, const float16 *from, float scale) {
    scaled_exp(denominator, from, scale, 30.0f);
    *denominator += 1.0f;
}

// Turns sums before activation into gates, and the cell before into the new one. Two sigmoids share one
// division: 1/a = b/(ab).
INLINE void activate_gates(float16 *gates, float16 *cell, float16 *squashed) {
    float16 input, forget, candidate, output, state;
    one_plus_exp(&input, &gates[0], -1.0f);
    one_plus_exp(&forget, &gates[1], -1.0f);
    float16 inverse = 1.0f / (input * forget);
    gates[0] = inverse * forget;
    gates[1] = inverse * input;
    one_plus_exp(&candidate, &gates[2], 2.0f);
    one_plus_exp(&output, &gates[3], -1.0f);
    inverse = 1.0f / (candidate * output);
    gates[2] = 1.0f - 2.0f * (inverse * output);
    gates[3] = inverse * candidate;
    *cell = gates[1] * *cell + gates[0] * gates[2];
    one_plus_exp(&state, cell, 2.0f);
    *squashed = 1.0f - 2.0f / state;
}

#if defined(__x86_64__)
#define STEP_NAME step_avx512
#define STEP_TARGET __attribute__((target("avx512f,avx512vl,avx512dq,avx2,fma")))
#define STEP_ROWS 4
#include "lstm_step.h"
#define STEP_NAME step_avx2
#define STEP_TARGET __attribute__((target("avx2,fma")))
#define STEP_ROWS 1
#include "lstm_step.h"
#endif
#define STEP_NAME step_default
#define STEP_TARGET
#define STEP_ROWS 1
#include "lstm_step.h"

void ok_lstm_step(const struct lstm_step *step) {
#if defined(__x86_64__)
    if (ok_path() == OK_AVX512) return step_avx512(step);
    if (ok_path() == OK_AVX2) return step_avx2(step);
#endif
    step_default(step);
}

void ok_lstm_pack(const float *weight, float *packed, size_t hidden, size_t inputs) {
    for (size_t block = 0; block * 16 < hidden; block++)
        for (size_t k = 0; k < inputs; k++)
            for (size_t gate = 0; gate < 4; gate++)
                for (size_t lane = 0; lane < 16; lane++) {
                    size_t unit = block * 16 + lane;
                    *packed++ = unit < hidden ? weight[(gate * hidden + unit) * inputs + k] : 0.0f;
                }
}

INLINE void lstm_backward_body(float *restrict gates, const float *restrict cell_before,
                             const float *restrict tanh_cell, const float *restrict d_hidden,
                             float *restrict d_cell, size_t batch, size_t hidden) {
    for (size_t b = 0; b < batch; b++) {
        float *restrict i = gates + b * 4 * hidden, *restrict f = i + hidden, *restrict g = f + hidden,
              *restrict o = g + hidden;
        const float *restrict before = cell_before + b * hidden, *restrict tc = tanh_cell + b * hidden,
                    *restrict dh = d_hidden + b * hidden;
        float *restrict dc = d_cell + b * hidden;
        for (size_t j = 0; j < hidden; j++) {
            float input = i[j], forget = f[j], candidate = g[j], output = o[j];
            float total = dc[j] + dh[j] * output * (1.0f - tc[j] * tc[j]);
            i[j] = total * candidate * input * (1.0f - input);
            f[j] = total * before[j] * forget * (1.0f - forget);
            g[j] = total * input * (1.0f - candidate * candidate);
            o[j] = dh[j] * tc[j] * output * (1.0f - output);
            dc[j] = total * forget;
        }
    }
}
PATHS(lstm_backward,
      (float *restrict gates, const float *restrict cell_before, const float *restrict tanh_cell, const float
       *restrict d_hidden, float *restrict d_cell, size_t batch, size_t hidden),
      (gates, cell_before, tanh_cell, d_hidden, d_cell, batch, hidden))

// The normal distribution function by Abramowitz and Stegun 7.1.26 (absolute error below 1e-7).
INLINE void gelu_lanes(float16 *y, float16 *slope, const float16 *x) {
    float16 v = *x, a = __builtin_elementwise_abs(v) * 0.70710678118f, density, square = a * a;
    float16 t = 1.0f / (a * 0.3275911f + 1.0f);
    scaled_exp(&density, &square, -1.0f, 60.0f);
    float16 tail = t * 1.061405429f - 1.453152027f;
    tail = tail * t + 1.421413741f;
    tail = tail * t - 0.284496736f;
    tail = tail * t + 0.254829592f;
    tail = 0.5f * (tail * t * density);
    float16 phi = v >= 0.0f ? 1.0f - tail : tail;
    *y = v * phi;
    *slope = phi + v * density * 0.39894228040f;
}

INLINE void gelu_body(const float *restrict x, float *restrict y, float *restrict slope, size_t count) {
    for (size_t i = 0; i < count; i += 16) {
        size_t lanes = count - i < 16 ? count - i : 16;
        float16 value, result, derivative;
        load_lanes(&value, x + i, lanes);
        gelu_lanes(&result, &derivative, &value);
        store_lanes(y + i, &result, lanes);
        if (slope) store_lanes(slope + i, &derivative, lanes);
    }
}
PATHS(gelu, (const float *restrict x, float *restrict y, float *restrict slope, size_t count), (x, y, slope, count))

INLINE void multiply_body(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] *= x[i];
}
PATHS(multiply, (float *restrict y, const float *restrict x, size_t count), (y, x, count))

INLINE void add_body(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += x[i];
}
PATHS(add, (float *restrict y, const float *restrict x, size_t count), (y, x, count))

void ok_fill_rows(float *restrict y, const float *restrict bias, size_t rows, size_t columns, size_t stride) {
    for (size_t r = 0; r < rows; r++) memcpy(y + r * stride, bias, columns * sizeof(float));
}

INLINE void add_column_sums_body(const float *restrict x, float *restrict sums, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) sums[c] += x[r * columns + c];
}
PATHS(add_column_sums,
      (const float *restrict x, float *restrict sums, size_t rows, size_t columns),
      (x, sums, rows, columns))

INLINE void softmax_backward_body(const float *restrict p, float *restrict d, float scale, size_t rows, size_t columns) {
#pragma clang fp reassociate(on)
    for (size_t r = 0; r < rows; r++) {
        const float *restrict prow = p + r * columns;
        float *restrict drow = d + r * columns;
        float dot = 0;
        for (size_t c = 0; c < columns; c++) dot += prow[c] * drow[c];
        for (size_t c = 0; c < columns; c++) drow[c] = scale * prow[c] * (drow[c] - dot);
    }
}
PATHS(softmax_backward,
      (const float *restrict p, float *restrict d, float scale, size_t rows, size_t columns),
      (p, d, scale, rows, columns))

INLINE void layer_norm_body(const float *restrict x, const float *restrict gain, const float *restrict bias,
                          float *restrict y, float *restrict normalised, float *restrict inverse_deviation,
                          size_t rows, size_t columns, float epsilon) {
#pragma clang fp reassociate(on)
    for (size_t r = 0; r < rows; r++) {
        const float *restrict row = x + r * columns;
        float sum = 0;
        for (size_t c = 0; c < columns; c++) sum += row[c];
        float mean = sum / (float)columns, squares = 0;
        for (size_t c = 0; c < columns; c++) squares += (row[c] - mean) * (row[c] - mean);
        float inverse = 1.0f / sqrtf(squares / (float)columns + epsilon);
        if (inverse_deviation) inverse_deviation[r] = inverse;
        for (size_t c = 0; c < columns; c++) {
            float value = (row[c] - mean) * inverse;
            y[r * columns + c] = value * gain[c] + bias[c];
            if (normalised) normalised[r * columns + c] = value;
        }
    }
}
PATHS(layer_norm,
      (const float *restrict x, const float *restrict gain, const float *restrict bias, float *restrict y, float
       *restrict normalised, float *restrict inverse_deviation, size_t rows, size_t columns, float epsilon),
      (x, gain, bias, y, normalised, inverse_deviation, rows, columns, epsilon))

INLINE void layer_norm_backward_body(const float *restrict dy, const float *restrict gain,
                                   const float *restrict normalised, const float *restrict inverse_deviation,
                                   float *restrict dx, float *restrict d_gain, float *restrict d_bias,
                                   size_t rows, size_t columns) {
#pragma clang fp reassociate(on)
    for (size_t r = 0; r < rows; r++) {
        const float *restrict drow = dy + r * columns, *restrict nrow = normalised + r * columns;
        float sum = 0, dot = 0;
        for (size_t c = 0; c < columns; c++) {
            float weighted = drow[c] * gain[c];
            sum += weighted;
            dot += weighted * nrow[c];
            d_gain[c] += drow[c] * nrow[c];
            d_bias[c] += drow[c];
        }
        float mean = sum / (float)columns, slope = dot / (float)columns, inverse = inverse_deviation[r];
        float *restrict target = dx + r * columns;
        for (size_t c = 0; c < columns; c++)
            target[c] += inverse * (drow[c] * gain[c] - mean - nrow[c] * slope);
    }
}
PATHS(layer_norm_backward,
      (const float *restrict dy, const float *restrict gain, const float *restrict normalised, const float
       *restrict inverse_deviation, float *restrict dx, float *restrict d_gain, float *restrict d_bias, size_t
       rows, size_t columns),
      (dy, gain, normalised, inverse_deviation, dx, d_gain, d_bias, rows, columns))

INLINE void adam_body(float *restrict values, const float *restrict gradients, float *restrict first,
                    float *restrict second, size_t count, float rate, float beta1, float beta2, float epsilon,
                    float correction1, float correction2, float gradient_scale) {
    float step = rate / correction1, spread = 1.0f / sqrtf(correction2);
    for (size_t i = 0; i < count; i++) {
        float g = gradients[i] * gradient_scale;
        first[i] = beta1 * first[i] + (1.0f - beta1) * g;
        second[i] = beta2 * second[i] + (1.0f - beta2) * g * g;
        values[i] -= step * first[i] / (sqrtf(second[i]) * spread + epsilon);
    }
}
PATHS(adam,
      (float *restrict values, const float *restrict gradients, float *restrict first, float *restrict second,
       size_t count, float rate, float beta1, float beta2, float epsilon, float correction1, float correction2,
       float gradient_scale),
      (values, gradients, first, second, count, rate, beta1, beta2, epsilon, correction1, correction2,
       gradient_scale))

double ok_sum_of_squares(const float *x, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}
