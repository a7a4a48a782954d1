package import NIOHTTP1

extension FrontRequest {
    /// The head of a request as NIO has read it. A client older than HTTP/1.1 is told the end of an answer by the connection's.
    package init(_ head: HTTPRequestHead) {
        self.init(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { (name: $0.name, value: $0.value) },
            isKeptAlive: head.isKeepAlive && head.version == .http1_1)
    }
}
