/// What an alarm is told apart by within its account: its name, the part that it is of where an account can have several, and the number where it is of one.
///
/// Its text is `NAME`, `NAME/PART`, `NAME/NUMBER` or `NAME/PART/NUMBER`: `template`, `health/506914307656634`, `quality/107878721936019`,
/// `unexpected/callback/107878721936019`.
public struct AlarmID: Sendable, Hashable {
    /// What is wrong.
    public let name: AlarmName
    /// An entity of a health status, a member of what is expected, a watch's kind.
    public let part: String?
    /// The number that it is of.
    public let phoneNumberID: String?

    /// An identity.
    public init(_ name: AlarmName, part: String? = nil, phoneNumberID: String? = nil) {
        self.name = name
        self.part = part
        self.phoneNumberID = phoneNumberID
    }

    /// The identity behind a text; `nil` where the name is one of a later release.
    /// - Parameter phoneNumberID: the number that the alarm is of, which ends the text then.
    public init?(parsing text: String, phoneNumberID: String? = nil) {
        var names = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let name = AlarmName(rawValue: names.removeFirst()) else { return nil }
        if let phoneNumberID {
            guard names.last == phoneNumberID else { return nil }
            names.removeLast()
        }
        self.init(name, part: names.isEmpty ? nil : names.joined(separator: "/"), phoneNumberID: phoneNumberID)
    }
}

extension AlarmID: Comparable, CustomStringConvertible {
    public var description: String { [name.rawValue, part, phoneNumberID].compactMap(\.self).joined(separator: "/") }

    /// In the order of the table of names, then by their texts.
    public static func < (left: AlarmID, right: AlarmID) -> Bool { (left.name, left.description) < (right.name, right.description) }
}
