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
            where !["x", "y", "width", "height", "fill", "font-weight", "font-family", "font-size", "text-anchor", "xmlns"].contains(
                attribute)
            {
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
            #expect(read.texts.first?.unicodeScalars.starts(with: "acme: +1 ".unicodeScalars) ?? false)
        }
    }

    @Test(arguments: ["<\u{200D}script>alert(1)</script>", "a' onload='b", "<\u{301}a/>", "&\u{338}amp;"]) func name_isReadBackAsItIsShown(
        name: String
    ) throws {
        let texts = try read(name).texts
        #expect(texts.first == "acme: +1 \(name.replacingOccurrences(of: "\u{200D}", with: "\\u{200D}", options: .literal))")
        #expect(try read("x", status: name).texts.count == texts.count)
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
