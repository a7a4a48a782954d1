import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

/// Ids with and without a second one, against arrays that hold the same.
@Suite struct IDListTests {
    /// Ids and what stands beside them, as they were added.
    struct Model {
        var ids: [String] = []
        var others: [Int: String] = [:]
    }

    private static func made(_ seed: UInt64, count: Int) -> (IDList, Model) {
        var random = SeededGenerator(state: seed)
        var (list, model) = (IDList(), Model())
        for _ in 0..<count {
            let id =
                random.pick([
                    "", "1", "22", "é", "e\u{301}", String(repeating: "9", count: IDList.longest),
                    String(repeating: "9", count: IDList.longest + 1),
                ]) + (random.chance(0.6) ? String(random.below(1000)) : "")
            let other: String? =
                random.chance(0.5) ? random.pick([id, "", "US.\(random.below(100))", String(repeating: "x", count: 600)]) : nil
            let isTaken = 1...IDList.longest ~= id.utf8.count
            let took = list.append(id, also: other)
            #expect(took == isTaken, "\(id.utf8.count) bytes")
            guard isTaken else { continue }
            model.ids.append(id)
            if let other, 1...IDList.longest ~= other.utf8.count, other != id { model.others[model.ids.count - 1] = other }
        }
        return (list, model)
    }

    @Test(arguments: 0..<30 as Range<UInt64>) func list_holdsWhatWasAdded_inItsOrder(seed: UInt64) {
        let (list, model) = Self.made(seed, count: 120)
        #expect(Array(list) == model.ids && list.count == model.ids.count && list.hasOthers == !model.others.isEmpty)
        for index in -1...model.ids.count { #expect(list.other(at: max(index, 0)) == model.others[max(index, 0)]) }
        #expect(Array(list.others) == model.others.sorted { $0.key < $1.key }.map(\.value))

        var (bytes, others, pairs): ([String], [Int: String], [(String, String?)]) = ([], [:], [])
        func text(_ bytes: UnsafeRawBufferPointer) -> String { String(decoding: bytes, as: UTF8.self) }
        list.forEachBytes { bytes.append(text($0)) }
        list.forEachOther { others[$0] = text($1) }
        list.forEachPair { pairs.append((text($0), $1.map(text))) }
        #expect(bytes == model.ids && others == model.others)
        #expect(pairs.map(\.0) == model.ids && pairs.enumerated().allSatisfy { $0.element.1 == model.others[$0.offset] })
        list.withAllBytes { all in #expect(text(all) == model.ids.joined()) }
        let longest = (model.ids + model.others.values).map(\.utf8.count).max() ?? 0
        #expect(longest == 0 || list.contains(withAtLeast: longest))
        #expect(!list.contains(withAtLeast: longest + 1))
    }

    @Test(arguments: 100..<120 as Range<UInt64>) func list_thatIsCopied_isAnother(seed: UInt64) {
        let (list, model) = Self.made(seed, count: 40)
        var copy = list
        #expect(copy == list)
        let took = copy.append("one more", also: "US.1")
        #expect(took && copy != list && Array(list) == model.ids && copy.other(at: model.ids.count) == "US.1")
    }

    @Test(arguments: 200..<220 as Range<UInt64>) func set_hasEachOnce_withTheSecondIDThatCameFirst(seed: UInt64) {
        let (list, model) = Self.made(seed, count: 150)
        var set = IDSet()
        let added = set.insert(list)
        var (firsts, seen): ([String], Set<[UInt8]>) = ([], [])
        var others: [String?] = []
        for (index, id) in model.ids.enumerated() where seen.insert(Array(id.utf8)).inserted {
            firsts.append(id)
            others.append(model.others[index])
        }
        #expect(added == firsts.count && Array(set) == firsts && set.indices.map { set.ids.other(at: $0) } == others)
        #expect(model.ids.allSatisfy(set.contains) && !set.contains("nobody") && !set.contains(""))
        let again = set.insert(list)
        #expect(again == 0 && set.count == firsts.count)
        #expect(set.hasSameIDs(as: IDSet(firsts.reversed())))
        // A second id that is another's first: very likely one who came twice.
        let hasTwins = others.enumerated().contains { index, other in
            other.map { other in firsts.firstIndex { $0.utf8.elementsEqual(other.utf8) }.map { $0 != index } ?? false } ?? false
        }
        #expect(set.hasTwins == hasTwins)
    }

    @Test func twins_areSeen_wherebyAnIDBesideItselfIsNone() {
        var set = IDSet()
        func insert(_ id: String, _ other: String?) {
            var (id, other) = (id, other ?? "")
            _ = id.withUTF8 { id in other.withUTF8 { set.insert(UnsafeRawBufferPointer(id), also: UnsafeRawBufferPointer($0)) } }
        }
        insert("1555", "US.1")
        insert("1556", "1556")
        #expect(!set.hasTwins)
        insert("US.1", nil)
        #expect(set.hasTwins)
        #expect(!IDSet().hasTwins && !IDSet(["a", "b"]).hasTwins)
    }

    @Test func emptySetsAndLists_areLikeAllOthers() {
        let (set, list) = (IDSet(), IDList())
        #expect(set.isEmpty && list.isEmpty && !set.contains("1") && list.other(at: 0) == nil && !list.contains(withAtLeast: 1))
        #expect(set.hasSameIDs(as: []) && !set.hasSameIDs(as: ["1"]) && list == [])
        list.forEachPair { _, _ in Issue.record("there is none") }
        list.withAllBytes { #expect($0.isEmpty) }
    }
}

@Suite struct TimestampTests {
    @Test(arguments: 0..<10 as Range<UInt64>) func moment_isReadAsItIsWritten(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        // From the year 1 to the year 9999.
        let (first, last) = (-62_135_596_800_000, 253_402_300_799_999)
        for _ in 0..<100 {
            let moment = Timestamp(milliseconds: Int64(random.number(first...last)))
            let text = moment.description
            #expect(text.utf8.count == 24 && text.hasSuffix("Z"))
            #expect(Timestamp(parsing: text) == moment, "\(text)")
            let later = moment.advanced(by: .milliseconds(random.number(1...10_000_000)))
            #expect(
                moment < later && (moment.description < later.description || later.milliseconds > Int64(last)), "texts sort as moments do")
        }
    }

    @Test(arguments: [
        ("2026-11-21T04:14:00Z", "2026-11-21T04:14:00.000Z"), ("2026-11-21T05:44:00+01:30", "2026-11-21T04:14:00.000Z"),
        ("2026-11-20T20:14:00.5-08:00", "2026-11-21T04:14:00.500Z"), ("2024-02-29T23:59:59.999Z", "2024-02-29T23:59:59.999Z"),
        ("2026-11-21T04:14:00.123456Z", "2026-11-21T04:14:00.123Z"), ("2000-01-01T00:00:00-00:00", "2000-01-01T00:00:00.000Z"),
    ]) func time_withAnyOffsetAndFraction_isRead(text: String, written: String) {
        #expect(Timestamp(parsing: text)?.description == written)
    }

    @Test(arguments: [
        "", "now", "2026", "2026-11-21", "04:14:00", "1795233601", "2026-13-01T00:00:00Z", "2026-11-21 04:14", "2026-11-21T04:14:00", "T",
        "\u{0}",
    ])
    func text_thatIsNoTime_isNone(text: String) {
        #expect(Timestamp(parsing: text) == nil)
    }

    @Test func moments_areMovedByWhatIsGiven() {
        let moment = Timestamp(milliseconds: 1_795_233_601_250)
        #expect(moment.advanced(by: .milliseconds(-1250)).milliseconds == 1_795_233_600_000)
        #expect(
            moment.advanced(by: .nanoseconds(999_999)) == moment && moment.advanced(by: .seconds(0.5)).milliseconds == 1_795_233_601_750)
        #expect(Timestamp(moment.date) == moment && Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
        #expect(Set([moment, Timestamp(milliseconds: moment.milliseconds)]).count == 1)
    }
}

@Suite struct OpenValueTests {
    /// A list of Meta's grows: what is not known stays, in its letters.
    @Test func value_ofMetas_isKnownInAnyLetterCase() {
        for known in TemplateStatus.allCases {
            for text in [known.rawValue, known.rawValue.lowercased()] {
                let value = OpenEnum<TemplateStatus>(text)
                #expect(value.known == known && value.rawText == text && value == known && "\(value)" == text)
            }
        }
        let other = OpenEnum<TemplateStatus>("ON_FIRE")
        #expect(other.known == nil && other.rawText == "ON_FIRE" && other != TemplateStatus.approved)
    }

