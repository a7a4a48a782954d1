import Testing
import TestTools

@testable import wabawatch

/// The marks of an axis of time lie within it, in order, at round times of local clocks, and are neither too many nor too few.
@Suite struct TimeAxisTests {
    /// Clocks that are put an hour forward and back, twice a year.
    private static let summer = TimeRules { seconds in
        let isSummer = (seconds / 15_778_800) % 2 == 1
        return TimeRules.Offset(seconds: isSummer ? 7200 : 3600, name: isSummer ? "CEST" : "CET")
    }

    @Test func marks_ofAnyTime_areInOrderAndWithinIt() {
        var random = SeededGenerator(state: 7)
        for round in 0..<3000 {
            let from = Int64.random(in: 0..<4_000_000_000_000, using: &random)
            let length = Int64(1) << Int64.random(in: 0..<42, using: &random)
            let rules = round % 2 == 0 ? TimeRules.utc : Self.summer
            let marks = TimeAxis(from: from, to: from + length, time: rules, marks: 8).all()
            let moments = marks.map(\.moment)
            #expect(moments == moments.sorted() && Set(moments).count == moments.count)
            #expect(moments.allSatisfy { from...(from + length) ~= $0 } && moments.count <= 8)
            #expect(marks.count >= (length < 7_200_000 ? 1 : 2) || length < 4000, "\(from) \(length)")
        }
    }

    @Test(arguments: [3, 60, 7200, 86_400, 7 * 86_400, 90 * 86_400, 3 * 366 * 86_400] as [Int64])
    func marks_tellTheDay_whereItIsAnother(seconds: Int64) throws {
        let from = Int64(1_794_614_400_000)
        let marks = TimeAxis(from: from, to: from + seconds * 1000, time: .utc, marks: 8).all()
        try Golden.expect(marks.map(\.label).joined(separator: " | ") + "\n", "time-axis-\(seconds)")
    }
}
