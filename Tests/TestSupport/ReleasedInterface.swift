import Foundation
package import StrictJSON
package import Varlink

/// An interface's text as a release had it, and what programs of that release make of what is said now.
package struct ReleasedInterface: Sendable {
    /// The releases whose texts, and whose programs' calls, are kept: `Released/io.wabawatch-N.varlink`, `Released/calls-N`.
    package static let releases = ["1"]

    package let description: InterfaceDescription
    private let release: String

    package init(release: String) throws {
        self.release = release
        description = try InterfaceDescription(
            parsing: String(contentsOf: try Self.file("io.wabawatch-\(release).varlink"), encoding: .utf8))
    }

    /// The bytes that the release's program sent, by the command that it was given. They were recorded between the program and this daemon.
    package func calls() throws -> [(command: String, bytes: [UInt8])] {
        let folder = try Self.file("calls-\(release)")
        return try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted().map { command in
            (command, [UInt8](try Data(contentsOf: folder.appending(path: command))))
        }
    }

    private static func file(_ name: String) throws -> URL {
        guard let folder = Bundle.module.resourceURL else { throw Missing("the resources of the tests") }
        return folder.appending(path: "Released/\(name)")
    }

    /// What a release had is not there.
    package struct Missing: Error, CustomStringConvertible {
        package let description: String
        init(_ what: String) { description = "there is no \(what)" }
    }

    /// A method's reply as a program of then reads it.
    /// - Parameter hasLaterValues: whether the release's lists of values may hold a text that was added later, which its programs keep as it is.
    /// - Throws: what the release's text does not allow.
    @discardableResult
    package func read(_ reply: JSONValue, of method: String, hasLaterValues: Bool = false) throws -> JSONObject {
        guard let output = description.method(method)?.output else { throw Missing("method \(method)") }
        guard let known = cut(reply, to: .structure(output)).object else { throw Missing("object in the reply of \(method)") }
        if hasLaterValues { try description.check(reply: known, against: output) } else { try description.check(known, against: output) }
        return known
    }

    /// A value without the members that a type does not know, as a reader of then passes over them.
    private func cut(_ value: JSONValue, to type: TypeExpression) -> JSONValue {
        switch (type, value) {
        case (.nullable(let inner), _): return cut(value, to: inner)
        case (.array(let inner), .array(let elements)): return .array(elements.map { cut($0, to: inner) })
        case (.named(let name), _): return description.type(name).map { cut(value, to: $0.definition) } ?? value
        case (.structure(let fields), .object(let object)):
            var known = JSONObject()
            for field in fields { known[field.name] = object[field.name].map { cut($0, to: field.type) } }
            return .object(known)
        default: return value
        }
    }
}
