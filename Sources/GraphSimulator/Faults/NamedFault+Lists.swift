import StrictJSON

extension NamedFault {
    /// Lists that are not whole, although they say so.
    static let lists: [NamedFault] = [
        altering("emptyList", "Lists are empty: {\"data\":[]}; with times=1 once.") { _ throws(SimulatedError) in
            { altered in
                altered.lists { $0 = [] }
                altered.dropPaging()
            }
        },
        altering("halfList", "Lists lack the second half of each page.") { _ throws(SimulatedError) in
            { altered in altered.lists { $0 = Array($0.prefix($0.count / 2)) } }
        },
        altering("shortList", "Lists lack their last things.", [Parameter("lost", "how many are lost; 1")]) {
            given throws(SimulatedError) in
            let lost = try given.integer("lost", in: 1...1_000_000) ?? 1
            return { altered in altered.lists { $0 = Array($0.dropLast(lost)) } }
        },
        altering("lacking", "Lists lack one thing.", [Parameter("item", "its id", isRequired: true)]) { given throws(SimulatedError) in
            let item = try given.text("item")
            return { altered in altered.lists { $0.removeAll { $0.object?.thingKey == item } } }
        },
        altering("doubled", "Lists show each thing twice.") { _ throws(SimulatedError) in
            { altered in altered.lists { items in items = items.flatMap { [$0, $0] } } }
        },
        altering("reversed", "Lists come in another order.") { _ throws(SimulatedError) in { altered in altered.lists { $0.reverse() } } },
        NamedFault(
            "shiftingList", "A list shifts while it is paged: what stands behind a page's end slips away and is shown on no page.",
            [Parameter("page", "the largest page; 2"), Parameter("by", "how many slip away; 1")]
        ) { given, _ throws(SimulatedError) in
            .serving(
                .shift(
                    try given.integer("by", in: 1...1000) ?? 1, page: try given.integer("page", in: 1...5000) ?? 2))
        },
        NamedFault("shortPages", "No page is longer than so much.", [Parameter("page", "the largest page; 2")]) {
            given, _ throws(SimulatedError) in
            .serving(.pages(try given.integer("page", in: 1...5000) ?? 2))
        },
        NamedFault(
            "listOrder", "Lists come in another order than newest first, before they are divided into pages.",
            [Parameter("order", "oldestFirst, byKey or shuffled, which is another order after each change; oldestFirst")]
        ) { given, _ throws(SimulatedError) in
            let word = try given.choice("order", ListOrder.allCases.map(\.rawValue).filter { $0 != "newestFirst" })
            return .serving(.order(ListOrder(rawValue: word) ?? .oldestFirst))
        },
        NamedFault(
            "windowEnds", "since and until are heeded, with these ends.",
            [Parameter("since", "included or excluded; included"), Parameter("until", "included or excluded; included")]
        ) { given, _ throws(SimulatedError) in
            let words = ["included", "excluded"]
            return .serving(
                .windowEnds(
                    WindowEnds(
                        includesSince: try given.choice("since", words) == "included",
                        includesUntil: try given.choice("until", words) == "included")))
        },
    ]
}

extension AlteredAnswer {
    /// An empty list has no pages.
    fileprivate mutating func dropPaging() {
        guard call.edge?.item != nil, edge == nil || edge == call.edge else { return }
        document { whole in
            guard var object = whole.object else { return whole }
            object["paging"] = .none
            return .object(object)
        }
    }
}
