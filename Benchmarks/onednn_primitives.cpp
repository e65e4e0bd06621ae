// oneDNN's own LSTM, layer-norm and attention (products and softmax) against the kernels of Sources/CKernels, one thread, in turn.
//   cc -O3 -fno-math-errno -fno-trapping-math -ffp-contract=fast -ISources/CKernels/include -c Sources/CKernels/*.c
//   c++ -O2 -ISources/CKernels/include Benchmarks/onednn_primitives.cpp kernels.o attention.o -ldnnl -lm -o primitives
//   OMP_NUM_THREADS=1 ./primitives
// (cc and c++ are clang's; the kernels use its vector types.) Prints milliseconds, medians of 15, and the ratio.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <unordered_map>
#include <vector>

#include <dnnl.hpp>

extern "C" {
#include "CKernels.h"
}

using namespace dnnl;
using tag = memory::format_tag;
using dt = memory::data_type;

static engine cpu(engine::kind::cpu, 0);
static stream queue(cpu);

struct Buffer {
    float *data;
    explicit Buffer(size_t count) : data(static_cast<float *>(aligned_alloc(64, (count * 4 + 63) / 64 * 64))) {
        for (size_t i = 0; i < count; i++) data[i] = float(rand()) / float(RAND_MAX) * 0.2f - 0.1f;
    }
};

static void compare(const char *name, const std::function<void()> &ours, const std::function<void()> &theirs) {
    std::vector<double> a, b;
    auto time = [](const std::function<void()> &body) {
        auto start = std::chrono::steady_clock::now();
        for (int i = 0; i < 4; i++) body();
        return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count() / 4;
    };
    ours(), theirs();
    for (int round = 0; round < 15; round++) a.push_back(time(ours)), b.push_back(time(theirs));
    std::sort(a.begin(), a.end()), std::sort(b.begin(), b.end());
    printf("| %-36s | %8.3f | %8.3f | %.2f |\n", name, b[7], a[7], b[7] / a[7]);
}

static void layer_norm(int rows, int columns) {
    Buffer x(rows * columns), y(rows * columns), kept(rows * columns), gain(2 * columns), deviation(rows);
    memory::desc md({rows, columns}, dt::f32, tag::ab), stats({rows}, dt::f32, tag::a), sc({2, columns}, dt::f32, tag::ab);
    layer_normalization_forward::primitive_desc pd(
        {prop_kind::forward_training, md, 1e-5f, normalization_flags::use_scale_shift}, cpu);
    layer_normalization_forward primitive(pd);
    Buffer mean(rows), variance(rows);
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, memory(md, cpu, x.data)}, {DNNL_ARG_DST, memory(md, cpu, y.data)},
        {DNNL_ARG_MEAN, memory(stats, cpu, mean.data)}, {DNNL_ARG_VARIANCE, memory(stats, cpu, variance.data)},
        {DNNL_ARG_SCALE_SHIFT, memory(sc, cpu, gain.data)}};
    char name[64];
    snprintf(name, sizeof name, "layer norm, %d x %d", rows, columns);
    compare(
        name,
        [&] { ok_layer_norm(x.data, gain.data, gain.data + columns, y.data, kept.data, deviation.data, rows, columns, 1e-5f); },
        [&] { primitive.execute(queue, arguments); queue.wait(); });
}

/// Heads of one window after another: products with keys, softmax, products with values.
static void attention(int windows, int tokens, int heads, int head) {
    const int width = heads * head, columns = 3 * width;
    Buffer projected(windows * tokens * columns), mixed(windows * tokens * width), map(tokens * tokens);
    Buffer scratch(16 * (tokens + 2 * head));
    memory::desc md({tokens, tokens}, dt::f32, tag::ab);
    softmax_forward primitive({{prop_kind::forward_inference, md, 1}, cpu});
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC, memory(md, cpu, map.data)}, {DNNL_ARG_DST, memory(md, cpu, map.data)}};
    token_rows rows = {};
    rows.batch = windows, rows.tokens = rows.wanted_count = tokens, rows.columns = columns, rows.own = projected.data;
    float scale = 1 / std::sqrt(float(head));
    char name[64];
    snprintf(name, sizeof name, "attention, %d windows, %d tokens, %d heads of %d", windows, tokens, heads, head);
    compare(
        name, [&] { ok_attention(&rows, heads, scale, mixed.data, nullptr, scratch.data); },
        [&] {
            for (int place = 0; place < windows * heads; place++) {
                float *queries = projected.data + place / heads * tokens * columns + place % heads * head;
                float *answers = mixed.data + place / heads * tokens * width + place % heads * head;
                dnnl_sgemm('N', 'T', tokens, tokens, head, scale, queries, columns, queries + width, columns, 0, map.data, tokens);
                primitive.execute(queue, arguments);
                queue.wait();
                dnnl_sgemm(
                    'N', 'N', tokens, head, tokens, 1, map.data, tokens, queries + 2 * width, columns, 0, answers, width);
            }
        });
}

