import Alarms
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

/// What holds for every history, whatever comes and goes and when.
@Suite struct AlarmHistoryTests {
    /// From one second to an hour, each pace more than a tenth longer than the one before.
    static let periods: [Duration] = {
        var seconds = 1.0
        var periods: [Duration] = []
        while seconds < 3600 {
            periods.append(.milliseconds(Int(seconds * 1000)))
            seconds *= 1.13
        }
        return periods + [.seconds(3600)]
    }()

    /// How long a pace is kept up.
    private static func hours(_ period: Duration) -> Duration { period < .seconds(60) ? .seconds(2 * 3600) : .seconds(8 * 3600) }

    @Test(arguments: [AlarmName.numberBanned, .numberDown, .quality])
    func flapping_atEveryPace_isToldThreeTimesAnHourAtMost(name: AlarmName) {
        for period in Self.periods {
            for share in period < .seconds(10) ? [0.5] : [0.1, 0.5, 0.9] {
                var run = AlarmRun()
                let (on, end) = (period * share, run.now + Self.hours(period))
                while run.now < end {
                    run.set(.of(name))
                    run.pass(on)
                    run.set()
                    run.pass(period - on)
                }
                #expect(run.mostAnHour <= 3, "every \(period), \(share) of it")
                #expect(run.torn.isEmpty)
                // What is quiet by then ends, once.
                run.pass(.seconds(3600) + name.row.settle)
                #expect(run.documents.isEmpty, "every \(period)")
            }
        }
    }

    @Test func severity_thatGoesUpAndDownAtEveryPace_isToldThreeTimesAnHourAtMost_andNeverShownAsLessThanItIs() {
        for period in Self.periods {
            var run = AlarmRun()
            let end = run.now + Self.hours(period)
            while run.now < end {
                run.set(.of(.health, .warning))
                run.pass(period / 2)
                run.set(.of(.health, .critical))
                run.pass(period / 2)
                if let document = run.documents.values.first { #expect(document["severity"] == "critical") }
            }
            #expect(run.mostAnHour <= 3, "every \(period)")
        }
    }

    @Test(arguments: 0..<200) func whatHolds_isAnAlarm_andWhatDoesNotIsNone(seed: Int) {
        var random = SeededGenerator(spreading: UInt64(seed))
        var run = AlarmRun()
        let names: [AlarmName] = [.numberBanned, .numberDown, .quality, .health, .template]
        let longest = random.pick([Duration.seconds(30), .seconds(600), .seconds(7200)])
        var held: [AlarmName: (severity: Severity, since: Duration)] = [:]
        var absent: [AlarmName: Duration] = Dictionary(uniqueKeysWithValues: names.map { ($0, run.now) })
        for _ in 0..<150 {
            let name = random.pick(names)
            if random.chance(0.5) {
                let severity = random.pick([Severity.warning, .critical])
                held[name] = (severity, held[name]?.since ?? run.now)
                absent[name] = nil
            } else if held[name] != nil {
                held[name] = nil
                absent[name] = run.now
            }
            if random.chance(0.03) {
                run.restart(after: random.time(.zero ... .seconds(60)))
                // What had not settled begins anew.
                held = held.mapValues { ($0.severity, run.now) }
                absent = absent.mapValues { _ in run.now }
            }
            run.set(held.map { .of($0.key, $0.value.severity) })
            run.pass(random.time(.milliseconds(1)...longest))
            for name in names {
                let document = run.documents[AlarmID(name, phoneNumberID: "7")]
                if let (severity, since) = held[name], run.now - since >= name.row.settle {
                    let shown = document?["severity"]?.string.flatMap(Severity.init(rawValue:))
                    #expect(shown.map { $0 >= severity } ?? false, "\(name) holds, seed \(seed)")
                }
                if let since = absent[name], run.now - since >= max(.seconds(3600), name.row.settle) {
                    #expect(document == nil, "\(name) is over, seed \(seed)")
                }
            }
        }
        #expect(run.torn.isEmpty)
        // Every alarm that began has ended, or is there.
        for (id, news) in Dictionary(grouping: run.told, by: \.update.id) {
            let begun = news.count { $0.update.operation == .added }
            let ended = news.count { $0.update.operation == .removed }
            #expect(begun == ended + (run.documents[id] == nil ? 0 : 1), "\(id), seed \(seed)")
        }
        #expect(run.mostAnHour <= 4, "seed \(seed)")
        run.set()
        run.pass(.seconds(3600 + 900))
        #expect(run.documents.isEmpty, "seed \(seed)")
    }
}
