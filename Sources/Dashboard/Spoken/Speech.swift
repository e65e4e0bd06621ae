import TerminalUI

/// What a screen says to somebody who hears it: sentences in reading order, without frames, plots and colours. Pure: the same state says
/// the same.
///
/// ```swift
/// let now = Speech(state)
/// for sentence in now.news(after: before) { print(sentence) }
/// ```
public struct Speech: Sendable, Equatable {
    /// The layer on top.
    public let layer: ObjectIdentifier
    /// Its name, said when it comes on top.
    private let title: String
    /// What it says.
    public let sentences: [String]
    /// The latest message, and how many there were.
    private let message: String?
    private let messageCount: Int
    /// Whether what is typed goes into a line of text.
    private let isTyping: Bool

    /// What a state says.
    public init(_ state: DashboardState) {
        let frame = state.frame
        (message, messageCount) = (frame.message.map { ($0.isError ? "Problem: " : "") + $0.text }, frame.messageCount)
        func said<Owner: LayerOwner>(_ owner: Owner) -> (ObjectIdentifier, String, [String], Bool) {
            guard let top = owner.layers.last else { return (ObjectIdentifier(Owner.self), "", [], false) }
            func sentences(_ layer: some Layer<Owner>) -> [String] { layer.sentences(over: owner, frame) }
            return (ObjectIdentifier(type(of: top)), type(of: top).title, sentences(top), top.isTyping)
        }
        switch state.stage {
        case .signedOut(let signedOut): (layer, title, sentences, isTyping) = said(signedOut)
        case .signedIn(let signedIn): (layer, title, sentences, isTyping) = said(signedIn)
        }
    }

    /// What is new since something else was said: all of a layer that has come on top, else the sentences that were not said before; and
    /// the message, whenever there was one.
    /// - Parameter known: what the layer said when it was on top before, if it was: where one comes back, that is not said again but for
    ///   the last sentence, which tells where one is.
    public func news(after before: Speech?, known: [String]? = nil) -> [String] {
        var news: [String]
        if let before, before.layer == layer {
            news = sentences.filter { !before.sentences.contains($0) }
            if isTyping { news = news.map { typed($0, before) } }
        } else {
            let fresh = known.map { known in sentences.dropLast().filter { !known.contains($0) } + sentences.suffix(1) }
            news = fresh ?? sentences
            if news.first != title { news.insert(title + ".", at: 0) }
        }
        if let message, messageCount != before?.messageCount { news.append(message) }
        return news
    }

    /// What was typed into a sentence that was said before without it, or the whole sentence.
    private func typed(_ sentence: String, _ before: Speech) -> String {
        let gone = before.sentences.filter { !sentences.contains($0) }
        for old in gone {
            let shared = zip(old, sentence).prefix { $0 == $1 }.count
            let (oldRest, rest) = (Array(old.dropFirst(shared)), Array(sentence.dropFirst(shared)))
            let end = zip(oldRest.reversed(), rest.reversed()).prefix { $0 == $1 }.count
            let (deleted, inserted) = (String(oldRest.dropLast(end)), String(rest.dropLast(end)))
            guard shared > 0, deleted.count <= 1 || inserted.count <= 1 else { continue }
            if inserted.count == 1, deleted.isEmpty { return inserted == " " ? "space" : inserted }
            if deleted.count == 1, inserted.isEmpty { return deleted == " " ? "space deleted" : "\(deleted) deleted" }
        }
        return sentence
    }
}

extension Layer {
    /// What is drawn of a layer, line by line, without what only the eye reads; what is highlighted comes last.
    func drawnSentences(over owner: Owner, _ frame: Frame) -> [String] {
        var frame = frame
        (frame.width, frame.height) = Speech.drawnSize
        let theme = frame.theme
        var screen = CellBuffer(width: frame.width, height: frame.height, style: Style(theme.text, on: theme.background))
        view(over: owner, frame, into: &screen)
        var (lines, chosen) = ([String](), [String]())
        for y in 0..<screen.height {
            let cells = (0..<screen.width).map { screen[$0, y] }.filter { !$0.isCovered }
            let text = Speech.words(String(cells.map(\.character)))
            guard text.contains(where: { $0.isLetter || $0.isNumber }) else { continue }
            if cells.contains(where: { $0.style.background == theme.selection }) {
                chosen.append(text)
            } else {
                lines.append(text)
            }
        }
        return lines + chosen.map { "Chosen: " + $0 }
    }
}

extension Speech {
    /// How large a layer is drawn to be read out.
    static let drawnSize = (width: 120, height: 40)

    /// A drawn line without frames, bars and dots; what stands apart in columns is told apart by commas.
    static func words(_ line: String) -> String {
        let plain = line.map { character -> Character in
            character.unicodeScalars.contains { (0x2500...0x25FF).contains($0.value) || (0x2800...0x28FF).contains($0.value) }
                ? " " : character
        }
        var (words, blanks) = ("", 0)
        for character in plain {
            if character == " " {
                blanks += 1
                continue
            }
            if !words.isEmpty, blanks > 0 { words += blanks > 1 ? ", " : " " }
            words.append(character)
            blanks = 0
        }
        return words
    }
}