/// A walk over a window with one input a step: forward alone or, for training, forward and backward.
static void lstm(int time, int batch, int hidden, bool training) {
    const int state = batch * hidden, gates = 4 * hidden;
    Buffer x(time * batch), wx(gates), wh(gates * hidden), bias(gates), px(gates * 2), ph(gates * hidden);
    Buffer all(time * state * 4), cells(time * state), tanhs(time * state), outs(time * state), zeros(state);
    Buffer dh(time * state), arriving(state), dcell(state), dwh(gates * hidden), dwx(gates), dbias(gates);
    memset(zeros.data, 0, state * 4);
    auto ours = [&] {
        ok_lstm_pack(wx.data, px.data, hidden, 1);
        ok_lstm_pack(wh.data, ph.data, hidden, hidden);
        for (int t = 0; t < time; t++) {
            size_t place = training ? size_t(t) * state : 0;
            lstm_step step = {};
            step.batch = batch, step.hidden = hidden, step.inputs = 1, step.start = bias.data;
            step.input = x.data + t * batch, step.packed_input = px.data, step.packed_hidden = ph.data;
            step.hidden_before = t ? outs.data + (t - 1) * state : nullptr;
            step.cell_before = t ? cells.data + (training ? place - state : 0) : nullptr;
            step.cell = cells.data + place, step.hidden_out = outs.data + t * state;
            step.gates = training ? all.data + place * 4 : nullptr, step.tanh_cell = training ? tanhs.data + place : nullptr;
            ok_lstm_step(&step);
        }
        if (!training) return;
        memset(arriving.data, 0, state * 4), memset(dcell.data, 0, state * 4);
        for (int t = time - 1; t >= 0; t--) {
            ok_add(arriving.data, dh.data + t * state, state);
            ok_lstm_backward(
                all.data + size_t(t) * state * 4, t ? cells.data + (t - 1) * state : zeros.data, tanhs.data + t * state,
                arriving.data, dcell.data, batch, hidden);
            if (t)
                dnnl_sgemm('N', 'N', batch, hidden, gates, 1, all.data + size_t(t) * state * 4, gates, wh.data, hidden, 0,
                           arriving.data, hidden);
        }
        dnnl_sgemm('T', 'N', gates, hidden, (time - 1) * batch, 1, all.data + state * 4, gates, outs.data, hidden, 1, dwh.data,
                   hidden);
        dnnl_sgemm('T', 'N', gates, 1, time * batch, 1, all.data, gates, x.data, 1, 1, dwx.data, 1);
        ok_add_column_sums(all.data, dbias.data, time * batch, gates);
    };
    memory::desc src({time, batch, 1}, dt::f32, tag::tnc), dst({time, batch, hidden}, dt::f32, tag::tnc);
    memory::desc iter({1, 1, batch, hidden}, dt::f32, tag::ldnc), b({1, 1, 4, hidden}, dt::f32, tag::ldgo);
    memory::desc wl({1, 1, 1, 4, hidden}, dt::f32, tag::any), wi({1, 1, hidden, 4, hidden}, dt::f32, tag::any);
    lstm_forward::primitive_desc pd(
        {training ? prop_kind::forward_training : prop_kind::forward_inference, rnn_direction::unidirectional_left2right, src,
         iter, iter, wl, wi, b, dst, iter, iter},
        cpu);
    lstm_forward forward(pd);
    memory weightsLayer(pd.weights_layer_desc(), cpu), weightsIter(pd.weights_iter_desc(), cpu), space(pd.workspace_desc(), cpu);
    memory hidden0(iter, cpu, zeros.data), cell0(iter, cpu, zeros.data), hiddenT(iter, cpu), cellT(iter, cpu);
    memory source(src, cpu, x.data), target(dst, cpu, outs.data), biases(b, cpu, bias.data);
    memory plainLayer({{1, 1, 1, 4, hidden}, dt::f32, tag::ldigo}, cpu, wx.data);
    memory plainIter({{1, 1, hidden, 4, hidden}, dt::f32, tag::ldigo}, cpu, wh.data);
    std::unordered_map<int, memory> arguments = {
        {DNNL_ARG_SRC_LAYER, source}, {DNNL_ARG_SRC_ITER, hidden0}, {DNNL_ARG_SRC_ITER_C, cell0},
        {DNNL_ARG_WEIGHTS_LAYER, weightsLayer}, {DNNL_ARG_WEIGHTS_ITER, weightsIter}, {DNNL_ARG_BIAS, biases},
        {DNNL_ARG_DST_LAYER, target}, {DNNL_ARG_DST_ITER, hiddenT}, {DNNL_ARG_DST_ITER_C, cellT}, {DNNL_ARG_WORKSPACE, space}};
    std::function<void()> backward = [] {};
    if (training) {
        lstm_backward::primitive_desc bd(
            {prop_kind::backward, rnn_direction::unidirectional_left2right, src, iter, iter, wl, wi, b, dst, iter, iter, src,
             iter, iter, wl, wi, b, dst, iter, iter},
            cpu, pd);
        auto primitive = std::make_shared<lstm_backward>(bd);
        auto own = std::make_shared<std::unordered_map<int, memory>>(arguments);
        auto layer = memory(bd.weights_layer_desc(), cpu), iteration = memory(bd.weights_iter_desc(), cpu);
        (*own)[DNNL_ARG_WEIGHTS_LAYER] = layer, (*own)[DNNL_ARG_WEIGHTS_ITER] = iteration;
        (*own)[DNNL_ARG_DIFF_SRC_LAYER] = memory(src, cpu);
        (*own)[DNNL_ARG_DIFF_SRC_ITER] = memory(iter, cpu), (*own)[DNNL_ARG_DIFF_SRC_ITER_C] = memory(iter, cpu);
        (*own)[DNNL_ARG_DIFF_WEIGHTS_LAYER] = memory(bd.diff_weights_layer_desc(), cpu);
        (*own)[DNNL_ARG_DIFF_WEIGHTS_ITER] = memory(bd.diff_weights_iter_desc(), cpu);
        (*own)[DNNL_ARG_DIFF_BIAS] = memory(b, cpu);
        (*own)[DNNL_ARG_DIFF_DST_LAYER] = memory(dst, cpu, dh.data);
        (*own)[DNNL_ARG_DIFF_DST_ITER] = hidden0, (*own)[DNNL_ARG_DIFF_DST_ITER_C] = cell0;
        backward = [=]() mutable {
            reorder(plainLayer, layer).execute(queue, plainLayer, layer);
            reorder(plainIter, iteration).execute(queue, plainIter, iteration);
            primitive->execute(queue, *own);
        };
    }
    char name[64];
    snprintf(name, sizeof name, "LSTM, batch %d, %s", batch, training ? "forward and backward" : "forward");
    compare(name, ours, [&] {
        reorder(plainLayer, weightsLayer).execute(queue, plainLayer, weightsLayer);
        reorder(plainIter, weightsIter).execute(queue, plainIter, weightsIter);
        forward.execute(queue, arguments);
        backward();
        queue.wait();
    });
}

int main() {
    unsigned long control = ok_prepare_thread();
    printf("| work | oneDNN ms | own ms | ratio |\n|---|---|---|---|\n");
    for (int batch : {16, 64, 512}) lstm(64, batch, 64, false);
    for (int batch : {16, 64}) lstm(64, batch, 64, true);
    layer_norm(1024, 64);
    attention(10, 48, 4, 12);
    ok_restore_thread(control);
}
