#include "CKernels.h"
#include <dlfcn.h>
#include <math.h>
#include <stdint.h>
#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#define CLONES __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define CLONES
#endif
#define INLINE static inline __attribute__((always_inline))

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

// exp by range reduction to [-ln2/2, ln2/2] and Cephes' minimax polynomial of degree 7.
INLINE float fast_exp(float x) {
    x = x > 88.3f ? 88.3f : x;
    x = x < -87.3f ? -87.3f : x;
    const float magic = 12582912.0f; // 1.5 * 2^23: adding it rounds to an integer
    float shifted = x * 1.44269504088896341f + magic;
    float n = shifted - magic;
    float r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * (r * r) + r + 1.0f;
    int32_t bits;
    memcpy(&bits, &shifted, 4);
    uint32_t exponent = ((uint32_t)(bits - 0x4B400000) + 127u) << 23;
    float power;
    memcpy(&power, &exponent, 4);
    return p * power;
}

INLINE float fast_sigmoid(float x) { return 1.0f / (1.0f + fast_exp(-x)); }
INLINE float fast_tanh(float x) { return 1.0f - 2.0f / (1.0f + fast_exp(2.0f * x)); }

CLONES void ok_exp(const float *restrict x, float *restrict y, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] = fast_exp(x[i]);
}

CLONES void ok_lstm_forward(float *restrict gates, const float *restrict cell_before, float *restrict cell,
                            float *restrict tanh_cell, float *restrict hidden_out, size_t batch, size_t hidden) {
    for (size_t b = 0; b < batch; b++) {
        float *restrict i = gates + b * 4 * hidden, *restrict f = i + hidden, *restrict g = f + hidden,
              *restrict o = g + hidden;
        const float *restrict before = cell_before + b * hidden;
        float *restrict c = cell + b * hidden, *restrict tc = tanh_cell + b * hidden,
              *restrict h = hidden_out + b * hidden;
        for (size_t j = 0; j < hidden; j++) {
            float input = fast_sigmoid(i[j]), forget = fast_sigmoid(f[j]);
            float candidate = fast_tanh(g[j]), output = fast_sigmoid(o[j]);
            float state = forget * before[j] + input * candidate;
            float squashed = fast_tanh(state);
            i[j] = input, f[j] = forget, g[j] = candidate, o[j] = output;
            c[j] = state, tc[j] = squashed, h[j] = output * squashed;
        }
    }
}

CLONES void ok_lstm_backward(float *restrict gates, const float *restrict cell_before,
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

// The normal distribution function by Abramowitz and Stegun 7.1.26 (absolute error below 1e-7).
CLONES void ok_gelu(const float *restrict x, float *restrict y, float *restrict slope, size_t count) {
    for (size_t i = 0; i < count; i++) {
        float v = x[i], a = fabsf(v) * 0.70710678118f;
        float t = 1.0f / (1.0f + 0.3275911f * a);
        float density = fast_exp(-a * a);
        float tail = t * (0.254829592f + t * (-0.284496736f + t * (1.421413741f + t * (-1.453152027f + t * 1.061405429f)))) * density;
        float phi = v >= 0 ? 1.0f - 0.5f * tail : 0.5f * tail;
        y[i] = v * phi;
        slope[i] = phi + v * density * 0.39894228040f;
    }
}

CLONES void ok_multiply(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] *= x[i];
}

CLONES void ok_add(float *restrict y, const float *restrict x, size_t count) {
    for (size_t i = 0; i < count; i++) y[i] += x[i];
}

void ok_fill_rows(float *restrict y, const float *restrict bias, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++) memcpy(y + r * columns, bias, columns * sizeof(float));
}

CLONES void ok_add_column_sums(const float *restrict x, float *restrict sums, size_t rows, size_t columns) {
    for (size_t r = 0; r < rows; r++)
        for (size_t c = 0; c < columns; c++) sums[c] += x[r * columns + c];
}

CLONES void ok_softmax(float *restrict x, float scale, size_t rows, size_t columns) {
#pragma clang fp reassociate(on)
    for (size_t r = 0; r < rows; r++) {
        float *restrict row = x + r * columns;
        float largest = row[0];
        for (size_t c = 1; c < columns; c++) largest = row[c] > largest ? row[c] : largest;
        float sum = 0;
        for (size_t c = 0; c < columns; c++) {
            row[c] = fast_exp((row[c] - largest) * scale);
            sum += row[c];
        }
        float inverse = 1.0f / sum;
        for (size_t c = 0; c < columns; c++) row[c] *= inverse;
    }
}

CLONES void ok_softmax_backward(const float *restrict p, float *restrict d, float scale, size_t rows, size_t columns) {
#pragma clang fp reassociate(on)
    for (size_t r = 0; r < rows; r++) {
        const float *restrict prow = p + r * columns;
        float *restrict drow = d + r * columns;
        float dot = 0;
        for (size_t c = 0; c < columns; c++) dot += prow[c] * drow[c];
        for (size_t c = 0; c < columns; c++) drow[c] = scale * prow[c] * (drow[c] - dot);
    }
}

CLONES void ok_layer_norm(const float *restrict x, const float *restrict gain, const float *restrict bias,
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
        inverse_deviation[r] = inverse;
        for (size_t c = 0; c < columns; c++) {
            float value = (row[c] - mean) * inverse;
            normalised[r * columns + c] = value;
            y[r * columns + c] = value * gain[c] + bias[c];
        }
    }
}

CLONES void ok_layer_norm_backward(const float *restrict dy, const float *restrict gain,
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

CLONES void ok_adam(float *restrict values, const float *restrict gradients, float *restrict first,
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

double ok_sum_of_squares(const float *x, size_t count) {
    double sum = 0;
    for (size_t i = 0; i < count; i++) sum += (double)x[i] * (double)x[i];
    return sum;
}
