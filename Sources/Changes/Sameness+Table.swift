// Which form a member's values have. Names say it for members that no row of a kind names, so also for those that Meta will add; what neither says
// is compared byte by byte.

extension Sameness {
    /// Holds for documents of every kind.
    static let everywhere: [String: Form] = [
        "health_status/*": .never, "health_status/can_send_message": .word, "health_status/entities": .health,
        // When a rating was computed, and certificates, which are made anew every week.
        "quality_score/date": .never, "certificate": .never, "new_certificate": .never,
        // Signed addresses.
        "profile_picture_url": .path, "qr_image_url": .path,
    ]

    /// What people write, and what must be just so.
    private static let texts: Set<String> = [
        "about", "address", "description", "email", "websites", "name", "username", "prompts", "link", "hostname", "display_phone_number",
        "text",
        "title", "footer", "url",
    ]
    private static let textEnds = [
        "_name", "_description", "_message", "_url", "_uri", "_key", "_fingerprint", "_namespace", "_phone_number",
    ]

    /// Enums and codes.
    private static let words: Set<String> = [
        "status", "type", "level", "score", "category", "vertical", "state", "language", "currency", "country", "country_code", "reason",
        "reasons", "mode", "tier", "visibility", "protocol", "region", "day_of_week", "timezone_id", "format",
        "primary_business_location", "eligibility_for_api_business_global_search",
    ]
    private static let wordEnds = [
        "_status", "_type", "_level", "_score", "_rating", "_category", "_state", "_mode", "_tier", "_limit", "_visibility", "_protocol",
        "_region", "_country", "_countries", "_currency", "_language", "_reason", "_reasons", "_codecs", "_format",
    ]

    private static let times: Set<String> = ["time", "timestamp", "date", "expiration"]
    private static let timeEnds = ["_time", "_timestamp", "_at"]

    /// The form that a member's name says.
    static func form(named name: String) -> Form {
        if texts.contains(name) { return .text }
        if words.contains(name) { return .word }
        if times.contains(name) { return .time }
        if wordEnds.contains(where: name.hasSuffix) { return .word }
        if timeEnds.contains(where: name.hasSuffix) { return .time }
        if textEnds.contains(where: name.hasSuffix) { return .text }
        return .plain
    }
}
