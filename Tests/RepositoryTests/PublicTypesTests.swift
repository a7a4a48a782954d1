import Testing

/// No two public types of one name in rooms that meet: what a name means does not depend on a module's name before it.
@Suite struct PublicTypesTests {
    @Test func publicTypes_ofRoomsThatMeet_haveNamesOfTheirOwn() throws {
        let manifest = Manifest(parsing: try Repository.text("Package.swift"))
        let types = try Dictionary(uniqueKeysWithValues: manifest.targets.map { ($0.name, try Repository.publicTypes(in: $0.folder)) })
        #expect(types["GraphAPI"]?.contains("GraphClient") == true && types["Ledger"]?.contains("RecordedChange") == true, "they are found")
        let complaints = Self.complaints(manifest, types)
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
    }

    /// Each name that two rooms have which one target imports.
    private static func complaints(_ manifest: Manifest, _ types: [String: Set<String>]) -> [String] {
        manifest.targets.flatMap { target in
            let rooms = target.rooms.union([target.name]).sorted()
            return rooms.enumerated().flatMap { index, room in
                rooms.dropFirst(index + 1).flatMap { other in
                    (types[room] ?? []).intersection(types[other] ?? []).sorted().map {
                        "\($0) of \(room) and \(other) meet in \(target.name)"
                    }
                }
            }
        }
    }

    @Test func typesOfOneName_areComplainedOf_whereTheyMeet_andNowhereElse() {
        let manifest = Manifest(
            parsing: """
                let package = Package(
                    targets: [
                        room("Low"),
                        room("Other"),
                        room("High", ["Low", "Other"]),
                        room("Apart", ["Low"]),
                    ]
                )
                """)
        let types: [String: Set<String>] = ["Low": ["Change"], "Other": ["Change", "Thing"], "High": ["Thing"], "Apart": ["Thing"]]
        #expect(
            Self.complaints(manifest, types) == ["Thing of High and Other meet in High", "Change of Low and Other meet in High"])
    }

    @Test func publicTypes_areRead_whateverStandsBeforeThem() {
        let text = """
            public struct Plain {}
            @frozen public enum Marked { case one }
            public final class Last {}
            public indirect enum Deep {}
            public typealias Short = Int
            public protocol Said {}
            public actor Alone {}
            struct Own {}
            package struct Packed {}
            extension Plain {
                public struct Nested {}
            }
            """
        #expect(Repository.publicTypes(of: text) == ["Plain", "Marked", "Last", "Deep", "Short", "Said", "Alone"])
    }
}