    @Test func value_ofOurs_isKnownLetterByLetter() {
        for kind in Kind.allCases {
            #expect(OpenEnum<Kind>(rawValue: kind.rawValue).known == kind && OpenEnum(kind).rawValue == kind.rawValue)
            #expect(OpenEnum<Kind>(rawValue: kind.rawValue.uppercased()).known == nil)
        }
        for severity in Severity.allCases { #expect(OpenEnum<Severity>(rawValue: severity.rawValue).level == severity) }
        #expect(OpenEnum<Severity>(rawValue: "dire").level == .warning)
    }

    /// Two values are one where they say the same, bytes counted.
    @Test func values_areEqual_whereTheirTextsAre() {
        #expect(OpenEnum<QualityRating>("green") != OpenEnum<QualityRating>("GREEN"), "as they came")
        #expect(OpenEnum<QualityRating>("green").known == OpenEnum<QualityRating>("GREEN").known)
        #expect(OpenEnum<QualityRating>("é") != OpenEnum<QualityRating>("e\u{301}"))
        #expect(OpenEnum<QualityRating>(.green) == OpenEnum<QualityRating>("GREEN"))
        #expect(OpenEnum<QualityRating>?.none != QualityRating.green)
    }

    @Test func severities_sortByUrgency_andKindsByTheInterface() {
        #expect(Severity.allCases.sorted().map(\.rawValue) == ["info", "notice", "warning", "critical"])
        #expect(Severity.critical > .warning && Severity.allCases.map(\.journalPriority) == [2, 4, 5, 6])
        #expect(Kind.allCases.sorted() == Kind.allCases)
        let kinds = (Kind.allCases.map { OpenEnum($0) } + [OpenEnum<Kind>(rawValue: "flow"), OpenEnum<Kind>(rawValue: "ad")]).shuffled()
        #expect(kinds.sorted().map(\.rawText) == Kind.allCases.map(\.rawValue) + ["ad", "flow"])
    }
}
