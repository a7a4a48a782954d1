package import Yams

/// A place in a YAML file, and what stands there.
package struct YAMLPlace {
    /// The file.
    package var file: String
    /// The key with the keys it stands under.
    package var key: String
    /// What stands there.
    package var node: Node

    init(file: String, key: String, node: Node) {
        self.file = file
        self.key = key
        self.node = node
    }

    /// The line, from one.
    package var line: Int? { node.mark?.line }

    /// Whether keys and values stand there.
    package var isMapping: Bool { if case .mapping = node { true } else { false } }

    /// Whether nothing stands there, or `null`.
    package var isNull: Bool { ConfigurationReader.isNull(node) }

    /// The same without what stands there.
    package var place: ConfigurationPlace { ConfigurationPlace(file: file, line: line, key: key) }

    /// A fault of what stands here.
    package func problem(_ sentence: String) -> ConfigurationProblem { place.problem(sentence) }
}
