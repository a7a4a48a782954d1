// What libFuzzer calls: bytes are taken as a request's head, and as what happens on a connection. See webhook.sh.

import HTTPFront

private let token: VerifyToken = {
    guard let token = try? VerifyToken("token".utf8) else { preconditionFailure("this is a token") }
    return token
}()
private let rules = RequestRules(path: "/", token: token, bodyBytes: 1000)

/// Lines of method, target and headers.
private func request(_ bytes: ArraySlice<UInt8>) -> FrontRequest {
    let lines = bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    let headers = lines.dropFirst(2).map { line in
        let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        return (name: String(parts[0]), value: parts.count > 1 ? String(parts[1]) : "")
    }
    return FrontRequest(
        method: lines.first ?? "", target: lines.dropFirst().first ?? "", headers: headers, isKeptAlive: bytes.count % 2 == 0)
}

private func check(_ request: FrontRequest) {
    switch rules.verdict(on: request) {
    case .answer(let answer):
        precondition(answer.status >= 400 || answer.body.utf8.allSatisfy { $0 < 0x80 && $0 > 0x2F }, "a challenge is letters and digits")
        precondition(answer.status >= 400 || request.target.contains("token"), "there is no challenge without the token")
    case .receive(let receipt): precondition(RequestRules.isSignature(receipt.signature), "a webhook has a signature")
    }
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    check(request(bytes[...]))
    let signature = "sha256=" + String(repeating: "0", count: 64)
    let webhook = FrontRequest(
        method: "POST", target: "/", headers: [("x-hub-signature-256", signature), ("content-type", "application/json")])
    var state = ConnectionState(rules, requests: 5)
    var (kept, isClosed, isLast) = (0, false, false)
    for byte in bytes {
        let event: ConnectionState.Event =
            switch byte % 11 {
            case 0: .bytes
            case 1: .head(webhook)
            case 2: .head(request(bytes[...]))
            case 3: .body(Int(byte), isRoom: true)
            case 4: .body(1, isRoom: false)
            case 5: .end
            case 6: .outcome(.recorded)
            case 7: .timeout
            case 8: .malformed(isTooLarge: byte > 127)
            case 9: .stop
            default: .gone
            }
        for action in state.on(event) {
            precondition(!isClosed, "a connection that is closed does nothing")
            switch action {
            case .keep:
                kept += Int(byte)
                precondition(kept <= 1000 && !isLast, "a body is bounded")
            case .report: kept = 0
            case .answer(_, let closing):
                precondition(!isLast, "there is nothing behind the last answer")
                kept = 0
                isLast = closing
            case .answerAtOnce:
                precondition(!isLast, "there is nothing behind the last answer")
                isLast = true
            case .close: isClosed = true
            case .wait, .proceed: break
            }
        }
        if byte % 11 == 10 { isClosed = true }
    }
    return 0
}
