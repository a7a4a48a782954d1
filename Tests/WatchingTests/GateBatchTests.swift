import Changes
import GraphAPI
import Ledger
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

@testable import Watching

/// Requests that wait at the gate for others: in whatever order they come, leave or are cancelled, each has its own answer, and is counted before it is made.
@Suite(.timeLimit(.minutes(5))) struct GateBatchTests {
    private static let meta: AnswerStage.Meta = { asked in
        AnswerStage.Reply(body: #"{"data":[{"about":"\#(asked.path.split(separator: "/")[0])"}]}"#)
    }

    private func target(_ number: Int) -> PollTarget { AnswerStage.target(.businessProfile, "\(number)") }

    private func send(_ number: Int, _ gate: AccountGate, _ seat: BatchSeat?) async -> GateReply.Outcome {
        let request = GraphRequest(.businessProfile, id: "\(number)", account: AnswerStage.account)
        return await gate.send(request, RequestContext(target: target(number), lane: .others), seat: seat).outcome
    }

    private func about(_ outcome: GateReply.Outcome) -> String? {
        guard case .answer(let answer, _) = outcome else { return nil }
        return answer.body["data"]?.array?.first?["about"]?.string
    }

    private func gate(_ stage: AnswerStage) async throws -> (Watcher, AccountGate) {
        let watcher = try stage.watcher(.businessProfile)
        try await watcher.begin()
        return (watcher, try #require(await watcher.gate))
    }

    @Test(arguments: UInt64(0)..<60) func members_inWhateverOrder_haveTheirOwnAnswers(seed: UInt64) async throws {
        var random = SeededGenerator(spreading: seed)
        let (members, isRefused) = (random.number(2...60), random.chance(0.3))
        // On a file, a writer that is cancelled while the disk is slow gives the whole ledger up.
        try await AnswerStage.with(Self.meta, disk: HeldDisk()) { stage in
            let (_, gate) = try await gate(stage)
            if isRefused {
                stage.batch { _ in .success(HTTPResponse(status: 400, body: Array(#"{"error":{"code":100,"message":"no"}}"#.utf8))) }
            }
            enum Way { case sends, leaves, isCancelled }
            let ways = (0..<members).map { _ in random.pick([Way.sends, .sends, .sends, .leaves, .isCancelled]) }
            var tasks: [(number: Int, task: Task<GateReply.Outcome?, Never>)] = []
            for number in random.shuffle(Array(0..<members)) {
                let seat = BatchSeat(gate: gate, gathering: 1, members: members, member: number)
                let task = Task {
                    guard ways[number] != .leaves else {
                        await gate.leave(seat)
                        return nil as GateReply.Outcome?
                    }
                    return await send(number, gate, seat)
                }
                if ways[number] == .isCancelled, random.chance(0.5) { task.cancel() }
                for _ in 0..<random.below(4) { await Task.yield() }
                tasks.append((number, task))
            }
            for (number, task) in tasks where ways[number] == .isCancelled { task.cancel() }
            for (number, task) in tasks {
                let outcome = await task.value
                if ways[number] == .sends, let outcome { #expect(about(outcome) == "\(number)", "\(outcome)") }
                if let outcome, let about = about(outcome) { #expect(about == "\(number)") }
            }
            #expect(await gate.gatherings.isEmpty)
            let made = stage.batches.map(\.count).reduce(0, +) + stage.requests.count
            #expect(await gate.standing.callsLastHour >= made, "each was counted")
            #expect(stage.batches.allSatisfy { 2...50 ~= $0.count })
            if !isRefused, !ways.contains(.isCancelled) {
                let sending = ways.count { $0 == .sends }
                #expect(made == sending && stage.batches.count + stage.requests.count <= (sending + 49) / 50)
            }
        }
    }

    @Test func batch_isSent_whenAllOfItIsWrittenDown() async throws {
        let disk = HeldDisk()
        try await AnswerStage.with(Self.meta, disk: disk) { stage in
            let (_, gate) = try await gate(stage)
            disk.hold()
            await withTaskGroup(of: String?.self) { group in
                for number in 0..<40 {
                    let seat = BatchSeat(gate: gate, gathering: 1, members: 40, member: number)
                    group.addTask { about(await send(number, gate, seat)) }
                }
                // Some are written down sixteen at a time: none goes before the last of them is.
                for _ in 0..<2 {
                    await disk.holds(1)
                    #expect(stage.batches.isEmpty && stage.requests.isEmpty)
                    disk.letGoOne()
                }
                await disk.holds(1)
                #expect(stage.batches.isEmpty && stage.requests.isEmpty)
                disk.letGo()
                #expect(await group.reduce(into: Set()) { $0.insert($1) } == Set((0..<40).map { "\($0)" }))
            }
            #expect(stage.batches.map(\.count) == [40])
            let minutes = try #require(try await stage.ledger.budgets()["acme"]?["minutes"]?.array)
            #expect(minutes.reduce(0) { $0 + ($1.array?[1].integer ?? 0) } >= 40)
        }
    }

    /// What was counted in a minute that is over when all have come is counted again.
    @Test func batch_thatCameLate_isCountedInTheMinuteItIsMadeIn() async throws {
        try await AnswerStage.with(Self.meta) { stage in
            let (_, gate) = try await gate(stage)
            let seats = (0..<3).map { BatchSeat(gate: gate, gathering: 1, members: 3, member: $0) }
            let early = [0, 1].map { number in Task { about(await send(number, gate, seats[number])) } }
            while await gate.gatherings[1]?.waiting.count != 2, !Task.isCancelled { await Task.yield() }
            stage.advance(61)
            await gate.leave(seats[2])
            for (number, task) in early.enumerated() { #expect(await task.value == "\(number)") }
            #expect(stage.batches.isEmpty && stage.requests.count == 2)
            #expect(await gate.standing.callsLastHour == 4)
        }
    }

    /// Whoever sends for all may be cancelled meanwhile: the others make their requests themselves, and count them again.
    @Test func sender_thatIsCancelled_isNoFailureOfTheOthers() async throws {
        try await AnswerStage.with(Self.meta) { stage in
            let (_, gate) = try await gate(stage)
            let seats = (0..<4).map { BatchSeat(gate: gate, gathering: 1, members: 4, member: $0) }
            let tasks = (0..<3).map { number in Task { about(await send(number, gate, seats[number])) } }
            while await gate.gatherings[1]?.waiting.count != 3, !Task.isCancelled { await Task.yield() }
            stage.batch { _ in
                tasks[0].cancel()
                return .failure(TransportError(.cancelled, "the request was cancelled"))
            }
            await gate.leave(seats[3])
            #expect(await tasks[0].value == nil)
            #expect(await tasks[1].value == "1")
            #expect(await tasks[2].value == "2")
            #expect(stage.batches.count == 1 && stage.requests.count == 2)
            #expect(await gate.standing.callsLastHour == 5)
        }
    }

    @Test func oneAlone_goesByItself_countedOnce() async throws {
        try await AnswerStage.with(Self.meta) { stage in
            let (_, gate) = try await gate(stage)
            let seats = (0..<2).map { BatchSeat(gate: gate, gathering: 1, members: 2, member: $0) }
            await gate.leave(seats[0])
            #expect(about(await send(7, gate, seats[1])) == "7")
            #expect(stage.batches.isEmpty && stage.requests.count == 1)
            #expect(await gate.standing.callsLastHour == 1)
        }
    }
}
