import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// Which phone number a person means by an id, or by a number as people write it.
struct NumberSearch: Equatable {
    /// What was found.
    enum Outcome: Equatable {
        /// The number with that id. Removed numbers that read the same are told: what is asked of the one is not known of them.
        case found(String, removed: [String])
        /// None that is there reads so, but this one did that was removed.
        case removed(String)
        /// Several read so; each by account, id and status.
        case several([String])
        case none
    }

    private let text: String
    /// `nil` where the text cannot be a number as people write it.
    private let digits: String?

    init(_ text: String) {
        self.text = text
        digits = Self.digits(text)
    }

    /// Among the numbers that are watched, and the changes by which others were removed.
    func outcome(_ watched: [Resource], removals: [Change]) -> Outcome {
        if watched.contains(where: { $0.id == text }) { return .found(text, removed: []) }
        let present = watched.filter { reads($0.document) }
        let ids = Set(present.map(\.id))
        let gone = Set(removals.filter { $0.before.map(reads) ?? false }.map(\.id)).subtracting(watched.map(\.id)).sorted()
        switch (ids.count, gone.count) {
        case (1, _): return .found(present[0].id, removed: gone)
        case (0, 0): return .none
        case (0, 1): return .removed(gone[0])
        case (0, _): return .several(gone.map { "\($0), removed" })
        default:
            return .several(
                present.map { "\($0.account)/\($0.id), \($0.document["status"]?.string ?? "of no status")" }.sorted())
        }
    }

    private func reads(_ document: JSONObject) -> Bool {
        guard let digits, let display = document["display_phone_number"]?.string else { return false }
        return Self.digits(display) == digits
    }

    /// The digits of a number as people write it; `nil` for any other text.
    private static func digits(_ text: String) -> String? {
        var digits = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "0"..."9": digits.unicodeScalars.append(scalar)
            // Spaces, also such as do not break, dashes of all kinds, and what Meta and people put in between; what turns direction hides nothing here.
            case " ", "\t", "+", "-", "(", ")", ".", "/", "\u{A0}", "\u{2000}"..."\u{2015}", "\u{202A}"..."\u{202F}",
                "\u{2060}"..."\u{2069}":
                break
            default: return nil
            }
        }
        return digits.isEmpty ? nil : digits
    }
}
