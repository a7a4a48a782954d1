import StrictJSON
import TestTools
import Testing
import WabaWatchInterface
import WhatsAppBusiness

/// A filter against a plain reading of what its lists mean.
@Suite struct FilterPropertyTests {
    private static let pointers = [[], ["a"], ["a", "b"], ["a", "b", "c"], ["ab"], ["b"]].map { JSONPointer($0) }

    private static func change(_ random: inout SeededGenerator) -> Change {
        let kind = random.pick(Kind.allCases.map { OpenEnum($0) } + [OpenEnum(rawValue: "flow")])
        let id = ResourceID(
            account: random.pick(["acme", "globex", ""]), kind: kind, id: random.pick(["1", "2", "é"]),
            phoneNumberID: random.pick([nil, "1", "2"]))
        return Change(
            id, cursor: Cursor("c"), sequence: 1, observedAt: Sample.moment,
            operation: random.pick(ChangeOperation.allCases.map { OpenEnum($0) } + [OpenEnum(rawValue: "merged")]), origin: OpenEnum(.poll),
            severity: random.pick(Severity.allCases.map { OpenEnum($0) } + [OpenEnum(rawValue: "dire")]),
            fields: (0..<random.below(4)).map { _ in random.pick(pointers) }, summary: "")
    }

    private static func some<Value: Hashable>(_ values: [Value], _ random: inout SeededGenerator) -> Set<Value>? {
        guard random.chance(0.5) else { return nil }
        return Set((0..<random.below(3)).map { _ in random.pick(values) })
    }

    private static func filter(_ random: inout SeededGenerator) -> Filter {
        Filter(
            accounts: some(["acme", "globex"], &random), kinds: some(Kind.allCases, &random), ids: some(["1", "2"], &random),
            phoneNumberIDs: some(["1", "2"], &random), operations: some(ChangeOperation.allCases, &random),
            fields: random.chance(0.5) ? (0..<random.below(3)).map { _ in random.pick(pointers) } : nil,
            minimumSeverity: random.chance(0.5) ? random.pick(Severity.allCases) : nil)
    }

    /// As a person reads the interface's text.
    private static func wants(_ filter: Filter, _ change: Change) -> Bool {
        if let accounts = filter.accounts, !accounts.contains(change.account) { return false }
        if let kinds = filter.kinds, !kinds.contains(where: { $0.rawValue == change.kind.rawText }) { return false }
        if let ids = filter.ids, !ids.contains(change.id) { return false }
        if let numbers = filter.phoneNumberIDs {
            guard let number = change.phoneNumberID, numbers.contains(number) else { return false }
        }
        if let operations = filter.operations, !operations.contains(where: { $0.rawValue == change.operation.rawText }) { return false }
        if let minimum = filter.minimumSeverity {
            let order = ["info", "notice", "warning", "critical"]
            let place = order.firstIndex(of: change.severity.rawText) ?? 2
            if place < order.firstIndex(of: minimum.rawValue) ?? 0 { return false }
        }
        if let fields = filter.fields {
            let texts = change.fields.map { "\($0)/" }
            return fields.contains { wanted in wanted.names.isEmpty || texts.contains { $0.hasPrefix("\(wanted)/") } }
        }
        return true
    }

    @Test(arguments: 0..<40 as Range<UInt64>) func filter_wantsWhatItsListsSay(seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        for _ in 0..<200 {
            let (filter, change) = (Self.filter(&random), Self.change(&random))
            #expect(filter.matches(change) == Self.wants(filter, change), "\(filter.json) \(change.json)")
            // The parts of the decision, which are made before a change is read, are the whole.
            let parts = (
                filter.matches(change.resourceID), filter.matches(operation: change.operation, severity: change.severity),
                filter.touches(change.fields)
            )
            #expect(filter.matches(change) == (parts.0 && parts.1 && parts.2))
            // Over the wire it is the same filter.
            #expect(try Filter(json: filter.json) == filter)
        }
    }

