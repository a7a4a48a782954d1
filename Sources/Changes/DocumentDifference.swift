public import StrictJSON

/// How one document differs from another: where, and both cut down to what differs.
public struct DocumentDifference: Sendable, Equatable {
    /// Where members differ, sorted by their text.
    public var fields: [JSONPointer]
    /// The earlier document cut down to these; a member that was absent is left out.
    public var before: JSONObject
    /// The later document cut down to these; a member that is absent is left out.
    public var after: JSONObject
}

extension DocumentDifference {
    /// Compares two documents: objects member by member, everything else whole. `nil` if they are the same.
    public init?(from before: JSONObject, to after: JSONObject) {
        guard before != after, let parts = Self.parts(before, after) else { return nil }
        self.before = parts.before
        self.after = parts.after
        fields = parts.names.map { JSONPointer($0) }.sorted { $0.description < $1.description }
    }

    private struct Parts {
        var names: [[String]] = []
        var before: JSONObject = [:]
        var after: JSONObject = [:]
    }

    private static func parts(_ before: JSONObject, _ after: JSONObject) -> Parts? {
        var parts = Parts()
        for name in Set(before.names).union(after.names) {
            switch (before[name], after[name]) {
            case (.some(let left), .some(let right)) where left == right: break
            case (.some(.object(let left)), .some(.object(let right))):
                guard let inner = Self.parts(left, right) else { break }
                parts.names += inner.names.map { [name] + $0 }
                if !inner.before.isEmpty { parts.before[name] = .object(inner.before) }
                if !inner.after.isEmpty { parts.after[name] = .object(inner.after) }
            case (let left, let right):
                parts.names.append([name])
                parts.before[name] = left
                parts.after[name] = right
            }
        }
        return parts.names.isEmpty ? nil : parts
    }
}

extension JSONObject {
    /// The value at a pointer, if there is one.
    public func value(at pointer: JSONPointer) -> JSONValue? {
        var value = JSONValue.object(self)
        for name in pointer.names {
            guard let inner = value[name] else { return nil }
            value = inner
        }
        return value
    }

    /// Puts a value at a pointer, making the objects on the way, or takes it out.
    public mutating func set(_ value: JSONValue?, at pointer: some Collection<String>) {
        guard let name = pointer.first else { return }
        let rest = pointer.dropFirst()
        if rest.isEmpty {
            self[name] = value
        } else {
            var inner = self[name]?.object ?? [:]
            inner.set(value, at: rest)
            self[name] = .object(inner)
        }
    }
}
