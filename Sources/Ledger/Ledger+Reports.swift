import Changes
import FoundationEssentials
import GRDB
import StrictJSON
import Synchronization
public import Webhooks
public import WhatsAppBusiness

/// What recording reports came to.
public struct ReportRecording: Sendable, Equatable {
    /// How many changes were recorded. A number that stands under several accounts gives one for each.
    public var changes = 0
    /// How many reports were recorded before.
    public var known = 0
    /// How many are of no account that is watched.
    public var foreign = 0
    /// What is to be polled now, in the order of what was recorded, each once.
    public var hints: [ReportHint] = []
}

extension Ledger {
    /// How long a report is known: Meta repeats one that was not taken for seven days.
    public static let reportMemory = Duration.seconds(8 * 86_400)
    /// Reports that are known at most; beyond that the oldest are forgotten.
    public static let mostKnownReports = 500_000

    /// Records what a webhook reports, each report once, in one transaction. The snapshot stays as it is.
    ///
    /// Whose a report is: of the account whose id the entry has, else of the one that `waba_info` names, else of those that have the number.
    public func record(reports: [WebhookReport], at now: Timestamp) async throws(LedgerError) -> ReportRecording {
        guard !reports.isEmpty else { return ReportRecording() }
        let (recording, directory) = try await write { database in
            var writer = self.writer(database, at: now)
            var owners = ReportOwners(database, self.numbers.withLock(\.self))
            var recording = ReportRecording()
            for report in reports { try writer.write(report, &owners, &recording) }
            if recording.changes > 0 { try Self.forgetReports(before: now, database) }
            return (recording, owners.directory)
        }
        // Only what was committed is known from here on.
        if let directory { numbers.withLock { $0 = directory } }
        return recording
    }

    /// Forgets reports that Meta sends no more, and the oldest beyond so many.
    static func forgetReports(before now: Timestamp, atMost most: Int = mostKnownReports, _ database: Database) throws {
        let edge = now.advanced(by: .zero - reportMemory).milliseconds
        try database.cachedStatement(sql: "DELETE FROM report WHERE reported_at < ?").execute(arguments: [edge])
        try database.cachedStatement(sql: "DELETE FROM report WHERE number <= (SELECT max(number) FROM report) - ?")
            .execute(arguments: [most])
    }
}

/// Finds out whose reports are.
struct ReportOwners {
    private let database: Database
    /// What the ledger knew, or what was found out here; `nil` if no number was asked for.
    private(set) var directory: NumberDirectory?
    private let known: NumberDirectory
    private var subjects: [ReportNames: [ReportSubject]] = [:]

    init(_ database: Database, _ known: NumberDirectory) { (self.database, self.known) = (database, known) }

    /// The accounts of ours that a report is about, with the number where it names one of theirs; none if it is of none.
    mutating func subjects(of names: ReportNames) throws -> [ReportSubject] {
        if let found = subjects[names] { return found }
        let found = try find(names)
        subjects[names] = found
        return found
    }

    private mutating func find(_ names: ReportNames) throws -> [ReportSubject] {
        for id in names.accountIDs {
            let statement = try database.cachedStatement(sql: "SELECT name FROM account WHERE waba_id = ? ORDER BY name")
            let accounts = try Row.fetchAll(statement, arguments: ColumnCoding.columns([id])).map { try $0.value(0) as String }
            guard !accounts.isEmpty else { continue }
            return try accounts.map { account in
                try numbers(names, of: account).first ?? ReportSubject(account: account, wabaID: id)
            }
        }
        return try numbers(names, of: nil)
    }

    private mutating func numbers(_ names: ReportNames, of account: String?) throws -> [ReportSubject] {
        guard names.phoneNumberID != nil || names.digits != nil else { return [] }
        if directory == nil {
            var followed = known
            try followed.follow(database)
            directory = followed
        }
        return try (directory?.numbers(names, of: account) ?? []).compactMap { number in
            guard let display = try NumberDirectory.display(of: number, in: database),
                number.id == names.phoneNumberID || ReportNames.digits(of: display) == names.digits,
                let wabaID = try wabaID(of: number.account)
            else { return nil }
            return ReportSubject(
                account: number.account, wabaID: wabaID, phoneNumberID: number.id, displayNumber: display.isEmpty ? nil : display)
        }
    }

    private func wabaID(of account: String) throws -> String? {
        let statement = try database.cachedStatement(sql: "SELECT waba_id FROM account WHERE name = ?")
        return try Row.fetchOne(statement, arguments: ColumnCoding.columns([account]))?.value(0)
    }
}

extension RecordWriter {
    fileprivate mutating func write(_ report: WebhookReport, _ owners: inout ReportOwners, _ recording: inout ReportRecording) throws {
        let digest = Data(report.digest.bytes)
        let known = try database.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM report WHERE digest = ?)")
        guard try Bool.fetchOne(known, arguments: [digest]) != true else { return recording.known += 1 }
        let subjects = try owners.subjects(of: report.names)
        guard !subjects.isEmpty else { return recording.foreign += 1 }
        for subject in subjects {
            try append(report.change(about: subject))
            recording.changes += 1
            let hint = report.hint(about: subject)
            if !recording.hints.contains(hint) { recording.hints.append(hint) }
        }
        try database.cachedStatement(sql: "INSERT INTO report (digest, reported_at) VALUES (?, ?)").execute(arguments: [
            digest, now.milliseconds,
        ])
    }
}
