import CKernels

/// Long short-term memory over a whole window (Hochreiter and Schmidhuber, 1997; with forget gates,
/// Gers et al., 2000). Gates stand in the order input, forget, cell, output.
///
/// - Input `[time, batch, inputSize]`, or `[batch, inputSize]` where it is the same at every step;
///   output `[time, batch, hiddenSize]`.
/// - Cost: 8 · time · batch · hiddenSize · (inputSize + hiddenSize) operations forward, twice that backward; an
///   input that is the same at every step is projected once.
struct LSTM {
    let inputSize: Int
    let hiddenSize: Int
    let inputWeight: Parameter
    let hiddenWeight: Parameter
    let bias: Parameter

    /// Forget gates start open (bias 1; Jozefowicz et al., 2015).
    init(_ name: String, inputSize: Int, hiddenSize: Int, layout: inout ParameterLayout) {
        self.inputSize = inputSize
        self.hiddenSize = hiddenSize
        inputWeight = layout.add(matrix: name + ".input_weight", 4 * hiddenSize, inputSize, .uniform(inputCount: inputSize))
        hiddenWeight = layout.add(matrix: name + ".hidden_weight", 4 * hiddenSize, hiddenSize, .uniform(inputCount: hiddenSize))
        bias = layout.add(vector: name + ".bias", 4 * hiddenSize, .parts([0, 1, 0, 0]))
    }

    /// What forward keeps for backward, sized for `time` steps of at most `batch` windows; for scoring
    /// alone it keeps no gates and only the latest cells.
    final class Memory {
        let time: Int
        let keepsGates: Bool
        /// Activated gates, and after backward the gradients of their sums, `[time, batch, 4 · hiddenSize]`.
        let gates: FloatBuffer
        /// `[time, batch, hiddenSize]`, or `[batch, hiddenSize]` for scoring alone.
        let cells: FloatBuffer
        /// `tanh` of the cells, `[time, batch, hiddenSize]`.
        let squashedCells: FloatBuffer
        /// The output, `[time, batch, hiddenSize]`.
        let hidden: FloatBuffer
        /// An input that is the same at every step, projected, `[batch, 4 · hiddenSize]`.
        let projected: FloatBuffer
        /// The weights in the order of `ok_lstm_pack`.
        let packedInput: FloatBuffer, packedHidden: FloatBuffer
        /// The cells before the first step, `[batch, hiddenSize]`.
        let zeros: FloatBuffer
        /// What arrives from the step after, `[batch, hiddenSize]`.
        let hiddenGradient: FloatBuffer, cellGradient: FloatBuffer

