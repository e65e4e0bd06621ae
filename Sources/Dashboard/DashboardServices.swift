import Accounts
import AnomalyDetection
import Foundation
import Persistence
import TimeSeries
import Workbench

/// Carries out effects away from the screen and reports back.
public struct DashboardServices: Sendable {
    private let accounts: Accounts
    private let database: OddlineDatabase
    private let locations: Locations
    private let report: @Sendable (DashboardEvent) -> Void

    /// Works on a database; `report` takes events from any thread.
    public init(
        accounts: Accounts, database: OddlineDatabase, locations: Locations, report: @escaping @Sendable (DashboardEvent) -> Void
    ) {
        self.accounts = accounts
        self.database = database
        self.locations = locations
        self.report = report
    }

    /// Starts an effect and returns at once.
    public func start(_ effect: Effect) {
        Task.detached { await run(effect) }
    }

    private func library(_ session: Session) -> UserLibrary {
        UserLibrary(session: session, database: database, locations: locations)
    }

    private func run(_ effect: Effect) async {
        do {
            switch effect {
            case .login(let identifier, let password, let days): report(try await logIn(identifier, password, stayDays: days))
            case .unlock(let session, let password): report(unlock(session, password))
            case .forgetSession: try await accountServices.forget()
            case .account(let session, let request): report(accountServices.answer(request, session))
            case .register(let username, let email, let password): report(try register(username, email, password))
            case .listLibrary(let session): report(.libraryListed(try entries(session)))
            case .preview(let path): report(.previewed(path: path, read(path).mapError { PlainError($0) }))
            case .complete(let path): report(.completed(path: path, completions(of: path)))
            case .open(let session, let path): report(try open(path, session))
            case .train(let session, let series, let run): await train(series, session, run)
            case .loadModels(let session, let series, let path, let kinds):
                let library = library(session)
                let models = try kinds.map { try ScoredModel(scoring: series, with: try library.load($0, for: series)) }
                report(.modelsLoaded(path: path, models))
            case .judge(let session, let series, let rows, let verdict): try library(session).judge(rows, of: series, as: verdict)
            case .store(let session, let series, let settings):
                try library(session).store(settings, key: "analysis.\(series.fingerprint)")
            case .storeTheme(let session, let name): try library(session).store(name, key: "theme")
            case .export(let series, let result, let path): report(try export(series, result, path))
            case .compare(let series, let result, let settings):
                report(.compared(settings, try Comparison(series: series, result: result, settings: settings)))
            case .explain(let series, let models, let rows):
                let explanations = try models.map { model in
                    (model.detector.kind, try model.detector.explanation(of: rows, in: series, errors: model.errors))
                }
                let byModel = Dictionary(explanations) { $1 }
                report(.explained(WorkspaceState.Explained(fingerprint: series.fingerprint, rows: rows, byModel: byModel)))
            case .suspend, .redraw: break
            }
        } catch {
            report(.failed(PlainError(error).message))
        }
    }

    /// The session kept on this machine, if there is one.
    /// - Throws: `StorageError.unsafeFile` when its file is not safe.
    public func remembered() async throws -> DashboardEvent? {
        guard let session = try await accountServices.remembered() else { return nil }
        return try loggedIn(session)
    }

    private var accountServices: AccountServices { AccountServices(accounts: accounts, locations: locations) }

    private func loggedIn(_ session: Session) throws -> DashboardEvent {
        .loggedIn(session, themeName: try library(session).setting("theme", as: String.self))
    }

    private func unlock(_ session: Session, _ password: String) -> DashboardEvent {
        do {
            try accounts.confirm(session, password: password)
            return .unlocked
        } catch {
            return .unlockFailed(
                error as? AccountError == .wrongCredentials ? "The password is wrong." : PlainError(error).message)
        }
    }

    private func logIn(_ identifier: String, _ password: String, stayDays: Int) async throws -> DashboardEvent {
        do {
            let session = try accounts.login(identifier: identifier, password: password)
            if stayDays > 0 { try await accountServices.remember(session, days: stayDays) }
            return try loggedIn(session)
        } catch let error as AccountError {
            return .loginFailed(error.description)
        }
    }

