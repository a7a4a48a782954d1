import Foundation
import StrictYAML
import Testing
import WhatsAppBusiness

@testable import Announcing
@testable import ServiceConfiguration

/// What is written about kinds for people agrees with the table of kinds.
@Suite struct KindTextTests {
    private func text(_ path: String) throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }

    @Test func sampleConfiguration_namesEveryKind_withItsDefault() throws {
        let lines = try text("etc/wabawatch/wabawatch.yaml").split(separator: "\n").map(String.init)
        for kind in Kind.polled {
            let line = lines.first { $0.hasPrefix("  #\(kind.rawValue): {") } ?? ""
            guard kind.row.ridesOn == nil else {
                #expect(line == "  #\(kind.rawValue): {}")
                continue
            }
            var settings = ["every: \(kind.row.defaultInterval.configurationText)"]
            let defaults = Configuration.KindSettings(of: kind)
            if kind.row.takesWindows { settings.append("paging: \(defaults.paging.rawValue)") }
            #expect(line.hasPrefix("  #\(kind.rawValue): { \(settings.joined(separator: ", "))"), "\(kind.rawValue): \(line)")
        }
        let slow = Kind.polled.filter { $0.row.shortestInterval == .seconds(60) }.map(\.rawValue)
        #expect(Kind.polled.allSatisfy { [.seconds(5), .seconds(60)].contains($0.row.shortestInterval) })
        let floors = lines.first { $0.hasPrefix("# Floors: 5s, and 60s for ") } ?? ""
        #expect(Set(floors.dropFirst("# Floors: 5s, and 60s for ".count).dropLast().components(separatedBy: " and ")) == Set(slow))
    }

    @Test func catalog_explainsEveryClassOfEntries() throws {
        let lines = try text("systemd/wabawatch.catalog").split(separator: "\n")
        let ids = lines.filter { $0.hasPrefix("-- ") }.map { String($0.dropFirst(3)) }
        #expect(ids.count == Set(ids).count)
        #expect(Set(ids) == Set(MessageID.all.map(\.rawValue)))
    }

    @Test func documentation_ofTheJournal_hasEveryMessageID_andEveryField() throws {
        let text = try text("Sources/Documentation/Journal.md")
        for id in MessageID.all { #expect(text.contains("`\(id.rawValue)`"), "\(id.rawValue)") }
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let folder = root.appending(path: "Sources/Announcing")
        var fields: Set<String> = []
        for file in try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil) {
            let source = try String(contentsOf: file, encoding: .utf8)
            fields.formUnion(source.matches(of: /append\("(WABAWATCH_[A-Z_]+)"/).map { String($0.1) })
        }
        #expect(fields.count > 15)
        for field in fields { #expect(text.contains("`\(field)`"), "\(field)") }
    }

    @Test func documentation_namesEveryKind() throws {
        let text = try text("Sources/Documentation/Watched.md")
        for kind in Kind.polled { #expect(text.contains("`\(kind.rawValue)`"), "\(kind.rawValue)") }
    }
}
