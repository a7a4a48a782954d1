import Testing

/// Architecture.md says which rooms there are, what each is for and what it imports: that is checked against Package.swift and the sources.
@Suite struct RoomTableTests {
    @Test func tableOfRooms_isWhatPackageDeclares_andWhatTheSourcesImport() throws {
        let manifest = Manifest(parsing: try Repository.text("Package.swift"))
        let table = RoomTable(parsing: try Repository.text(Document.folder + "/Architecture.md"))
        let complaints = try table.complaints(manifest) { try Repository.imports(in: $0.folder) }
        #expect(complaints.isEmpty, "\(complaints.joined(separator: "\n"))")
        #expect(table.rows.allSatisfy { $0.purpose.count > 10 })
    }

    // MARK: What it would notice

    private static let package = """
        let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
        let package = Package(
            targets: [
                c("CLow", library: "low"),
                room("Low"),
                // What is said of a room.
                room(
                    "High",
                    [
                        "Low", "CLow",
                        nio,
                    ]),
                .target(
                    name: "Stage", dependencies: ["High"], path: "Tests/Stage"),
                tests("High", ["High", "Stage"]),
            ]
        )
        """
    private static let readme = """
        Any text.

        | room | its one purpose | imports |
        |---|---|---|
        | `CLow` | what must be C | – |
        | `Low` | a purpose | – |
        | `High` | another | `Low`, `CLow` |
        | `Stage` | for tests | `High` |

        | another | table |
        """
    private static let imports = ["High": Set(["Low", "CLow", "NIOCore", "Glibc"]), "Stage": ["High"]]

    private func complaints(
        package: String = package, readme: String = readme, imports: [String: Set<String>] = imports
    ) -> [String] {
        RoomTable(parsing: readme).complaints(Manifest(parsing: package)) { imports[$0.name] ?? [] }
    }

    @Test func manifest_isRead_withFoldersAndModules() {
        #expect(
            Manifest(parsing: Self.package).targets == [
                Manifest.Target(name: "CLow", folder: "Sources/CLow"), Manifest.Target(name: "Low", folder: "Sources/Low"),
                Manifest.Target(name: "High", folder: "Sources/High", rooms: ["Low", "CLow"], others: ["NIOCore"]),
                Manifest.Target(name: "Stage", folder: "Tests/Stage", rooms: ["High"]),
            ])
    }

    @Test func tableThatIsRight_hasNoComplaint() { #expect(complaints() == []) }

    @Test(arguments: [
        ("| `Low` | a purpose | – |\n", "", ["Low has 0 rows", "High imports Low, whose row does not stand above its own"]),
        ("`Low`, `CLow`", "`Low`", ["High: the table and Package.swift: CLow is only in the second"]),
        ("| for tests | `High`", "| for tests | `High`, `Low`", ["Stage: the table and Package.swift: Low is only in the first"]),
        ("`CLow` | what", "`CLow`, `Gone` | what", ["Gone has a row and is no target"]),
    ])
    func tableThatIsWrong_isNoticed(text: String, instead: String, expected: [String]) {
        #expect(complaints(readme: Self.readme.replacing(text, with: instead)) == expected)
    }

    @Test func dependencyThatNoSourceImports_isNoticed() {
        #expect(
            complaints(imports: ["High": ["Low"], "Stage": ["High"]]) == [
                "High: Package.swift and the sources: CLow is only in the first",
                "High: Package.swift and the sources: NIOCore is only in the first",
            ])
    }

    @Test func importThatIsNotDeclared_isNoticed() {
        let imports = Self.imports.merging(["Stage": ["High", "Low", "NIOCore"]], uniquingKeysWith: { $1 })
        #expect(
            complaints(imports: imports) == [
                "Stage: Package.swift and the sources: Low is only in the second",
                "Stage: Package.swift and the sources: NIOCore is only in the second",
            ])
    }

    @Test func imports_areTakenInEveryForm_andNotOutOfTexts() {
        let text = """
            import A
            public import B
            @testable import C
            import struct D.Thing
            @preconcurrency package import E
                import f
            // import G
            """
        #expect(Repository.imports(of: text) == ["A", "B", "C", "D", "E"])
    }
}
