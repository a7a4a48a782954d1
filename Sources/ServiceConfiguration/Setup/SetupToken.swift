package import GraphAPI

/// An access token as it was given, cleaned of what copying leaves around it. It is written to the account's token file and nowhere else: it has no
/// description and no reflection.
package struct SetupToken: Sendable, Equatable {
    /// The longest text that a token is looked for in, in bytes.
    package static let longestText = 65_536
    /// The longest token, in bytes.
    private static let longest = 4096

    /// The same for requests.
    package let access: AccessToken
    /// What the token's file holds.
    let contents: [UInt8]

    /// Reads a token. White space around it, a byte order mark and the ends of lines are taken off.
    /// - Parameter source: what the text came from, as the begin of a sentence.
    package init(_ text: [UInt8], from source: String) throws(SetupProblem) {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || 0x09...0x0D ~= byte }
        var rest = text[...]
        if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
        rest = rest.drop(while: isSpace)
        while let last = rest.last, isSpace(last) { rest.removeLast() }
        guard !rest.isEmpty else { throw SetupProblem("\(source) holds no token: it is empty", help: SetupProblem.newToken) }
        guard rest.allSatisfy({ isSpace($0) || 0x21...0x7E ~= $0 }) else {
            throw SetupProblem("\(source) is not text: a token is letters and digits", help: "Give the token as plain text, in one line.")
        }
        let lines = rest.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }).count
        guard lines == 1 else {
            throw SetupProblem("\(source) holds \(lines) lines, and a token is one", help: "Put the token into a file of its own.")
        }
        guard !rest.contains(where: isSpace) else {
            throw SetupProblem(
                "\(source) holds a space inside the token", help: "Give the token alone, without \"Bearer\", quotes or a name before it.")
        }
        guard rest.count <= Self.longest else {
            throw SetupProblem("\(source) holds more than \(Self.longest) bytes, and no token is that long")
        }
        do { access = try AccessToken(String(decoding: rest, as: UTF8.self)) } catch {
            throw SetupProblem("\(source) holds no token: \(error)")
        }
        contents = Array(rest) + [0x0A]
    }

    /// Whether a file that holds these bytes holds this token.
    func isHeld(by bytes: [UInt8]) -> Bool { bytes == contents || bytes == Array(contents.dropLast()) }
}

extension SetupToken: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "(an access token)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}
