import ArgumentParser
import Persistence

/// Runs `body`; an error becomes one sentence on standard error and exit status 1. One that was not foreseen is written to the
/// log of the data folder, and the sentence says where that is.
public func reportingErrors(in locations: Locations = Locations(), _ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let error as ExitCode {
        throw error
    } catch {
        printError("oddline: \(ProblemLog(in: locations).sentence(for: error))")
        throw ExitCode.failure
    }
}
