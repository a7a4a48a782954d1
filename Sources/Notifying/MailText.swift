package import WhatsAppBusiness

/// A message as mail (RFC 5322): header fields of ASCII on lines of their own, a body of UTF-8 in quoted-printable.
package struct MailText: Sendable {
    /// Bytes of a mail, as it is given to a sendmail.
    package let bytes: [UInt8]

    /// - Parameters:
    ///   - addresses: checked when the configuration was read; anything that could be a header field of its own is left out here all the same.
    ///   - id: what the message is told apart by, on this host.
    ///   - time: when it was written.
    package init(
        _ message: NotificationMessage, to addresses: NotifyDestination.MailAddresses, route: String, id: String, host: String,
        time: Timestamp
    ) {
        var fields: [(String, String)] = []
        if let from = addresses.from { fields.append(("From", Self.visible(from))) }
        fields.append(("To", addresses.to.map(Self.visible).joined(separator: ",\n ")))
        fields.append(("Subject", Self.encoded(message.subject)))
        fields.append(("Date", Self.date(time)))
        fields.append(("Message-ID", "<\(Self.visible(id))@\(Self.visible(host))>"))
        // Nobody answers a machine by a machine (RFC 3834).
        fields.append(("Auto-Submitted", "auto-generated"))
        fields.append(("X-Wabawatch-Route", Self.visible(route)))
        fields.append(("X-Wabawatch-Severity", message.severity.rawValue))
        if message.severity == .critical { fields.append(("Importance", "high")) }
        fields += [
            ("MIME-Version", "1.0"), ("Content-Type", "text/plain; charset=utf-8"), ("Content-Transfer-Encoding", "quoted-printable"),
        ]
        let head = fields.map { "\($0): \($1)\n" }.joined()
        bytes = Array((head + "\n" + Self.quotedPrintable(message.text)).utf8)
    }

    /// Visible ASCII alone.
    private static func visible(_ text: String) -> String {
        String(decoding: text.utf8.filter { 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: ">") }, as: UTF8.self)
    }

    /// ASCII as it is, folded between words where it is long; any other text as encoded words (RFC 2047), each of whole characters and short enough for a
    /// line.
    package static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { 0x20...0x7E ~= $0 } && !text.contains("=?")
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        if isPlain, parts.allSatisfy({ 1...60 ~= $0.utf8.count }) {
            var lines = [""]
            for part in parts {
                let line = lines[lines.count - 1]
                if line.utf8.count + part.utf8.count + 1 > 66 {
                    lines.append(String(part))
                } else {
                    lines[lines.count - 1] = line.isEmpty ? String(part) : "\(line) \(part)"
                }
            }
            return lines.joined(separator: "\n ")
        }
        var words: [String] = []
        var word: [UInt8] = []
        // "=?utf-8?B?" and "?=" leave 63 characters of Base64: 45 bytes.
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if word.count + bytes.count > 45 {
                words.append("=?utf-8?B?\(base64(word))?=")
                word = []
            }
            word += bytes
        }
        words.append("=?utf-8?B?\(base64(word))?=")
        return words.joined(separator: "\n ")
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let part = bytes[start..<min(start + 3, bytes.count)]
            let value = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
            for index in 0..<4 { text.append(index <= part.count ? digits[value >> (18 - 6 * index) & 63] : UInt8(ascii: "=")) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// RFC 2045, section 6.7: lines of at most 76 characters.
    package static func quotedPrintable(_ text: String) -> String {
        var result = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            var column = 0
            let bytes = Array(line.utf8)
            for (index, byte) in bytes.enumerated() {
                let isLastSpace = index == bytes.count - 1 && (byte == 0x20 || byte == 0x09)
                // A dot alone ends the mail for some, and "From " begins one in mailboxes.
                let isRisky = index == 0 && (byte == UInt8(ascii: ".") || byte == UInt8(ascii: "F"))
                let isPlain = (0x20...0x7E ~= byte || byte == 0x09) && byte != UInt8(ascii: "=") && !isLastSpace && !isRisky
                let piece =
                    isPlain
                    ? String(decoding: [byte], as: UTF8.self) : "=" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
                if column + piece.utf8.count > 75 {
                    result += "=\n"
                    column = 0
                }
                result += piece
                column += piece.utf8.count
            }
            result += "\n"
        }
        if result.hasSuffix("\n\n") { result.removeLast() }
        return result
    }

    /// `Sat, 21 Nov 2026 04:00:00 +0000`.
    package static func date(_ time: Timestamp) -> String {
        let text = time.description
        let days = time.milliseconds.quotientAndRemainder(dividingBy: 86_400_000).quotient - (time.milliseconds < 0 ? 1 : 0)
        let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let weekday = weekdays[Int((days % 7 + 7) % 7)]
        let month = Int(text.dropFirst(5).prefix(2)).map { months[min(max($0, 1), 12) - 1] } ?? "Jan"
        return "\(weekday), \(text.dropFirst(8).prefix(2)) \(month) \(text.prefix(4)) \(text.dropFirst(11).prefix(8)) +0000"
    }
}
