import StrictJSON
import Varlink
import WabaWatchInterface

/// Changes that go on over restarts and lost connections, until the reader leaves or `historyLost` is told.
///
/// Throws `ClientError` where coming back would not help, such as a socket that may not be opened, and `CancellationError`.
public struct ChangeSequence: AsyncSequence, Sendable {
    public typealias Element = ChangeEvent
    public typealias Failure = any Error

    let client: WabaWatch
    let start: ChangeStart
    let filter: Filter?

    public func makeAsyncIterator() -> Iterator { Iterator(sequence: self) }

    /// Takes one event after the other.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: WabaWatch
        private let silence: Duration
        private var resumption: Resumption
        private var actions: [Resumption.Action] = []
        private var reader: ReplyReader?
        private var hasEnded = false

        init(sequence: ChangeSequence) {
            client = sequence.client
            silence = .seconds(3 * sequence.client.heartbeatSeconds)
            resumption = Resumption(
                start: sequence.start, filter: sequence.filter, heartbeatSeconds: sequence.client.heartbeatSeconds,
                backoff: sequence.client.backoff)
        }

        public mutating func next() async throws -> ChangeEvent? { try await next(isolation: nil) }

        public mutating func next(isolation: isolated (any Actor)?) async throws(any Error) -> ChangeEvent? {
            while !hasEnded {
                guard !actions.isEmpty else {
                    actions = try await decide(isolation: isolation)
                    continue
                }
                switch actions.removeFirst() {
                case .tell(let event): return event
                case .subscribe(let parameters):
                    reader = ReplyReader(socket: client.socket, SubscribeParameters.qualifiedMethod, parameters.json)
                case .retry(let wait):
                    reader = nil
                    try await client.clock.sleep(for: wait)
                case .finish: end()
                case .fail(let error):
                    end()
                    throw error
                }
            }
            return nil
        }

        /// Asks what to do now: where there is no subscription, or with what came on it.
        private mutating func decide(isolation: isolated (any Actor)?) async throws -> [Resumption.Action] {
            guard let reader else { return resumption.on(.begin) }
            do {
                // A subscription has no last reply.
                guard let json = try await reader.next(within: silence, clock: client.clock) else { throw ConnectionClosed() }
                do throws(MemberError) {
                    return resumption.on(.reply(try SubscribeReply(json: json)))
                } catch { return resumption.on(.unreadable(json, error)) }
            } catch {
                if error is CancellationError {
                    end()
                    throw error
                }
                let random = client.random()
                return resumption.on(.failed(ClientError(error, socket: client.socket)), random: random)
            }
        }

        private mutating func end() {
            hasEnded = true
            reader = nil
        }
    }
}
