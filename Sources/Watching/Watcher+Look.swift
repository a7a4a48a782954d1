import Changes
import GraphAPI
import Ledger
import Logging
import StrictJSON
import WhatsAppBusiness

/// How a walk over a unit's pages ended.
enum Ending: Sendable {
    case complete([JSONValue], Memory?)
    /// Meta's answer is the one that it gave the last time.
    case unchanged
    case failed(GraphFailure)
    /// There was no request to be had before that moment.
    case unaffordable(until: Moment)
}

/// What an answer is known again by. Only a look of one page has one.
struct Memory: Sendable, Equatable {
    var digest: Digest
    var etag: String?
}

extension Watcher {
    /// Looks at a unit, has the answer recorded and the watch moved; returns when to look again, `nil` for one interval later.
    func ending(of unit: Unit) async -> Moment? {
        guard let account = accounts[unit.account] else { return nil }
        if let refusedUntil = account.refusedUntil, world.now() < refusedUntil {
            await move(unit, .failed(.unauthorized, reason: "the account's token was refused"))
            return refusedUntil
        }
        let asked = fields(of: unit, account)
        let ending = await walk(unit, account.plan, fields: asked)
        // A look that the shutdown ended says nothing about Meta.
        guard !Task.isCancelled else { return nil }
        switch ending {
        case .complete(let items, let memory): return await record(items, memory, of: unit, account.plan, asked: asked)
        case .unchanged:
            ledger.confirm(unit, at: world.wallClock())
            await move(unit, .complete)
            await tokenIsGood(unit.account)
            return nil
        case .failed(let failure):
            // A field that Meta does not know is not asked for again in this run; without it the look is complete.
            return drop(failure, of: unit) ? await self.ending(of: unit) : await fail(unit, failure)
        case .unaffordable(let until):
            // Late by less than an interval is nothing to tell.
            if let every = schedule.interval(of: unit), until - world.now() > every {
                let reason = "the account's budget of \(account.budget.callsPerHour) calls an hour is used up"
                await move(unit, .failed(.late, reason: reason))
            }
            return until
        }
    }

    private func fields(of unit: Unit, _ account: Account) -> [String] {
        let dropped = account.dropped[unit.kind] ?? []
        return unit.kind.edge.fields.filter { !dropped.contains($0) }
    }

    /// Whether a failure is about a field that can be left out from now on.
    private func drop(_ failure: GraphFailure, of unit: Unit) -> Bool {
        guard case .invalidField(let name) = failure.code else { return false }
        return accounts[unit.account]?.dropped[unit.kind, default: []].insert(name).inserted ?? false
    }

    /// Walks over the pages of a unit's list, each request out of the budget.
    private func walk(_ unit: Unit, _ plan: AccountPlan, fields: [String]) async -> Ending {
        var sweep = Sweep(GraphRequest(unit.kind.edge, id: unit.phoneNumberID ?? plan.wabaID, fields: fields))
        let known = memories[unit]
        var memory: Memory?
        var action = sweep.begin
        while true {
            switch action {
            case .complete(let items): return .complete(items, memory)
            case .void(let failure): return .failed(failure)
            case .ask(let request):
                if case .wait(let until)? = accounts[unit.account]?.budget.take(world.now()) { return .unaffordable(until: until) }
                let isFirst = request.position == .start
                do throws(GraphFailure) {
                    let answer = try await plan.client.fetch(
                        request, etag: isFirst ? known?.etag : nil, digest: isFirst ? known?.digest : nil)
                    note(answer.usage, unit.account)
                    if answer.notModified { return .unchanged }
                    action = sweep.on(try Page(answer))
                    memory = isFirst ? answer.digest.map { Memory(digest: $0, etag: answer.etag) } : nil
                } catch {
                    note(error.usage, unit.account)
                    action = sweep.on(error)
                }
            }
        }
    }

    private func note(_ usage: Usage?, _ account: String) {
        guard let usage else { return }
        accounts[account]?.budget.note(percent: Int(usage.percent), regainAfter: usage.regainAfter, now: world.now())
    }

    private func record(_ items: [JSONValue], _ memory: Memory?, of unit: Unit, _ plan: AccountPlan, asked: [String]) async -> Moment? {
        await tokenIsGood(plan.name)
        let observation: Observation
        do throws(GraphFailure) {
            observation = try Observation(unit, of: plan, items: items, asked: asked)
        } catch {
            return await fail(unit, error)
        }
        let now = world.wallClock()
        let before = watches[unit] ?? Watch(over: unit, since: now)
        let dropped = accounts[plan.name]?.dropped[unit.kind] ?? []
        let outcome: @Sendable (Recording) -> Watch.Outcome = { recording in
            let lost = (recording.drifted + dropped).sorted()
            return lost.isEmpty ? .complete : .drifted("Meta no longer gives \(lost.joined(separator: ", "))")
        }
        do {
            let recording = try await ledger.record(observation, at: now) { recording in
                var watch = before
                return WatchNote(watch.on(outcome(recording), at: now), of: watch, before, over: unit)
            }
            var watch = before
            _ = watch.on(outcome(recording), at: now)
            watches[unit] = watch
            memories[unit] = recording.pending || watch.state != .current ? nil : memory
            if unit.kind == .phoneNumber {
                for number in recording.removed { forget(number: number, of: plan.name) }
                self.watch(numbers: recording.ids, of: plan)
            }
            return nil
        } catch {
            // Whoever looks after the ledger says so, once. What could not be recorded is seen again by the next look.
            log.debug("a look could not be recorded", metadata: ["unit": "\(unit)", "error": "\(error)"])
            return nil
        }
    }

