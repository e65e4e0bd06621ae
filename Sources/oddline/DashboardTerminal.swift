import Dashboard
import Invocation
import NcursesTerminal
import TerminalUI

/// Where a dashboard is shown and keys come from.
protocol DashboardTerminal: AnyObject {
    /// Columns and rows that the dashboard reckons with.
    var size: (width: Int, height: Int) { get }
    /// Whether colours show.
    var usesColor: Bool { get }
    /// The signal that asked the program to end, if one did.
    var endingSignal: Int32? { get }
    /// Makes `events` return soon; safe to call from any thread.
    var wake: @Sendable () -> Void { get }
    /// Sleeps until the user does something, `wake` is called or `timeout` milliseconds pass, and returns what happened.
    func events(timeout: Int32?) -> [InputEvent]
    /// Shows a state.
    func show(_ state: DashboardState)
    /// Shows everything anew next time.
    func forget()
    /// Hands a text to the clipboard, where there is one.
    func copy(_ text: String)
    /// Stops the program until it is continued.
    func suspend()
    /// Gives the terminal back as it was.
    func close()
}

extension NcursesTerminal: DashboardTerminal {
    func show(_ state: DashboardState) { draw(view(state)) }
}

/// A dashboard that is heard: sentences, a line each, said when they are new.
final class SpokenTerminal: DashboardTerminal {
    private let keys: KeyReader
    private var before: Speech?
    /// What each layer said last.
    private var said: [ObjectIdentifier: [String]] = [:]

    /// - Throws: `TerminalError.notATerminal`.
    init() throws(TerminalError) { keys = try KeyReader() }

    let size = (width: 120, height: 40)
    let usesColor = false
    var endingSignal: Int32? { keys.endingSignal }
    var wake: @Sendable () -> Void { keys.wake }

    func events(timeout: Int32?) -> [InputEvent] { keys.events(timeout: timeout) }

    func show(_ state: DashboardState) {
        let speech = Speech(state)
        // Nobody hears it where it cannot be written.
        for sentence in speech.news(after: before, known: said[speech.layer]) { try? printWords(sentence) }
        before = speech
        said[speech.layer] = speech.sentences
    }

    func forget() { (before, said) = (nil, [:]) }

    /// There is no way to a clipboard that would not be read out.
    func copy(_ text: String) { try? printWords(text) }

    func suspend() { keys.suspend() }

    func close() { keys.close() }
}
