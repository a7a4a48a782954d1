import Alarms
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Something that was found out, or why it was not.
enum Fact<Value> {
    case known(Value)
    /// The reason, in words that follow "not known:".
    case unknown(String)

    var value: Value? {
        guard case .known(let value) = self else { return nil }
        return value
    }
}

extension Fact: Sendable where Value: Sendable {}

/// What the checks of `doctor` judge, all of it found out beforehand: so every judgement is a function of this value.
struct DoctorFacts {
    /// The wall clock.
    var now: Timestamp
    /// The version of this program.
    var release: String
    var user: UserFacts
    var socket: SocketFacts
    var unit: Fact<UnitFacts>
    var journal: Fact<JournalFacts>
    /// Files that hold secrets, and the folders and files of the configuration.
    var files: Fact<[FileFacts]>
    /// Phone numbers and subscribed apps.
    var resources: Fact<[Resource]>
    var alarms: Fact<[Resource]>
    /// The mutes that are in force; none where they are not known.
    var mutes: [MuteEntry] = []
    /// The newest change in the ledger; `nil` where there is none.
    var newestChange: Fact<Timestamp?>
    /// The oldest change behind the newest entry of the journal: what the journal does not have yet. `nil` where it has everything.
    var unannounced: Fact<Timestamp?>
    /// The only accounts that are asked about; `nil` for all.
    var accounts: Set<String>?

    /// What the daemon says of itself, if it says anything.
    var status: Status? {
        guard case .answered(let status) = socket.answer else { return nil }
        return status
    }
}

/// Who runs the command.
struct UserFacts: Equatable {
    /// The user's name; its number where it has none.
    var name: String
    var isRoot: Bool
    /// The groups of this process.
    var groups: Set<String>
    /// The groups that the user is in by now: those of a new session.
    var listedGroups: Set<String>
}

/// The daemon's socket, and what came of asking there.
struct SocketFacts {
    /// What came of `GetStatus`.
    enum Answer {
        case answered(Status)
        case failed(ClientError)
    }

    var path: String
    /// What is at the path; `nil` where nothing is, or it may not be seen.
    var file: FileFacts?
    var answer: Answer
}

/// A file or a folder, as far as who may do what with it.
struct FileFacts: Equatable {
    /// What it is for.
    enum Purpose: Equatable {
        case socket
        /// A token, an application's secret, or a folder of them.
        case secret
        /// A part of the configuration, which names secrets and holds none.
        case configuration
    }

    var path: String
    var purpose: Purpose
    /// The permission bits: 0o640.
    var mode: UInt32
    var isOwnedByRoot: Bool
    /// The name of its group; its number where it has none.
    var group: String
    var isSocket = false
    var isFolder = false

    /// Of a folder only the names could be read.
    var isReadableByOthers: Bool { mode & 0o004 != 0 && !isFolder }
    var isWritableByOthers: Bool { mode & 0o002 != 0 }
}