    private func register(_ username: String, _ email: String, _ password: String) throws -> DashboardEvent {
        do {
            _ = try accounts.register(username: username, email: email, password: password)
            return .loggedIn(try accounts.login(identifier: username, password: password), themeName: nil)
        } catch AccountError.invalid(let problems) {
            return .registrationFailed(problems, other: nil)
        } catch {
            return .registrationFailed([], other: PlainError(error).message)
        }
    }

    // MARK: Series

    private func entries(_ session: Session) throws -> [LibraryState.Entry] {
        func entry(_ path: String, _ section: String) -> LibraryState.Entry {
            LibraryState.Entry(path: path, name: printable(URL(fileURLWithPath: path).lastPathComponent), section: section)
        }
        let recent = try library(session).recentPaths(limit: 12).filter { FileManager.default.fileExists(atPath: $0) }
        let files =
            (try? FileManager.default.contentsOfDirectory(at: locations.sampleData, includingPropertiesForKeys: nil)) ?? []
        let samples = files.map(\.path).filter { $0.hasSuffix(".csv") || $0.hasSuffix(".csv.gz") }.sorted()
        return samples.map { entry($0, "Sample data") }
            + recent.filter { !samples.contains($0) }.map { entry($0, "Recent files") }
    }

    private func read(_ path: String) -> Result<Series, any Error> { Result { try SeriesReader.read(path: expanded(path)) } }

    private func expanded(_ path: String) -> String { (path as NSString).expandingTildeInPath }

    private func completions(of path: String) -> [String] {
        let folder = path.isEmpty || path.hasSuffix("/") ? path : (path as NSString).deletingLastPathComponent
        let prefix = path.hasSuffix("/") ? "" : (path as NSString).lastPathComponent
        let base = folder.isEmpty ? "." : expanded(folder)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: base)) ?? []
        return names.filter { $0.hasPrefix(prefix) && (!$0.hasPrefix(".") || prefix.hasPrefix(".")) }.sorted().map { name in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: base + "/" + name, isDirectory: &isFolder)
            let start = folder.isEmpty ? "" : folder.hasSuffix("/") ? folder : folder + "/"
            return start + name + (isFolder.boolValue ? "/" : "")
        }
    }

    private func open(_ path: String, _ session: Session) throws -> DashboardEvent {
        let series: Series
        switch read(path) {
        case .success(let read): series = read
        case .failure(let error): return .openFailed(PlainError(error).message)
        }
        let library = library(session)
        let absolute = URL(fileURLWithPath: expanded(path)).path
        try library.remember(path: absolute)
        let settings = try library.setting("analysis.\(series.fingerprint)", as: AnalysisSettings.self)
        let verdicts = Dictionary(try library.judgements(of: series).map { ($0.rows, $0.verdict) }) { $1 }
        return .opened(
            OpenedSeries(
                path: absolute, series: series, settings: settings ?? AnalysisSettings(),
                savedModels: try library.savedModels(for: series), verdicts: verdicts))
    }

    // MARK: Models

    private func train(_ series: Series, _ session: Session, _ run: Cancellation) async {
        let library = library(session)
        for await progress in ModelTraining(series: series).run(cancellation: run) {
            if case .finished(let model) = progress {
                do { try library.save(model.detector) } catch { report(.failed(PlainError(error).message)) }
            }
            report(.training(run: run, progress))
        }
        report(.trainingEnded(run: run))
    }

    private func export(_ series: Series, _ result: AnalysisResult, _ path: String) throws -> DashboardEvent {
        var data = Data()
        ScoreExport(series: series, result: result).write(.csv) { data.append(contentsOf: $0.utf8) }
        do {
            try data.write(to: URL(fileURLWithPath: expanded(path)), options: .atomic)
        } catch {
            return .failed("\(path): cannot be written; choose another with :export PATH.")
        }
        return .done("Wrote \(grouped(series.rowCount)) rows to \(path).")
    }
}
