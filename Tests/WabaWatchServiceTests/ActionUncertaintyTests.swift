import FoundationEssentials
import Glibc
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import TestTools
import Varlink
import WabaWatchInterface
import WhatsAppBusiness

/// The real daemon, with a proxy between it and the simulator that breaks the one request: deeds are never two, the answer is what happened or that nobody
/// knows, and the snapshot afterwards is Meta's truth.
@Suite(.inTurn, .timeLimit(.minutes(2))) struct ActionUncertaintyTests {
    private static let number = Platform.samplePhoneNumberID()

    private static func places(_ bytes: (request: Int, answer: Int)) -> [CutProxy.Cut] {
        let requests = Array(stride(from: 0, to: bytes.request, by: 40)) + [bytes.request - 1, bytes.request]
        let answers = Array(stride(from: 0, to: bytes.answer, by: 60)) + [bytes.answer - 1]
        let body = #"{"error":{"message":"oops","code":1}}"#
        let failure = Array("HTTP/1.1 500 Oops\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
        return requests.map { .request(after: $0) } + answers.map { .answer(after: $0) } + [.instead(failure), .silence]
    }

    @Test func deed_whoseExchangeIsBroken_isNeverTwo_andTheSnapshotIsMetas() async throws {
        try await Site.with(
            numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile], more: "    actions: [profile]"
        ) { site in
            let proxy = try CutProxy(to: UInt16(site.simulator.port))
            defer { proxy.stop() }
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try text.replacing(site.simulator.baseURL, with: "http://127.0.0.1:\(proxy.port)").replacing(
                "timeout: 2s", with: "timeout: 500ms"
            )
            .write(toFile: site.config, atomically: true, encoding: .utf8)
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            let client = try await VarlinkClient.connect(path: site.socket)
            func set(_ about: String) async throws -> UpdateReply {
                let parameters = UpdateParameters(
                    account: "acme", kind: .businessProfile, phoneNumberID: Self.number, document: ["about": .string(about)])
                return try UpdateReply(json: try await client.call(UpdateParameters.qualifiedMethod, parameters.json))
            }
            #expect(try await set("Round 1000").success)
            #expect(try await subscription.change().origin == .command)
            for (index, cut) in Self.places(proxy.lastBytes).enumerated() {
                let about = "Round \(1001 + index)"
                let before = site.writes.count
                proxy.set(cut)
                let error = await #expect(throws: VarlinkError.self, "\(cut)") { try await set(about) }
                #expect(error?.name == "io.wabawatch.ActionUncertain", "\(cut): \(String(describing: error))")
                proxy.letGo()
                let deeds = site.writes.count - before
                #expect(deeds <= 1, "\(cut)")
                // The look has been made: what is recorded is what Meta has.
                let truth = site.simulator.update { $0[phoneNumber: Self.number]?.profile["about"]?.string }
                let kept = try GetReply(
                    json: try await client.call(
                        GetParameters.qualifiedMethod,
                        GetParameters(account: "acme", kind: .businessProfile, id: Self.number, phoneNumberID: Self.number).json))
                #expect(kept.resource.document["about"]?.string == truth && (truth == about) == (deeds == 1), "\(cut)")
                if deeds == 1 {
                    let change = try await subscription.change()
                    #expect(change.after?["about"]?.string == about && change.origin == .command && change.actor == "root (0)", "\(cut)")
                }
            }
            #expect(site.log.contains("it is open whether Meta did it"))
            #expect(await daemon.stop() == 0)
        }
    }

    /// A site whose daemon reaches the simulator through a proxy.
    private func withProxy(_ body: (Site, CutProxy) async throws -> Void) async throws {
        try await Site.with(
            numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile], more: "    actions: [profile]"
        ) { site in
            let proxy = try CutProxy(to: UInt16(site.simulator.port))
            defer { proxy.stop() }
            let text = try String(contentsOfFile: site.config, encoding: .utf8)
            try text.replacing(site.simulator.baseURL, with: "http://127.0.0.1:\(proxy.port)")
                .write(toFile: site.config, atomically: true, encoding: .utf8)
            try await body(site, proxy)
        }
    }

    private static func parameters(_ about: String) -> JSONObject {
        UpdateParameters(account: "acme", kind: .businessProfile, phoneNumberID: number, document: ["about": .string(about)]).json
    }

    private func kept(_ client: VarlinkClient) async throws -> String? {
        let parameters = GetParameters(account: "acme", kind: .businessProfile, id: Self.number, phoneNumberID: Self.number)
        let reply = try GetReply(json: try await client.call(GetParameters.qualifiedMethod, parameters.json))
        return reply.resource.document["about"]?.string
    }

    /// What the journal was told of actions at the profile.
    private func entries(_ site: Site) -> [Substring] {
        site.log.split(separator: "\n").filter { $0.contains("set about of business_profile of \(Self.number): ") }
    }

    /// The changes that set this, as the daemon tells them.
    private func changes(_ about: String, _ client: VarlinkClient) async throws -> [Change] {
        var found: [Change] = []
        let parameters = HistoryParameters(filter: Filter(kinds: [.businessProfile]))
        for try await reply in client.stream(HistoryParameters.qualifiedMethod, parameters.json) {
            if let change = try HistoryReply(json: reply).change, change.after?["about"]?.string == about { found.append(change) }
        }
        return found
    }

    /// How many actions are written down that have begun and are not done with.
    private func begunActions(_ site: Site) async throws -> Int32 {
        let script =
            "import sqlite3, sys; sys.exit(sqlite3.connect(sys.argv[1]).execute('SELECT count(*) FROM begun_action').fetchone()[0])"
        let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"] ?? "python3"
        return try await Program.spawn([python, "-c", script, site.ledger], environment: [:], log: "/dev/null").wait()
    }

    /// What holds of an action once nothing is left of it, whatever became of its daemon: Meta was asked once at most, the snapshot is Meta's, and both the
    /// journal and the changes say once what happened and who it was.
    /// - Returns: how it was told.
    @discardableResult
    private func check(
        _ about: String, _ site: Site, writes before: Int, entries known: Int, _ place: String, times: ClosedRange<Int> = 1...1
    )
        async throws -> Substring?
    {
        try await eventually("nothing is left of the action at \(place)") { try await begunActions(site) == 0 }
        let client = try await VarlinkClient.connect(path: site.socket)
        let truth = site.simulator.update { $0[phoneNumber: Self.number]?.profile["about"]?.string }
        let deeds = site.writes.count - before
        #expect(deeds <= 1 && (truth == about) == (deeds == 1), "\(place)")
        #expect(try await kept(client) == truth, "\(place)")
        let told = entries(site).dropFirst(known)
        #expect(times.contains(told.count) && Set(told).count <= 1, "\(place): \(told)")
        #expect(told.allSatisfy { $0.hasPrefix("acme: root (0): ") }, "\(place): \(told)")
        let changes = try await changes(about, client)
        #expect(changes.count == deeds, "\(place)")
        #expect(changes.allSatisfy { $0.origin == .command && $0.actor == "root (0)" }, "\(place): \(changes)")
        return told.first
    }

    /// `kill -9` at each message of an action: the request, its answer, and those of the look afterwards.
    @Test func kill_atAnyStepOfAnAction_doesNothingTwice_andJournalAndLedgerAreTrue() async throws {
        try await withProxy { site, proxy in
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            var step = 0
            var isThrough = false
            while !isThrough {
                step += 1
                let (about, before, known) = ("Killed at \(step)", site.writes.count, entries(site).count)
                // From the second on this is the first call after a restart: what the ledger knows of the number is enough for it.
                let client = try await VarlinkClient.connect(path: site.socket)
                let process = daemon.process
                proxy.at(step: step) { process.signal(SIGKILL) }
                let reply = try? await client.call(UpdateParameters.qualifiedMethod, Self.parameters(about))
                isThrough = !proxy.hasStepped
                proxy.passAll()
                #expect((reply != nil) == isThrough, "step \(step)")
                if !isThrough {
                    _ = await process.wait()
                    daemon = try await site.start()
                }
                let told = try await check(about, site, writes: before, entries: known, "step \(step)")
                // The first two steps are the request and its answer.
                let end = step <= 2 ? "it is open whether Meta did it: wabawatchd was stopped while it was under way" : ": done"
                #expect(told?.hasSuffix(end) == true, "step \(step): \(told ?? "")")
                if step > 50 { break }
            }
            // Request and answer of the deed, and at least as many of the look.
            #expect(step > 4 && step < 50)
            #expect(await daemon.stop() == 0)
        }
    }

    /// A daemon that polls everything once and ends takes up what a killed one left as well.
    @Test func actionOfAKilledDaemon_isTakenUpByOneThatPollsOnce() async throws {
        try await withProxy { site, proxy in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            let client = try await VarlinkClient.connect(path: site.socket)
            let process = daemon.process
            // When the answer has come and is not passed on.
            proxy.at(step: 2) { process.signal(SIGKILL) }
            #expect((try? await client.call(UpdateParameters.qualifiedMethod, Self.parameters("Killed"))) == nil)
            _ = await process.wait()
            proxy.passAll()
            #expect(try await site.once() == 0)
            #expect(try await begunActions(site) == 0)
            let next = try await site.start()
            let told = try await check("Killed", site, writes: 0, entries: 0, "the next start")
            #expect(told?.hasSuffix("wabawatchd was stopped while it was under way") == true && site.writes.count == 1)
            #expect(await next.stop() == 0)
        }
    }

    /// `kill -9` at the system calls by which an action touches the world: the row that is written first, the request, the entry of the journal, and what is
    /// written after each. Between the journal's taking the entry and the mark of that, the next daemon tells the same once more.
    @Test(.enabled(if: canTrace, "strace cannot trace here"), arguments: ["fdatasync", "pwrite64", "write", "sendto"])
    func kill_atAnySystemCallOfAnAction_doesNothingTwice_andIsToldAsItWas(call: String) async throws {
        try await Site.with(numbers: 1, every: "1h", kinds: [.phoneNumber, .businessProfile], more: "    actions: [profile]") { site in
            var daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            var (place, isThrough) = (0, false)
            while !isThrough, place < 100 {
                place += 1
                let (about, before, known) = ("Killed at \(call) \(place)", site.writes.count, entries(site).count)
                let client = try await VarlinkClient.connect(path: site.socket)
                let tracer = try Program.spawn(
                    [
                        "strace", "-qqf", "-o", "/dev/null", "-e", "trace=\(call)", "-e", "inject=\(call):signal=SIGKILL:when=\(place)",
                        "-p", "\(daemon.process.id)",
                    ], environment: [:], log: "/dev/null")
                let process = daemon.process
                try await eventually("every thread is traced") { process.isTraced }
                isThrough = (try? await client.call(UpdateParameters.qualifiedMethod, Self.parameters(about))) != nil
                // The tracer ends with what it traces.
                if isThrough { process.signal(SIGKILL) }
                _ = await process.wait()
                _ = await tracer.wait()
                daemon = try await site.start()
                let told = try await check(about, site, writes: before, entries: known, "\(call) \(place)", times: 0...2)
                let deeds = site.writes.count - before
                // What did not begin has no entry; what was done has one, and "done" is said of nothing else.
                #expect(deeds == 0 || told != nil, "\(call) \(place)")
                #expect(told?.hasSuffix(": done") != true || deeds == 1, "\(call) \(place)")
            }
            #expect(isThrough && place > 1, "\(call) \(place)")
            print("killed at \(call): \(place - 1) places")
            #expect(await daemon.stop() == 0)
        }
    }

    /// Nothing can be written: what cannot be told after a kill does not begin.
    @Test func action_thatCannotBeWrittenDown_isRefused_andNothingLeaves() async throws {
        try await Site.with(numbers: 1, every: "1h", more: "    actions: [send]") { site in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            let client = try await VarlinkClient.connect(path: site.socket)
            // A message takes nothing from the budget, which would be written down as well.
            let message = SendTemplateParameters(
                account: "acme", phoneNumberID: Self.number, to: "+1 650 555 1234", template: "order_confirmation", language: "en_US")
            let holder = try await LockHolder(site.ledger)
            let error = await #expect(throws: VarlinkError.self) {
                try await client.call(SendTemplateParameters.qualifiedMethod, message.json)
            }
            await holder.letGo()
            #expect(error?.name == "io.wabawatch.LookFailed" && error?.parameters["state"] == "unrecorded", "\(String(describing: error))")
            #expect(error?.parameters["reason"]?.string?.hasPrefix("the action could not be written down: ") == true)
            #expect(site.writes.isEmpty && site.log.contains("not done: the action could not be written down: "))
            #expect(try await begunActions(site) == 0)
            #expect(await daemon.stop() == 0)
        }
    }

    /// The daemon does not wait for Meta when it ends, and says that it is open what happened.
    @Test func actionThatIsUnderWay_whenTheDaemonEnds_isWrittenDownAsOpen() async throws {
        try await withProxy { site, proxy in
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            _ = try await subscription.changes(2)
            proxy.set(.silence)
            let client = try await VarlinkClient.connect(path: site.socket)
            async let reply = client.call(UpdateParameters.qualifiedMethod, Self.parameters("Under way"))
            for await request in site.simulator.requestStream() where request.method == "POST" && request.edge == .profile { break }
            #expect(await daemon.stop() == 0)
            #expect((try? await reply) == nil)
            #expect(site.log.contains("acme: root (0): set about of business_profile of \(Self.number): it is open whether Meta did it"))
            #expect(site.writes.count == 1)
            // The next one looks, knows whose doing it was, and tells nothing twice.
            proxy.set(.none)
            proxy.letGo()
            let next = try await site.start()
            try await check("Under way", site, writes: 0, entries: 0, "the next start")
            #expect(await next.stop() == 0)
        }
    }
}

extension Program {
    /// Whether each of its threads has a tracer, see proc_pid_status(5).
    fileprivate var isTraced: Bool {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        return !threads.isEmpty
            && threads.allSatisfy { thread in
                let status = (try? String(contentsOfFile: "/proc/\(id)/task/\(thread)/status", encoding: .utf8)) ?? ""
                return status.split(separator: "\n").contains { $0.hasPrefix("TracerPid:") && !$0.hasSuffix("\t0") }
            }
    }
}
