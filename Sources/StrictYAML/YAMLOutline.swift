internal import CYaml

/// What a YAML text comes to when every alias in it is followed, found out before anything is built from it: libyaml's events, one pass, no tree.
///
/// Within these bounds a tree can be built in a moment; a few lines of aliases of aliases would otherwise be millions of nodes. What stands here is
/// named by its line and by the keys it stands under, which the builder of the tree does not know.
struct YAMLOutline {
    /// The bounds of one file.
    struct Limits: Sendable {
        /// Nodes with all aliases followed.
        var nodes = 100_000
        /// Mappings and lists in each other.
        var depth = 16
        /// Bytes of a key.
        var keyBytes = 256
    }

    /// Something that cannot be used.
    struct Problem: Error, Equatable {
        var line: Int
        var key: String
        var sentence: String
    }

    /// A mapping or list that has begun and not ended.
    private struct Level {
        let isMapping: Bool
        let anchor: String?
        let key: String
        let nodesBefore: Int
        /// The keys so far, and the one whose value comes next.
        var keys: Set<String> = []
        var current: String?
        var elements = 0
    }

    private let limits: Limits
    private var levels: [Level] = []
    private var nodes = 0
    private var sizes: [String: Int] = [:]

    private init(_ limits: Limits) { self.limits = limits }

    /// - Throws: the first problem: a bound that is passed, a key that stands twice or is no text, an alias of nothing. What is no YAML at all is left
    ///   to whoever builds the tree.
    static func check(_ text: [UInt8], limits: Limits = Limits()) throws(Problem) {
        var outline = YAMLOutline(limits)
        try outline.run(text)
    }

    private mutating func run(_ text: [UInt8]) throws(Problem) {
        var parser = yaml_parser_t()
        guard yaml_parser_initialize(&parser) == 1 else { return }
        defer { yaml_parser_delete(&parser) }
        yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING)
        let problem: Problem? = text.withUnsafeBufferPointer { bytes in
            yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            while true {
                var event = yaml_event_t()
                guard yaml_parser_parse(&parser, &event) == 1 else { return nil }
                defer { yaml_event_delete(&event) }
                if event.type == YAML_STREAM_END_EVENT || event.type == YAML_NO_EVENT { return nil }
                do throws(Problem) { try take(event) } catch { return error }
            }
        }
        if let problem { throw problem }
    }

    private mutating func take(_ event: yaml_event_t) throws(Problem) {
        let line = Int(event.start_mark.line) + 1
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            let text = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: min(scalar.length, limits.keyBytes + 1)), as: UTF8.self)
            try place(line, text: text)
            try add(1, line)
            if let anchor = Self.name(scalar.anchor) { sizes[anchor] = 1 }
        case YAML_ALIAS_EVENT:
            let anchor = Self.name(event.data.alias.anchor) ?? ""
            if levels.last.map({ $0.isMapping && $0.current == nil }) == true {
                throw Problem(line: line, key: path, sentence: "a key should be a text, and is an alias")
            }
            guard let size = sizes[anchor] else {
                throw Problem(line: line, key: path, sentence: "the alias \(Self.short(anchor)) stands for nothing")
            }
            try place(line, text: nil)
            try add(size, line)
            ended()
        case YAML_MAPPING_START_EVENT, YAML_SEQUENCE_START_EVENT:
            let isMapping = event.type == YAML_MAPPING_START_EVENT
            if levels.last.map({ $0.isMapping && $0.current == nil }) == true {
                throw Problem(line: line, key: path, sentence: "a key should be a text, and is a \(isMapping ? "mapping" : "list")")
            }
            try place(line, text: nil)
            let anchor = Self.name(isMapping ? event.data.mapping_start.anchor : event.data.sequence_start.anchor)
            guard levels.count < limits.depth else {
                throw Problem(line: line, key: path, sentence: "this is nested more than \(limits.depth) deep")
            }
            let key = path
            levels.append(Level(isMapping: isMapping, anchor: anchor, key: key, nodesBefore: nodes))
            try add(1, line)
        case YAML_MAPPING_END_EVENT, YAML_SEQUENCE_END_EVENT:
            guard let level = levels.popLast() else { return }
            if let anchor = level.anchor { sizes[anchor] = nodes - level.nodesBefore }
            ended()
        default: break
        }
    }

    /// Where in its mapping or list a node stands that begins now; a mapping's keys and values come in turns.
    private mutating func place(_ line: Int, text: String?) throws(Problem) {
        guard var level = levels.popLast() else { return }
        defer { levels.append(level) }
        guard level.isMapping else { return level.elements += 1 }
        guard level.current == nil else {
            // A value; one that goes on ends the turn when it ends.
            if text != nil { level.current = nil }
            return
        }
        let key = text ?? ""
        guard key.utf8.count <= limits.keyBytes else {
            throw Problem(line: line, key: level.key, sentence: "a key has more than \(limits.keyBytes) bytes")
        }
        guard level.keys.insert(key).inserted else {
            throw Problem(line: line, key: Self.joined(level.key, key), sentence: "duplicate key \(key)")
        }
        level.current = key
    }

    /// A mapping, a list or an alias that was a value has ended.
    private mutating func ended() {
        guard let level = levels.indices.last, levels[level].isMapping else { return }
        levels[level].current = nil
    }

    private mutating func add(_ count: Int, _ line: Int) throws(Problem) {
        nodes = nodes.addingReportingOverflow(count).overflow ? .max : nodes + count
        guard nodes <= limits.nodes else {
            throw Problem(
                line: line, key: path, sentence: "this file holds more than \(limits.nodes) values, what its aliases stand for included")
        }
    }

    /// The keys that the next node stands under.
    private var path: String {
        guard let level = levels.last else { return "" }
        if level.isMapping { return level.current.map { Self.joined(level.key, $0) } ?? level.key }
        return "\(level.key)[\(max(0, level.elements - 1))]"
    }

    private static func joined(_ path: String, _ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }
    private static func short(_ text: String) -> String { String(text.prefix(64)) }

    private static func name(_ pointer: UnsafeMutablePointer<UInt8>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
