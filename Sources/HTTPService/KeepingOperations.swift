import Accounts
import AnomalyDetection
import Foundation
import Workbench

/// What is kept: the models of the caller, and for administrators what each account holds.
struct KeepingOperations: Sendable {
    let store: AnalysisStore
    let accounts: Accounts
    let models: Models

    private var model: Output<StoredModel> {
        .object([
            .member("series", .text) { $0.series }, .member("model", .text) { $0.kind },
            .member("saved_at", .time) { $0.savedAt }, .member("bytes", .integer) { $0.bytes },
        ])
    }

    /// What an account holds in memory.
    private struct Holding: Sendable {
        let account: Account
        let holding: AnalysisStore.Holding
    }

    private static let holding = Output<Holding>.object([
        .member("id", .integer) { $0.account.id }, .member("username", .text) { $0.account.username },
        .member("series", .integer) { $0.holding.series }, .member("values", .integer) { $0.holding.values },
        .member("trainings", .integer) { $0.holding.trainings },
    ])

    var all: [Operation] {
        [
            Operation(
                .get, "/api/models", id: "listModels", "The models that are saved for series, the newest first.",
                .query("from", .integer(1...1_000_000), otherwise: 1), .query("limit", .integer(1...1000), otherwise: 1000),
                answer: .ok(.list(model)).long,
                protected: { caller, from, limit in
                    let library = store.library(caller.session)
                    return try await store.turns.run(for: caller.session.account.id) {
                        Array(try library.storedModels().dropFirst(from - 1).prefix(limit))
                    }
                }),
            Operation(
                .delete, "/api/models/{id}", id: "removeModels",
                "Delete the models that are saved for a series; one that is kept goes on with those it has.",
                .path("id", .text), answer: .nothing,
                protected: { caller, series in
                    let library = store.library(caller.session)
                    let isThere = try await store.turns.run(for: caller.session.account.id) {
                        try library.removeModels(ofSeries: series)
                    }
                    guard isThere else { throw Problem(.notFound, "No models are saved for this series.") }
                }),
            Operation(
                .get, "/api/holdings", id: "listHoldings",
                "What each account holds in memory: number of series, of their values, of training runs. For administrators.",
                answer: .ok(.list(Self.holding)), problems: [403], protected: holdings),
            Operation(
                .delete, "/api/holdings/{id}", id: "removeHoldings",
                "Forget all series of the account with an id and stop its training; saved models stay. For administrators.",
                .path("id", .text), answer: .nothing, problems: [403],
                protected: { caller, account in
                    let known = try await list(by: caller)
                    guard let id = Int64(account), known.contains(where: { $0.id == id }) else {
                        throw Problem(.notFound, "There is no account with this id.")
                    }
                    await store.removeAll(of: id)
                }),
        ]
    }

    private func holdings(_ caller: AuthenticatedContext) async throws -> [Holding] {
        let known = Dictionary(try await list(by: caller).map { ($0.id, $0) }) { first, _ in first }
        return await store.holdings.compactMap { holding in
            known[holding.user].map { Holding(account: $0, holding: holding) }
        }
    }

    /// All accounts, for an administrator.
    private func list(by caller: AuthenticatedContext) async throws -> [Account] {
        try await store.turns.run(for: caller.session.account.id) {
            try accounts.acting(from: caller.origin).asAdministrator(caller.session).list()
        }
    }
}
