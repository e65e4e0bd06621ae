import CKernels

/// Long short-term memory over a whole window (Hochreiter and Schmidhuber, 1997; with forget gates,
/// Gers et al., 2000). Gates stand in the order input, forget, cell, output.
///
/// - Input `[time, batch, inputSize]`, or `[batch, inputSize]` where it is the same at every step;
///   output `[time, batch, hiddenSize]`.
/// - Cost: 8 · time · batch · hiddenSize · (inputSize + hiddenSize) operations forward, twice that backward.
struct LSTM {
    let inputSize: Int
    let hiddenSize: Int
    let inputWeight: Int
    let hiddenWeight: Int
    let bias: Int

    init(_ name: String, inputSize: Int, hiddenSize: Int, layout: inout ParameterLayout) {
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        inputWeight = layout.add(name + ".input_weight", [4 * hiddenSize, inputSize])
        hiddenWeight = layout.add(name + ".hidden_weight", [4 * hiddenSize, hiddenSize])
        bias = layout.add(name + ".bias", [4 * hiddenSize])
    }

    /// What forward keeps for backward, sized for `time` steps of at most `batch` windows.
    final class Memory {
        let gates: FloatBuffer
        let cells: FloatBuffer
        let squashedCells: FloatBuffer
        let hidden: FloatBuffer
        let zeros: FloatBuffer
        let hiddenGradient: FloatBuffer
        let cellGradient: FloatBuffer

        init(_ lstm: LSTM, time: Int, batch: Int) {
            let state = batch * lstm.hiddenSize
            gates = FloatBuffer(count: time * state * 4)
            cells = FloatBuffer(count: time * state)
            squashedCells = FloatBuffer(count: time * state)
            hidden = FloatBuffer(count: time * state)
            zeros = FloatBuffer(count: state)
            hiddenGradient = FloatBuffer(count: state)
            cellGradient = FloatBuffer(count: state)
        }
    }

    /// Projects the inputs of all steps at once, then walks through time.
    func forward(_ weights: Weights, sequence x: Floats, memory: Memory, time: Int, batch: Int) {
        project(weights, x, into: memory.gates.base, rows: time * batch)
        recur(weights, memory: memory, time: time, batch: batch)
    }

    /// Projects the one input once and copies it to every step.
    func forward(_ weights: Weights, constant x: Floats, memory: Memory, time: Int, batch: Int) {
        let size = batch * 4 * hiddenSize
        project(weights, x, into: memory.gates.base, rows: batch)
        for step in 1..<max(time, 1) { (memory.gates.base + step * size).update(from: memory.gates.base, count: size) }
        recur(weights, memory: memory, time: time, batch: batch)
    }

    private func project(_ weights: Weights, _ x: Floats, into gates: Floats, rows: Int) {
        ok_fill_rows(gates, weights.values + bias, rows, 4 * hiddenSize)
        multiply(
            .none, .transposed, rows: rows, columns: 4 * hiddenSize, inner: inputSize, x, stride: inputSize,
            weights.values + inputWeight, stride: inputSize, beta: 1, gates, stride: 4 * hiddenSize)
    }

    private func recur(_ weights: Weights, memory: Memory, time: Int, batch: Int) {
        let state = batch * hiddenSize
        for step in 0..<time {
            let gates = memory.gates.base + step * state * 4
            let before = step == 0 ? memory.zeros.base : memory.cells.base + (step - 1) * state
            if step > 0 {
                multiply(
                    .none, .transposed, rows: batch, columns: 4 * hiddenSize, inner: hiddenSize,
                    memory.hidden.base + (step - 1) * state, stride: hiddenSize, weights.values + hiddenWeight,
                    stride: hiddenSize, beta: 1, gates, stride: 4 * hiddenSize)
            }
            ok_lstm_forward(
                gates, before, memory.cells.base + step * state, memory.squashedCells.base + step * state,
                memory.hidden.base + step * state, batch, hiddenSize)
        }
    }

    /// Walks back through time. `dh` holds the gradient of every output, or of the last one alone;
    /// afterwards `memory.gates` holds the gradients of the gates before activation.
    private func walkBack(_ weights: Weights, dh: OutputGradient, memory: Memory, time: Int, batch: Int) {
        let state = batch * hiddenSize
        let arriving = memory.hiddenGradient.base
        memory.cellGradient.base.update(repeating: 0, count: state)
        arriving.update(repeating: 0, count: state)
        if case .last(let gradient) = dh { arriving.update(from: gradient, count: state) }
        for step in stride(from: time - 1, through: 0, by: -1) {
            if case .every(let gradients) = dh { ok_add(arriving, gradients + step * state, state) }
            let gates = memory.gates.base + step * state * 4
            let before = step == 0 ? memory.zeros.base : memory.cells.base + (step - 1) * state
            ok_lstm_backward(
                gates, before, memory.squashedCells.base + step * state, arriving, memory.cellGradient.base, batch,
                hiddenSize)
            guard step > 0 else { break }
            multiply(
                .none, .none, rows: batch, columns: hiddenSize, inner: 4 * hiddenSize, gates, stride: 4 * hiddenSize,
                weights.values + hiddenWeight, stride: hiddenSize, beta: 0, arriving, stride: hiddenSize)
        }
        guard time > 1 else { return }
        multiply(
            .transposed, .none, rows: 4 * hiddenSize, columns: hiddenSize, inner: (time - 1) * batch,
            memory.gates.base + state * 4, stride: 4 * hiddenSize, memory.hidden.base, stride: hiddenSize, beta: 1,
            weights.gradients + hiddenWeight, stride: hiddenSize)
    }

    /// Which outputs a gradient arrives at.
    enum OutputGradient {
        case every(Floats)
        case last(Floats)
    }

    /// Accumulates the weights' gradients for a sequence input; the input's gradient is not wanted.
    func backward(
        _ weights: Weights, sequence x: Floats, dh: OutputGradient, dx: Floats?, memory: Memory, time: Int, batch: Int
    ) {
        walkBack(weights, dh: dh, memory: memory, time: time, batch: batch)
        let rows = time * batch
        projectBack(weights, x: x, gates: memory.gates.base, dx: dx, rows: rows)
    }

    /// As above for an input that is the same at every step: the steps' gradients are summed first.
    func backward(
        _ weights: Weights, constant x: Floats, dh: OutputGradient, dx: Floats?, memory: Memory, time: Int, batch: Int
    ) {
        walkBack(weights, dh: dh, memory: memory, time: time, batch: batch)
        let size = batch * 4 * hiddenSize
        for step in 1..<max(time, 1) { ok_add(memory.gates.base, memory.gates.base + step * size, size) }
        projectBack(weights, x: x, gates: memory.gates.base, dx: dx, rows: batch)
    }

    private func projectBack(_ weights: Weights, x: Floats, gates: Floats, dx: Floats?, rows: Int) {
        ok_add_column_sums(gates, weights.gradients + bias, rows, 4 * hiddenSize)
        multiply(
            .transposed, .none, rows: 4 * hiddenSize, columns: inputSize, inner: rows, gates, stride: 4 * hiddenSize, x,
            stride: inputSize, beta: 1, weights.gradients + inputWeight, stride: inputSize)
        guard let dx else { return }
        multiply(
            .none, .none, rows: rows, columns: inputSize, inner: 4 * hiddenSize, gates, stride: 4 * hiddenSize,
            weights.values + inputWeight, stride: inputSize, beta: 0, dx, stride: inputSize)
    }
}
