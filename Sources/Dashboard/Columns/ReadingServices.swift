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
    /// - Parameter follows: whether its last line may not be whole yet.
    init(_ path: String, _ options: SeriesReader.Options, follows: Bool = false) {
        do {
            let reading: Reading
            if follows {
                let (series, tail) = try SeriesTail.open(path: path, options: options)
                reading = Reading(series: series, understanding: tail.understanding)
            } else {
                reading = try SeriesReader.open(path: path, options: options)
            }
            self = .read(reading, ColumnGlance.all(of: reading))
        } catch SeriesError.severalSeries(_, let column, _, _) {
            self = Self.list(path, column, options, follows: follows)
        } catch {
            self = .failed(PlainError(error))
        }
    }

    /// Lists the series that a column tells apart.
    static func list(
        _ path: String, _ column: String, _ options: SeriesReader.Options, follows: Bool = false
    ) -> FileReading {
        do {
            let series = try SeriesReader.seriesList(path: path, toldApartBy: column, options: options)
            return .several(SeriesChoice(path: path, column: column, series: series, options: options, follows: follows))
        } catch {
            return .failed(PlainError(error))
        }
    }
}

/// Reads the series of a file for its preview, as it would be opened.
func previewed(_ path: String, _ options: SeriesReader.Options) -> Result<Series, PlainError> {
    do {
        return .success(try SeriesReader.read(path: path, options: options))
    } catch SeriesError.severalSeries(_, let column, let count, _) {
        return .failure(
            PlainError(message: "\(printable(column)) tells \(grouped(count)) series apart; open the file to choose one."))
    } catch {
        return .failure(PlainError(error))
    }
}

extension Desk {
    /// Opens a file on the workers: as the user decided before, or as is decided now, which is kept. What the user left about the
    /// series comes after all that is still to be stored. Where a file can no longer be read as was decided, it is read as the
    /// program would.
    func open(_ path: String, as decided: SeriesReader.Options? = nil, follows: Bool = false) {
        let file = absolute(path)
        services.workers.submit { [self] in
            guard let session = permitted() else { return }
            do {
                let known = try decided ?? library(session).reading(of: file)
                var options = known ?? SeriesReader.Options()
                var reading = FileReading(file, options, follows: follows)
                var refusal: String?
                if decided == nil, known != nil, case .failed(let error) = reading {
                    options = SeriesReader.Options()
                    reading = FileReading(file, options, follows: follows)
                    if case .read = reading { refusal = error.message }
                }
                switch reading {
                case .failed(let error): report(.openFailed(error.message))
                case .several(let choice): report(.severalSeries(choice))
                case .read(let reading, let columns):
                    take(reading, columns, options, of: file, keeps: decided != nil, { .openFailed($0) }) { [refusal] opened in
                        opened.isToBeFollowed = follows
                        opened.refusal = refusal
                        return .opened(opened)
                    }
                }
            } catch { report(.openFailed(services.sentence(error))) }
        }
    }

    /// Reads the file of the open series by other decisions, which are kept where it can be read so.
    func readAgain(_ path: String, _ options: SeriesReader.Options, _ run: Cancellation) {
        services.workers.submit { [self] in
            guard !run.isCancelled, permitted() != nil else { return }
            switch FileReading(path, options) {
            case .failed(let error): report(.rereadFailed(run: run, error.message))
            case .several(var choice):
                (choice.isOpen, choice.run) = (true, run)
                report(.severalSeries(choice))
            case .read(let reading, let columns):
                take(reading, columns, options, of: path, keeps: true, { .rereadFailed(run: run, $0) }, unless: run) {
                    .reread(run: run, $0)
                }
            }
        }
    }

    /// Lists the series that a column of the open file tells apart.
    func listSeries(_ path: String, _ column: String, _ options: SeriesReader.Options) {
        services.workers.submit { [self] in
            guard permitted() != nil else { return }
            switch FileReading.list(path, column, options) {
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
            guard let session = permitted() else { return }
            let file = absolute(path)
            var content = (try? library(session).reading(of: file)).map { previewed(file, $0) }
            if case .success? = content {} else { content = previewed(file, SeriesReader.Options()) }
            if let content { report(.previewed(path: path, content.map(LibraryState.Preview.Content.init))) }
        }
    }

    private func absolute(_ path: String) -> String { URL(fileURLWithPath: expanded(path)).path }

    /// Stores that a series was opened, and how its file is read where that was decided, and answers with all that the user left
    /// about it.
    private func take(
        _ reading: Reading, _ columns: [ColumnGlance], _ options: SeriesReader.Options, of path: String, keeps: Bool,
        _ failed: @escaping @Sendable (String) -> Answer, unless run: Cancellation? = nil,
        _ answer: @escaping @Sendable (inout OpenedSeries) -> Answer
    ) {
        stored { [self] session in
            if run?.isCancelled == true { return nil }
            do {
                let library = library(session)
                var opened = try library.open(reading.series, at: path, settings: services.settings, models: services.models)
                if keeps { try library.keep(options, of: path) }
                (opened.understanding, opened.columns, opened.options) = (reading.understanding, columns, options)
                opened.horizon = services.horizon
                return answer(&opened)
            } catch { return failed(services.sentence(error)) }
        }
    }
}
