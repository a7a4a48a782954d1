/// Cuts an interface's text into words, with the comments that stand before each.
struct InterfaceLexer {
    enum Token: Equatable {
        /// Letters, digits, `_`, `-` and `.`: names and keywords.
        case word(String)
        /// One of `( ) : , ? [ ]`, or `->`.
        case mark(String)
        case end
    }

    private let bytes: [UInt8]
    private var offset = 0
    private(set) var token = Token.end
    private(set) var tokenOffset = 0
    /// The comments between the token before and this one.
    private(set) var comments: [String] = []

    static let largestText = 1 << 20

    init(_ text: String) throws(InterfaceSyntaxError) {
        bytes = Array(text.utf8.prefix(Self.largestText + 1))
        guard bytes.count <= Self.largestText else {
            throw InterfaceSyntaxError(sentence: "the text is larger than 1 MiB", line: 1, column: 1)
        }
        try advance()
    }

    /// Steps to the next token.
    mutating func advance() throws(InterfaceSyntaxError) {
        comments = []
        skipSpace()
        tokenOffset = offset
        guard offset < bytes.count else {
            token = .end
            return
        }
        switch bytes[offset] {
        case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ":"), UInt8(ascii: ","), UInt8(ascii: "?"), UInt8(ascii: "["),
            UInt8(ascii: "]"):
            offset += 1
            token = .mark(taken)
        case UInt8(ascii: "-") where offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: ">"):
            offset += 2
            token = .mark(taken)
        case let byte where Self.isWord(byte):
            while offset < bytes.count, Self.isWord(bytes[offset]), !isArrow { offset += 1 }
            token = .word(taken)
        default: throw error("unexpected character")
        }
    }

    /// An error at the present token.
    func error(_ sentence: String) -> InterfaceSyntaxError {
        let before = bytes[..<tokenOffset]
        let line = before.count { $0 == UInt8(ascii: "\n") } + 1
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return InterfaceSyntaxError(sentence: sentence, line: line, column: tokenOffset - lineStart + 1)
    }

    private var taken: String { String(decoding: bytes[tokenOffset..<offset], as: UTF8.self) }
    private var isArrow: Bool { offset + 1 < bytes.count && bytes[offset] == UInt8(ascii: "-") && bytes[offset + 1] == UInt8(ascii: ">") }

    private mutating func skipSpace() {
        while offset < bytes.count {
            switch bytes[offset] {
            case UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\n"), UInt8(ascii: "\r"): offset += 1
            case UInt8(ascii: "#"):
                let start = offset + 1
                while offset < bytes.count, bytes[offset] != UInt8(ascii: "\n") { offset += 1 }
                comments.append(Self.comment(bytes[start..<offset]))
            default: return
            }
        }
    }

    /// A comment's text without the one space behind the number sign and space at the end.
    private static func comment(_ line: ArraySlice<UInt8>) -> String {
        var line = line
        if line.first == UInt8(ascii: " ") { line.removeFirst() }
        while let last = line.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") || last == UInt8(ascii: "\r") {
            line.removeLast()
        }
        return String(decoding: line, as: UTF8.self)
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."): true
        default: false
        }
    }
}
