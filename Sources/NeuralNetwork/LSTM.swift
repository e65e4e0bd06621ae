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

    /// What forward keeps for backward, sized for `time` steps of at most `batch` windows; for scoring
    /// alone it keeps no gates and only the latest cells.
    final class Memory {
        let keepsGates: Bool
        let gates: FloatBuffer
        let cells: FloatBuffer
        let squashedCells: FloatBuffer
        let hidden: FloatBuffer
        let projected: FloatBuffer
        let packedInput: FloatBuffer
        let packedHidden: FloatBuffer
        let zeros: FloatBuffer
        let hiddenGradient: FloatBuffer
        let cellGradient: FloatBuffer

        init(_ lstm: LSTM, time: Int, batch: Int, keepsGates: Bool) {
            self.keepsGates = keepsGates
            let state = batch * lstm.hiddenSize
            let kept = keepsGates ? time * state : 0
            let padded = (lstm.hiddenSize + 15) / 16 * 16
            gates = FloatBuffer(count: kept * 4)
            cells = FloatBuffer(count: keepsGates ? kept : state)
            squashedCells = FloatBuffer(count: kept)
            hidden = FloatBuffer(count: time * state)
            projected = FloatBuffer(count: state * 4)
            packedInput = FloatBuffer(count: 4 * padded * lstm.inputSize)
            packedHidden = FloatBuffer(count: 4 * padded * lstm.hiddenSize)
            zeros = FloatBuffer(count: keepsGates ? state : 0)
            hiddenGradient = FloatBuffer(count: keepsGates ? state : 0)
            cellGradient = FloatBuffer(count: keepsGates ? state : 0)
        }
    }

    /// Walks through time, projecting each step's input on the way.
    func forward(_ weights: Weights, sequence x: Floats, memory: Memory, time: Int, batch: Int) {
        ok_lstm_pack(weights.values + inputWeight, memory.packedInput.base, hiddenSize, inputSize)
        recur(weights, start: weights.values + bias, startStride: 0, sequence: x, memory: memory, time: time, batch: batch)
    }

    /// Projects the one input once, where every step's gates start.
    func forward(_ weights: Weights, constant x: Floats, memory: Memory, time: Int, batch: Int) {
        let size = 4 * hiddenSize
        ok_fill_rows(memory.projected.base, weights.values + bias, batch, size)
        multiply(
            .none, .transposed, rows: batch, columns: size, inner: inputSize, x, stride: inputSize,
            weights.values + inputWeight, stride: inputSize, beta: 1, memory.projected.base, stride: size)
        recur(weights, start: memory.projected.base, startStride: size, sequence: nil, memory: memory, time: time, batch: batch)
    }

    private func recur(
        _ weights: Weights, start: Floats, startStride: Int, sequence x: Floats?, memory: Memory, time: Int, batch: Int
    ) {
        ok_lstm_pack(weights.values + hiddenWeight, memory.packedHidden.base, hiddenSize, hiddenSize)
        let state = batch * hiddenSize
        var step = lstm_step()
        (step.batch, step.hidden, step.inputs) = (batch, hiddenSize, x == nil ? 0 : inputSize)
        (step.start, step.start_stride) = (UnsafePointer(start), startStride)
        step.packed_input = UnsafePointer(memory.packedInput.base)
        step.packed_hidden = UnsafePointer(memory.packedHidden.base)
        for index in 0..<time {
            let place = memory.keepsGates ? index * state : 0
            step.input = x.map { UnsafePointer($0 + index * batch * inputSize) }
            step.hidden_before = index == 0 ? nil : UnsafePointer(memory.hidden.base + (index - 1) * state)
            step.cell_before = index == 0 ? nil : UnsafePointer(memory.cells.base + (memory.keepsGates ? place - state : 0))
            (step.cell, step.hidden_out) = (memory.cells.base + place, memory.hidden.base + index * state)
            step.gates = memory.keepsGates ? memory.gates.base + place * 4 : nil
            step.tanh_cell = memory.keepsGates ? memory.squashedCells.base + place : nil
            ok_lstm_step(&step)
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
