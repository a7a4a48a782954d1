/// Where something stands in a configuration.
package struct ConfigurationPlace: Sendable, Equatable {
    /// The file.
    package var file = ""
    /// The line, from one; `nil` where the file as a whole is meant.
    package var line: Int?
    /// The key with the keys it stands under.
    package var key = ""

    /// A place.
    package init(file: String = "", line: Int? = nil, key: String = "") {
        self.file = file
        self.line = line
        self.key = key
    }

    /// A fault of what stands here.
    package func problem(_ sentence: String) -> ConfigurationProblem {
        ConfigurationProblem(file: file, line: line, key: key, sentence: sentence)
    }
}
