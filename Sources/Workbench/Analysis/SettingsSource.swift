import AnomalyDetection
import Foundation
import Persistence
import SeriesReading

/// What every analysis begins with, whoever makes it: the program's own settings, then those of `config.toml`, then what is said of
/// this analysis by options or a query. Later ones win.
public struct SettingsSource: Sendable {
    /// The models that the settings weigh.
    public let models: Models
    /// What the file says, of settings and otherwise.
    public let configuration: ConfigurationFile
    /// The settings of an analysis of which nothing else is said.
    public let settings: AnalysisSettings
    /// A sentence on what the file sets, for those who may not think of it; `nil` where it sets nothing.
    public let notice: String?

    /// Programs that read what is no text, those that the file names first. They are for files that the user opens, never for what
    /// others send.
    public var readers: ReaderPrograms { ReaderPrograms(configuration.readers) }

    /// The program's own settings alone.
    public init(_ models: Models) {
        self.models = models
        configuration = ConfigurationFile()
        settings = AnalysisSettings(models: models)
        notice = nil
    }

    /// The program's own settings and those of a configuration file, by the names of `AnalysisSettings.table`; one that is not there
    /// sets nothing.
    /// - Throws: `StorageError.configuration` naming the file, and the line or the setting.
    public init(_ models: Models, readingFrom file: URL) throws(StorageError) {
        self.models = models
        let read = try ConfigurationFile(readingFrom: file)
        var settings = AnalysisSettings(models: models)
        do {
            try settings.set(read.settings, models: models)
        } catch {
            let reason = error.description
            throw .configuration(path: file.path, reason: reason.hasSuffix(".") ? String(reason.dropLast()) : reason)
        }
        let said = AnalysisSettings.table(models).compactMap { setting in
            read.settings[setting.name].map { "\(setting.name) \($0)" }
        }
        (configuration, self.settings) = (read, settings)
        notice = said.isEmpty ? nil : "Settings of \(file.path): \(said.joined(separator: ", "))."
    }

    /// The settings of an analysis of which something is said, by the settings' names.
    /// - Throws: `SettingError`, naming the setting.
    public func settings(with values: [String: String]) throws(SettingError) -> AnalysisSettings {
        var settings = settings
        try settings.set(values, models: models)
        return settings
    }
}
