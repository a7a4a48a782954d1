import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// A record that tells how much of a message it takes, the comma behind it included.
protocol Sized: Record {
    /// Bytes that it takes at the most, found without writing it.
    var largestSize: Int { get }
}

extension Sized {
    /// Bytes that it takes.
    var size: Int { JSONValue.object(json).bytes.count + 1 }

    /// Names, numbers and times take no more than this, and each byte of a text no more than six.
    fileprivate func largest(_ texts: String?...) -> Int { 500 + 6 * texts.reduce(0) { $0 + ($1?.utf8.count ?? 0) } }
}

extension WatchStatus: Sized {
    /// Bytes that any takes at least: its names, a time and the shortest values.
    static let smallestSize = 115

    var largestSize: Int { largest(account, phoneNumberID, state.rawText, reason, toldBy) }
}

extension TokenStatus: Sized {
    var largestSize: Int {
        250 + 6 * account.utf8.count + ((scopes ?? []) + (missingScopes ?? [])).reduce(0) { $0 + 6 * $1.utf8.count + 3 }
    }
}

extension WabaWatchInterface.Budget: Sized {
    var largestSize: Int { largest(account) }
}
