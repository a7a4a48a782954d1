import Changes
import GraphAPI
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

@Suite struct RideTests {
    static let targets = (0..<4).map { PollTarget(account: "acme", kind: .qrCode, phoneNumberID: "7\($0)") }
    static func at(_ seconds: Int64) -> Moment { Moment(nanoseconds: seconds * 1_000_000_000) }

    @Test func ride_isReliedUpon_onceSomethingAgreed() {
        var ride = Ride()
        var answer = Ride.Answer()
        answer.agreeing = 2
        #expect(ride.on(.answered(answer), now: Self.at(0)).isEmpty)
        #expect(ride.state == .probing && ride.brings == 0, "nothing agrees with nothing")
        answer.showsSomething = true
        #expect(ride.on(.answered(answer), now: Self.at(1)).isEmpty)
        #expect(ride.isRelied && ride.brings == 2)
    }

    @Test func differences_areAskedFor_oneBeforeTheOthers() {
        var ride = Ride()
        var answer = Ride.Answer()
        answer.differing = Self.targets
        #expect(ride.on(.answered(answer), now: Self.at(0)) == [Self.targets[0]])
        #expect(ride.on(.agreed(Self.targets[0], showsSomething: true, isNews: true), now: Self.at(2)) == Array(Self.targets.dropFirst()))
        #expect(ride.isRelied)
    }

