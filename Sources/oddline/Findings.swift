import AnomalyDetection
import Commands
import Dashboard
import Foundation
import NcursesTerminal
import NeuralNetwork
import Persistence
import TerminalUI
import TimeSeries
import Workbench

extension Diagnosis {
    /// The versions of the program and of what it is built on.
    static func versions() -> [Finding] {
        var system = utsname()
        uname(&system)
        let kernel = withUnsafeBytes(of: system.release) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        #if compiler(>=6.4)
            let compiler = "6.4 or later"
        #else
            let compiler = "6.3"
        #endif
        return [
            Finding(name: "oddline", state: .ok, text: programVersion),
            Finding(
                name: "built on", state: .ok,
                text: "Swift \(compiler), SQLite \(OddlineDatabase.engine), \(TerminalFacts.library), \(KernelPath.backEnd)"),
            Finding(name: "system", state: .ok, text: "Linux \(kernel)"),
        ]
    }

    /// What the dashboard would find.
    static func terminal() -> [Finding] {
        let facts = TerminalFacts()
        var findings: [Finding] = []
        if let (width, height) = facts.size {
            findings.append(Finding(name: "terminal", state: .ok, text: "\(width) columns, \(height) rows"))
        } else {
            findings.append(Finding(name: "terminal", state: .note, text: "standard output is none, so no dashboard opens here"))
        }
        let type = facts.type.isEmpty ? "TERM is not set" : "TERM=\(printable(facts.type))"
        if facts.canMoveCursor {
            findings.append(Finding(name: "type", state: .ok, text: type))
        } else {
            let reason = facts.isKnown ? "shows lines alone" : "is not known here"
            findings.append(
                Finding(
                    name: "type", state: facts.isTerminal ? .fault : .note,
                    text: "\(type): it \(reason); set TERM=xterm-256color where the terminal is like it"))
        }
        findings.append(
            Finding(
                name: "colours", state: facts.colors >= 8 ? .ok : .note,
                text: facts.colors >= 8
                    ? "\(facts.colors)" + (facts.hasDirectColor ? ", 24-bit" : "") : "none: the dashboard is black and white"))
        findings.append(
            Finding(
                name: "locale", state: facts.isASCII ? .note : .ok,
                text: (facts.locale.isEmpty ? "none set" : facts.locale)
                    + (facts.isASCII ? ": not UTF-8, so the dashboard draws with ASCII characters" : "")))
        return findings
    }

    /// What computes, and how fast.
    static func processor() -> [Finding] {
        let (path, cores) = (KernelPath.inUse, ProcessInfo.processInfo.activeProcessorCount)
        let rate = measuredPeak(size: 512, threads: 1) / 1e9
        return [
            Finding(
                name: "processor", state: .ok,
                text: "\(cores) cores; can " + KernelPath.available.map(\.name).joined(separator: ", ")),
            Finding(
                name: "kernels", state: path == .best ? .ok : .note,
                text: path.name + (path == .best ? "" : ", as ODDLINE_KERNELS says; \(KernelPath.best.name) is faster")),
            Finding(
                name: "matrix rate", state: .ok,
                text: String(format: "%.0f Gflop/s on one core (products of 512 by 512)", rate)),
        ]
    }

    /// Whether private files are private, and whether there is room for more.
    static func files(_ locations: Locations) -> [Finding] {
        var findings: [Finding] = []
        guard let mode = mode(of: locations.data) else {
            return [
                Finding(
                    name: "data folder", state: .note, text: "\(locations.data.path) is not there yet; it is made when needed")
            ]
        }
        findings.append(
            Finding(
                name: "data folder", state: mode == 0o700 ? .ok : .fault,
                text: locations.data.path
                    + (mode == 0o700 ? "" : String(format: ": its mode is 0%o; run chmod 700 on it", mode))))
        let names = (try? FileManager.default.contentsOfDirectory(atPath: locations.data.path)) ?? []
        for name in DataFile.allCases.flatMap(\.names) where names.contains(name) {
            let url = locations.data.appendingPathComponent(name)
            do {
                try PrivateFile(url).refuseShared()
                findings.append(Finding(name: name, state: .ok, text: "private"))
            } catch { findings.append(Finding(name: name, state: .fault, text: error.description)) }
        }
        var space = statvfs()
        if statvfs(locations.data.path, &space) == 0 {
            let free = (Int(space.f_bavail) * Int(space.f_frsize)) >> 20
            findings.append(
                Finding(
                    name: "free space", state: free >= 64 ? .ok : .fault,
                    text: "\(free) MiB" + (free >= 64 ? "" : "; free some, or choose another data folder")))
        }
        return findings
    }

    private static func mode(of url: URL) -> Int? {
        var status = stat()
        return lstat(url.path, &status) == 0 ? Int(status.st_mode & 0o7777) : nil
    }

    /// Whether what is stored can be read.
    static func contents(_ locations: Locations) -> [Finding] {
        [configuration(locations), themes(locations)]
            + (FileManager.default.fileExists(atPath: locations.database.path)
                ? [database(locations), models(locations)]
                : [Finding(name: "database", state: .note, text: "there is none yet")])
            + [Finding(name: "log", state: .ok, text: locations.log.path)]
    }

    private static func database(_ locations: Locations) -> Finding {
        do {
            let database = try OddlineDatabase(readingFrom: locations.database)
            let damage = try database.check()
            // What is damaged cannot be asked what it has.
            let problems = try damage.isEmpty ? database.foreignParts() : damage
            guard let problem = problems.first else { return Finding(name: "database", state: .ok, text: "sound") }
            return Finding(
                name: "database", state: .fault, text: "it is not sound: \(problem); `oddline restore` brings a backup back")
        } catch { return Finding(name: "database", state: .fault, text: "\(error)") }
    }

    private static func models(_ locations: Locations) -> Finding {
        let files = FileManager.default.enumerator(at: locations.models, includingPropertiesForKeys: nil)
        var count = 0
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "safetensors" else { continue }
            count += 1
            do { _ = try ModelFile(readingFrom: file) } catch {
                return Finding(name: "saved models", state: .fault, text: "\(file.path): \(error); remove it and train again")
            }
        }
        return Finding(name: "saved models", state: .ok, text: "\(count), all whole")
    }

    private static func configuration(_ locations: Locations) -> Finding {
        let file = locations.configurationFile
        do {
            let source = try SettingsSource(Program.models, readingFrom: file)
            _ = try KeyMap(source.configuration, at: file)
            let isThere = FileManager.default.fileExists(atPath: file.path)
            return Finding(name: "configuration", state: .ok, text: isThere ? file.path : "none; \(file.path) would be read")
        } catch { return Finding(name: "configuration", state: .fault, text: "\(error)") }
    }

    private static func themes(_ locations: Locations) -> Finding {
        let (themes, problems) = Theme.all(in: [locations.themes, locations.userThemes])
        if let problem = problems.first { return Finding(name: "themes", state: .fault, text: problem.description) }
        return Finding(
            name: "themes", state: themes.count > 1 ? .ok : .note,
            text: themes.count > 1
                ? themes.map(\.name).joined(separator: ", ") : "only the one built in; set ODDLINE_RESOURCE_DIR to the others")
    }
}
