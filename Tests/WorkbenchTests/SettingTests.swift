import AnomalyDetection
import Testing
import TimeSeries

@testable import Workbench

private let table = AnalysisSettings.table(.standard)

@Test func aSettingTakesBackWhatItSays() throws {
    for seed in 1...200 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var settings = AnalysisSettings(models: .standard)
        for setting in table { try setting.move(to: random.uniform(), in: &settings) }
        var copy = AnalysisSettings(models: .standard)
        let values = Dictionary(uniqueKeysWithValues: table.map { ($0.name, $0.value(settings)) })
        try copy.set(values, models: .standard)
        #expect(copy == settings, "seed \(seed)")
        for setting in AnalysisSettings.sliders(.standard) {
            let share = setting.share(in: settings)
            #expect((0...1).contains(share), "seed \(seed), \(setting.name)")
            try setting.move(to: share, in: &copy)
            #expect(setting.value(copy) == setting.value(settings), "seed \(seed), \(setting.name)")
        }
    }
}

@Test func knobsReachBothEndsAndStayWithinThem() throws {
    for setting in AnalysisSettings.sliders(.standard) {
        var settings = AnalysisSettings(models: .standard)
        for (share, end) in [(-1.0, 0.0), (0, 0), (1, 1), (2, 1)] {
            try setting.move(to: share, in: &settings)
            #expect(setting.share(in: settings) == end, "\(setting.name)")
        }
        #expect(setting.step > 0 && setting.step <= 0.5)
    }
}

@Test func valuesOutsideTheRangeAreRefusedWithTheSettingsName() throws {
    let bad = [
        "lstm_weight": ["-0.1", "1.1", "nan", "much", "", "0.5\0", "0.5\0much"], "threshold": ["2", "-1", "inf"],
        "smoothing": ["0", "102", "2.5", "1e9"], "calibration": ["best", "robust", ""], "flags": ["some", ""],
        "top": ["0", "101", "1.5", "5\0"],
    ]
    for (name, texts) in bad {
        for text in texts {
            var settings = AnalysisSettings(models: .standard)
            let error = #expect(throws: SettingError.self) {
                try settings.set([name: text], models: .standard)
            }
            #expect(error?.description.contains(name) == true, "\(name) \(text)")
            #expect(settings == AnalysisSettings(models: .standard))
        }
    }
    var settings = AnalysisSettings(models: .standard)
    #expect(throws: SettingError.unknown(setting: "speed", known: table.map(\.name))) {
        try settings.set(["speed": "1"], models: .standard)
    }
}

@Test func weightsAreSetTogetherInWhateverOrder() throws {
    var settings = AnalysisSettings(models: .standard)
    settings.ensemble = try Ensemble(PerModel([(.lstm, 1), (.transformer, 0)]))
    try settings.set(["lstm_weight": "0", "transformer_weight": "1"], models: .standard)
    #expect(settings.ensemble.weight(of: .lstm) == 0 && settings.ensemble.weight(of: .transformer) == 1)
    let before = settings
    #expect(throws: SettingError.refused(setting: "lstm_weight", .allWeightsZero)) {
        try settings.set(["lstm_weight": "0", "transformer_weight": "0", "threshold": "0.5"], models: .standard)
    }
    #expect(settings == before, "nothing is taken of what is refused")
    try settings.set(["lstm_weight": "1.4e-271", "transformer_weight": "0"], models: .standard)
    #expect(settings.ensemble.share(of: .lstm) == 1, "a weight too small for single precision is not 0")
}

@Test func theNumberOfARuleForFlagsPutsItInForceUnlessARuleIsGiven() throws {
    var settings = AnalysisSettings(models: .standard)
    #expect(settings.rule == .gap)
    try settings.set(["threshold": "0.995"], models: .standard)
    #expect(settings.rule == .quantile(0.995))
    try settings.set(["flags": "level", "threshold": "0.5"], models: .standard)
    #expect(settings.rule == .level(0.5))
    try settings.set(["threshold": "0.25"], models: .standard)
    #expect(settings.rule == .level(0.25))
    try settings.set(["top": "3"], models: .standard)
    #expect(settings.rule == .top(3))
    try settings.set(["flags": "gap", "top": "4"], models: .standard)
    #expect(settings.rule == .gap)
    let slider = try #require(table.first { $0.name == "threshold" })
    try slider.move(to: 1, in: &settings)
    #expect(settings.rule == .quantile(1))
}

/// Shares of any number of models: what one has, the others leave, and their ratio stays.
@Test func theSharesOfModelsSumToOneAndTheOthersKeepTheirRatio() throws {
    let models = Models.withRollingMedian
    let shares = AnalysisSettings.shares(models)
    #expect(shares.count == models.kinds.count - 1)
    for seed in 1...40 as ClosedRange<UInt64> {
        var random = SeededGenerator(seed: seed)
        var settings = AnalysisSettings(models: models)
        for _ in 0..<6 {
            let setting = shares[Int(random.uniform() * Double(shares.count))]
            guard case .share(let model, let others) = setting.subject else { throw DetectionError.noScores }
            let before = others.map { settings.ensemble.weight(of: $0) }
            let share = (random.uniform() * 100).rounded() / 100
            try setting.enter("\(share)", in: &settings)
            let after = others.map { settings.ensemble.share(of: $0) }
            #expect(abs(Double(settings.ensemble.share(of: model)) - share) < 1e-6, "seed \(seed)")
            #expect(abs(after.reduce(0, +) + settings.ensemble.share(of: model) - 1) < 1e-6, "seed \(seed)")
            if before.allSatisfy({ $0 > 0 }) {
                #expect(abs(after[0] * before[1] - after[1] * before[0]) < 1e-6, "seed \(seed)")
            }
        }
    }
}

@Test func aNameThatThereIsNotIsAnsweredWithTheNearest() {
    for (name, nearest) in [("smothing", "smoothing"), ("Threshold", "threshold"), ("lstm_wieght", "lstm_weight")] {
        var settings = AnalysisSettings(models: .standard)
        let error = #expect(throws: SettingError.self) { try settings.set([name: "0.5"], models: .standard) }
        #expect(error?.description == "There is no setting \"\(name)\"; the nearest is \"\(nearest)\".")
    }
}
