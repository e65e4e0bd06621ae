import AnomalyDetection
import Foundation

extension Setting {
    /// One slider between two models: the share of the second, 0 to 1, of which the first has the rest.
    static func balance(_ first: ModelKind, _ second: ModelKind) -> Setting {
        Setting(
            name: "balance", title: "Balance",
            help: "the \(second.title)'s share of the combined score, 0 to 1; the \(first.title) has the rest",
            kind: .number(0...1), recomputes: .combination
        ) {
            plain((Double($0.ensemble.share(of: second)) * 100).rounded() / 100)
        } assign: { text, settings throws(SettingError) in
            let share = Double(text) ?? .nan
            do throws(DetectionError) {
                settings.ensemble = try Ensemble(PerModel([(first, Float(1 - share)), (second, Float(share))]))
            } catch { throw .refused(error) }
        } shown: {
            String(format: "%.2f : %.2f", $0.ensemble.share(of: first), $0.ensemble.share(of: second))
        }
    }
}
