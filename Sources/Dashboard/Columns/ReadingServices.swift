import Accounts
import Foundation
import Persistence
import SeriesReading
import TimeSeries
import Work
import Workbench

/// A file that was read, or why it was not.
enum FileReading: Sendable {
    case read(Reading, [ColumnGlance])
    /// One of several series is to be chosen.
    case several(SeriesChoice)
    case failed(PlainError)

    /// Reads the file at a path.
    /// - Parameters:
    ///   - follows: whether its last line may not be whole yet.
    ///   - readers: programs that read what is no text.
    init(_ path: String, _ options: SeriesReader.Options, follows: Bool = false, by readers: ReaderPrograms? = nil) {
        var given = options
        given.readers = readers
        do {
            let reading: Reading
            if follows {
                let (series, tail) = try SeriesTail.open(path: path, options: given)
                reading = Reading(series: series, understanding: tail.understanding)
            } else {
                reading = try SeriesReader.open(path: path, options: given)
            }
            self = .read(reading, ColumnGlance.all(of: reading))
        } catch SeriesError.severalSeries(_, let columns, _, _) {
            self = Self.list(path, columns, options, follows: follows, by: readers)
        } catch {
            self = .failed(PlainError(error))
        }
    }

    /// Lists the series that columns tell apart.
    static func list(
        _ path: String, _ columns: [String], _ options: SeriesReader.Options, follows: Bool = false,
        by readers: ReaderPrograms? = nil
    ) -> FileReading {
        var given = options
        given.readers = readers
        do {
            let series = try SeriesReader.seriesList(path: path, toldApartBy: columns, options: given)
            return .several(SeriesChoice(path: path, columns: columns, series: series, options: options, follows: follows))
        } catch {
            return .failed(PlainError(error))
        }
    }
}

/// Reads the series of a file for its preview, as it would be opened.
func previewed(_ path: String, _ options: SeriesReader.Options) -> Result<Series, PlainError> {
    do {
        return .success(try SeriesReader.read(path: path, options: options))
    } catch SeriesError.severalSeries(_, let columns, let count, _) {
        let names = columns.map(printable).joined(separator: " + ")
        return .failure(PlainError(message: "The file holds \(grouped(count)) series, by \(names); open it to choose one."))
    } catch {
        return .failure(PlainError(error))
    }
}

extension Desk {
    /// Opens a file on the workers: as the user decided before, or as is decided now, which is kept. What the user left about the
    /// series comes after all that is still to be stored. Where a file can no longer be read as was decided, it is read as the
    /// program would.
    func open(_ path: String, _ effect: Effect, as decided: SeriesReader.Options? = nil, follows: Bool = false) {
        let file = absolute(path)
        reading(effect) { [self] session in
            if FileSet.isFolder(file) { return report(.isFolder(path: file)) }
            let kept = try readAsKept(file, session, as: decided, follows: follows)
            switch kept.reading {
            case .failed(let error): report(effect.failure(error.message))
            case .several(let choice): report(.severalSeries(choice))
            case .read(let reading, let columns):
                take(reading, columns, kept.options, of: file, effect, keeps: decided != nil) { opened in
                    opened.isToBeFollowed = follows
                    opened.refusal = kept.refusal
                    return .opened(opened)
                }
            }
        }
    }

    /// A file that was read as was decided.
    struct KeptReading {
        var reading: FileReading
        var options: SeriesReader.Options
        /// Why it was read as the program would instead.
        var refusal: String?
    }

    /// Reads a file as the user decided before, or as is decided now; where it can no longer be read as was decided, as the program
    /// would.
    func readAsKept(
        _ file: String, _ session: Session, as decided: SeriesReader.Options? = nil, follows: Bool = false
    ) throws -> KeptReading {
        let known = try decided ?? library(session).reading(of: file)
        func read(_ options: SeriesReader.Options) -> KeptReading {
            KeptReading(reading: self.read(file) { FileReading(file, options, follows: follows, by: $0) }, options: options)
        }
        let kept = read(known ?? SeriesReader.Options())
        guard decided == nil, known != nil, case .failed(let error) = kept.reading else { return kept }
        var otherwise = read(SeriesReader.Options())
        if case .read = otherwise.reading { otherwise.refusal = error.message }
        return otherwise
    }

