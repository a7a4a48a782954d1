import ArgumentParser

/// A word that may stand on the command line, with what a person knows it by.
struct CompletionCandidate: Hashable {
    let text: String
    let remark: String?

    /// Longer words are not offered; a remark is cut.
    private static let longestText = 200
    private static let longestRemark = 40

    /// - Parameters:
    ///   - text: the word, which may be from outside.
    ///   - remark: words from outside. What is no letter, digit or plain sign in them is left out.
    init(_ text: String, _ remark: String? = nil) {
        self.text = text
        let kept = remark?.map { $0.isLetter || $0.isNumber || ".,-'".contains($0) ? $0 : " " }.prefix(Self.longestRemark)
        self.remark = kept.flatMap { $0.allSatisfy { $0 == " " } ? nil : String($0) }
    }

    /// Whether a shell takes the word as it stands. bash expands what is offered (`compgen -W`), so that one with a dollar sign or a backquote would be run.
    var isPlain: Bool {
        1...Self.longestText ~= text.utf8.count && text.first != "-"
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "._+/@-".utf8.contains(byte)
                }
            }
    }

    /// As a shell reads it: bash has no place for the remark.
    func line(for shell: CompletionShell?) -> String {
        guard let remark else { return text }
        switch shell {
        case .some(.zsh): return "\(text):\(remark)"
        case .some(.fish): return "\(text)\t\(remark)"
        default: return text
        }
    }

    /// What is offered of all that may stand there: what begins as it is written, each word once, in order.
    static func offered(_ candidates: some Sequence<CompletionCandidate>, prefix: String) -> [CompletionCandidate] {
        let matching = candidates.filter { $0.isPlain && $0.text.hasPrefix(prefix) }
        return Dictionary(matching.map { ($0.text, $0) }, uniquingKeysWith: { first, _ in first }).values.sorted { $0.text < $1.text }
    }
}
