import Foundation
import Printing
import Testing

@testable import wabawatch

/// Texts that were polled once and must stay as they are. `WABAWATCH_RECORD=1` writes them anew.
enum Golden {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden")

    static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let file = folder.appendingPathComponent(name + ".txt")
        // Escape sequences are written out, so that the files can be read.
        let visible = text.replacingOccurrences(of: "\u{1B}", with: "\\e")
        if ProcessInfo.processInfo.environment["WABAWATCH_RECORD"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return try visible.write(to: file, atomically: true, encoding: .utf8)
        }
        let expected = try String(contentsOf: file, encoding: .utf8)
        #expect(visible == expected, "\(name)", sourceLocation: sourceLocation)
    }

    static func expect(_ lines: [PrintableText], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try expect(lines.map(\.rendered), name, sourceLocation: sourceLocation)
    }

    static func expect(_ lines: [String], _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        try expect(lines.map { $0 + "\n" }.joined(), name, sourceLocation: sourceLocation)
    }
}

/// The pages that goldens are laid out for.
struct PageCase: CustomTestStringConvertible, Sendable {
    var name: String
    var width: Int?
    var isColored: Bool
    var isUnicode = true

    static let all = [
        PageCase(name: "80", width: 80, isColored: false), PageCase(name: "80-color", width: 80, isColored: true),
        PageCase(name: "200", width: 200, isColored: false), PageCase(name: "200-color", width: 200, isColored: true),
        PageCase(name: "80-ascii", width: 80, isColored: false, isUnicode: false),
    ]

    var testDescription: String { name }
    var page: Page {
        Page(width: width, paint: Paint(isColored: isColored), isUnicode: isUnicode, time: .utc, now: 1_795_233_600_000)
    }
}
