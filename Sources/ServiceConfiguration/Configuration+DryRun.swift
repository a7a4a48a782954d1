import GraphAPI
import StrictYAML
import Watching
import WhatsAppBusiness

extension Configuration {
    /// What would be asked, and what that costs: for each account its plan against the budget, and one line a kind with the request and the interval, the
    /// one at first where it follows what changes. Where all of an account's numbers are watched, nobody knows yet how many these are, and one stands for all.
    package func dryRun() -> [String] { accounts.flatMap { dryRun($0) } }

    /// What does not fit into its account's budget, a line for each such account; `--check` says it.
    package func overBudget() -> [String] {
        accounts.compactMap { account in
            let plan = plan(account)
            guard plan.stretch > 1 else { return nil }
            return
                "\(account.place): \(account.name): \(Self.calls(plan.callsPerHour)) calls an hour\(account.phoneNumbers == nil ? " with one phone number" : "") "
                + "are more than the budget of \(plan.budget) at first allows; \(Self.stretched(plan, account))"
        }
    }

    private func dryRun(_ account: Account) -> [String] {
        let plan = plan(account)
        let numbers = account.phoneNumbers.map { "\($0.count) phone number\($0.count == 1 ? "" : "s")" } ?? "its phone numbers as one"
        var head = "\(account.name) (\(account.wabaID)): \(Self.calls(plan.callsPerHour)) calls an hour counting \(numbers), "
        head += "of \(plan.budget) that the budget allows at first"
        let adaptive = account.watch.isAdaptive ? plan.adaptiveAtFirst() : nil
        if plan.stretch > 1 {
            head += "; " + Self.stretched(plan, account)
        } else if let adaptive, adaptive.callsPerHour > plan.callsPerHour * 1.005 {
            head += "; what is left is spent where changes are likely, \(Self.calls(adaptive.callsPerHour)) calls an hour in all"
        }
        var lines = [head]
        let version = GraphVersion(parsing: graph.version)?.description ?? graph.version
        for part in plan.parts {
            guard let edge = Edge.serving(part.kind) else { continue }
            let ids = part.isOfNumbers ? account.phoneNumbers ?? ["{phone number}"] : [account.wabaID]
            let interval = adaptive?.intervals[part.kind] ?? plan.interval(of: part.kind, every: part.every)
            let every = interval.milliseconds / 1000
            for id in ids {
                let query = GraphRequest(edge, id: id).query
                let path = "/\(version)/\(id)" + (edge.path.isEmpty ? "" : "/\(edge.path)") + (query.isEmpty ? "" : "?\(query)")
                lines.append("  \(part.kind.rawValue) every \(Duration.seconds(every).configurationText): GET \(graph.baseURL)\(path)")
            }
        }
        if let line = riding(account) { lines.append(line) }
        return lines
    }

    /// What may come with other answers, where Meta gives it there, and what is left to be asked for then.
    private func riding(_ account: Account) -> String? {
        guard graph.expansion == .auto else { return nil }
        let isOn = Set(account.watch.kinds.filter { $0.value.every != nil }.keys)
        var riding: [Kind: CallPlan.Riding] = [:]
        var sentences: [String] = []
        for host in Kind.polled where isOn.contains(host) {
            let riders = host.possibleRiders.filter(isOn.contains)
            guard !riders.isEmpty else { continue }
            sentences.append("with \(host.rawValue): \(riders.map(\.rawValue).joined(separator: ", "))")
            for kind in riders { riding[kind] = CallPlan.Riding(host: host, targets: kind.row.scope == .account ? 1 : numbers(account)) }
        }
        guard !sentences.isEmpty else { return nil }
        let least = plan(account, riding: riding)
        return "  where Meta gives them there, these come at no call of their own, \(sentences.joined(separator: "; ")): "
            + "\(Self.calls(least.callsPerHour)) calls an hour then"
    }

    private func numbers(_ account: Account) -> Int { account.phoneNumbers?.count ?? 1 }

    private func plan(_ account: Account, riding: [Kind: CallPlan.Riding] = [:]) -> CallPlan {
        CallPlan(
            intervals: account.watch.kinds.compactMapValues(\.every), numbers: numbers(account),
            budget: CallBudget(budget.callsPerHour.map { .fixed($0) } ?? .share(budget.share)).callsPerHour, riding: riding)
    }

    private static func calls(_ number: Double) -> String { String(Int(number.rounded(.up))) }

    private static func stretched(_ plan: CallPlan, _ account: Account) -> String {
        let times = Double(Int((plan.stretch * 10).rounded())) / 10
        let text = "polling intervals of all kinds but account and phone_number ×\(times)"
        return account.watch.isAdaptive ? text + " on average, first where little changes" : text
    }
}
