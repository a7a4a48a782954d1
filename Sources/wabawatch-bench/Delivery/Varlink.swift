import Foundation

extension Connection {
    /// Calls a method of the daemon by hand; its replies end with a null byte each.
    func call(_ method: String, _ parameters: String = "{}", more: Bool = false) throws {
        try send(Array(#"{"method":"io.wabawatch.\#(method)","parameters":\#(parameters),"more":\#(more)}"#.utf8) + [0])
    }

    /// The next reply.
    func reply() throws -> String {
        let frame = try receive { $0.firstIndex(of: 0).map { $0 + 1 } }
        return String(decoding: frame.dropLast(), as: UTF8.self)
    }
}
