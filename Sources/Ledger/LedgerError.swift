import GRDB

/// Why the ledger cannot be read or written.
public struct LedgerError: Error, CustomStringConvertible {
    /// What is the matter.
    public enum Code: String, Sendable {
        /// The file was written by a later version of this program.
        case newerSchema
        /// Another process has the ledger.
        case inUse
        /// Changes that were asked for are no longer kept.
        case historyLost
        /// The file is no ledger, or damaged.
        case damaged
        /// The disk is full or cannot be written to.
        case full
        /// The task was cancelled; nothing was written.
        case cancelled
        /// Something else; the cause says what.
        case failed
    }

    /// What is the matter.
    public let code: Code
    /// The ledger's file.
    public let path: String
    /// What SQLite said.
    public let cause: String

    init(_ code: Code, path: String, cause: String) {
        self.code = code
        self.path = path
        self.cause = cause
    }

    init(_ error: any Error, path: String) {
        if let error = error as? LedgerError {
            self = error
            return
        }
        self.path = path
        guard let error = error as? DatabaseError else {
            code = error is CancellationError ? .cancelled : error is RowDecodingError ? .damaged : .failed
            cause = String(describing: error)
            return
        }
        code =
            switch error.resultCode {
            // Nothing that this program writes breaks a constraint of its own tables.
            case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_CONSTRAINT: .damaged
            case .SQLITE_FULL, .SQLITE_READONLY: .full
            case .SQLITE_INTERRUPT: .cancelled
            default: .failed
            }
        let said = error.message ?? "\(error.resultCode)"
        // SQLite calls that a disk I/O error.
        cause = error.resultCode == .SQLITE_IOERR && Disk.isReadOnly(at: path) ? "\(said): the disk has become read-only" : said
    }

    /// While a ledger is opened, an error of SQL means that its tables are not ours.
    init(opening error: any Error, path: String) {
        if let error = error as? DatabaseError, error.resultCode == .SQLITE_ERROR {
            self.init(.damaged, path: path, cause: error.message ?? "its tables are not those of a ledger")
        } else {
            self.init(error, path: path)
        }
    }

    public var description: String {
        switch code {
        case .newerSchema: "the ledger \(path) was written by a later version of wabawatchd; install that version, or move the file away"
        case .inUse: "the ledger \(path) is in use by \(cause); only one daemon may have it"
        case .historyLost: "the ledger \(path) no longer keeps \(cause)"
        case .damaged: "the ledger \(path) is damaged: \(cause)"
        case .full: "the ledger \(path) cannot be written to: \(cause)"
        case .cancelled: "the ledger \(path) was closed"
        case .failed: "the ledger \(path) failed: \(cause)"
        }
    }
}
