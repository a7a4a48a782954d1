internal import CSystemd
internal import Glibc

/// The sockets that the service manager opened for this service (`wabawatchd.socket`), sd_listen_fds(3).
public struct InheritedSockets {
    /// Which sockets a service can work with.
    public enum Family: Sendable {
        case unix
        case unixAndInternet

        fileprivate var words: String {
            switch self {
            case .unix: "Unix stream socket"
            case .unixAndInternet: "stream socket of the Unix, IPv4 or IPv6 family"
            }
        }

        fileprivate var domains: [Int32] {
            switch self {
            case .unix: [AF_UNIX]
            case .unixAndInternet: [AF_UNIX, AF_INET, AF_INET6]
            }
        }
    }

    /// Every inherited socket with the name that its unit gives it (`FileDescriptorName=`), in the order of the units.
    ///
    /// Each is checked to be a listening stream socket of such a family; its descriptor is closed on exec and non-blocking. The variables
    /// are taken out of the environment, so that no child and no second call believes in them: call it once, before there are threads.
    /// - Throws: `inheritedSocketUnusable` with the descriptor's number and name if one is anything else.
    public static func take(from family: Family = .unix) throws -> [(name: String, fileDescriptor: Int32)] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        defer {
            if let names {
                for index in 0..<Int(max(0, count)) { free(names[index]) }
                free(names)
            }
        }
        guard count >= 0 else {
            throw SystemdError(.inheritedSocketUnusable, "The inherited sockets ($LISTEN_FDS) could not be taken", errorNumber: -count)
        }
        let first: Int32 = 3  // SD_LISTEN_FDS_START
        return try (0..<count).map { offset in
            let name = names?[Int(offset)].map { String(cString: $0) } ?? "unknown"
            try check(first + offset, name: name, family: family)
            return (name, first + offset)
        }
    }

    /// Refuses what is not a listening stream socket of that family, and makes it non-blocking.
    static func check(_ fileDescriptor: Int32, name: String, family: Family = .unix) throws {
        let what = "Inherited descriptor \(fileDescriptor) (\(name))"
        var answer: Int32 = 0
        for domain in family.domains where answer == 0 {
            answer = sd_is_socket(fileDescriptor, domain, Int32(SOCK_STREAM.rawValue), 1)
        }
        guard answer >= 0 else { throw SystemdError(.inheritedSocketUnusable, "\(what) could not be examined", errorNumber: -answer) }
        guard answer > 0 else {
            throw SystemdError(.inheritedSocketUnusable, "\(what) is not a listening \(family.words)")
        }
        let flags = fcntl(fileDescriptor, F_GETFL)
        guard flags >= 0, fcntl(fileDescriptor, F_SETFL, flags | O_NONBLOCK) == 0 else {
            throw SystemdError(.inheritedSocketUnusable, "\(what) could not be made non-blocking", errorNumber: errno)
        }
    }
}
