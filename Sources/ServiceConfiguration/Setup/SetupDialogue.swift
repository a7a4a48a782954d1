/// What is asked of whoever sets accounts up, and what comes of the answers: no terminal, no file, no network. Where nobody is to be asked, every question is
/// answered by what is safe: new accounts are taken, and what is there already is left as it is.
package struct SetupDialogue: Sendable {
    /// What is wished on the command line.
    package struct Wishes: Sendable, Equatable {
        /// The name of the account.
        package var name: String?
        /// Whether nobody is asked.
        package var isSilent: Bool

        package init(name: String? = nil, isSilent: Bool = false) {
            self.name = name
            self.isSilent = isSilent
        }
    }

    /// What to do next.
    package enum Step: Sendable, Equatable {
        /// Say the remarks, ask, and give the answer to `on`.
        case ask(String, remarks: [String])
        /// Say the remarks and write this.
        case write(SetupPlan, remarks: [String])
    }

    private enum State: Equatable {
        case choosing
        case naming([SetupCandidate])
        case replacing(SetupPlan.Entry, rest: [SetupCandidate])
        case replacingUnit
        case confirming
        case done
    }

    private let wishes: Wishes
    private let choices: [SetupCandidate]
    private let place: SetupPlace
    private let files: SetupFiles
    private let token: SetupToken
    /// Where the tokens of accounts come from that are there already, by their names.
    private let sources: [String: Configuration.SecretSource]
    private var state = State.choosing
    private var taken: Set<String>
    private var entries: [SetupPlan.Entry] = []
    private var remarks: [String] = []

    /// - Parameter configuration: what is there already.
    package init(
        _ wishes: Wishes, candidates: [SetupCandidate], configuration: Configuration, place: SetupPlace, files: SetupFiles,
        token: SetupToken
    ) {
        self.wishes = wishes
        self.place = place
        self.files = files
        self.token = token
        choices = candidates.filter { $0.trouble == nil }
        sources = Dictionary(configuration.accounts.map { ($0.name, $0.token) }, uniquingKeysWith: { first, _ in first })
        taken = files.accounts.union(sources.keys)
    }

    /// Begins.
    package mutating func begin() throws(SetupProblem) -> Step {
        guard !choices.isEmpty else {
            throw SetupProblem(
                "The token sees no WhatsApp Business Account",
                help: "Assign the accounts to the token's system user: Business settings, System users, Assign assets.")
        }
        if let name = wishes.name, let fault = AccountName.fault(name, taken: taken) { throw SetupProblem(fault) }
        let new = choices.filter { $0.configuredName == nil }
        guard wishes.isSilent else { return ask(choosing(new)) }
        for known in choices {
            if let name = known.configuredName { remarks.append("\(name) \(known.title) is there already and is left as it is.") }
        }
        return try name(new)
    }

    /// Takes the answer to the question that was asked, without white space around it; `nil` where the input ended.
    package mutating func on(_ answer: String?) throws(SetupProblem) -> Step {
        guard let answer else { throw SetupProblem("The input ended before all questions were answered; nothing was written") }
        switch state {
        case .choosing: return try chosen(answer)
        case .naming(let rest): return try named(answer, rest)
        case .replacing(let entry, let rest):
            guard let isYes = Self.yes(answer, otherwise: false) else { return ask(replacing(entry)) }
            if isYes { entries.append(entry) } else { remarks.append("\(entry.name) is left as it is.") }
            return try name(rest)
        case .replacingUnit:
            guard let isYes = Self.yes(answer, otherwise: false) else { return ask(replacingUnit) }
            if !isYes { throw leftUnit }
            return confirm()
        case .confirming:
            guard let isYes = Self.yes(answer, otherwise: true) else { return ask("Write these files? [Y/n] ") }
            guard isYes else { throw SetupProblem("Nothing was written") }
            return write()
        case .done: preconditionFailure("an answer after everything was decided")
        }
    }

    // MARK: Which

    private func choosing(_ new: [SetupCandidate]) -> String {
        "Which accounts are to be watched? Numbers such as 1,3-4, or all" + (new.isEmpty ? ": " : " [\(places(new))]: ")
    }

    /// Where the new ones stand in the list.
    private func places(_ new: [SetupCandidate]) -> String {
        if new.count == choices.count { return "all" }
        return choices.indices.filter { choices[$0].configuredName == nil }.map { "\($0 + 1)" }.joined(separator: ",")
    }

    private mutating func chosen(_ answer: String) throws(SetupProblem) -> Step {
        let new = choices.filter { $0.configuredName == nil }
        if answer.isEmpty { return try name(new) }
        guard let chosen = SetupSelection.read(answer, of: choices.count) else {
            remarks.append("Please answer with numbers from 1 to \(choices.count), or with all.")
            return ask(choosing(new))
        }
        return try name(chosen.map { choices[$0] })
    }

    // MARK: Under which names

    private mutating func name(_ rest: [SetupCandidate]) throws(SetupProblem) -> Step {
        var rest = rest
        if wishes.name != nil, rest.count + entries.count > 1 {
            throw SetupProblem(
                "--name is the name of one account, and \(rest.count + entries.count) were chosen",
                help: "Leave --name out, or choose one account: --business takes an account's id too.")
        }
        while let next = rest.first {
            if let known = next.configuredName {
                rest.removeFirst()
                // A credential is ours only where systemd passes this folder, and not another of that name.
                let isOurs =
                    sources[known] == .credential("tokens/\(known)") && files.dropIn == .same && files.tokens[known] != nil
                    || sources[known] == .file(place.token(known))
                guard isOurs else {
                    remarks.append("\(known) gets its token from elsewhere, see its token in the configuration: put the new one there.")
                    continue
                }
                guard files.tokens[known] != .same else {
                    remarks.append("\(known) has this token already.")
                    continue
                }
                let entry = SetupPlan.Entry(name: known, id: next.id, isKnown: true)
                state = .replacing(entry, rest: rest)
                return ask(replacing(entry))
            }
            let proposed = wishes.name ?? AccountName.proposed(for: next, taken: taken)
            guard wishes.isSilent || wishes.name != nil else {
                state = .naming(rest)
                return ask(naming(next))
            }
            rest.removeFirst()
            if let step = try take(proposed, next, rest) { return step }
        }
        return try end()
    }

    private func naming(_ candidate: SetupCandidate) -> String {
        "Name for \(candidate.title) [\(AccountName.proposed(for: candidate, taken: taken))]: "
    }

    private mutating func named(_ answer: String, _ rest: [SetupCandidate]) throws(SetupProblem) -> Step {
        let candidate = rest[0]
        let name = answer.isEmpty ? AccountName.proposed(for: candidate, taken: taken) : answer
        if let fault = AccountName.fault(name, taken: taken) {
            remarks.append(fault + ".")
            return ask(naming(candidate))
        }
        let rest = Array(rest.dropFirst())
        if let step = try take(name, candidate, rest) { return step }
        return try self.name(rest)
    }

    /// Takes an account under a name. A token of that name that is another one is not replaced unasked.
    private mutating func take(_ name: String, _ candidate: SetupCandidate, _ rest: [SetupCandidate]) throws(SetupProblem) -> Step? {
        taken.insert(name)
        let entry = SetupPlan.Entry(name: name, id: candidate.id)
        guard files.tokens[name] == .other else {
            entries.append(entry)
            return nil
        }
        if wishes.isSilent {
            throw SetupProblem(
                "\(place.token(name)) is there already, with another token; nothing was written",
                help: "Move it away, choose another name with --name, or leave --yes out to be asked.")
        }
        state = .replacing(entry, rest: rest)
        return ask(replacing(entry))
    }

    private func replacing(_ entry: SetupPlan.Entry) -> String {
        let what = entry.isKnown ? "\(entry.name) is watched already" : "\(place.token(entry.name)) is there already, with another token"
        return "\(what). Replace its token? [y/N] "
    }

    // MARK: The end

    private mutating func end() throws(SetupProblem) -> Step {
        guard !entries.isEmpty else {
            throw SetupProblem((remarks + ["Nothing was chosen; nothing was written"]).joined(separator: "\n"))
        }
        if let other = files.otherDropIn, files.dropIn != .same, entries.contains(where: { !$0.isKnown }) {
            throw SetupProblem(
                "\(other) passes another folder of tokens to the service; nothing was written",
                help: "Put the token there and the account in \(place.accounts) by hand, or take LoadCredential=tokens: out of it.")
        }
        guard files.dropIn == .other, entries.contains(where: { !$0.isKnown }), place.dropIn != nil else { return confirm() }
        if wishes.isSilent { throw leftUnit }
        state = .replacingUnit
        return ask(replacingUnit)
    }

    private var replacingUnit: String { "\(place.dropIn ?? "") is there already, with other contents. Replace it? [y/N] " }

    private var leftUnit: SetupProblem {
        SetupProblem(
            "\(place.dropIn ?? "") is there already, with other contents; nothing was written",
            help: "It should say, below [Service]: LoadCredential=tokens:\(place.tokens)")
    }

    private mutating func confirm() -> Step {
        if wishes.isSilent { return write() }
        state = .confirming
        remarks += ["To be written:"] + plan.lines
        return ask("Write these files? [Y/n] ")
    }

    private mutating func write() -> Step {
        state = .done
        defer { remarks = [] }
        return .write(plan, remarks: remarks)
    }

    private var plan: SetupPlan { SetupPlan(entries, token: token, place: place, files: files) }

    private mutating func ask(_ question: String) -> Step {
        defer { remarks = [] }
        return .ask(question, remarks: remarks)
    }

    private static func yes(_ answer: String, otherwise: Bool) -> Bool? {
        switch answer.lowercased() {
        case "": otherwise
        case "y", "yes": true
        case "n", "no": false
        default: nil
        }
    }
}
