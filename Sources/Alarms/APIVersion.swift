public import WhatsAppBusiness

/// A version of the Graph API and when Meta ends it (https://developers.facebook.com/docs/graph-api/changelog/versions/).
public struct APIVersion: Sendable, Hashable, Comparable {
    /// `v25.0` has the number 25.
    public let number: Int

    /// A version by its text, `v25.0`; `nil` for another text.
    public init?(parsing text: String) {
        let digits = text.drop { $0 == "v" || $0 == "V" }.prefix { $0 != "." }
        guard let number = Int(digits), 1...999 ~= number else { return nil }
        self.number = number
    }

    /// When calls to it end; `nil` where Meta has not said yet. What ended before those of the table ended long ago.
    public var ends: Timestamp? {
        if let end = Self.ends[number] { return end }
        return Self.ends.keys.min().map { number < $0 } == true ? Timestamp(milliseconds: 0) : nil
    }

    public static func < (left: APIVersion, right: APIVersion) -> Bool { left.number < right.number }

    /// Midnight UTC of the days in Meta's changelog.
    private static let ends: [Int: Timestamp] = [
        21: Timestamp(milliseconds: 1_800_489_600_000), 22: Timestamp(milliseconds: 1_810_771_200_000),
        23: Timestamp(milliseconds: 1_822_953_600_000), 24: Timestamp(milliseconds: 1_834_444_800_000),
        25: Timestamp(milliseconds: 1_848_441_600_000),
    ]
}
