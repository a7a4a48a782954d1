package import StrictJSON

/// A batch of the Graph API as a scripted Meta reads and answers it.
package enum BatchForm {
    /// The relative addresses that a form asks for, in its order; `nil` where it is none.
    package static func addresses(_ form: [UInt8]) -> [String]? {
        for part in String(decoding: form, as: UTF8.self).split(separator: "&") where part.hasPrefix("batch=") {
            let bytes = decoded(part.dropFirst("batch=".count))
            return (try? JSONValue(parsing: bytes))?.array?.compactMap { $0["relative_url"]?.string }
        }
        return nil
    }

    /// One answer in a batch's.
    package static func item(_ status: Int, _ headers: [(name: String, value: String)], _ body: [UInt8]) -> JSONValue {
        [
            "code": .integer(status), "headers": .array(headers.map { ["name": .string($0.name), "value": .string($0.value)] }),
            "body": .string(String(decoding: body, as: UTF8.self)),
        ]
    }

    /// The bytes that percent-encoded text stands for; a percent sign without two digits stands for itself.
    package static func decoded(_ text: Substring) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }
}