        init(_ lstm: LSTM, time: Int, batch: Int, keepsGates: Bool) {
            self.time = time
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

    /// The output of the last `forward`, `[time · batch, hiddenSize]`.
    func output(_ memory: Memory, batch: Int) -> Matrix {
        memory.hidden.matrix(rows: memory.time * batch, columns: hiddenSize)
    }

    /// Walks through time, projecting each step's input on the way; `x` is `[time · batch, inputSize]`.
    func forward(_ weights: FloatBuffer, sequence x: Matrix, memory: Memory) {
        let batch = x.rows / memory.time
        precondition(x.isDense(memory.time * batch, inputSize), "a sequence is [time, batch, inputSize]")
        let packed = memory.packedInput.matrix(rows: (hiddenSize + 15) / 16 * 64, columns: inputSize)
        ok_lstm_pack(weights[inputWeight].base, packed.base, hiddenSize, inputSize)
        recur(weights, from: weights[bias], sequence: x, memory: memory, batch: batch)
    }

    /// Projects the one input once, where every step's gates start; `x` is `[batch, inputSize]`.
    func forward(_ weights: FloatBuffer, constant x: Matrix, memory: Memory) {
        let projected = memory.projected.matrix(rows: x.rows, columns: 4 * hiddenSize)
        setRows(of: projected, to: weights[bias])
        multiply(x, weights[inputWeight].transposed, addingTo: projected)
        recur(weights, from: projected, sequence: nil, memory: memory, batch: x.rows)
    }

    /// At each step `gates = activated(start + x · Wᵀ + hiddenBefore · Uᵀ)`, with W for the input and U for the
    /// hidden state, then `cell = forget · cellBefore + input · candidate` and `hidden = output · tanh(cell)`.
    ///
    /// `start` is `[batch, 4 · hiddenSize]`, or `[1, 4 · hiddenSize]` for every window alike.
    private func recur(_ weights: FloatBuffer, from start: Matrix, sequence x: Matrix?, memory: Memory, batch: Int) {
        let (time, kept) = (memory.time, memory.keepsGates)
        let hidden = output(memory, batch: batch)
        let cells = memory.cells.matrix(rows: kept ? time * batch : batch, columns: hiddenSize)
        let gates = kept ? memory.gates.matrix(rows: time * batch, columns: 4 * hiddenSize) : nil
        let squashed = kept ? memory.squashedCells.matrix(rows: time * batch, columns: hiddenSize) : nil
        let packed = memory.packedHidden.matrix(rows: (hiddenSize + 15) / 16 * 64, columns: hiddenSize)
        ok_lstm_pack(weights[hiddenWeight].base, packed.base, hiddenSize, hiddenSize)
        var step = lstm_step()
        (step.batch, step.hidden, step.inputs) = (batch, hiddenSize, x == nil ? 0 : inputSize)
        (step.start, step.start_stride) = (UnsafePointer(start.base), start.rows == 1 ? 0 : start.stride)
        step.packed_input = UnsafePointer(memory.packedInput.base)
        step.packed_hidden = UnsafePointer(packed.base)
        // The views above hold every step, so that the loop only moves on: by `state` numbers, or by none.
        let state = batch * hiddenSize
        for index in 0..<time {
            let place = kept ? index * state : 0
            step.input = x.map { UnsafePointer($0.base + index * batch * inputSize) }
            step.hidden_before = index == 0 ? nil : UnsafePointer(hidden.base + (index - 1) * state)
            step.cell_before = index == 0 ? nil : UnsafePointer(cells.base + (kept ? place - state : 0))
            (step.cell, step.hidden_out) = (cells.base + place, hidden.base + index * state)
            step.gates = gates.map { $0.base + place * 4 }
            step.tanh_cell = squashed.map { $0.base + place }
            ok_lstm_step(&step)
        }
    }

    /// Which outputs a gradient arrives at.
    enum OutputGradient {
        /// `[time · batch, hiddenSize]`.
        case every(Matrix)
        /// `[batch, hiddenSize]`.
        case last(Matrix)
    }

    /// Adds the parameters' gradients to `gradients`, for an input `x`, `[time · batch, inputSize]`, whose own
    /// gradient nobody asks for.
    func backward(_ weights: FloatBuffer, gradients: FloatBuffer, sequence x: Matrix, dh: OutputGradient, memory: Memory) {
        let dGates = walkBack(weights, gradients: gradients, dh: dh, memory: memory, batch: x.rows / memory.time)
        addParameterGradients(gradients, x: x, dGates: dGates)
    }

    /// As above for an input `x`, `[batch, inputSize]`, that is the same at every step: the steps' gradients are
    /// summed first. Writes the input's gradient to `dx`, `[batch, inputSize]`.
    func backward(
        _ weights: FloatBuffer, gradients: FloatBuffer, constant x: Matrix, dh: OutputGradient, dx: Matrix, memory: Memory
    ) {
        let steps = walkBack(weights, gradients: gradients, dh: dh, memory: memory, batch: x.rows)
        let dGates = steps.block(0, rows: x.rows)
        for step in 1..<memory.time { add(steps.block(step, rows: x.rows), to: dGates) }
        addParameterGradients(gradients, x: x, dGates: dGates)
        multiply(dGates, weights[inputWeight], into: dx)
    }

    /// Walks back through time, adding the gradient of the hidden weights.
    /// - Returns: the gradients of the gates before activation, `[time · batch, 4 · hiddenSize]`, which take the
    ///   place of the gates in memory.
    private func walkBack(
        _ weights: FloatBuffer, gradients: FloatBuffer, dh: OutputGradient, memory: Memory, batch: Int
    ) -> Matrix {
        let time = memory.time
        let gates = memory.gates.matrix(rows: time * batch, columns: 4 * hiddenSize)
        let cells = memory.cells.matrix(rows: time * batch, columns: hiddenSize)
        let squashed = memory.squashedCells.matrix(rows: time * batch, columns: hiddenSize)
        let zeros = memory.zeros.matrix(rows: batch, columns: hiddenSize)
        let arriving = memory.hiddenGradient.matrix(rows: batch, columns: hiddenSize)
        let dCell = memory.cellGradient.matrix(rows: batch, columns: hiddenSize)
        clear(dCell)
        clear(arriving)
        if case .last(let gradient) = dh { copy(gradient, to: arriving) }
        for step in (0..<time).reversed() {
            if case .every(let gradient) = dh { add(gradient.block(step, rows: batch), to: arriving) }
            let dGates = gates.block(step, rows: batch)
            let cellsBefore = step == 0 ? zeros : cells.block(step - 1, rows: batch)
            // forward: cell = forget · cellBefore + input · candidate, hidden = output · tanh(cell)
            ok_lstm_backward(
                dGates.base, cellsBefore.base, squashed.block(step, rows: batch).base, arriving.base, dCell.base, batch,
                hiddenSize)
            // forward: gates = activated(start + x · Wᵀ + hiddenBefore · Uᵀ)
            if step > 0 { multiply(dGates, weights[hiddenWeight], into: arriving) }
        }
        if time > 1 {
            let hiddenBefore = output(memory, batch: batch).rows(0..<((time - 1) * batch))
            multiply(gates.rows(batch..<(time * batch)).transposed, hiddenBefore, addingTo: gradients[hiddenWeight])
        }
        return gates
    }

    /// `x` is `[rows, inputSize]`, `dGates` `[rows, 4 · hiddenSize]`.
    private func addParameterGradients(_ gradients: FloatBuffer, x: Matrix, dGates: Matrix) {
        // forward: sums before activation = x · Wᵀ + bias
        addColumnSums(of: dGates, to: gradients[bias])
        multiply(dGates.transposed, x, addingTo: gradients[inputWeight])
    }
}
