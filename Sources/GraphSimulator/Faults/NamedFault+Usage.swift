import StrictJSON

extension NamedFault {
    private static let header = "x-business-use-case-usage"
    private static let figures = [
        Parameter("percent", "each of the three percentages"), Parameter("minutes", "minutes to regain access"),
        Parameter("own", "what our own entry says, in percent; what it really is"),
        Parameter("first", "true: stands before our own entry; behind"),
    ]

    /// Usage headers that speak of somebody else.
    static let usage: [NamedFault] = [
        altering(
            "foreignUsageType", "The usage header has an entry of another type beside ours, under our own account.",
            [Parameter("type", "whatsapp, ads_management or any other; whatsapp")] + figures
        ) { given throws(SimulatedError) in
            let entry = try entry(given, type: try given.text("type") ?? "whatsapp", percent: 95, minutes: 0)
            let (own, first) = (try given.integer("own", in: 0...1000), given["first"] == true)
            return { altered in
                let owner = altered.call.account ?? ""
                altered.header(header) { present in
                    var usage = ours(present, own: own)
                    let entries = usage[member: owner]?.array ?? []
                    usage[owner] = .array(first ? [entry] + entries : entries + [entry])
                    return JSONValue.object(usage).description
                }
            }
        },
        altering(
            "foreignUsageKey", "The usage header has another account's entry beside ours.",
            [
                Parameter("key", "the other account's id; 998877665544332"),
                Parameter("type", "its type; whatsapp_business_management"),
            ] + figures
        ) { given throws(SimulatedError) in
            let key = try given.text("key") ?? "998877665544332"
            let entry = try entry(given, type: try given.text("type") ?? "whatsapp_business_management", percent: 100, minutes: 1440)
            let own = try given.integer("own", in: 0...1000)
            return { altered in
                altered.header(header) { present in
                    var usage = ours(present, own: own)
                    usage[key] = [entry]
                    return JSONValue.object(usage).description
                }
            }
        },
        altering(
            "foreignUsageOnly", "The usage header has another account's entry instead of ours.",
            [Parameter("key", "the other account's id")] + figures
        ) { given throws(SimulatedError) in
            let key = try given.text("key") ?? "998877665544332"
            let entry = try entry(given, type: "whatsapp_business_management", percent: 100, minutes: 1440)
            return { altered in altered.header(header) { _ in JSONValue.object([key: [entry]]).description } }
        },
        altering("appUsage", "The app's own usage header stands beside ours.", [Parameter("percent", "each of the three percentages; 95")])
        { given throws(SimulatedError) in
            let percent = JSONValue.integer(try given.integer("percent", in: 0...1000) ?? 95)
            return { altered in
                altered.header("x-app-usage") { _ in
                    JSONValue.object(["call_count": percent, "total_cputime": percent, "total_time": percent]).description
                }
            }
        },
        altering("usageHeader", "The usage header as it is said, whatever it is.", [Parameter("text", "its value", isRequired: true)]) {
            given throws(SimulatedError) in
            // A header's value has no line of its own.
            let text = (given["text"]?.string ?? given["text"]?.description ?? "").filter { !$0.isNewline }
            return { altered in altered.header(header) { _ in text } }
        },
    ]

    private static func entry(
        _ given: FaultParameters, type: String, percent: Int, minutes: Int
    ) throws(SimulatedError) -> JSONValue {
        let percent = JSONValue.integer(try given.integer("percent", in: 0...1000) ?? percent)
        let minutes = try given.integer("minutes", in: 0...1_000_000) ?? minutes
        return [
            "type": .string(type), "call_count": percent, "total_cputime": percent, "total_time": percent,
            "estimated_time_to_regain_access": .integer(minutes),
        ]
    }

    /// Our own entries, with another percentage if one is set.
    private static func ours(_ present: String?, own: Int?) -> JSONObject {
        let usage = present.flatMap { try? JSONValue(parsing: $0).object } ?? [:]
        guard let own else { return usage }
        return JSONObject(
            usage.map { member in
                let entries = member.value.array ?? []
                return (
                    member.name,
                    .array(
                        entries.map { entry in
                            var entry = entry.object ?? [:]
                            for name in ["call_count", "total_cputime", "total_time"] { entry[name] = .integer(own) }
                            return .object(entry)
                        })
                )
            })
    }
}
