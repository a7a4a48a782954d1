import Systemd
import Yams

extension ConfigurationReader {
    /// No configuration file is larger.
    package static let largestFile = 1 << 20

    /// The root of a file.
    /// - Parameter mayBeEmpty: whether one that says nothing, as the package's own where everything is a comment, is one without keys.
    package mutating func file(_ path: String, mayBeEmpty: Bool = false) -> YAMLPlace? {
        func fail(_ line: Int?, _ sentence: String, key: String = "") -> YAMLPlace? {
            problems.append(ConfigurationProblem(file: path, line: line, key: key, sentence: sentence))
            return nil
        }
        let bytes: [UInt8]
        do throws(RegularFile.Failure) { bytes = try RegularFile.read(path, limit: Self.largestFile) } catch {
            return fail(nil, "the file \(error)")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else { return fail(nil, "the file is not UTF-8") }
        do throws(YAMLOutline.Problem) { try YAMLOutline.check(bytes) } catch { return fail(error.line, error.sentence, key: error.key) }
        do {
            guard let node = try Yams.compose(yaml: text) else {
                return mayBeEmpty ? YAMLPlace(file: path, key: "", node: Node("null", Tag(.null))) : fail(nil, "the file is empty")
            }
            return YAMLPlace(file: path, key: "", node: node)
        } catch let YamlError.scanner(_, problem, mark, _), let YamlError.parser(_, problem, mark, _), let YamlError.composer(
            _, problem, mark, _)
        {
            return fail(mark.line, problem)
        } catch let YamlError.reader(problem, offset, _, _) {
            return fail(offset.map { 1 + bytes.prefix($0).count { $0 == UInt8(ascii: "\n") } }, problem)
        } catch {
            return fail(nil, "the file is not YAML: \(error)")
        }
    }
}
