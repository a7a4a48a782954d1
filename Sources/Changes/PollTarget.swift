public import WhatsAppBusiness

/// What one poll covers: a kind in an account, or a kind at one phone number. A target has one watch.
///
/// It stands in one place in memory, however many tables it is a key of.
public struct PollTarget: Sendable {
    private final class Parts: Sendable {
        let account: String
        let phoneNumberID: String?
        let kind: Kind

        init(_ account: String, _ kind: Kind, _ phoneNumberID: String?) {
            self.account = account
            self.phoneNumberID = phoneNumberID
            self.kind = kind
        }
    }

    private let parts: Parts

    /// The account's name in the configuration.
    public var account: String { parts.account }
    /// What is polled.
    public var kind: Kind { parts.kind }
    /// The number it is polled, for kinds that are asked for number by number.
    public var phoneNumberID: String? { parts.phoneNumberID }

    /// A target of an account, or of one of its numbers.
    public init(account: String, kind: Kind, phoneNumberID: String? = nil) { parts = Parts(account, kind, phoneNumberID) }

    /// The identity of the watch over this target; its id is `kind` or `kind/phone number id`.
    public var watch: ResourceID {
        ResourceID(account: account, kind: .watch, id: watchName, phoneNumberID: phoneNumberID)
    }

    /// The identity of one of the things that the target shows. A phone number belongs to itself.
    public func resource(_ id: String) -> ResourceID {
        ResourceID(account: account, kind: kind, id: id, phoneNumberID: kind == .phoneNumber ? id : phoneNumberID)
    }

    private var watchName: String {
        if kind == .watch { return Self.connectionName }
        return phoneNumberID.map { "\(kind.rawValue)/\($0)" } ?? kind.rawValue
    }
}

extension PollTarget {
    /// The account name that stands for all of them. No account is called so.
    public static let allAccounts = ResourceID.allAccounts
    private static let connectionName = "connection"

    /// What all accounts share: the way to Meta. It is polled by every poll; its watch is `connection` of account `*`.
    public static let connection = PollTarget(account: allAccounts, kind: .watch)
}

extension PollTarget: Hashable {
    public static func == (left: PollTarget, right: PollTarget) -> Bool {
        left.parts === right.parts
            || (left.phoneNumberID == right.phoneNumberID && left.kind == right.kind && left.account == right.account)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(account)
        hasher.combine(kind)
        hasher.combine(phoneNumberID)
    }
}

extension PollTarget: CustomStringConvertible {
    /// `acme/business_profile/107878721936019`
    public var description: String { "\(account)/\(watchName)" }

    /// The target behind a watch's identity; `nil` if that is no watch.
    public init?(watch: ResourceID) {
        if watch == Self.connection.watch {
            self = .connection
            return
        }
        guard watch.kind == .watch, let kind = Kind(rawValue: String(Substring(watch.id.utf8.prefix { $0 != UInt8(ascii: "/") }))) else {
            return nil
        }
        self.init(account: watch.account, kind: kind, phoneNumberID: watch.phoneNumberID)
    }
}
