import Foundation

/// The repository that these tests were built from.
enum Repository {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Whether there is a file or a folder of this path below the root.
    static func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: root.appending(path: path).path()) }

    /// The paths of all files in a folder, below the root.
    static func files(in folder: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: root.appending(path: folder).path()).map { "\(folder)/\($0)" }.filter { path in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: root.appending(path: path).path(), isDirectory: &isFolder) && !isFolder.boolValue
        }
    }

    static func text(_ path: String) throws -> String { try String(contentsOf: root.appending(path: path), encoding: .utf8) }

    /// The modules that the Swift sources of a folder import.
    static func imports(in folder: String) throws -> Set<String> { try union(in: folder, imports) }

    /// The public types that the Swift sources of a folder declare outside of others.
    static func publicTypes(in folder: String) throws -> Set<String> { try union(in: folder, publicTypes) }

    /// What is found in the Swift sources of a folder.
    private static func union(in folder: String, _ find: (String) -> Set<String>) throws -> Set<String> {
        var found: Set<String> = []
        let files = FileManager.default.enumerator(at: root.appending(path: folder), includingPropertiesForKeys: nil)
        while let file = files?.nextObject() as? URL {
            guard file.pathExtension == "swift" else { continue }
            found.formUnion(find(try String(contentsOf: file, encoding: .utf8)))
        }
        return found
    }

    /// The public types that a Swift text declares outside of others.
    static func publicTypes(of text: String) -> Set<String> {
        let line = /^(?:@\w+ )*public (?:final |indirect )?(?:struct|class|enum|actor|protocol|typealias) (\w+)/
        return Set(text.matches(of: line.anchorsMatchLineEndings()).map { String($0.1) })
    }

    /// The modules that a Swift text imports. Its lines begin with the import: what is indented belongs to a text in the text.
    static func imports(of text: String) -> Set<String> {
        let line = /^(?:@\w+ )*(?:(?:public|package|internal|fileprivate|private) )?import (?:(?:struct|enum|class|func|var) )?(\w+)/
        return Set(text.matches(of: line.anchorsMatchLineEndings()).map { String($0.1) })
    }
}
