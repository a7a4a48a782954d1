import StrictJSON

extension NamedFault {
    /// What goes wrong on the way, and whole answers that are set.
    static let transport: [NamedFault] = [
        NamedFault(
            "status", "A bare status with a body that is no JSON, as proxies send it.",
            [Parameter("status", "the status; 500"), Parameter("body", "the body; HTML")]
        ) { given, _ throws(SimulatedError) in
            .status(
                try given.integer("status", in: 100...599) ?? 500,
                body: try given.text("body") ?? "<html><body><h1>Bad Gateway</h1></body></html>")
        },
        NamedFault(
            "error", "An error in Meta's envelope.",
            [
                Parameter("code", "its code; 1"), Parameter("subcode", "its subcode; none"), Parameter("message", "its sentence"),
                Parameter("status", "the HTTP status; 400"), Parameter("transient", "true or false: is_transient; absent"),
            ]
        ) { given, _ throws(SimulatedError) in
            .error(
                SimulatedError(
                    try given.integer("code", in: Int.min...Int.max) ?? 1, subcode: try given.integer("subcode", in: Int.min...Int.max),
                    try given.text("message") ?? "An error was set", status: try given.integer("status", in: 100...599) ?? 400,
                    isTransient: given["transient"]?.bool))
        },
        NamedFault("body", "The right answer with another body.", [Parameter("body", "the body; nothing")]) {
            given, _ throws(SimulatedError) in
            .body(try given.text("body") ?? "")
        },
        NamedFault("truncatedBody", "The right answer, cut in the middle and the connection closed.") { _, _ throws(SimulatedError) in
            .truncatedBody
        },
        NamedFault("halfBody", "The right answer's first half, as if it were whole.") { _, _ throws(SimulatedError) in .halfBody },
        NamedFault("garbledBody", "The right answer with bytes that break it.") { _, _ throws(SimulatedError) in .garbledBody },
        NamedFault("emptyBody", "The right status with nothing behind it.") { _, _ throws(SimulatedError) in .emptyBody },
        NamedFault("oversizedBody", "A body of so many bytes.", [Parameter("bytes", "how many; 20000000")]) {
            given, _ throws(SimulatedError) in
            .oversizedBody(bytes: try given.integer("bytes", in: 0...1 << 30) ?? 20_000_000)
        },
        NamedFault("redirect", "HTTP 302.", [Parameter("to", "where to; https://elsewhere.example/")]) { given, _ throws(SimulatedError) in
            .redirect(to: try given.text("to") ?? "https://elsewhere.example/")
        },
        NamedFault("reset", "The connection is reset before an answer.") { _, _ throws(SimulatedError) in .reset },
        NamedFault("stall", "No answer, ever.") { _, _ throws(SimulatedError) in .stall },
        NamedFault("stallInBody", "The headers and half of the body, then nothing more.") { _, _ throws(SimulatedError) in .stallInBody },
        NamedFault("delay", "The right answer, later.", [Parameter("milliseconds", "how much; 1000")]) { given, _ throws(SimulatedError) in
            .delay(.milliseconds(try given.integer("milliseconds", in: 0...3_600_000) ?? 1000))
        },
        altering("notModified", "A 304 that nobody asked for, with no body.") { _ throws(SimulatedError) in
            { altered in altered.answer = GraphAnswer(status: 304, headers: altered.answer.headers, body: []) }
        },
    ]
}
