import AnomalyDetection
import Foundation
import Persistence
import TestSupport
import Testing
import Workbench

@testable import Dashboard

/// What `body` makes of a configuration file of this text.
private func reading<Value>(_ text: String, _ body: (ConfigurationFile, URL) throws -> Value) throws -> Value {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("oddline-\(UUID().uuidString).toml")
    defer { try? FileManager.default.removeItem(at: file) }
    try text.write(to: file, atomically: true, encoding: .utf8)
    return try body(try ConfigurationFile(readingFrom: file), file)
}

/// The settings to begin with as a configuration file of this text has them.
private func configured(_ text: String, models: Models = .standard) throws -> AnalysisSettings {
    try reading(text) { try SettingsSource(models, readingFrom: $1).settings }
}

@Test func theLockWaitsForMinutesThatAClockCanCount() throws {
    for (text, minutes) in [("0", 0), ("1", 1), ("15", 15), ("0.5", 0.5), ("1e4", 10_000)] as [(String, Double)] {
        #expect(try reading("lock_minutes = \(text)") { $0.lockMinutes == minutes && $1.isFileURL }, "\(text)")
    }
    for text in ["inf", "nan", "-inf", "-1", "-0.5", "1e9", "\"15\"", "true", "[1]"] {
        do {
            let minutes = try reading("lock_minutes = \(text)") { file, _ in file.lockMinutes }
            Issue.record("\(text) was taken: \(String(describing: minutes))")
        } catch {
            #expect("\(error)".contains("lock_minutes") && "\(error)".contains(".toml"), "\(error)")
        }
    }
}

@Test func theConfigurationFileSetsWhatASeriesBeginsWith() throws {
    #expect(try configured("theme = \"paper\"") == AnalysisSettings(models: .standard))
    let settings = try configured(
        """
        [settings]
        threshold = 0.995
        smoothing = 5
        calibration = "rank"
        lstm_weight = 0
        transformer_weight = "0.5"
        """)
    #expect(settings.threshold == 0.995 && settings.smoothing == 5 && settings.calibration == .rank)
    #expect(settings.ensemble.weight(of: .lstm) == 0 && settings.ensemble.weight(of: .transformer) == 0.5)
    let third = try configured("[settings]\nmedian_weight = 0.25", models: .withRollingMedian)
    #expect(third.ensemble.weight(of: .rollingMedian) == 0.25)
}

@Test(arguments: [
    ("smoothing = 0", "smoothing"), ("smoothing = 2.5", "smoothing"), ("threshold = \"high\"", "threshold"),
    ("threshold = [1]", "settings.threshold"), ("calibration = true", "settings.calibration"),
    ("calibration = \"magic\"", "calibration"), ("median_weight = 0.5", "median_weight"),
    ("lstm_weight = 0\ntransformer_weight = 0", "All weights are 0"),
])
func aWrongSettingIsOneSentenceThatNamesTheFileAndTheKey(_ line: String, _ named: String) {
    do {
        let settings = try configured("[settings]\n\(line)")
        Issue.record("\(line) was taken: \(settings)")
    } catch {
        let text = "\(error)"
        #expect(text.contains(named) && text.contains(".toml") && !text.contains("\n"), "\(text)")
        #expect(text.hasSuffix("."), "\(text)")
    }
}
