import Foundation
import Testing

/// The packages that this one needs: ranges for those who use its library beside others, and one version of each for what is tested.
@Suite struct DependencyTests {
    private struct Resolved: Decodable {
        struct Pin: Decodable {
            struct State: Decodable { var version: String? }
            var identity: String
            var location: String
            var state: State
        }
        var pins: [Pin]
    }

    private static func numbers(_ version: String) -> [Int] { version.split(separator: ".").compactMap { Int($0) } }

    @Test func everyDependency_isARange_fromTheVersionThatIsTested() throws {
        let manifest = try Repository.text("Package.swift")
        let all = manifest.matches(of: /\.package\(/).count
        let ranges = manifest.matches(of: /\.package\(url: "(\S+)", from: "([0-9.]+)"\)/).map { (url: String($0.1), from: String($0.2)) }
        #expect(ranges.count == all && all > 5)
        let lines = try Repository.text(".ci/versions").split(separator: "\n").filter { !$0.hasPrefix("#") }
        let versions = Dictionary(uniqueKeysWithValues: lines.map { ($0.prefix { $0 != " " }, $0.drop { $0 != " " }.dropFirst()) })
        for (url, from) in ranges {
            let name = url.split(separator: "/").last?.lowercased() ?? ""
            let (version, least) = (Self.numbers(String(versions[name[...]] ?? "")), Self.numbers(from))
            #expect(version.count == 3 && version.first == least.first && !version.lexicographicallyPrecedes(least), "\(url)")
        }
        // What this was built with.
        let resolved = try JSONDecoder().decode(Resolved.self, from: Data(try Repository.text("Package.resolved").utf8))
        #expect(Set(resolved.pins.map { "\($0.identity) \($0.state.version ?? "")" }) == Set(lines.map(String.init)))
    }
}
