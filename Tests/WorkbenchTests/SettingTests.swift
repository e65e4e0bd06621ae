import AnomalyDetection
import Testing
import TimeSeries

@testable import Workbench

private let table = Setting.all(.standard)

@Test func aSettingTakesBackWhatItSays() throws {
    for seed in 1...200 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var settings = AnalysisSettings()
        for setting in table { try setting.move(to: random.uniform(), in: &settings) }
        var copy = AnalysisSettings()
        let values = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0.value(settings)) })
        try Setting.set(values, in: &copy, models: .standard)
        #expect(copy == settings, "seed \(seed)")
        for setting in Setting.sliders(.standard) {
            let share = setting.share(in: settings)
            #expect((0...1).contains(share), "seed \(seed), \(setting.name)")
            try setting.move(to: share, in: &copy)
            #expect(setting.value(copy) == setting.value(settings), "seed \(seed), \(setting.name)")
        }
    }
}

@Test func knobsReachBothEndsAndStayWithinThem() throws {
    for setting in Setting.sliders(.standard) {
        var settings = AnalysisSettings()
        for (share, end) in [(-1.0, 0.0), (0, 0), (1, 1), (2, 1)] {
            try setting.move(to: share, in: &settings)
            #expect(setting.share(in: settings) == end, "\(setting.name)")
        }
        #expect(setting.step > 0 && setting.step <= 0.5)
    }
}

@Test func valuesOutsideTheRangeAreRefusedWithTheSettingsName() throws {
    let bad = [
        "lstm_weight": ["-0.1", "1.1", "nan", "much", ""], "threshold": ["2", "-1", "inf"],
        "smoothing": ["0", "102", "2.5", "1e9"], "calibration": ["best", "robust", ""], "flags": ["some", ""],
        "top": ["0", "101", "1.5"],
    ]
    for (name, texts) in bad {
        for text in texts {
            var settings = AnalysisSettings()
            let error = #expect(throws: SettingError.self) {
                try Setting.set([name: text], in: &settings, models: .standard)
            }
            #expect(error?.description.contains(name) == true, "\(name) \(text)")
            #expect(settings == AnalysisSettings())
        }
    }
    var settings = AnalysisSettings()
    #expect(throws: SettingError.unknown(setting: "speed", known: table.map(\.name))) {
        try Setting.set(["speed": "1"], in: &settings, models: .standard)
    }
}

@Test func weightsAreSetTogetherInWhateverOrder() throws {
    var settings = AnalysisSettings()
    settings.ensemble = try Ensemble(PerModel([(.lstm, 1), (.transformer, 0)]))
    try Setting.set(["lstm_weight": "0", "transformer_weight": "1"], in: &settings, models: .standard)
    #expect(settings.ensemble.weight(of: .lstm) == 0 && settings.ensemble.weight(of: .transformer) == 1)
    let before = settings
    #expect(throws: SettingError.refused(.allWeightsZero)) {
        try Setting.set(["lstm_weight": "0", "transformer_weight": "0", "threshold": "0.5"], in: &settings, models: .standard)
    }
    #expect(settings == before, "nothing is taken of what is refused")
    try Setting.set(["lstm_weight": "1.4e-271", "transformer_weight": "0"], in: &settings, models: .standard)
    #expect(settings.ensemble.share(of: .lstm) == 1, "a weight too small for single precision is not 0")
}

@Test func theNumberOfARuleForFlagsPutsItInForceUnlessARuleIsGiven() throws {
    var settings = AnalysisSettings()
    #expect(settings.rule == .gap)
    try Setting.set(["threshold": "0.995"], in: &settings, models: .standard)
    #expect(settings.rule == .quantile(0.995))
    try Setting.set(["flags": "level", "threshold": "0.5"], in: &settings, models: .standard)
    #expect(settings.rule == .level(0.5))
    try Setting.set(["threshold": "0.25"], in: &settings, models: .standard)
    #expect(settings.rule == .level(0.25))
    try Setting.set(["top": "3"], in: &settings, models: .standard)
    #expect(settings.rule == .top(3))
    try Setting.set(["flags": "gap", "top": "4"], in: &settings, models: .standard)
    #expect(settings.rule == .gap)
    let slider = try #require(table.first { $0.name == "threshold" })
    try slider.move(to: 1, in: &settings)
    #expect(settings.rule == .quantile(1))
}

@Test func aSettingRecomputesNoMoreThanItMust() throws {
    let expected: [String: Setting.Stage] = [
        "lstm_weight": .combination, "transformer_weight": .combination, "threshold": .flags, "smoothing": .smoothing,
        "calibration": .calibration, "flags": .flags, "top": .flags,
    ]
    for setting in table {
        let before = AnalysisSettings()
        var after = before
        try setting.move(to: setting.share(in: before) > 0.5 ? 0.25 : 0.75, in: &after)
        #expect(Setting.stage(from: before, to: after, models: .standard) == expected[setting.name], "\(setting.name)")
        #expect(Setting.stage(from: before, to: before, models: .standard) == nil)
    }
}
