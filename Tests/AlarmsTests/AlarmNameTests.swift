import Alarms
import Testing
import WhatsAppBusiness

@Suite struct AlarmNameTests {
    @Test func table_settlesEachNameForAsLongAsItIsSaid() {
        let settling: [AlarmName: Int] = [
            .numberDown: 120, .numberLimited: 120, .quality: 300, .health: 120, .unexpected: 300, .budget: 900,
        ]
        for name in AlarmName.allCases { #expect(name.row.settle == .seconds(settling[name] ?? 0), "\(name)") }
    }

    @Test(arguments: [
        (AlarmID(.template), "template"), (AlarmID(.health, part: "506914307656634"), "health/506914307656634"),
        (AlarmID(.quality, phoneNumberID: "7"), "quality/7"),
        (AlarmID(.unexpected, part: "callback", phoneNumberID: "7"), "unexpected/callback/7"),
        (AlarmID(.unexpected, part: "apps"), "unexpected/apps"),
    ])
    func id_isReadAsItIsWritten(id: AlarmID, text: String) {
        #expect(id.description == text)
        #expect(AlarmID(parsing: text, phoneNumberID: id.phoneNumberID) == id)
    }

    @Test(arguments: [("", nil), ("a_name_of_next_year/7", "7"), ("quality", "7"), ("quality/8", "7")] as [(String, String?)])
    func id_ofAnotherText_isNone(text: String, number: String?) { #expect(AlarmID(parsing: text, phoneNumberID: number) == nil) }

    @Test func settings_ofAnAccount_goBeforeThoseForAll() {
        let all = AlarmSettings(rules: ["quality": .settle(.seconds(600)), "name_declined": .never, "template": .never])
        let own = AlarmSettings(rules: ["template": .settle(.seconds(60)), "health": .never]).over(all)
        #expect(own.settle(.quality) == .seconds(600))
        #expect(own.settle(.numberDown) == .seconds(120))
        #expect(own.settle(.template) == .seconds(60))
        #expect(AlarmName.allCases.filter { !own.allows($0) } == [.health, .nameDeclined])
    }
}
