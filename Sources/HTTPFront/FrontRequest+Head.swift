package import NIOHTTP1

extension FrontRequest {
    /// The head of a request as NIO has read it.
    package init(_ head: HTTPRequestHead) {
        self.init(
            method: head.method.rawValue, target: head.uri, headers: head.headers.map { (name: $0.name, value: $0.value) },
            isKeptAlive: head.isKeepAlive)
    }
}
