public import StrictJSON
public import WhatsAppBusiness

// What is kept of a budget over restarts.

extension CallBudget {
    /// What a process after this one has to know: the calls of the last hour, those of the offer included.
    public func document(_ now: Moment, wallClock: Timestamp, boot: String?, offer: Offer? = nil) -> JSONObject {
        var counted = minutes.filter { $0.counts(now) }
        if let offer { counted.append(Minute(minute: offer.minute, calls: offer.calls, others: offer.calls)) }
        var document: JSONObject = [
            "minutes": .array(
                counted.map { minute in
                    .array([Int(minute.minute), minute.calls, minute.others, minute.answers, minute.earlier].map { .integer($0) })
                }),
            "minute": .integer(Int(now.minute)), "clock": .integer(Int(wallClock.milliseconds)), "seen": .integer(Int(seen)),
            "left": .integer(Int(left)),
        ]
        document["boot"] = boot.map(JSONValue.string)
        document["usage"] = usagePercent.map { .integer($0) }
        if let blockedUntil, blockedUntil > now { document["blocked"] = .integer(Int((blockedUntil - now).milliseconds)) }
        return document
    }

    /// Goes on where the process before this one was.
    ///
    /// Moments of the same boot compare; after another one only the wall clock tells how long ago it was, and never less than nothing.
    public mutating func restore(_ document: JSONObject, _ now: Moment, wallClock: Timestamp, boot: String?) {
        guard let minute = document["minute"]?.integer, let clock = document["clock"]?.integer else { return }
        let sameBoot = boot != nil && document["boot"]?.string == boot && minute <= now.minute
        let ago = sameBoot ? now.minute - minute : max(0, wallClock.milliseconds - clock) / 60_000
        // What was reserved in a minute may have been used in the next.
        let shift = now.minute - ago - minute + 1
        let known = (document["minutes"]?.array ?? []).compactMap { row -> Minute? in
            guard let values = row.array?.compactMap(\.integer), values.count >= 3 else { return nil }
            // An older one's calls were answered, but for few.
            return Minute(
                minute: values[0] + shift, calls: Int(clamping: values[1]), others: Int(clamping: values[2]),
                answers: Int(clamping: values.count > 3 ? values[3] : values[1]),
                earlier: Int(UInt8(clamping: values.count > 4 ? values[4] : 0)) + (sameBoot ? 1 : 2))
        }
        minutes = known.filter { $0.counts(now) && $0.calls >= 0 }.sorted { $0.minute < $1.minute }
        seen = max(200, Double(document["seen"]?.integer ?? 200))
        left = min(seen, Double(document["left"]?.integer ?? 200))
        usagePercent = document["usage"]?.integer.map { Int(clamping: $0) }
        toldAt = now
        if let blocked = document["blocked"]?.integer {
            let rest = Duration.milliseconds(blocked) - .seconds(60 * max(0, ago - 1))
            if rest > .zero { blockedUntil = now + rest }
        }
    }
}
