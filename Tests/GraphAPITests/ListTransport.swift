import GraphAPI
import StrictJSON
import Synchronization
import TestTools

/// A list behind an edge, in pages of any size, served by cursor, by offset or by time. It may change between two requests.
final class ListTransport: Transport {
    enum Paging: CaseIterable { case cursor, cursorWithoutNext, offset, time }

    struct State {
        var random: SeededGenerator
        var ids: [Int]
        /// What every reader could have seen from the first request to the last.
        var always: Set<Int>
        var ever: Set<Int>
        var changes: Bool
        var version = 0
        var emptyRun = 0
        var requests = 0
    }

    let paging: Paging
    private let state: Mutex<State>

    init(_ paging: Paging, ids: [Int], seed: UInt64, changes: Bool = false) {
        self.paging = paging
        state = Mutex(State(random: SeededGenerator(state: seed), ids: ids, always: Set(ids), ever: Set(ids), changes: changes))
    }

    var seen: State { state.withLock(\.self) }

    func send(_ request: HTTPRequest) async throws(TransportError) -> HTTPResponse {
        var query: [String: Int] = [:]
        for part in request.url.drop(while: { $0 != "?" }).dropFirst().split(separator: "&") {
            let pair = part.split(separator: "=")
            query[String(pair[0])] = pair.count == 2 ? Int(pair[1]) : nil
        }
        return state.withLock { state in HTTPResponse(status: 200, body: answer(&state, query)) }
    }

    private func answer(_ state: inout State, _ query: [String: Int]) -> [UInt8] {
        if query["after"] == nil, query["offset"] == nil, state.requests == 0 || paging != .time {
            // A walk begins: from here on the reader may miss nothing that stays.
            state.always = Set(state.ids)
            state.ever = Set(state.ids)
        }
        state.requests += 1
        defer { change(&state) }
        let size = max(1, Int.random(in: 1...7, using: &state.random))
        // An empty page that has a next, but not without end.
        let isEmpty = state.emptyRun < 2 && Int.random(in: 0..<4, using: &state.random) == 0
        switch paging {
        case .cursor, .cursorWithoutNext:
            // Ids fall; a cursor is the last id that was given. A cursor that comes twice would look like a loop, so no empty page here.
            let rest = state.ids.filter { $0 < query["after"] ?? .max }
            let page = rest.prefix(size)
            let cursor = page.last ?? query["after"] ?? 0
            let next = rest.count > size && paging == .cursor ? #","next":"https://elsewhere/?access_token=x&after=\#(cursor)""# : ""
            return body(page, #""cursors":{"before":"b","after":"\#(cursor)"}\#(next)"#)
        case .offset:
            let offset = query["offset"] ?? 0
            let page = state.ids.dropFirst(offset).prefix(size)
            let more = offset + size < state.ids.count
            return body(page, more ? #""next":"https://elsewhere/?limit=9&offset=\#(offset + size)""# : "")
        case .time:
            // An id is a time too. The page's oldest is the next page's `until`, so it comes twice.
            let since = query["since"] ?? .min
            let until = query["until"] ?? .max
            let rest = state.ids.filter { since...until ~= $0 }
            state.emptyRun = isEmpty ? state.emptyRun + 1 : 0
            let page = isEmpty ? [] : rest.prefix(size)
            guard rest.count > size || (isEmpty && until > since), until > since else { return body(rest[...], "") }
            let oldest = isEmpty ? until - 1 : (page.last ?? until) - 1
            guard !isEmpty || rest.first != until else { return body(rest.prefix(1), #""next":"/?until=\#(until - 1)""#) }
            return body(page, oldest < since ? "" : #""next":"https://elsewhere/?until=\#(oldest)""#)
        }
    }

    private func body(_ ids: ArraySlice<Int>, _ paging: String) -> [UInt8] {
        Array(#"{"data":[\#(ids.map { #"{"id":"\#($0)"}"# }.joined(separator: ","))],"paging":{\#(paging)}}"#.utf8)
    }

    private func change(_ state: inout State) {
        guard state.changes, Int.random(in: 0..<3, using: &state.random) == 0 else { return }
        if Bool.random(using: &state.random), let gone = state.ids.indices.randomElement(using: &state.random) {
            state.always.remove(state.ids.remove(at: gone))
        } else {
            let new = Int.random(in: 1...100_000, using: &state.random)
            guard !state.ids.contains(new) else { return }
            state.ids.insert(new, at: state.ids.firstIndex { $0 < new } ?? state.ids.endIndex)
            state.ever.insert(new)
        }
    }
}