    /// No usable answer: the watch says so, and the next try is set by what failed.
    private func fail(_ unit: Unit, _ failure: GraphFailure) async -> Moment? {
        let now = world.now()
        let hour = now + .seconds(3600)
        memories[unit] = nil
        log.debug("a look failed", metadata: ["unit": "\(unit)", "error": "\(failure)"])
        let state = Watch.State(failure.code)
        await move(unit, .failed(state, reason: failure.description))
        switch state {
        case .unauthorized:
            accounts[unit.account]?.refusedUntil = hour
            let account = Unit(account: unit.account, kind: .account)
            if watches[account] == nil { watches[account] = Watch(over: account, since: world.wallClock()) }
            await move(account, .failed(.unauthorized, reason: failure.description))
            return hour
        case .forbidden, .notFound:
            return schedule.interval(of: unit).map { max(now + $0, hour) }
        case .throttled:
            guard case .throttled(let regainAfter) = failure.code else { return hour }
            let wait = regainAfter ?? .seconds(300)
            accounts[unit.account]?.budget.note(percent: nil, regainAfter: wait, now: now)
            return now + wait
        default:
            return now + retry.delay(afterFailures: watches[unit]?.failures ?? 1, random: world.random())
        }
    }

    /// An answer came: the token is not refused, or no longer.
    private func tokenIsGood(_ name: String) async {
        accounts[name]?.refusedUntil = nil
        let account = Unit(account: name, kind: .account)
        if watches[account]?.state == .unauthorized { await move(account, .complete) }
    }

    /// Moves a watch by how a look ended, and has told what is to be told.
    private func move(_ unit: Unit, _ outcome: Watch.Outcome) async {
        let now = world.wallClock()
        let before = watches[unit] ?? Watch(over: unit, since: now)
        var watch = before
        let telling = watch.on(outcome, at: now)
        watches[unit] = watch
        guard let note = WatchNote(telling, of: watch, before, over: unit) else { return }
        do {
            try await ledger.record([note], at: now)
        } catch {
            // What nobody was told of has not happened yet: the next look's end moves the watch from where it was.
            if watches[unit] == watch { watches[unit] = before }
            log.debug("a watch could not be recorded", metadata: ["unit": "\(unit)", "error": "\(error)"])
        }
    }
}

extension WatchNote {
    /// What is to be kept and told of a watch that moved; `nil` if it stayed.
    init?(_ telling: Watch.Telling, of watch: Watch, _ before: Watch, over unit: Unit) {
        guard telling != .nothing else { return nil }
        self.init(watch: unit.watch, document: watch.document, change: telling == .told ? watch.change(of: unit, from: before) : nil)
    }
}

extension Observation {
    /// The things in the answers of a complete walk. Throws the fault of an item that is none.
    init(_ unit: Unit, of plan: AccountPlan, items: [JSONValue], asked: [String]) throws(GraphFailure) {
        let edge = unit.kind.edge
        func refuse(_ why: String) -> GraphFailure { GraphFailure(.invalidAnswer(why)) }
        if edge.form == .single, items.count != 1 { throw refuse("there are \(items.count) things where one should be") }
        var seen: Set<String> = []
        var found: [Item] = []
        for item in items {
            do throws(DocumentError) { try edge.check(item) } catch { throw refuse("\(error)") }
            guard let object = item.object else { throw refuse("a thing is \(item.typeName)") }
            guard let id = edge.form == .single ? unit.phoneNumberID : edge.key(of: item) else { throw refuse("a thing has no id") }
            guard seen.insert(id).inserted, unit.kind != .phoneNumber || plan.watches(id) else { continue }
            found.append(Item(id: id, document: object))
        }
        self.init(unit: unit, owner: unit.phoneNumberID ?? plan.wabaID, items: found, asked: Set(asked).union(["id"]))
    }
}

extension WatchState {
    init(_ code: GraphFailure.Code) {
        switch code {
        case .unauthorized: self = .unauthorized
        case .forbidden, .policy: self = .forbidden
        case .notFound: self = .notFound
        case .throttled: self = .throttled
        case .unreachable, .transient, .paging: self = .unreachable
        case .invalidField, .invalidRequest, .invalidAnswer: self = .invalidAnswer
        }
    }
}
