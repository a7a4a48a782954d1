import FakeDaemon
import Foundation
import FoundationXML
import Testing
import TestTools
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// The picture is XML whatever a number is called, and shows the name and nothing more.
@Suite(.timeLimit(.minutes(1))) struct PictureTests {
    private final class Reader: NSObject, XMLParserDelegate {
        var elements: [String: Int] = [:]
        var texts: [String] = []
        private var text = ""

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
        ) {
            elements[name, default: 0] += 1
            for attribute in attributes.keys
            where !["x", "y", "d", "width", "height", "class", "xmlns"].contains(attribute) {
                elements["@" + attribute, default: 0] += 1
            }
            text = ""
        }
        func parser(_ parser: XMLParser, foundCharacters characters: String) { text += characters }
        func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?) {
            if name == "text" || name == "title" { texts.append(text) }
            text = ""
        }
    }

    private func read(_ name: String, status: String = "CONNECTED") throws -> Reader {
        let number = Sample.number("1", "+1", name, status: status, rating: "GREEN", limit: "1K", changed: 0)
        let now = Sample.moment.milliseconds
        let picture = TimelineSVG(timeline: Timeline(from: now - 1000, to: now, resources: [number], changes: []), time: .utc).text
        let parser = XMLParser(data: Data(picture.utf8))
        let reader = Reader()
        parser.delegate = reader
        #expect(parser.parse(), "\(name.debugDescription): \(parser.parserError.debugDescription)")
        return reader
    }

    @Test func names_ofAnything_areTextsAndNoElements() throws {
        let plain = try read("x").elements
        var random = SeededGenerator(state: 15)
        let parts = [
            "<", ">", "&", "'", "\"", "]]>", "<!--", "-->", "<![CDATA[", "<script>", "</text>", "<a href='x'", "&lt;", "&#0;", "&x;",
            "<?xml?>", "\u{200D}", "\u{301}", "\u{338}",
            "\u{FE0F}", "\u{20E3}", "\u{1B}", "\0", "\u{B}", "\u{FFFE}", "\u{FFFF}", "\u{202E}", "\r\n", "\t", "\u{85}", "\u{1F3FB}",
            "\u{E0101}", "名", "a", " ",
        ]
        for _ in 0..<1000 {
            let name = (0..<Int.random(in: 1..<8, using: &random)).map { _ in parts[Int.random(in: 0..<parts.count, using: &random)] }
                .joined()
            let read = try read(name)
            #expect(read.elements == plain, "\(name.debugDescription)")
            #expect(read.texts.contains { $0.unicodeScalars.starts(with: "acme: +1 ".unicodeScalars) })
        }
    }

    @Test(arguments: ["<\u{200D}script>alert(1)</script>", "a' onload='b", "<\u{301}a/>", "&\u{338}amp;"]) func name_isReadBackAsItIsShown(
        name: String
    ) throws {
        let shown = name.replacingOccurrences(of: "\u{200D}", with: "\\u{200D}", options: .literal)
        #expect(try read(name).texts.contains("acme: +1 \(shown)"))
        // As a state it is in the bar's tooltip, and in the legend.
        #expect(try read("x", status: name).texts.count { $0.hasPrefix(shown) } >= 2)
    }

    @Test func texts_ofAnyLength_andStatesOfAnyNumber_fit() throws {
        let name = String(repeating: "W", count: 5000)
        let number = Sample.number("1", "+1", name, status: "CONNECTED", rating: "GREEN", limit: "1K", changed: 0)
        let now = Sample.moment.milliseconds
        var timeline = Timeline(from: now - 600_000, to: now, resources: [number], changes: [])
        timeline.numbers[0].tracks[1].segments = (0..<600).map { index in
            .init(from: now - 600_000 + index * 1000, to: now - 599_000 + index * 1000, value: "STATE_\(index)")
        }
        let picture = TimelineSVG(timeline: timeline, time: .utc).text
        #expect(picture.split(separator: "\n").allSatisfy { !$0.hasPrefix("<text") || $0.count < 400 })
        #expect(picture.contains("STATE_5, …</text>") && !picture.contains(", STATE_6"))
    }

    /// Read by programs of others: the one that checks XML, and one that draws.
    @Test(arguments: [["xmllint", "--noout", "-"], ["rsvg-convert", "--format", "png"]])
    func picture_isReadByOthers(command: [String]) async throws {
        let now = Sample.moment.milliseconds
        let picture = TimelineSVG(
            timeline: Timeline(from: now - 86_400_000, to: now, resources: Sample.resources, changes: []), time: .utc
        ).text
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = command
        let (input, errors) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, FileHandle.nullDevice, errors)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(picture.utf8))
        try input.fileHandleForWriting.close()
        let complaint = String(decoding: try errors.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && complaint.isEmpty, "\(complaint)")
    }

    @Test func picture_toStandardOutput_isPrinted() async throws {
        try await withSocket { path in
            try await serving(FakeDaemon(FakeLog(resources: Sample.resources), status: Sample.status), at: path) {
                let outcome = try await BuiltCommand(["timeline", "--svg", "-"], socket: path).run()
                #expect(outcome.code == 0 && outcome.errors.isEmpty)
                #expect(outcome.output.hasPrefix("<svg ") && outcome.output.hasSuffix("</svg>\n"))
                #expect(!FileManager.default.fileExists(atPath: "-"))
                let full = try await BuiltCommand(["timeline", "--svg", "/dev/full"], socket: path).run()
                #expect(full.code == 1 && full.errors == "wabawatch: /dev/full cannot be written: No space left on device\n")
            }
        }
    }
}
