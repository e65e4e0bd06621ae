import ArgumentParser
import Persistence
import Workbench

/// Whether rows are read as they are appended, and what is run on new events.
package struct FollowingOptions: ParsableArguments {
    @Flag(help: "Read and score rows as they are appended to the first file, a CSV file.")
    package var follow = false

    @Option(
        help: ArgumentHelp(
            "Run by /bin/sh on new events of a followed file, with ODDLINE_SERIES, _FILE, _FIRST_ROW, _LAST_ROW, _START, _END, _PEAK, "
                + "_KIND and _EVENTS (how many since the last run) in its environment. One that fails or takes more than 60 seconds is run up to "
                + "6 times more, after 1, 2, 4 ... seconds, with what came meanwhile; what is given up then is told. When the program "
                + "ends, it is run for what waits, within 5 seconds, and what it could not be told of stands on standard error.",
            valueName: "command"))
    package var onEvent: String?

    @Option(
        help: ArgumentHelp(
            "Of what the command is run, ODDLINE_KIND in its environment: that an event begins, that it has grown to twice its rows, "
                + "that it has ended. (default: begin)",
            valueName: "begin,grow,end"))
    package var onEventKinds: String?

    @Option(
        help: ArgumentHelp(
            "Keep here what was told of the events of a followed file: when it is followed again nothing is told twice, and what came "
                + "meanwhile once.", valueName: "file"))
    package var alertState: String?

    @Option(
        help: ArgumentHelp(
            "Seconds between two runs of the command, at least, and between two attempts at the most. (default: 60)",
            valueName: "seconds"))
    package var onEventInterval: Double?

    @Option(
        help: ArgumentHelp(
            "The rows of a followed file that are kept, up to a quarter more, so that following can go on for ever; all otherwise. "
                + "The level is found among them.",
            valueName: "rows"))
    package var horizon: Int?

    package init() {}

    package func validate() throws {
        if onEventKinds?.split(separator: ",").contains(where: { EventChange(rawValue: String($0)) == nil }) == true {
            throw ValidationError("--on-event-kinds takes begin, grow and end, with commas between them.")
        }
        if let horizon, horizon < FollowedAnalysis.fewestRows {
            throw ValidationError("--horizon must be at least \(FollowedAnalysis.fewestRows) rows.")
        }
        if let onEventInterval, !(0...1e6).contains(onEventInterval) {
            throw ValidationError("--on-event-interval must be between 0 and 1000000 seconds.")
        }
    }

    /// Of what the command is run.
    var kinds: [EventChange] {
        onEventKinds?.split(separator: ",").compactMap { EventChange(rawValue: String($0)) } ?? [.begin]
    }

    /// What is run on events, if anything is; what was given counts before what is configured.
    package func command(_ configuration: ConfigurationFile) -> EventCommand.Settings? {
        (onEvent ?? configuration.onEvent).map {
            EventCommand.Settings($0, interval: onEventInterval ?? configuration.onEventInterval)
        }
    }
}