    /// One list more never wants more.
    @Test(arguments: 100..<120 as Range<UInt64>) func filter_withAListMore_isNarrower(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        for _ in 0..<200 {
            let (filter, change) = (Self.filter(&random), Self.change(&random))
            for narrower in [
                Self.with(filter) { $0.accounts = $0.accounts ?? ["acme"] }, Self.with(filter) { $0.kinds = $0.kinds ?? [.account] },
                Self.with(filter) { $0.operations = $0.operations ?? [.changed] },
                Self.with(filter) { $0.fields = $0.fields ?? [JSONPointer(["a"])] },
                Self.with(filter) { $0.minimumSeverity = $0.minimumSeverity ?? .critical }, Self.with(filter) { $0.ids = [] },
            ] {
                #expect(!narrower.matches(change) || filter.matches(change))
            }
            #expect(Filter().matches(change))
        }
    }

    private static func with(_ filter: Filter, _ change: (inout Filter) -> Void) -> Filter {
        var filter = filter
        change(&filter)
        return filter
    }

    // MARK: What a call may ask

    @Test(arguments: ["accounts", "kinds", "ids", "phoneNumberIds", "operations"]) func list_isOfABoundedLength(name: String) throws {
        let element: JSONValue = name == "kinds" ? "account" : name == "operations" ? "changed" : "x"
        func list(_ count: Int) -> JSONObject { [name: .array(Array(repeating: element, count: count))] }
        #expect(throws: Never.self) { try Filter(json: list(Filter.listLimit)) }
        #expect(throws: MemberError(name, "has more than 10000 elements")) { try Filter(json: list(Filter.listLimit + 1)) }
    }

    @Test(
        arguments: [
            (["minimumSeverity": 3], "minimumSeverity should be a string and is a number"),
            (["accounts": [:]], "accounts should be an array and is an object"),
            (["accounts": ["a", 7]], "accounts[1] should be a string and is a number"),
            (["fields": ["a"]], "fields[0] is not a JSON pointer"),
            (["fields": ["/~2"]], "fields[0] is not a JSON pointer"),
            (["operations": ["Changed"]], "operations[0] has a value that is not in its list"),
            (["kinds": [""]], "kinds[0] has a value that is not in its list"), (["minimum": 1], "minimum is no member that is known"),
        ] as [(JSONObject, String)]) func filter_thatIsWrong_isRefusedInASentence(json: JSONObject, sentence: String)
    {
        let error = #expect(throws: MemberError.self) { try Filter(json: json) }
        #expect(error?.description == sentence)
    }

    /// What a caller sends comes back in no error: neither a long text nor a secret.
    @Test(arguments: 200..<220 as Range<UInt64>) func hostileParameters_areRefused_andNeverTold(seed: UInt64) {
        var random = SeededGenerator(state: seed)
        func value(_ depth: Int) -> JSONValue {
            switch random.below(depth > 0 ? 6 : 4) {
            case 0: return .string("s3cr3t" + String(repeating: "x", count: random.below(3000)))
            case 1: return .integer(Int64(bitPattern: random.next()))
            case 2: return .null
            case 3: return .bool(random.chance(0.5))
            case 4: return .array((0..<random.below(4)).map { _ in value(depth - 1) })
            default: return .object(JSONObject((0..<random.below(4)).map { ("m\($0)", value(depth - 1)) }))
            }
        }
        let names = [
            "filter", "after", "snapshot", "heartbeatSeconds", "since", "until", "limit", "newestFirst", "account", "kind", "id", "users",
        ]
        for _ in 0..<300 {
            let json = JSONObject((0..<random.number(1...4)).map { _ in (random.pick(names), value(3)) })
            func check<R: Record>(_ type: R.Type) {
                do throws(MemberError) { _ = try R(json: json) } catch {
                    #expect(!"\(error)".contains("s3cr3t") && "\(error)".utf8.count < 200, "\(error)")
                }
            }
            check(SubscribeParameters.self)
            check(HistoryParameters.self)
            check(GetParameters.self)
            check(ListParameters.self)
            check(PollParameters.self)
            check(UserList.self)
        }
    }
}
