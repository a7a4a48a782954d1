import StrictJSON
import Varlink
import WabaWatchInterface

/// The replies of one call, typed. Leaving it closes its connection; the daemon is slowed down to the pace at which they are taken.
public struct ReplySequence<Element: Sendable>: AsyncSequence, Sendable {
    public typealias Failure = any Error

    private let client: WabaWatch
    private let method: String
    private let parameters: JSONObject
    private let element: @Sendable (JSONObject) throws -> Element?

    init(_ client: WabaWatch, method: String, parameters: JSONObject, element: @escaping @Sendable (JSONObject) throws -> Element?) {
        self.client = client
        self.method = method
        self.parameters = parameters
        self.element = element
    }

    init<Call: Parameters>(_ client: WabaWatch, _ call: Call, element: @escaping @Sendable (JSONObject) throws -> Element?) {
        self.init(client, method: Call.qualifiedMethod, parameters: call.json, element: element)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    /// Takes one reply after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private let sequence: ReplySequence
        private var replies: ReplyStream.Iterator?

        init(sequence: ReplySequence) { self.sequence = sequence }

        public mutating func next() async throws -> Element? { try await next(isolation: nil) }

        public mutating func next(isolation: isolated (any Actor)?) async throws(any Error) -> Element? {
            do {
                if replies == nil {
                    let client = try await VarlinkClient.connect(path: sequence.client.socket)
                    replies = client.stream(sequence.method, sequence.parameters).makeAsyncIterator()
                }
                // A last reply may hold nothing: it tells that the list has ended.
                while let reply = try await replies?.next(isolation: isolation) {
                    if let element = try sequence.element(reply) { return element }
                }
                return nil
            } catch let error as CancellationError { throw error } catch { throw ClientError(error, socket: sequence.client.socket) }
        }
    }
}
