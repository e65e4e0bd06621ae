import AnomalyDetection
import Foundation
import Persistence

extension AnalysisSettings {
    /// The settings to begin with, as a configuration file has them: its table `[settings]` by the names of `Setting.all`.
    /// - Parameter url: where the file is, for messages.
    /// - Throws: `StorageError.configuration` naming the file and the setting.
    public init(_ configuration: ConfigurationFile, at url: URL, models: Models = .standard) throws(StorageError) {
        self.init(models: models)
        do {
            try Setting.set(configuration.settings, in: &self, models: models)
        } catch {
            let reason = error.description
            throw .configuration(path: url.path, reason: reason.hasSuffix(".") ? String(reason.dropLast()) : reason)
        }
    }
}
