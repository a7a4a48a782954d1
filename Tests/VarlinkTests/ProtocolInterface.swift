import StrictJSON
import Varlink

private let text = """
    interface org.example.test
    method Echo(text: string) -> (text: string)
    method Wait() -> ()
    method Note(text: string) -> ()
    method Count(to: int) -> (number: int)
    method Wrong() -> (number: int)
    method WrongStream() -> (number: int)
    method Flood(count: int) -> (text: string)
    method Undeclared() -> ()
    """

func protocolInterface(
    waiting: @escaping @Sendable () async throws -> Void = {}, noting: @escaping @Sendable (String) -> Void = { _ in },
    flooded: @escaping @Sendable (Int) -> Void = { _ in }
) throws -> TestInterface {
    try TestInterface(
        text,
        [
            "Echo": { call, _ in ["text": call.parameters["text"] ?? .null] },
            "Wait": { _, _ in
                try await waiting()
                return [:]
            },
            "Note": { call, _ in
                noting(call.parameters["text"]?.string ?? "")
                return [:]
            },
            "Count": { call, replies in
                let last = call.parameters["to"]?.integer ?? 0
                for number in 1..<last { try await replies.send(["number": .integer(number)]) }
                return ["number": .integer(last)]
            },
            "Wrong": { _, _ in ["number": "one"] },
            "WrongStream": { _, replies in
                try await replies.send(["number": nil])
                return ["number": 1]
            },
            "Flood": { call, replies in
                let frame = Replies.frame(["text": .string(String(repeating: "x", count: 1000))], continues: true)
                for _ in 0..<(call.parameters["count"]?.integer ?? 0) {
                    var frames = Frames()
                    frames.append(frame: frame)
                    try await replies.send(frames: frames)
                    flooded(frame.count)
                }
                return ["text": "done"]
            },
            "Undeclared": { _, _ in throw VarlinkError("org.example.test.Unheard") },
        ])
}

func echo(_ text: String, _ flags: String = "") -> String {
    #"{"method":"org.example.test.Echo","parameters":{"text":"\#(text)"}\#(flags)}"# + "\0"
}

func echoed(_ text: String) -> String { #"{"parameters":{"text":"\#(text)"}}"# + "\0" }
