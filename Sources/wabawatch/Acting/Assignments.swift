import StrictJSON

/// `MEMBER=VALUE` on a command line: members of a document, inner ones behind a point.
///
/// A value is JSON where it is `true`, `false`, an array, an object or a text in quotes; anything else is a text as it stands.
struct Assignments: Equatable {
    let document: JSONObject

    /// Throws which of them cannot be read.
    init(_ words: [String]) throws {
        var document = JSONObject()
        for word in words {
            guard let equals = word.firstIndex(of: "="), equals != word.startIndex else { throw Failure("\(word) is not MEMBER=VALUE") }
            let names = word[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
            guard names.allSatisfy({ !$0.isEmpty }) else { throw Failure("\(word[..<equals]) is no member") }
            Self.set(try Self.value(String(word[word.index(after: equals)...]), of: word), names[...], in: &document)
        }
        self.document = document
    }

    private static func value(_ text: String, of word: String) throws -> JSONValue {
        switch text {
        case "true": return true
        case "false": return false
        default:
            guard let first = text.utf8.first, [UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "\"")].contains(first) else {
                return .string(text)
            }
            do { return try JSONValue(parsing: text) } catch {
                throw Failure("the value of \(word.prefix { $0 != "=" }) is no JSON: \(error)")
            }
        }
    }

    private static func set(_ value: JSONValue, _ names: ArraySlice<String>, in object: inout JSONObject) {
        guard let name = names.first else { return }
        if names.count == 1 { return object[name] = value }
        var inner = object[name]?.object ?? JSONObject()
        set(value, names.dropFirst(), in: &inner)
        object[name] = .object(inner)
    }
}
