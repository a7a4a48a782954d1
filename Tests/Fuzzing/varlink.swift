// What libFuzzer calls: bytes are taken as messages and as an interface's text. See varlink.sh.
import StrictJSON

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    for message in bytes.split(separator: 0) {
        _ = try? ReplyMessage(parsing: message, limits: JSONLimits())
        guard let call = try? CallMessage(parsing: message, limits: JSONLimits()) else { continue }
        precondition(
            (try? CallMessage(parsing: call.frame.dropLast(), limits: JSONLimits())) == call, "a call must survive its own writing")
    }
    guard let interface = try? InterfaceDescription(parsing: String(decoding: bytes, as: UTF8.self)) else { return 0 }
    guard let again = try? InterfaceDescription(parsing: interface.description) else {
        preconditionFailure("a printed text must be readable")
    }
    precondition(again.members == interface.members && again.documentation == interface.documentation, "printing must lose nothing")
    return 0
}
