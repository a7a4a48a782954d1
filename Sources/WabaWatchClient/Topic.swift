import StrictJSON
public import WabaWatchInterface
public import WhatsAppBusiness

/// What a handler wants to hear of, and what it is given then.
public struct Topic<Subject: Sendable>: Sendable {
    /// What a change means to the handler; `nil` if it is about something else.
    let subject: @Sendable (Change) -> Subject?

    init(_ subject: @escaping @Sendable (Change) -> Subject?) { self.subject = subject }
}

/// What one member was and is.
public struct Difference<Value: Sendable>: Sendable {
    /// The change that it is a part of.
    public let change: Change
    /// What it was; `nil` where it was absent, or of another type than expected.
    public let before: Value?
    /// What it is; `nil` where it is absent, or of another type than expected.
    public let after: Value?
}

extension Topic where Subject == Change {
    /// Every change.
    public static var everything: Topic { Topic { $0 } }

    /// Every change of a kind of thing.
    public static func kind(_ kind: Kind) -> Topic { Topic { $0.kind == kind ? $0 : nil } }

    /// Every alarm that begins, changes, is muted or unmuted, or ends. `change.after(as: Alarm.self)` is what it is.
    public static var alarm: Topic { kind(.alarm) }

    /// Every change that a filter allows.
    public static func matching(_ filter: Filter) -> Topic { Topic { filter.matches($0) ? $0 : nil } }
}

extension Topic {
    /// A member of a phone number: `.phoneNumber(\.qualityRating)`. Numbers that come or go are no changes of a member.
    public static func phoneNumber<Value: Equatable & Sendable>(_ member: any KeyPath<BusinessPhoneNumber, Value?> & Sendable) -> Topic
    where Subject == Difference<Value> { Self.member(member, of: .phoneNumber) }

    /// A member of a business profile: `.businessProfile(\.about)`.
    public static func businessProfile<Value: Equatable & Sendable>(_ member: any KeyPath<BusinessProfile, Value?> & Sendable) -> Topic
    where Subject == Difference<Value> { Self.member(member, of: .businessProfile) }

    /// A member of an alarm that goes on: `.alarm(\.severity)`. Alarms that begin or end are no changes of a member.
    public static func alarm<Value: Equatable & Sendable>(_ member: any KeyPath<Alarm, Value?> & Sendable) -> Topic
    where Subject == Difference<Value> { Self.member(member, of: .alarm) }

    /// A member of any typed document. A change holds only what differs, so a member that it does not touch is absent before and after.
    public static func member<Typed: Document, Value: Equatable & Sendable>(
        _ member: any KeyPath<Typed, Value?> & Sendable, of kind: Kind
    ) -> Topic where Subject == Difference<Value> {
        Topic { change in
            guard change.kind == kind, change.operation == .changed || change.operation == .reported else { return nil }
            let before = change.before(as: Typed.self)?[keyPath: member]
            let after = change.after(as: Typed.self)?[keyPath: member]
            return before == after ? nil : Difference(change: change, before: before, after: after)
        }
    }
}
