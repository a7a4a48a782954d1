import FoundationEssentials
import Testing

/// Texts that must stay as they are. `WABAWATCH_RECORD=1` writes them anew.
enum Golden {
    static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Golden")
        let file = folder.appending(path: name + ".txt")
        if ProcessInfo.processInfo.environment["WABAWATCH_RECORD"] == "1" {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            return try Data(text.utf8).write(to: file)
        }
        #expect(text == (try String(contentsOfFile: file.path(), encoding: .utf8)), "\(name)", sourceLocation: sourceLocation)
    }
}
