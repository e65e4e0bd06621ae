import Foundation
import NeuralNetwork
import TimeSeries

extension NeuralDetector {
    /// The network for other tools, as files by name: `model.onnx`, and data to test it with in `test_data_set_0`, as the
    /// Open Neural Network Exchange (https://onnx.ai) lays them out.
    ///
    /// The model's metadata say how a window is made of rows: subtract each channel's center and divide by its spread, take the
    /// channel's mean over the window off, and cut at `±limit`. They name the channels, and for scoring the rows between windows
    /// (`stride`), those at a window's ends that do not count (`margin`), and the patches hidden together (`span`) in each of
    /// so many passes (`passes`).
    public var filesForOtherTools: [String: Data] {
        func text(_ values: [Double]) -> String { "[" + values.map { "\($0)" }.joined(separator: ",") + "]" }
        var metadata = [
            "model": kind.name, "channels": (try? String(decoding: JSONEncoder().encode(channelNames), as: UTF8.self)) ?? "[]",
            "centers": text(scaling.centers), "spreads": text(scaling.spreads), "limit": "\(RobustScaling.limit)",
            "window": "\(plan.windowLength)", "stride": "\(plan.scoringStride)", "margin": "\(plan.scoringMargin)",
        ]
        if let masking = plan.masking {
            metadata["span"] = "\(masking.span)"
            metadata["passes"] = "\(masking.passes)"
        }
        guard let network = parameters.onnx(metadata: metadata) else { return [:] }
        var files = ["model.onnx": network]
        for (name, data) in parameters.onnxTestData() { files["test_data_set_0/" + name] = data }
        return files
    }
}
