import Foundation
import Work
import Workbench

/// Files that are trained on one after the other, as many at a time as there are cores.
public struct TrainingQueue: Sendable {
    /// Known by this are the answers to this queue; raised to stop it.
    let run = Cancellation()
    /// How many files there were.
    let total: Int
    /// Paths of those whose turn has not come.
    var waiting: [String]
    /// Paths of those that are trained on.
    var running: Set<String> = []
    /// Files that are done.
    var trained = 0
    /// Events flagged in them.
    var events = 0
    /// Files that failed, and why.
    var failed: [(name: String, why: String)] = []

    init(_ paths: [String]) { (waiting, total) = (paths, paths.count) }

    /// Whether files wait or are trained on.
    public var isUnderWay: Bool { !waiting.isEmpty || !running.isEmpty }

    /// What came of it: "34 trained, 41 events, 1 failed: NAME: why".
    var summary: String {
        let stopped = total - trained - failed.count
        var parts = ["\(grouped(trained)) trained", counted(events, "event")]
        if stopped > 0 { parts.append("\(grouped(stopped)) not begun or stopped") }
        guard let first = failed.first else { return parts.joined(separator: ", ") + "." }
        let others = failed.count > 1 ? " (+\(failed.count - 1) more; the list says why)" : ""
        return parts.joined(separator: ", ") + ", \(grouped(failed.count)) failed: \(first.name): \(first.why)\(others)"
    }
}

/// How training on a file of a set ended.
public enum FileTraining: Sendable, Equatable {
    /// All models are saved, and were looked at.
    case trained(SeriesOverview)
    case failed(String)
    /// At the user's wish; models that were not done are as before.
    case stopped
}

extension FileSetState {
    /// Why no training can begin.
    var noFilesToTrain: String? {
        if queue?.isUnderWay == true { return "The queue is under way; \(NamedKey.stopQueue.name) stops it." }
        if shown.isEmpty { return "There is no file to train on." }
        return untrained.isEmpty ? "All files have models; mark those to train again." : nil
    }

    /// What would be trained on: the marked files, or all listed without models.
    private var untrained: [File] {
        marked.isEmpty ? chosen.filter { !$0.isTrained } : chosen
    }

    /// Puts files into the queue.
    /// - Parameter atOnce: files that are trained on at the same time.
    mutating func train(atOnce: Int) -> [Effect] {
        guard noFilesToTrain == nil else { return [] }
        let paths = untrained.map(\.path)
        queue = TrainingQueue(paths)
        for path in paths { set(.waiting, of: path) }
        return goOnTraining(atOnce: atOnce)
    }

    private mutating func goOnTraining(atOnce: Int) -> [Effect] {
        guard let run = queue?.run else { return [] }
        var asked: [Effect] = []
        while !run.isCancelled, let queue, queue.running.count < atOnce, let path = queue.waiting.first {
            self.queue?.waiting.removeFirst()
            self.queue?.running.insert(path)
            set(.training(0), of: path)
            asked.append(.trainFile(path: path, run))
        }
        return asked
    }

    /// Stops the queue; what is being trained on ends within a tenth of a second.
    mutating func stopTraining() {
        queue?.run.cancel()
        for path in queue?.waiting ?? [] { set(nil, of: path) }
        queue?.waiting = []
    }

    /// How much of the queue is done, 0 to 1.
    var shareTrained: Double {
        guard let queue, queue.total > 0 else { return 0 }
        let under = files.reduce(0.0) { sum, file in if case .training(let share) = file.stage { sum + share } else { sum } }
        return (Double(queue.trained + queue.failed.count) + under) / Double(queue.total)
    }

    mutating func receive(_ outcome: FileTraining, of path: String, _ frame: inout Frame) -> [Effect] {
        let atOnce = max(1, queue?.running.count ?? 1)
        queue?.running.remove(path)
        set(nil, of: path)
        switch outcome {
        case .trained(let overview):
            queue?.trained += 1
            queue?.events += overview.flagged
            take(overview, of: path)
        case .failed(let why):
            let name = index(of: path).map { files[$0].name } ?? path
            queue?.failed.append((name, why))
            take(problem: why, of: path)
        case .stopped: break
        }
        let effects = goOnTraining(atOnce: atOnce)
        if let queue, !queue.isUnderWay {
            if order != .path { arrange() }
            if queue.failed.isEmpty { frame.say(queue.summary) } else { frame.complain(queue.summary) }
        }
        return effects + goOnLooking()
    }
}
