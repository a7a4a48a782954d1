import Continuations
import Dispatch
import Glibc
import ServiceConfiguration

/// What a user is called on this host: `alice (1000)`, or `1000` where nobody knows a name.
enum UserName {
    /// A directory of users in the network may take its time: the number alone does then.
    private static let patience = DispatchTimeInterval.seconds(1)

    /// The name of a user with its number.
    static func of(_ id: UInt32) async -> String {
        // It stands for every user that is not known here, and its name would be taken for one.
        guard id != Configuration.unknownID else { return "\(id)" }
        let found = OneShot<String>()
        DispatchQueue.global().async { found.fulfil(entry(id).map { "\($0) (\(id))" } ?? "\(id)") }
        DispatchQueue.global().asyncAfter(deadline: .now() + patience) { found.fulfil("\(id)") }
        return await found.value(whenCancelled: "\(id)")
    }

    private static func entry(_ id: UInt32) -> String? {
        var room = [CChar](repeating: 0, count: 1 << 14)
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        guard getpwuid_r(id, &entry, &room, room.count, &found) == 0, found != nil, let name = entry.pw_name else { return nil }
        return String(validatingCString: name)
    }
}
