import CheckedTOML
import Foundation
import TOMLKit

/// The colours of the program, by what they mean.
public struct Theme: Sendable, Equatable {
    /// What the theme is called.
    public var name: String
    /// Behind everything.
    public var background: Color
    /// Behind raised cards.
    public var panel: Color
    /// Ordinary text.
    public var text: Color
    /// Less important text.
    public var muted: Color
    /// Lines around things.
    public var border: Color
    /// Titles, keys, what has the focus.
    public var accent: Color
    /// Text on the selection.
    public var selectionText: Color
    /// Behind the selection.
    public var selection: Color
    /// The series' line.
    public var series: Color
    /// The models' plots, by the models' names.
    public var models: [String: Color]
    /// The combined plot.
    public var combined: Color
    /// The threshold's line.
    public var threshold: Color
    /// Behind flagged rows.
    public var flag: Color
    /// The cursor's line.
    public var cursor: Color
    /// Things that went wrong.
    public var error: Color
    /// Things that went well.
    public var success: Color

    /// Names of the colours in theme files, each with its place.
    static let roles: [(String, WritableKeyPath<Theme, Color> & Sendable)] = [
        ("background", \.background), ("panel", \.panel), ("text", \.text), ("muted", \.muted), ("border", \.border),
        ("accent", \.accent), ("selection_text", \.selectionText), ("selection", \.selection), ("series", \.series),
        ("combined", \.combined), ("threshold", \.threshold), ("flag", \.flag), ("cursor", \.cursor), ("error", \.error),
        ("success", \.success),
    ]

    /// The theme that is there without any file.
    public static let midnight: Theme = {
        func color(_ value: UInt32) -> Color {
            Color(red: UInt8(value >> 16), green: UInt8(value >> 8 & 0xFF), blue: UInt8(value & 0xFF))
        }
        return Theme(
            name: "midnight", background: color(0x11141a), panel: color(0x191e27), text: color(0xd5dae3), muted: color(0x7c8696),
            border: color(0x3b4556), accent: color(0x7fb4ff), selectionText: color(0xffffff), selection: color(0x2c4a75),
            series: color(0x9fc6d9), models: ["lstm": color(0xe0a458), "transformer": color(0x67c8a2)],
            combined: color(0xc48bdd), threshold: color(0xe6c454), flag: color(0x5a2630), cursor: color(0x8fa0b8),
            error: color(0xf27272),
            success: color(0x7ccf86))
    }()

    /// The colour of a model's plots; one that the theme does not know takes a colour between the accent and another,
    /// the same wherever it is asked for.
    public func color(of model: String) -> Color {
        let spare = [error, threshold, success, text].map { accent.mixed(with: $0, share: 0.5) }
        return models[model] ?? spare[model.unicodeScalars.reduce(0) { $0 + Int($1.value) } % spare.count]
    }

    /// Reads a theme file: `name` and one `#rrggbb` for every colour; missing colours are midnight's. The models that
    /// midnight colours stand among the others, further ones by name in a table `models`; other keys are passed over.
    /// - Throws: `ThemeError` naming the file, the line and the key.
    public init(readingFrom url: URL) throws(ThemeError) {
        let file = url.lastPathComponent
        guard let text = try? String(contentsOf: url, encoding: .utf8) else { throw .unreadable(file: file) }
        if let line = lineOfBrokenTableHeader(in: text) { throw .notTOML(file: file, line: line) }
        let table: TOMLTable
        do { table = try TOMLTable(string: text) } catch {
            throw .notTOML(file: file, line: (error as? TOMLParseError).map { Int($0.source.begin.line) })
        }
        self = .midnight
        name = table["name"]?.string ?? url.deletingPathExtension().lastPathComponent
        func color(_ key: String, in table: TOMLTable, under prefix: String = "") throws(ThemeError) -> Color? {
            guard let value = table[key] else { return nil }
            guard let hex = value.string, let color = Color(hex: hex) else {
                throw .badColor(
                    file: file, line: Self.line(of: key, after: prefix.isEmpty ? nil : "[models]", in: text), key: prefix + key)
            }
            return color
        }
        for (key, role) in Self.roles { self[keyPath: role] = try color(key, in: table) ?? self[keyPath: role] }
        for model in Self.midnight.models.keys { models[model] = try color(model, in: table) ?? models[model] }
        guard let further = table["models"]?.table else { return }
        for model in further.keys { models[model] = try color(model, in: further, under: "models.") }
    }

    /// The line, from 1, on which a key is set, after that of a heading if one is given; `nil` where the key is written in
    /// another form.
    private static func line(of key: String, after heading: String?, in text: String) -> Int? {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.filter { !" \t\"'".contains($0) } }
        let first = heading.map { heading in lines.firstIndex { $0.hasPrefix(heading) } ?? 0 } ?? 0
        return lines[first...].firstIndex { $0.hasPrefix(key + "=") }.map { $0 + 1 }
    }

    private init(
        name: String, background: Color, panel: Color, text: Color, muted: Color, border: Color, accent: Color,
        selectionText: Color,
        selection: Color, series: Color, models: [String: Color], combined: Color, threshold: Color, flag: Color,
        cursor: Color,
        error: Color, success: Color
    ) {
        self.name = name
        (self.background, self.panel, self.text, self.muted, self.border, self.accent) = (
            background, panel, text, muted, border, accent
        )
        (self.selectionText, self.selection, self.series, self.models) = (selectionText, selection, series, models)
        (self.combined, self.threshold, self.flag) = (combined, threshold, flag)
        (self.cursor, self.error, self.success) = (cursor, error, success)
    }

    /// All themes in `folders`, by name, later folders before earlier ones; files that cannot be read are
    /// left out and their problems returned. Midnight is there when no file is.
    public static func all(in folders: [URL]) -> (themes: [Theme], problems: [ThemeError]) {
        var themes: [String: Theme] = [:]
        var problems: [ThemeError] = []
        for folder in folders {
            let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
            for file in files.sorted(by: { $0.path < $1.path }) where file.pathExtension == "toml" {
                do {
                    let theme = try Theme(readingFrom: file)
                    themes[theme.name] = theme
                } catch { problems.append(error) }
            }
        }
        if themes.isEmpty { themes["midnight"] = .midnight }
        return (themes.values.sorted { $0.name < $1.name }, problems)
    }
}

/// Why a theme file cannot be used.
public enum ThemeError: Error, Equatable, Sendable, CustomStringConvertible {
    case unreadable(file: String)
    case notTOML(file: String, line: Int?)
    case badColor(file: String, line: Int?, key: String)

    /// One sentence for the user.
    public var description: String {
        switch self {
        case .unreadable(let file): "\(file): the theme cannot be read; check its permissions."
        case .notTOML(let file, let line):
            "\(file)\(Self.place(line)): the theme is not valid TOML; compare it with the shipped themes."
        case .badColor(let file, let line, let key):
            "\(file)\(Self.place(line)): \"\(key)\" is not a colour like \"#1a2b3c\"; correct it."
        }
    }

    private static func place(_ line: Int?) -> String { line.map { ", line \($0)" } ?? "" }
}
