import StrictJSON
import Testing
import TestTools

@testable import Printing

/// What a terminal would obey or hide is written out, wherever it stands; what belongs to names stays.
@Suite struct VisibilityTests {
    /// Every scalar there is, by Unicode's own properties and not by our list.
    @Test func scalar_thatIsObeyedOrHidden_isWrittenOut() {
        // Of the large ranges that are alike inside (ideographs, syllables, private use, planes without characters) some and the ends.
        let alike: [ClosedRange<UInt32>] = [
            0x3400...0x4DBF, 0x4E00...0x9FFF, 0xAC00...0xD7A3, 0xE000...0xF8FF, 0x1_7000...0x1_8CD5, 0x2_0000...0x3_FFFF,
            0x4_0000...0xD_FFFF,
            0xF_0000...0x10_FFFF,
        ]
        for value in UInt32(0)...0x10FFFF {
            if alike.contains(where: { $0.contains(value) }), value % 251 != 0, value & 0xFFFF < 0xFFF0 { continue }
            guard let scalar = Unicode.Scalar(value) else { continue }
            let properties = scalar.properties
            let category = properties.generalCategory
            let isPrepended = [
                0x600...0x605, 0x6DD...0x6DD, 0x70F...0x70F, 0x890...0x891, 0x8E2...0x8E2, 0x110BD...0x110BD, 0x110CD...0x110CD,
            ]
            .contains { $0.contains(value) }
            let isHidden =
                [.control, .lineSeparator, .paragraphSeparator].contains(category) || (category == .format && !isPrepended)
                || properties.isDefaultIgnorableCodePoint || properties.isNoncharacterCodePoint || properties.isBidiControl
            for text in ["a\(String(scalar))b", String(scalar), "\(String(scalar))x"] {
                let plain = PrintableText(text).plain
                // Millions of expectations would take minutes.
                guard
                    isHidden
                        ? !plain.unicodeScalars.allSatisfy({ 0x20..<0x7F ~= $0.value })
                        : !plain.unicodeScalars.elementsEqual(text.unicodeScalars)
                else { continue }
                Issue.record("U+\(String(value, radix: 16)) is hidden: \(isHidden), and became \(plain.debugDescription)")
            }
        }
    }

    @Test(arguments: [
        "👩‍👩‍👧", "👨🏽‍⚕️", "❤️‍🔥", "🏳️‍🌈", "1️⃣", "☎︎", "می‌خواهم", "क्‍ष", "ശ്രീന്‍", "葛󠄀", "ශ්‍රී", "မ︀ွ", "Glückskraut 配送", "עברית", "العربية", "é", "e\u{301}", "한국",
        "\u{600}١٢", "∩︀",
    ]) func name_asPeopleWriteIt_staysAsItIs(name: String) {
        // The variation of a Myanmar letter stands behind it, not behind a sign.
        #expect(PrintableText("x \(name) y").plain == "x \(name) y")
        #expect(PrintableText(name).plain == name)
    }

    @Test(arguments: [
        "Ac\u{200D}me", "Ac\u{200C}me", "A\u{200D}", "\u{200D}A", "<\u{200D}b", "A\u{FE0F}", "😀\u{FE0F}\u{FE0F}", "a\u{E0100}",
        "葛\u{E0100}\u{E0101}", "😀\u{200D}a",
        "1\u{200D}2", "я\u{200D}я", "م\u{200D}\u{200D}م", "\u{1F3F4}\u{E0067}\u{E0062}\u{E007F}", "\u{AD}", "\u{3164}", "\u{115F}",
        "\u{2060}x", "\u{FEFF}x", "x\u{180E}",
    ]) func joiner_orSelectorThatOnlyHides_isWrittenOut(text: String) { #expect(PrintableText(text).plain.contains("\\u{")) }

    @Test func text_ofAnything_isEscapedOnce_andJSONSaysTheSame() throws {
        var random = SeededGenerator(state: 7)
        let pools: [ClosedRange<UInt32>] = [
            0...0x20, 0x20...0x7E, 0x7F...0xA0, 0x200B...0x200F, 0x2028...0x202F, 0x2060...0x2069, 0xFE00...0xFE0F, 0x900...0x97F,
            0x600...0x6FF,
            0x1F600...0x1F64F, 0xE0000...0xE01EF, 0...0x10FFFF,
        ]
        for _ in 0..<5_000 {
            var scalars = String.UnicodeScalarView()
            for _ in 0..<Int.random(in: 0..<12, using: &random) {
                let pool = pools[Int.random(in: 0..<pools.count, using: &random)]
                if let scalar = Unicode.Scalar(UInt32.random(in: pool, using: &random)) { scalars.append(scalar) }
            }
            let text = String(scalars)
            let plain = PrintableText(text).plain
            #expect(PrintableText(plain).plain.unicodeScalars.elementsEqual(plain.unicodeScalars))
            let value = JSONValue.object(["a": .string(text), "b": .array([.string(text), .null])])
            let line = PrintableText(json: value.description).plain
            #expect(try JSONValue(parsing: line) == value)
            #expect(!line.unicodeScalars.contains { $0.value < 0x20 || 0x7F..<0xA0 ~= $0.value || $0.properties.isBidiControl })
        }
    }

    @Test func scalars_areWrittenAsPeopleAndJSONWriteThem() {
        #expect(PrintableText("a\u{1B}[2J\r\n\t\u{9B}\u{202E}\u{E0041}\0").plain == #"a\u{1B}[2J\r\n\t\u{9B}\u{202E}\u{E0041}\u{0}"#)
        #expect(PrintableText(json: "\"\u{7F}\u{85}\u{202E}\u{E0041}\u{2028}\"").plain == #""\u007F\u0085\u202E\uDB40\uDC41\u2028""#)
    }
}
