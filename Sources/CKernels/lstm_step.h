// The body of the LSTM step for one instruction set; kernels.c includes it once for each with
// STEP_NAME, STEP_TARGET and STEP_ROWS (rows whose gates are kept in registers together).
#define STEP_PASTE(a, b) a##b
#define STEP_PASTED(a, b) STEP_PASTE(a, b)

STEP_TARGET INLINE void STEP_PASTED(STEP_NAME, _block)(const struct lstm_step *s, size_t row, const int rows, size_t block,
                                               const size_t lanes) {
    const size_t hidden = s->hidden, lane = block * 16;
    float16 sums[STEP_ROWS][4];
    for (int r = 0; r < rows; r++)
        for (int g = 0; g < 4; g++)
            load_lanes(&sums[r][g], s->start + (row + (size_t)r) * s->start_stride + (size_t)g * hidden + lane, lanes);
    const float16 *weight = (const float16 *)(s->packed_input + block * s->inputs * 64);
    for (size_t k = 0; k < s->inputs; k++, weight += 4)
        for (int r = 0; r < rows; r++) {
            float value = s->input[(row + (size_t)r) * s->inputs + k];
            for (int g = 0; g < 4; g++) sums[r][g] += value * weight[g];
        }
    if (s->hidden_before) {
        weight = (const float16 *)(s->packed_hidden + block * hidden * 64);
        for (size_t k = 0; k < hidden; k++, weight += 4)
            for (int r = 0; r < rows; r++) {
                float value = s->hidden_before[(row + (size_t)r) * hidden + k];
                for (int g = 0; g < 4; g++) sums[r][g] += value * weight[g];
            }
    }
    for (int r = 0; r < rows; r++) {
        size_t place = (row + (size_t)r) * hidden + lane;
        float16 cell = 0.0f, squashed;
        if (s->cell_before) load_lanes(&cell, s->cell_before + place, lanes);
        activate_gates(sums[r], &cell, &squashed);
        float16 out = sums[r][3] * squashed;
        store_lanes(s->cell + place, &cell, lanes);
        store_lanes(s->hidden_out + place, &out, lanes);
        if (!s->gates) continue;
        store_lanes(s->tanh_cell + place, &squashed, lanes);
        for (int g = 0; g < 4; g++)
            store_lanes(s->gates + (row + (size_t)r) * 4 * hidden + (size_t)g * hidden + lane, &sums[r][g], lanes);
    }
}

// The last units where their number is no multiple of 16.
STEP_TARGET static __attribute__((noinline)) void STEP_PASTED(STEP_NAME, _tail)(const struct lstm_step *s) {
    for (size_t row = 0; row < s->batch; row++) STEP_PASTED(STEP_NAME, _block)(s, row, 1, s->hidden / 16, s->hidden % 16);
}

STEP_TARGET static void STEP_NAME(const struct lstm_step *s) {
    for (size_t block = 0; block < s->hidden / 16; block++) {
        size_t row = 0;
        for (; row + STEP_ROWS <= s->batch; row += STEP_ROWS) STEP_PASTED(STEP_NAME, _block)(s, row, STEP_ROWS, block, 16);
        for (; row < s->batch; row++) STEP_PASTED(STEP_NAME, _block)(s, row, 1, block, 16);
    }
    if (s->hidden % 16) STEP_PASTED(STEP_NAME, _tail)(s);
}
#undef STEP_NAME
#undef STEP_TARGET
#undef STEP_ROWS
#undef STEP_PASTE
#undef STEP_PASTED
