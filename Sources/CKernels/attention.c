// Attention and what else reads the rows of tokens that may be hidden.
#include "CKernels.h"
#include "lanes.h"

INLINE const float *row_of(const struct token_rows *rows, size_t window, size_t token) {
    return rows->hidden && rows->hidden[token] ? rows->masked + token * rows->columns
                                               : rows->own + (window * rows->tokens + token) * rows->columns;
}

INLINE size_t wanted_token(const struct token_rows *rows, size_t index) {
    return rows->wanted ? (size_t)rows->wanted[index] : index;
}

INLINE void add_bias_body(const struct token_rows *x, const float *restrict bias, float *restrict y) {
    for (size_t window = 0; window < x->batch; window++)
        for (size_t index = 0; index < x->wanted_count; index++, y += x->columns) {
            const float *restrict row = row_of(x, window, wanted_token(x, index));
            for (size_t c = 0; c < x->columns; c++) y[c] = row[c] + bias[c];
        }
}
PATHS(add_bias, (const struct token_rows *x, const float *restrict bias, float *restrict y), (x, bias, y))

// One head of one window for 16 wanted tokens, a lane each: how strongly they look at each token lies in one vector a token.
struct asking {
    const struct token_rows *rows;
    size_t window, width, head_size, place;
    float *queries, *looks, *answers;
};

// The next `count` tokens' products with the queries, and the largest until now.
INLINE void look(const struct asking *a, size_t token, const int count, float16 *largest) {
    const float *keys[8];
    float16 sums[8];
    for (int i = 0; i < count; i++) {
        keys[i] = row_of(a->rows, a->window, token + (size_t)i) + a->width + a->place;
        sums[i] = 0.0f;
    }
    for (size_t d = 0; d < a->head_size; d++) {
        float16 query = *(const float16 *)(a->queries + 16 * d);
        for (int i = 0; i < count; i++) sums[i] += keys[i][d] * query;
    }
    for (int i = 0; i < count; i++) {
        *(float16 *)(a->looks + 16 * (token + (size_t)i)) = sums[i];
        *largest = sums[i] > *largest ? sums[i] : *largest;
    }
}

// The next `count` members of the answers: values mixed by how strongly each token is looked at.
INLINE void mix(const struct asking *a, size_t member, const int count, const float16 *inverse) {
    float16 sums[12];
    for (int i = 0; i < count; i++) sums[i] = 0.0f;
    for (size_t token = 0; token < a->rows->tokens; token++) {
        const float *values = row_of(a->rows, a->window, token) + 2 * a->width + a->place + member;
        float16 look = *(const float16 *)(a->looks + 16 * token);
        for (int i = 0; i < count; i++) sums[i] += values[i] * look;
    }
    for (int i = 0; i < count; i++) *(float16 *)(a->answers + 16 * (member + (size_t)i)) = sums[i] * *inverse;
}

// to[lane][index] = from[index][lane]; one by one, since gathering from all over memory takes longer.
INLINE void store_transposed(float *to, size_t stride, const float *from, size_t count, size_t lanes) {
    for (size_t lane = 0; lane < lanes; lane++)
#pragma clang loop vectorize(disable) interleave(disable)
        for (size_t index = 0; index < count; index++) to[lane * stride + index] = from[16 * index + lane];
}

INLINE void attend(const struct asking *a, size_t first, size_t lanes, float scale, float *mixed, float *map) {
    size_t tokens = a->rows->tokens;
    for (size_t lane = 0; lane < 16; lane++) {
        // Lanes without a token of their own repeat the last one.
        size_t index = first + (lane < lanes ? lane : lanes - 1);
        const float *query = row_of(a->rows, a->window, wanted_token(a->rows, index)) + a->place;
#pragma clang loop vectorize(disable) interleave(disable)
        for (size_t d = 0; d < a->head_size; d++) a->queries[16 * d + lane] = query[d];
    }
    float16 largest = -__builtin_inff(), total = 0.0f;
    size_t token = 0;
    for (; token + 8 <= tokens; token += 8) look(a, token, 8, &largest);
    for (; token < tokens; token++) look(a, token, 1, &largest);
    for (token = 0; token < tokens; token++) {
        float16 *value = (float16 *)(a->looks + 16 * token), less = *value - largest;
        scaled_exp(value, &less, scale, 60.0f);
        total += *value;
    }
    float16 inverse = 1.0f / total;
    size_t member = 0;
    for (; member + 12 <= a->head_size; member += 12) mix(a, member, 12, &inverse);
    for (; member + 4 <= a->head_size; member += 4) mix(a, member, 4, &inverse);
    for (; member < a->head_size; member++) mix(a, member, 1, &inverse);
    store_transposed(mixed, a->width, a->answers, a->head_size, lanes);
    if (!map) return;
    for (token = 0; token < tokens; token++) *(float16 *)(a->looks + 16 * token) *= inverse;
    store_transposed(map, tokens, a->looks, tokens, lanes);
}

INLINE void attention_body(const struct token_rows *projected, size_t heads, float scale, float *mixed, float *maps,
                           float *scratch) {
    size_t count = projected->wanted_count, width = projected->columns / 3, head_size = width / heads;
    struct asking a = {projected, 0, width, head_size, 0, scratch, scratch + 32 * head_size, scratch + 16 * head_size};
    for (; a.window < projected->batch; a.window++)
        for (size_t head = 0; head < heads; head++)
            for (size_t first = 0; first < count; first += 16) {
                a.place = head * head_size;
                size_t row = a.window * count + first, lanes = count - first < 16 ? count - first : 16;
                float *map = maps ? maps + ((a.window * heads + head) * count + first) * projected->tokens : maps;
                attend(&a, first, lanes, scale, mixed + row * width + a.place, map);
            }
}
PATHS(attention,
      (const struct token_rows *projected, size_t heads, float scale, float *mixed, float *maps, float *scratch),
      (projected, heads, scale, mixed, maps, scratch))
