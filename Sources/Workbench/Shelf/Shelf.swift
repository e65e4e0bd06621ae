import AnomalyDetection
import Foundation
import GRDB
import Persistence
import TimeSeries

/// What a user keeps about one series: models, verdicts, notes and how the sliders stand. It is known by the series' identity
/// alone, so that nothing here walks through values.
///
/// ```swift
/// let shelf = try library.open(series, at: path)
/// try shelf.judge(events[0].rows, as: .anomaly)
/// ```
public struct Shelf: Sendable {
    /// What the series is known by.
    public let identity: SeriesIdentity
    /// What its file held when it was opened before, where it has more rows now; known where the shelf was asked for by path.
    public internal(set) var before: Earlier?
    let library: UserLibrary

    private var database: OddlineDatabase { library.database }
    private var user: Int64 { library.user }

    init(of identity: SeriesIdentity, in library: UserLibrary) { (self.identity, self.library) = (identity, library) }

    /// A file with fewer rows.
    public struct Earlier: Sendable, Equatable {
        /// How many rows it had.
        public let rowCount: Int
        /// When it was opened.
        public let openedAt: Date

        /// Tells how many rows there were and when.
        public init(rowCount: Int, openedAt: Date) { (self.rowCount, self.openedAt) = (rowCount, openedAt) }
    }

    /// Takes over all that is kept about the same series with fewer rows, but what is here already. Where another file was opened
    /// that held those fewer rows, all stays with them too.
    ///
    /// Model files get their new names before the rows that tell of them change, and lose the old ones after: whatever ends
    /// the transaction, each row names a file that is there. A model whose file gets no new name stays where it is.
    /// - Parameter path: the file that has grown.
    func takeOver(from older: SeriesIdentity, at path: String) throws {
        let theirs = Shelf(of: older, in: library)
        var linked: [(old: URL, new: URL)] = []
        let moving = try theirs.kindsOfModels().filter { kind in
            let (old, new) = (theirs.file(kind), file(kind))
            guard !FileManager.default.fileExists(atPath: new.path) else { return true }
            guard (try? FileManager.default.linkItem(at: old, to: new)) != nil else { return false }
            linked.append((old, new))
            return true
        }
        let isShared: Bool
        do {
            isShared = try database.write { database in
                let others = OpenedFile.filter { $0.userID == user }.filter { $0.fingerprint == older.text }.filter {
                    $0.path != path
                }
                let isShared = try !others.isEmpty(database)
                try isShared ? copy(moving, of: theirs, database) : move(moving, of: theirs, database)
                return isShared
            }
        } catch {
            for file in linked { try? FileManager.default.removeItem(at: file.new) }
            throw error
        }
        if !isShared { for file in linked { try? FileManager.default.removeItem(at: file.old) } }
    }

    private func move(_ models: [String], of theirs: Shelf, _ database: Database) throws {
        for kind in models {
            try database.execute(
                sql: "UPDATE OR IGNORE models SET fingerprint = ? WHERE user_id = ? AND fingerprint = ? AND kind = ?",
                arguments: [identity.text, user, theirs.identity.text, kind])
        }
        for table in ["judgements", "notes", "rules", "earlier_models"] {
            try database.execute(
                sql: "UPDATE OR IGNORE \(table) SET fingerprint = ? WHERE user_id = ? AND fingerprint = ?",
                arguments: [identity.text, user, theirs.identity.text])
        }
        try database.execute(
            sql: "UPDATE OR IGNORE settings SET key = ? WHERE user_id = ? AND key = ?",
            arguments: [settingsKey, user, theirs.settingsKey])
    }

    private func copy(_ models: [String], of theirs: Shelf, _ database: Database) throws {
        func copy(_ table: String, _ columns: String, _ further: String = "", _ arguments: StatementArguments = []) throws {
            try database.execute(
                sql: """
                    INSERT OR IGNORE INTO \(table) (user_id, fingerprint, \(columns))
                    SELECT user_id, ?, \(columns) FROM \(table) WHERE user_id = ? AND fingerprint = ? \(further)
                    """,
                arguments: [identity.text, user, theirs.identity.text] + arguments)
        }
        for kind in models { try copy("models", "kind, saved_at, run, name, trained_on, how", "AND kind = ?", [kind]) }
        try copy("judgements", "first_row, last_row, verdict, judged_at", "ORDER BY id")
        try copy("notes", "first_row, last_row, text, written_at", "ORDER BY id")
        try copy("rules", "rule, made_at", "ORDER BY id")
        try database.execute(
            sql: """
                INSERT OR IGNORE INTO settings (user_id, key, value)
                SELECT user_id, ?, value FROM settings WHERE user_id = ? AND key = ?
                """,
            arguments: [settingsKey, user, theirs.settingsKey])
    }

    // MARK: Models

