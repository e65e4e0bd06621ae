import Accounts
import AnomalyDetection
import Files
import Foundation
import SeriesReading
import TimeSeries
import Work
import Workbench

/// The files of a set, and what the user has of them.
public struct FileSetListing: Sendable {
    /// What was named.
    let places: [String]
    let paths: [String]
    /// Whether there are more than are listed.
    let isCut: Bool
    /// By their paths.
    let holdings: [String: Holdings]
}

extension UserLibrary {
    /// The files at some places, and what the user has of them.
    func fileSet(at places: [String], readers: ReaderPrograms?) throws -> FileSetListing {
        let set = FileSet(at: places) { SeriesReader.isReadable(name: $0) || readers?.takes(name: $0) == true }
        let holdings = Dictionary(try recentFiles(limit: .max).map { ($0.path, $0) }) { first, _ in first }
        return FileSetListing(places: places, paths: set.paths, isCut: set.isCut, holdings: holdings)
    }
}

extension Desk {
    /// A file that was read, with all that the user decided about it and what its models say, as if it was opened; nothing is stored.
    struct Looked {
        let analysis: Analysis
        let notes: Notes
        /// Rows that have come since it was opened.
        let news: Range<Int>?
    }

    /// Looks a file over, when all is stored that was asked for before, and answers.
    func look(_ path: String, _ effect: Effect) {
        services.lane.submit { [self] in
            services.lookers.submit { [self] in
                do {
                    guard let session = try permitted() else { return }
                    let looked = try looked(at: path, session)
                    report(.looked(path: path, .success(SeriesOverview(looked.analysis, news: looked.news))))
                } catch { report(effect.failure(services.sentence(error))) }
            }
        }
    }

    /// Reads a file as it would be opened and has its saved models score it.
    /// - Throws: `PlainError` for what cannot be read; a program is started only for a file that was opened before.
    private func looked(at path: String, _ session: Session) throws -> Looked {
        let library = library(session)
        if let kind = services.readers?.kind(of: path), try library.recentFiles(limit: .max).allSatisfy({ $0.path != path }) {
            throw PlainError(message: "It is \(kind), which another program reads; open it to see it.")
        }
        let series = try series(of: path, session).reading.series
        let shelf = try library.shelf(of: series, at: path)
        var analysis = Analysis(series: series, models: services.models, settings: try shelf.settings() ?? services.settings)
        let (judgements, rules) = (try shelf.judgements(), try shelf.rules())
        analysis.decide { ($0.judgements, $0.rules) = (judgements, rules) }
        analysis.use(shelf.scored(try shelf.savedModels(), series, services.sentence).0)
        let news = shelf.before.map { $0.rowCount..<series.rowCount }
        return Looked(analysis: analysis, notes: try shelf.notes(), news: news)
    }

    /// Reads a file of which nobody chooses a series.
    /// - Returns: what was read, and the decisions of the user's by which it was.
    private func series(of path: String, _ session: Session) throws -> (reading: Reading, options: SeriesReader.Options) {
        let kept = try readAsKept(path, session)
        switch kept.reading {
        case .read(let reading, _): return (reading, kept.options)
        case .several(let choice):
            throw PlainError(message: "It holds \(grouped(choice.series.count)) series; open it to choose one.")
        case .failed(let error): throw error
        }
    }

    // MARK: The queue

    /// Opens a file, trains the models on it on one thread, saves them and tells what they find, all as by hand.
    func trainFile(_ path: String, _ run: Cancellation) async {
        do {
            let read = try await services.lookers.run { [self] () -> (reading: Reading, options: SeriesReader.Options)? in
                guard !run.isCancelled, let session = try permitted() else { return nil }
                return try series(of: path, session)
            }
            let opened = try await services.lane.run { [self] () -> OpenedSeries? in
                guard let read, let session = try permitted() else { return nil }
                return try library(session).open(
                    read.reading.series, at: path, settings: services.settings, models: services.models)
            }
            guard let read, let opened else { return report(.fileTrained(run: run, path: path, .stopped)) }
            var chosen = ChosenRows()
            chosen.rules = opened.rules
            var analysis = Analysis(series: opened.series, models: services.models, settings: opened.settings)
            analysis.decide { ($0.judgements, $0.rules) = (opened.judgements, opened.rules) }
            var (scored, failure) = ([ScoredModel](), String?.none)
            let all = Double(services.models.all.count)
            var shares: [ModelKind: Double] = [:]
            let label = RunLabel(trainedOn: path, how: chosen.command(opened.series, read.options, seed: 1))
            for await step in try learning(on: opened.series, chosen, as: label, seed: 1, threads: .one, run) {
                let (progress, saving) = step
                if let progress = progress.progress { shares[progress.model] = progress.share }
                switch progress {
                case .finished(let model): scored.append(model)
                case .failed(.cancelled): break
                case .failed(let error): failure = failure ?? error.description
                case .training, .scoring, .learnt: break
                }
                if case .failure(let error)? = saving { failure = failure ?? error.message }
                report(.fileTraining(run: run, path: path, share: shares.values.reduce(0, +) / all))
            }
            if let failure { return report(.fileTrained(run: run, path: path, .failed(failure))) }
            guard scored.count == services.models.all.count else {
                return report(.fileTrained(run: run, path: path, .stopped))
            }
            let overview = try await services.lookers.run { [analysis, scored] in
                var analysis = analysis
                analysis.use(scored)
                return SeriesOverview(analysis, news: opened.news)
            }
            report(.fileTrained(run: run, path: path, .trained(overview)))
        } catch { report(.fileTrained(run: run, path: path, .failed(services.sentence(error)))) }
    }

