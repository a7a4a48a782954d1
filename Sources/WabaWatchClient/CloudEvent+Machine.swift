import Glibc

extension CloudEvent {
    /// This machine's name (gethostname(2)), for the source of events; `localhost` where it has none.
    public static func machineName() -> String {
        // HOST_NAME_MAX is 64; one more byte ends it.
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.isEmpty ? "localhost" : text
    }
}
