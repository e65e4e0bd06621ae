import AnomalyDetection
import ArgumentParser
import Foundation
import Invocation
import SeriesReading
import TimeSeries
import Workbench

extension ScoreCommand {
    /// Scores the series of a folder and of the folders within, one after the other: a file each, or one table of events.
    func scoreFolder(_ folder: String, _ settings: AnalysisSettings, by readers: ReaderPrograms) async throws {
        func place(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path }
        guard onlyEvents || output.map({ place($0) != place(folder) }) ?? false else {
            throw SeriesError.unreadable(
                file: printable(URL(fileURLWithPath: folder).lastPathComponent),
                reason: "it is a folder: name another one for its scores by --output, or ask for --only-events")
        }
        let root = URL(fileURLWithPath: folder, isDirectory: true).path
        let target = output.map { URL(fileURLWithPath: $0, isDirectory: !onlyEvents).path }
        let set = FileSet(at: [root]) { SeriesReader.isReadable(name: $0) || readers.takes(name: $0) }
        // What was written before is not what is to be scored.
        let paths = set.paths.filter { path in target.map { !path.hasPrefix($0 + "/") && path != $0 } ?? true }
        guard !paths.isEmpty else {
            throw SeriesError.unreadable(file: printable(folder), reason: "no file in it can be read as a series")
        }
        if set.isCut { printError("oddline: \(folder): has more files than are scored together, \(FileSet.mostFiles).") }
        if let target, !onlyEvents, FileManager.default.fileExists(atPath: target), !FileSet.isFolder(target) {
            throw SeriesError.unwritable(file: printable(target), reason: "it is a file and no folder")
        }
        let table = onlyEvents ? Output(output ?? "-") : nil
        try table?.check()
        var (lines, scored) = ("", 0)
        for path in paths {
            do {
                let analysis = try await self.analysis(of: seriesOptions.read(path, by: readers), settings)
                if onlyEvents {
                    let export = EventExport(analysis, key: SeriesKey(column: "file", text: path))
                    lines += scored == 0 ? export.text(format) : export.lines(format)
                } else if let target {
                    try write(analysis, of: path, to: target + path.dropFirst(root.count))
                }
                scored += 1
            } catch { printError("oddline: \(path): \(error)") }
        }
        try table?.write(lines)
        if scored < paths.count { throw scored == 0 ? ExitCode.failure : ExitCode(2) }
    }

    /// Writes the scores of a file to one that is called alike, and whose ending says what it holds.
    private func write(_ analysis: Analysis, of path: String, to place: String) throws {
        guard let result = analysis.result else { throw DetectionError.noScores }
        let ending = format == .csv ? "csv" : "jsonl"
        let named = URL(fileURLWithPath: place)
        // Two files that differ in how they end give two.
        let file = named.pathExtension == ending ? named : named.appendingPathExtension(ending)
        do {
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        } catch { throw SeriesError.unwritable(file.path, because: error) }
        let destination = Output(file.path)
        try destination.check(reading: path)
        var text = ""
        ScoreExport(series: analysis.series, result: result).write(format) { text += $0 }
        try destination.write(text)
    }
}
