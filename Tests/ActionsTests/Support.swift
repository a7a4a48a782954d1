import Foundation
import GraphAPI
import StrictJSON
import Testing

@testable import Actions

/// A recorded answer to a write, by its path below the payloads of actions.
struct Recorded: Sendable, CustomTestStringConvertible {
    let path: String
    let bytes: [UInt8]

    var testDescription: String { path }
    var folder: String { String(path.prefix { $0 != "/" }) }

    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/payloads/actions")

    static let all: [Recorded] = {
        let paths = (FileManager.default.enumerator(atPath: root.path)?.compactMap { $0 as? String } ?? []).sorted()
        return paths.filter { $0.hasSuffix(".json") }.compactMap { path in
            (try? Data(contentsOf: root.appending(path: path))).map { Recorded(path: path, bytes: Array($0)) }
        }
    }()
}

/// Answers every request with one response, or fails.
struct Answering: Transport {
    var result: Result<HTTPResponse, TransportError>
    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse { try result.get() }

    init(_ status: Int, _ body: [UInt8]) { result = .success(HTTPResponse(status: status, body: body)) }
    init(_ error: TransportError) { result = .failure(error) }

    /// Carries an action out with this answer to each of its requests.
    func outcome(_ action: Action) async throws -> ActionOutcome {
        let client = try GraphClient(
            endpoint: Endpoint(baseURL: "https://graph.example", version: "v25.0"), token: AccessToken("a-token-that-is-nowhere"),
            transport: self)
        var course = ActionCourse(action)
        while let request = course.next {
            course.on(.replied(await client.write(request, for: action.sends ? .messaging : .management).reply))
        }
        return try #require(course.outcome)
    }
}

/// A place with a number, and one without.
let number = Action.Place(account: "acme", wabaID: "102", phoneNumberID: "106")
let account = Action.Place(account: "acme", wabaID: "102")
