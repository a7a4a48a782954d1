import FakeDaemon
import Printing
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

@Suite struct TimelineTests {
    private let day: Int64 = 86_400_000
    private var now: Int64 { Sample.moment.milliseconds }

    private func change(
        _ sequence: Int, daysAgo: Double, _ field: String, _ before: String?, _ after: String?, _ operation: ChangeOperation = .changed
    ) -> Change {
        let document: (String?) -> JSONObject? = { $0.map { JSONObject([(field, .string($0))]) } }
        return Change(
            ResourceID(account: "acme", kind: .phoneNumber, id: "107878721936019", phoneNumberID: "107878721936019"), cursor: Cursor("c"),
            sequence: sequence, observedAt: Timestamp(milliseconds: now - Int64(daysAgo * Double(day))), operation: operation,
            origin: .poll,
            severity: .warning, fields: operation == .changed ? [JSONPointer([field])] : [], before: document(before),
            after: document(after),
            summary: "")
    }

    private var timeline: Timeline {
        Timeline(
            from: now - 7 * day, to: now, resources: [Sample.resources[1]],
            changes: [
                change(3, daysAgo: 1, "quality_rating", "RED", "YELLOW"), change(1, daysAgo: 5, "quality_rating", "GREEN", "YELLOW"),
                change(2, daysAgo: 2, "quality_rating", "YELLOW", "RED"), change(4, daysAgo: 3.001, "status", "CONNECTED", "DISCONNECTED"),
                change(5, daysAgo: 3, "status", "DISCONNECTED", "CONNECTED"),
                change(7, daysAgo: 6, "quality_rating", nil, "RED", .reported),
                change(6, daysAgo: 4, "whatsapp_business_manager_messaging_limit", "TIER_1K", "TIER_10K"),
            ])
    }

    @Test func values_areThoseBetweenTheChanges() throws {
        let number = try #require(timeline.numbers.first)
        #expect(number.title == "acme: +1 555-093-4873 Acme Support")
        #expect(number.tracks[0].segments.map(\.value) == ["GREEN", "YELLOW", "RED", "YELLOW"])
        #expect(number.tracks[0].segments.map { (now - $0.from) / day } == [7, 5, 2, 1])
        #expect(number.tracks[2].segments.map(\.value) == ["TIER_1K", "TIER_10K"])
    }

    @Test func numberWithoutChanges_isAsItIsNow() {
        let timeline = Timeline(from: now - day, to: now, resources: [Sample.resources[2]], changes: [])
        #expect(timeline.numbers[0].tracks[0].segments == [.init(from: now - day, to: now, value: "GREEN")])
    }

    @Test func numberThatCameAndWent_isNotKnownBeforeAndAfter() {
        let timeline = Timeline(
            from: now - 4 * day, to: now, resources: [],
            changes: [
                change(1, daysAgo: 3, "quality_rating", nil, "GREEN", .added),
                change(2, daysAgo: 1, "quality_rating", "GREEN", nil, .removed),
            ])
        #expect(timeline.numbers[0].tracks[0].segments.map(\.value) == [nil, "GREEN", nil])
    }

    @Test func numbers_areNotKnownBeforeTheirAccountsFirstLook() {
        var first = change(1, daysAgo: 3, "count", nil, "1", .baseline)
        (first.id, first.phoneNumberID) = ("102290129340398", nil)
        // A member that is asked for since a newer version tells nothing of the others.
        let newly = change(2, daysAgo: 1, "code_verification_status", nil, "VERIFIED", .baseline)
        let timeline = Timeline(from: now - 4 * day, to: now, resources: [Sample.resources[1]], changes: [first, newly])
        #expect(timeline.numbers.count == 1)
        #expect(timeline.numbers[0].tracks[0].segments.map(\.value) == [nil, "YELLOW"])
        #expect(timeline.numbers[0].tracks[0].segments.map { (now - $0.from) / day } == [4, 3])
    }

    @Test func timelineThatEndsBeforeNow_isNotTouchedByWhatCameAfter() {
        let timeline = Timeline(
            from: now - 4 * day, to: now - 3 * day, resources: [Sample.resources[1]],
            changes: [change(1, daysAgo: 1, "quality_rating", "RED", "YELLOW")])
        #expect(timeline.numbers[0].tracks[0].segments.map(\.value) == ["RED"])
    }

    @Test(arguments: PageCase.all) func timeline_isDrawnForItsPage(page: PageCase) throws {
        let lines = TimelineText(timeline: timeline, page: page.page, isASCII: !page.isUnicode).lines()
        try Golden.expect(lines, "timeline-\(page.name)")
        if let width = page.width, !page.isColored { #expect(lines.allSatisfy { $0.displayWidth <= width }) }
        if !page.isUnicode { #expect(lines.allSatisfy { $0.plain.utf8.allSatisfy { $0 < 0x80 } }) }
    }

    @Test func outageShorterThanAColumn_isSeen() {
        let line = TimelineText(timeline: timeline, page: PageCase.all[0].page, isASCII: true).lines()[2].plain
        #expect(line.filter { $0 == "_" }.count >= 1)
    }

    @Test func picture_isTheSame() throws { try Golden.expect(TimelineSVG(timeline: timeline, time: .utc).text + "\n", "timeline-svg") }
}