    /// Reads the file of the open series by other decisions, which are kept where it can be read so.
    func readAgain(_ path: String, _ effect: Effect, _ options: SeriesReader.Options, _ run: Cancellation) {
        reading(effect) { [self] _ in
            if run.isCancelled { return }
            switch read(path, unless: run, { FileReading(path, options, by: $0) }) {
            case .failed(let error): if !run.isCancelled { report(effect.failure(error.message)) }
            case .several(var choice):
                (choice.isOpen, choice.run) = (true, run)
                report(.severalSeries(choice))
            case .read(let reading, let columns):
                take(reading, columns, options, of: path, effect, keeps: true, unless: run) {
                    .reread(run: run, $0)
                }
            }
        }
    }

    /// Lists the series that columns of the open file tell apart.
    func listSeries(_ path: String, _ effect: Effect, _ columns: [String], _ options: SeriesReader.Options) {
        reading(effect) { [self] _ in
            switch read(path, { FileReading.list(path, columns, options, by: $0) }) {
            case .several(var choice):
                choice.isOpen = true
                report(.severalSeries(choice))
            case .failed(let error): report(.failed(error.message))
            case .read: break
            }
        }
    }

    /// Reads a preview, as the file would be opened.
    func preview(_ path: String) {
        services.previews.read(path) { [self] in
            guard let session = try? permitted() else { return }
            let file = absolute(path)
            if let kind = services.readers?.kind(of: file) {
                let error = PlainError(message: "It is \(kind), which another program reads; open it to see it.")
                return report(.previewed(path: path, .failure(error)))
            }
            var content = (try? library(session).reading(of: file)).map { previewed(file, $0) }
            if case .success? = content {} else { content = previewed(file, SeriesReader.Options()) }
            if let content { report(.previewed(path: path, content.map(LibraryState.Preview.Content.init))) }
        }
    }

    /// Reads a file by the programs that may have to, which are stopped when the run is or when the program ends.
    private func read(
        _ path: String, unless run: Cancellation? = nil, _ body: (ReaderPrograms?) -> FileReading
    ) -> FileReading {
        guard var readers = services.readers, readers.kind(of: path) != nil else { return body(nil) }
        readers = readers.stopping(with: services.leaving)
        if let run { readers = readers.stopping(with: run) }
        services.programs.enter()
        defer { services.programs.leave() }
        return body(readers)
    }

    /// Reads on the workers while the session may be used; where that cannot be told, that is answered.
    private func reading(_ effect: Effect, _ body: @escaping @Sendable (Session) throws -> Void) {
        services.workers.submit { [self] in
            do {
                if let session = try permitted() { try body(session) }
            } catch { report(effect.failure(services.sentence(error))) }
        }
    }

    private func absolute(_ path: String) -> String { URL(fileURLWithPath: expanded(path)).path }

    /// Stores that a series was opened, and how its file is read where that was decided, and answers with all that the user left
    /// about it.
    private func take(
        _ reading: Reading, _ columns: [ColumnGlance], _ options: SeriesReader.Options, of path: String, _ effect: Effect,
        keeps: Bool, unless run: Cancellation? = nil, _ answer: @escaping @Sendable (inout OpenedSeries) -> Answer
    ) {
        stored(effect) { [self] session in
            if run?.isCancelled == true { return nil }
            let library = library(session)
            var opened = try library.open(reading.series, at: path, settings: services.settings, models: services.models)
            if keeps { try library.keep(options, of: path) }
            (opened.understanding, opened.columns, opened.options) = (reading.understanding, columns, options)
            opened.horizon = services.horizon
            return answer(&opened)
        }
    }
}