    @Test func differences_waitForNobody_ofWhomNothingIsHeard() {
        var ride = Ride()
        var answer = Ride.Answer()
        answer.differing = Self.targets
        let asked = (0..<5).map { ride.on(.answered(answer), now: Self.at(Int64($0) * 60)) }
        #expect(asked == (Self.targets + [Self.targets[0]]).map { [$0] })
        #expect(
            Set(ride.on(.agreed(Self.targets[0], showsSomething: true, isNews: true), now: Self.at(300))) == Set(Self.targets.dropFirst()))
        answer.differing = [Self.targets[2]]
        #expect(ride.on(.answered(answer), now: Self.at(360)) == [Self.targets[2]])
        #expect(ride.on(.answered(answer), now: Self.at(420)) == [], "the only one is asked already")
    }

    /// What has an id that was asked for is another thing with another; one that Meta adds by itself says nothing.
    @Test func mark_minds_theIDThatIsAskedFor() {
        func mark(_ kind: Kind, _ document: JSONObject) -> (RideMark, showsSomething: Bool) {
            let target = PollTarget(account: "acme", kind: kind, phoneNumberID: "7")
            let observation = Observation(target: target, owner: "1", items: [Observation.Item(id: "7", document: document)])
            return (RideMark(observation), observation.showsSomething)
        }
        let catalogue = mark(.commerceSettings, ["id": "778"])
        #expect(catalogue.0 != mark(.commerceSettings, ["id": "774"]).0 && catalogue.showsSomething)
        #expect(catalogue.0 == mark(.commerceSettings, ["id": 778]).0)
        #expect(mark(.businessProfile, ["about": "a", "id": "9"]).0 == mark(.businessProfile, ["about": "a"]).0)
        #expect(!mark(.businessProfile, ["id": "9"]).showsSomething)
    }

    @Test func refusal_lastsADay() {
        var ride = Ride()
        _ = ride.on(.answered(Ride.Answer(missing: 1)), now: Self.at(0))
        #expect(ride.state == .refused(until: Self.at(86_400), .ignored))
        let isAsked = (ride.mayBeAsked(Self.at(86_399)), ride.mayBeAsked(Self.at(86_400)))
        #expect(isAsked == (false, true))
        #expect(ride.state == .unprobed)
    }

    /// Whatever comes in whatever order: nothing is relied upon before it agreed, what is refused is not asked for until then, and who is asked is one
    /// that differs.
    @Test(arguments: 0..<200 as Range<UInt64>) func anyOrder_keepsWhatIsPromised(seed: UInt64) {
        var random = SeededGenerator(spreading: seed)
        var ride = Ride()
        var hasAgreed = false
        var differing: Set<PollTarget> = []
        for step in 0..<200 {
            let now = Self.at(Int64(step) * 600)
            let until: Moment? = if case .refused(let until, _) = ride.state { until } else { nil }
            let may = ride.mayBeAsked(now)
            #expect(may == (until.map { now >= $0 } ?? true))
            if until != nil, may { hasAgreed = false }
            var event = Ride.Event.suspected
            switch Int.random(in: 0..<16, using: &random) {
            case 0..<9:
                var answer = Ride.Answer()
                answer.agreeing = Int.random(in: 0...2, using: &random)
                answer.showsSomething = answer.agreeing > 0 && Bool.random(using: &random)
                answer.differing = Self.targets.filter { _ in Int.random(in: 0..<4, using: &random) == 0 }
                answer.missing = Int.random(in: 0...1, using: &random)
                answer.cutOff = Int.random(in: 0...1, using: &random)
                differing = Set(answer.differing)
                if may, answer.showsSomething { hasAgreed = true }
                event = .answered(answer)
            case 9..<12:
                let shows = Bool.random(using: &random)
                if may, shows { hasAgreed = true }
                event = .agreed(
                    Self.targets.randomElement(using: &random) ?? Self.targets[0], showsSomething: shows,
                    isNews: Bool.random(using: &random))
            case 12: event = .contradicted
            case 13: event = .suspected
            case 14: event = .breaks
            default: event = .costly(calls: 3)
            }
            let before = ride
            let asked = ride.on(event, now: now)
            #expect(asked.allSatisfy(differing.contains))
            if !may { #expect(ride == before && asked.isEmpty) }
            if ride.isRelied { #expect(hasAgreed) } else { #expect(ride.brings == 0) }
            if case .refused = ride.state { hasAgreed = false }
        }
    }

    // MARK: Which of several is at fault

    /// Any one of the rides breaks the answer: it is found, and the others ride on.
    @Test(arguments: RideKey.all.filter { $0.host == .phoneNumber }) func culprit_isFound_amongAll(culprit: RideKey) {
        var rides = Rides()
        let failure = GraphFailure(.invalidRequest)
        var asked = 0
        for poll in 0..<12 {
            let now = Self.at(Int64(poll) * 60)
            let carried = rides.carried(by: .phoneNumber, now: now) { _ in true }
            if carried.contains(culprit) {
                asked += 1
                let isDoubtful = rides.isDoubtful(failure, of: .phoneNumber)
                #expect(isDoubtful)
                rides.broke(carried, failure, now: now)
            } else {
                rides.worked(.phoneNumber)
                for key in carried { _ = rides.on(.answered(Ride.Answer(agreeing: 1, showsSomething: true)), of: key, now: now) }
            }
        }
        #expect(asked <= 2)
        for key in RideKey.all where key.host == .phoneNumber { #expect(rides[key].isRelied == (key != culprit), "\(key)") }
        if case .refused(_, .breaks) = rides[culprit].state {} else { Issue.record("\(rides[culprit].state)") }
    }

    /// Answers with rides fail now and then for no reason: after some searches they are left alone until tomorrow.
    @Test func failuresWithoutAnEnd_endTheRides() {
        var rides = Rides()
        for poll in 0..<200 {
            let now = Self.at(Int64(poll) * 60)
            let carried = rides.carried(by: .phoneNumber, now: now) { _ in true }
            if carried.count > 1, !carried.contains(where: { if case .suspected = rides[$0].state { true } else { false } }) {
                rides.broke(carried, GraphFailure(.invalidRequest), now: now)
            } else {
                for key in carried { _ = rides.on(.answered(Ride.Answer(agreeing: 1, showsSomething: true)), of: key, now: now) }
            }
        }
        let carried = rides.carried(by: .phoneNumber, now: Self.at(12_000)) { _ in true }
        #expect(carried.isEmpty)
    }

    @Test func passingFailures_areTheNetworks_untilTheSecond() {
        var rides = Rides()
        let timeout = GraphFailure(.unreachable(TransportError(.timeout, "")))
        for failure in [
            GraphFailure(.unauthorized), GraphFailure(.throttled(regainAfter: nil)), GraphFailure(.unreachable(TransportError(.reset, ""))),
        ] {
            let isDoubtful = rides.isDoubtful(failure, of: .account)
            #expect(!isDoubtful)
        }
        let first = rides.isDoubtful(GraphFailure(.transient), of: .account)
        let second = rides.isDoubtful(timeout, of: .account)
        rides.worked(.account)
        let third = rides.isDoubtful(timeout, of: .account)
        #expect([first, second, third] == [false, true, false])
    }

    @Test func targetsThatWereBrought_areKnownByTheirRide_inTheirOrder() {
        let (list, account) = (RideKey(host: .phoneNumber, kind: .qrCode), RideKey(host: .account, kind: .qrCode))
        var brought = BroughtTargets()
        brought.add(Array(Self.targets.dropLast()), by: list)
        brought.add([Self.targets[3]], by: account)
        #expect(brought.all.map(\.target) == Self.targets && brought.targets(by: list) == Array(Self.targets.dropLast()))
        #expect(brought.contains(Self.targets[1], by: list) && !brought.contains(Self.targets[1], by: account))
        #expect(!brought.contains(Self.targets[3], by: list))
    }

    // MARK: Marks

    private func mark(_ document: JSONObject, _ kind: Kind = .phoneNumber) -> RideMark {
        let target = PollTarget(account: "acme", kind: kind)
        return RideMark(Observation(target: target, owner: "1", items: [Observation.Item(id: "7", document: document)]))
    }

    @Test func mark_isTheSame_whereTheDocumentsAre() {
        #expect(mark(["status": "CONNECTED", "throughput": .null]) == mark(["status": "connected", "id": "7"]))
        #expect(mark(["status": "CONNECTED"]) != mark(["status": "BANNED"]))
        let profile: JSONObject = ["about": "x", "profile_picture_url": "https://a.example/p/1?sig=1", "websites": ["a", "b"]]
        var other = profile
        other["profile_picture_url"] = "https://b.example/p/1?sig=2"
        #expect(mark(profile, .businessProfile) == mark(other, .businessProfile))
        other["websites"] = ["b", "a"]
        #expect(mark(profile, .businessProfile) != mark(other, .businessProfile))
    }

    @Test func doubt_isDecided_byWhatWasAskedForAfterIt() {
        var marks = RideMarks()
        let (old, new) = (mark(["status": "A"]), mark(["status": "B"]))
        #expect(marks.rode(old, with: .phoneNumber, asked: Self.at(1), now: Self.at(1)) == .unknown)
        #expect(marks.polled(old, asked: Self.at(2), now: Self.at(3)) == .nothing)
        #expect(marks.rode(new, with: .phoneNumber, asked: Self.at(2), now: Self.at(4)) == .unknown, "it may be older")
        #expect(marks.rode(old, with: .phoneNumber, asked: Self.at(5), now: Self.at(5)) == .agrees)
        #expect(marks.rode(new, with: .phoneNumber, asked: Self.at(6), now: Self.at(7)) == .differs)
        #expect(marks.polled(old, asked: Self.at(6), now: Self.at(8)) == .nothing, "it was asked for before")
        #expect(marks.doubt?.host == .phoneNumber)
        var lie = marks
        #expect(lie.polled(old, asked: Self.at(8), now: Self.at(9)) == .contradicts)
        #expect(marks.polled(new, asked: Self.at(8), now: Self.at(9)) == .agrees)
        #expect(marks.doubt == nil)
    }
}
