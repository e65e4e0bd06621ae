import Digest
import Foundation
import GRDB

/// A line of the audit log.
public struct AuditEntry: Sendable, Equatable {
    /// When.
    public let at: Date
    /// What happened.
    public let action: String
    /// The account that it happened to.
    public let detail: String
    /// Who did it; `nil` where nobody was logged in.
    public var actor: String?
    /// From where: a network address, the terminal, or the command line.
    public var origin: String?
    /// What was changed, and to what.
    public var change: String?
}

/// What the chain of the audit log says.
public enum AuditVerdict: Sendable, Equatable {
    /// No entry was changed, added or taken away; `head` stands for all of it.
    case intact(entries: Int, head: String)
    /// An entry is not what was written, or one before it is missing.
    case altered(entry: Int64)
    /// The newest entries are missing, or more were added.
    case cut(expected: Int, found: Int)
}

/// The key that chains the audit log (HMAC-SHA-256) and stands for names that nobody has.
struct AuditKey: Sendable {
    private let key: HMACSHA256

    init(_ bytes: Data) { key = HMACSHA256(key: bytes) }

    /// What is stored of a name that nobody has: it may be a password that was typed in the wrong field.
    func pseudonym(of name: String) -> String {
        hexadecimal(key.code(for: "name\0\(name)".utf8).prefix(8))
    }

    /// What is kept of entries that are gone: how many there were, and the link after the last, with the key's word for both.
    func base(after count: Int, _ link: Data) -> Data { link + word(for: count, link) }

    /// The link that a base holds, where it is the key's own.
    func link(ofBase base: AuditHead) -> Data? {
        let link = Data(base.hash.prefix(32))
        return isSame(Array(base.hash.dropFirst(32)), Array(word(for: base.entries, link))) ? link : nil
    }

    private func word(for count: Int, _ link: Data) -> Data { Data(key.code(for: Data("base\0\(count)\0".utf8) + link)) }

    /// The link after `previous` for an entry as it is stored.
    func link(after previous: Data, _ entry: AuditRecord) -> Data {
        var bytes = previous
        let fields = [
            entry.id.map(String.init), String(Int64((entry.at.timeIntervalSince1970 * 1000).rounded())),
            entry.userID.map(String.init), entry.action, entry.detail, entry.actor, entry.origin, entry.oldValue, entry.newValue,
        ]
        for field in fields {
            bytes += field.map { Data("\($0.utf8.count):\($0)".utf8) } ?? Data("-".utf8)
        }
        return Data(key.code(for: bytes))
    }
}

extension Accounts {
    /// How long entries of the audit log are kept, in seconds: 400 days.
    static let auditAge: TimeInterval = 400 * 86_400
    /// How many of the newest entries are kept whatever their age, so that a clock that is ahead does not empty the log.
    static let fewestAuditEntries = 1000

    /// The newest entries of the audit log.
    public func auditLog(limit: Int = 200) throws -> [AuditEntry] {
        try database.read { database in
            try AuditRecord.order(AuditRecord.Columns.id.desc).limit(limit).fetchAll(database).map { entry in
                let change = entry.newValue.map { new in entry.oldValue.map { "\($0) → \(new)" } ?? new }
                return AuditEntry(
                    at: entry.at, action: entry.action, detail: entry.detail, actor: entry.actor, origin: entry.origin,
                    change: change)
            }
        }
    }

    /// Writes down that another key signs tokens.
    public func noteKeyRotation() throws {
        try database.write { try audit($0, user: nil, "signing key rotated", "") }
    }

    func audit(
        _ database: Database, user: Int64?, _ action: String, _ detail: String, old: String? = nil, new: String? = nil
    ) throws {
        let head = try AuditHead.fetchOne(database, key: 1) ?? AuditHead(id: 1, entries: 0, hash: Data())
        try AuditRecord(
            at: now(), userID: user, action: action, detail: detail, actor: agent.name, origin: agent.origin, oldValue: old,
            newValue: new
        ).insert(database)
        // Times are rounded where they are stored, so that the chain is made of what can be read again.
        guard var entry = try AuditRecord.order(AuditRecord.Columns.id.desc).fetchOne(database) else { return }
        entry.hash = key.link(after: head.hash, entry)
        try entry.update(database)
        try AuditHead(id: 1, entries: head.entries + 1, hash: entry.hash ?? Data()).upsert(database)
        try pruneAudit(database, entries: head.entries + 1)
    }

    /// Takes away the entries at the beginning that are too old; the chain goes on from what is kept of them.
    private func pruneAudit(_ database: Database, entries: Int) throws {
        let base = try AuditHead.fetchOne(database, key: 0)
        let gone = base?.entries ?? 0
        let spare = entries - gone - Self.fewestAuditEntries
        let limit = now().addingTimeInterval(-Self.auditAge)
        guard spare > 0, let first = try AuditRecord.order(AuditRecord.Columns.id).fetchOne(database), first.at < limit,
            base.map({ key.link(ofBase: $0) != nil }) ?? true
        else { return }
        let oldest = try AuditRecord.order(AuditRecord.Columns.id).limit(min(spare, 500)).fetchAll(database)
        let old = oldest.prefix { $0.at < limit }
        guard let last = old.last, let id = last.id, let hash = last.hash else { return }
        try AuditRecord.filter(AuditRecord.Columns.id <= id).deleteAll(database)
        let count = gone + old.count
        try AuditHead(id: 0, entries: count, hash: key.base(after: count, hash)).upsert(database)
    }

    /// Follows the chain of the audit log from its beginning. Whoever has the key beside the database can write another
    /// one; a `head` that was noted elsewhere shows that too.
    public func verifyAudit() throws -> AuditVerdict {
        try database.read { database in
            var (entries, hash) = (0, Data())
            if let base = try AuditHead.fetchOne(database, key: 0) {
                guard let link = key.link(ofBase: base) else { return .altered(entry: Int64(base.entries)) }
                (entries, hash) = (base.entries, link)
            }
            let rows = try AuditRecord.order(AuditRecord.Columns.id).fetchCursor(database)
            while let entry = try rows.next() {
                hash = key.link(after: hash, entry)
                guard entry.hash == hash else { return .altered(entry: entry.id ?? 0) }
                entries += 1
            }
            let head = try AuditHead.fetchOne(database, key: 1)
            guard head?.entries ?? 0 == entries, head?.hash ?? Data() == hash else {
                return .cut(expected: head?.entries ?? 0, found: entries)
            }
            return .intact(entries: entries, head: hexadecimal(hash))
        }
    }
}
