import Alarms
import Foundation
import Testing

/// The names of alarms that people are told are those that there are.
@Suite struct AlarmNamesTests {
    @Test func manualPage_namesEveryAlarm_andNoOther() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appending(path: "systemd/wabawatch.mdoc"), encoding: .utf8)
        let section = try #require(page.components(separatedBy: ".Sh ALARMS\n").last?.components(separatedBy: "\n.Sh ").first)
        let names = section.split(separator: "\n").filter { $0.hasPrefix(".It Cm ") }.map { String($0.dropFirst(7)) }
        #expect(Set(names) == AlarmSettings.names && names.count == AlarmSettings.names.count)
    }

    @Test func settings_ofOneAccount_standOverThoseOfAll() {
        let all = AlarmSettings(rules: ["quality": .never, "budget": .settle(.seconds(5))])
        let own = AlarmSettings(rules: ["quality": .settle(.zero), "blind": .never])
        #expect(own.over(all).rules == ["quality": .settle(.zero), "budget": .settle(.seconds(5)), "blind": .never])
    }
}