    /// Saves a model that was trained on the series, on its first rows or on another. The one that it takes the place of stays as an
    /// earlier one.
    ///
    /// Not one transaction, since files move between: whatever ends it, the earlier one is there, perhaps twice.
    /// - Parameters:
    ///   - label: whose models they are.
    ///   - keepingEarlier: whether the one that is there stays; it goes otherwise.
    /// - Throws: `ModelFileError.cannotWrite`, `StorageError`.
    public func save(
        _ detector: any Detector, as label: RunLabel = RunLabel(), keepingEarlier: Bool = true
    ) throws {
        try makePrivateFolder(library.folder.deletingLastPathComponent())
        try makePrivateFolder(library.folder)
        let kind = detector.kind.name
        if keepingEarlier { try library.keepAsEarlier(kind, of: identity.text, unlessOf: label.id) }
        try library.models.save(detector, to: file(kind))
        let record = SavedModel(
            userID: user, kind: kind, fingerprint: identity.text, savedAt: Date(), run: label.id, name: label.name,
            trainedOn: label.trainedOn, how: label.how)
        try database.write { try record.upsert($0) }
    }

    /// Whose the saved models are.
    public func labels() throws -> PerModel<RunLabel> {
        let saved = try database.read {
            try SavedModel.of(identity.text, user).fetchAll($0)
        }
        return PerModel(library.models.kinds.compactMap { kind in saved.first { $0.kind == kind.name }.map { (kind, $0.label) } })
    }

    /// Which of the registered models are saved, in their order.
    public func savedModels() throws -> [ModelKind] {
        let saved = try kindsOfModels()
        return library.models.kinds.filter { saved.contains($0.name) }
    }

    /// Loads a saved model.
    /// - Throws: `DetectionError.notAModel` or `ModelFileError` naming the file.
    public func load(_ kind: ModelKind) throws -> any Detector { try library.models.load(kind, from: file(kind.name)) }

    /// What a user is told of a saved model that cannot be used: which, why, what to do, and the file's name without its middle.
    public func complaint(_ kind: ModelKind, _ error: any Error) -> String? {
        let name = file(kind.name).lastPathComponent
        let short = name.count > 28 ? "\(name.prefix(8))…\(name.suffix(kind.fileName.count + 1))" : name
        return Models.reason(error).map { "\(kind.title) not loaded: \($0). Press t to train again (\(short))." }
    }

    /// The names of the kinds of saved models, also of those that are not registered.
    private func kindsOfModels() throws -> [String] {
        try database.read { database in
            try SavedModel.of(identity.text, user).fetchAll(database).map(\.kind)
        }
    }

    private func file(_ kind: String) -> URL { library.file(kind, of: identity.text) }

    // MARK: Judgements

    /// Stores what the user decided about rows, in place of the verdicts that they overlap (see `RowMarks`); `nil` takes
    /// those back.
    /// - Returns: the verdicts that stood there until then, whoever gave them.
    @discardableResult
    public func judge(_ rows: Range<Int>, as verdict: Verdict?) throws -> [RowMark<Verdict>] {
        verdicts(try mark(.judgements, rows, verdict?.rawValue))
    }

    /// The verdicts.
    public func judgements() throws -> Judgements { Judgements(verdicts(try marks(.judgements))) }

    private func verdicts(_ marks: [RowMark<String>]) -> [RowMark<Verdict>] {
        marks.compactMap { mark in Verdict(rawValue: mark.value).map { RowMark(rows: mark.rows, value: $0) } }
    }

    // MARK: Notes

    /// Stores what the user wrote about rows, in place of the notes that they overlap (see `RowMarks`); an empty text takes
    /// those away.
    public func write(_ text: String, on rows: Range<Int>) throws { _ = try mark(.notes, rows, text.isEmpty ? nil : text) }

    /// The notes.
    public func notes() throws -> Notes { Notes(try marks(.notes)) }

    // MARK: Rules

    /// The rules of expected rows, in the order in which they were made; those that cannot be read here, where a zone is not known,
    /// are left out.
    public func rules() throws -> [ExpectedRule] {
        try database.read { try StoredRules.texts(of: identity, user: user, $0) }.compactMap { try? ExpectedRule($0) }
    }

    /// Takes rules away and adds others behind those there are, each once, in one transaction.
    /// - Throws: `RuleError.tooMany` where there would be more than `ExpectedRule.most`; then nothing is changed.
    public func change(removing removed: [ExpectedRule] = [], adding added: [ExpectedRule] = []) throws {
        try database.write { database in
            try StoredRules.remove(removed, of: identity, user: user, database)
            try StoredRules.add(added, of: identity, user: user, database)
        }
    }

    /// Puts rules in place of all there are, in one transaction.
    /// - Throws: `RuleError.tooMany`; then nothing is changed.
    public func replace(rules: [ExpectedRule]) throws {
        try database.write { database in
            try StoredRules.removeAll(of: identity, user: user, database)
            try StoredRules.add(rules, of: identity, user: user, database)
        }
    }

    private func mark(_ table: StoredMarks, _ rows: Range<Int>, _ value: String?) throws -> [RowMark<String>] {
        try database.write { try table.mark(rows, value, of: identity, user: user, $0) }
    }

    private func marks(_ table: StoredMarks) throws -> [RowMark<String>] {
        try database.read { try table.marks(of: identity, user: user, $0) }
    }

    // MARK: Settings

    /// How the user left the sliders; `nil` where they were not touched.
    public func settings() throws -> AnalysisSettings? { try library.setting(settingsKey, as: AnalysisSettings.self) }

    /// Stores how the sliders stand.
    public func store(_ settings: AnalysisSettings) throws { try library.store(settings, key: settingsKey) }

    private var settingsKey: String { "analysis.\(identity)" }
}