    // MARK: Writing

    /// Writes a report or the events of many files, one read after the other, when all is stored that was asked for before.
    func write(_ request: SetExport, _ effect: Effect) {
        services.lane.submit { [self] in
            services.workers.submit { [self] in
                do {
                    guard let session = try permitted() else { return }
                    report(try written(request, session))
                } catch { report(effect.failure(services.sentence(error))) }
            }
        }
    }

    private func written(_ request: SetExport, _ session: Session) throws -> Answer {
        let path = expanded(request.path)
        let destination = Destination(path)
        do { try destination.check(reading: request.files) } catch { return .failed(request.refusal(error)) }
        if !request.mayOverwrite, FileManager.default.fileExists(atPath: path) { return .wouldOverwriteSet(request) }
        var (page, lines, count, failed) = (SetReport(request.title, models: services.models), "", 0, [String]())
        let format = path.hasSuffix(".jsonl") ? ScoreExport.Format.jsonl : .csv
        for file in request.files {
            do {
                let looked = try looked(at: file, session)
                guard looked.analysis.result != nil else { throw PlainError(message: "No models are trained.") }
                count += 1
                switch request.content {
                case .report: page.add(looked.analysis, notes: looked.notes, path: printable(file))
                case .events:
                    let export = EventExport(
                        looked.analysis, notes: looked.notes, key: SeriesKey(column: "file", text: file))
                    lines += lines.isEmpty ? export.text(format) : export.lines(format)
                }
            } catch {
                page.add(printable(file), problem: services.sentence(error))
                failed.append(file)
            }
        }
        guard count > 0 else {
            return .failed("No file of the set has models; \(NamedKey.train.name) in its list trains them.")
        }
        let data = Data((request.content == .report ? page.html() : lines).utf8)
        do { try destination.write(data) } catch { return .failed(request.refusal(error)) }
        let left = failed.isEmpty ? "" : "; \(counted(failed.count, "file")) without models or unread"
        let what = request.content == .report ? "a report on" : "the events of"
        return .done("Wrote \(what) \(counted(count, "file")) to \(request.path)\(left).")
    }
}

/// What is to be written of many files.
public struct SetExport: Sendable {
    /// What the file holds.
    public enum Content: String, Sendable {
        case report, events

        /// The command that writes it.
        var command: String { self == .report ? "report-set" : "export-set" }
    }

    let content: Content
    let title: String
    /// Paths of the files.
    let files: [String]
    /// Where to.
    public let path: String
    /// Whether a file that is there may go.
    var mayOverwrite = false

    /// Why nothing was written, and what to type in its place.
    fileprivate func refusal(_ error: FileError) -> String {
        let (words, ending) = (":" + content.command, content == .report ? "set.html" : "events.csv")
        return switch error {
        case .source: "\(path): is a file of the set; choose another, e.g. \(words) \(ending)."
        case .system(EISDIR): "\(path): is a folder; name a file in it, e.g. \(words) \(path)/\(ending)."
        case .system: "\(path): cannot be written (\(error)); choose another place, e.g. \(words) PATH."
        }
    }
}

extension FileSetState {
    /// Writes something of the marked files, or of all that are listed, to `path` or to a file named after the set.
    func write(_ content: SetExport.Content, to path: String?) -> [Effect] {
        let stem = title.split(separator: ".").first.map(String.init) ?? "set"
        let ending = content == .report ? "-report.html" : "-events" + SeriesFormat.csvEnding
        let name = String(stem.map { $0.isLetter || $0.isNumber ? $0 : "-" }) + ending
        return [.exportSet(SetExport(content: content, title: title, files: chosen.map(\.path), path: path ?? name))]
    }
}
