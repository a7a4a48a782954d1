/// The pages of a list as they come. Ends after the last one; whether the list is complete is known only then.
public struct Pages: AsyncSequence, Sendable {
    let client: GraphClient
    let walk: PageWalk

    /// One walk over the pages.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let client: GraphClient
        private var walk: PageWalk
        private var next: GraphRequest?

        init(_ pages: Pages) {
            client = pages.client
            walk = pages.walk
            next = pages.walk.first
        }

        public mutating func next(isolation actor: isolated (any Actor)?) async throws(GraphFailure) -> Page? {
            guard let request = next else { return nil }
            // Whatever fails from here on ends the walk.
            next = nil
            let page = try Page(await client.fetch(request))
            if case .ask(let request) = try walk.on(page) { next = request }
            return page
        }

        public mutating func next() async throws(GraphFailure) -> Page? { try await next(isolation: nil) }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(self) }
}

extension GraphClient {
    /// The pages of a list. Things that stand on two pages are in both; `all` leaves them out.
    public func pages(of request: GraphRequest, pageLimit: Int = 1000) -> Pages {
        Pages(client: self, walk: PageWalk(request, pageLimit: pageLimit))
    }

    /// A whole list. A walk that broke begins again with the first page, three times at most; `sleep` is called between two requests.
    public func all(
        _ request: GraphRequest, pageLimit: Int = 1000, sleep: (@Sendable () async throws(GraphFailure) -> Void)? = nil
    ) async throws(GraphFailure) -> PageWalk.Outcome {
        var restarts = 0
        while true {
            do throws(GraphFailure) {
                return try await once(PageWalk(request, pageLimit: pageLimit), sleep)
            } catch {
                guard error.code == .paging(restart: true), restarts < 3 else { throw error }
                restarts += 1
                try await sleep?()
            }
        }
    }

    private func once(
        _ walk: PageWalk, _ sleep: (@Sendable () async throws(GraphFailure) -> Void)?
    ) async throws(GraphFailure) -> PageWalk.Outcome {
        var walk = walk
        var request = walk.first
        while true {
            switch try walk.on(Page(await fetch(request))) {
            case .done(let outcome): return outcome
            case .ask(let next):
                request = next
                try await sleep?()
            }
        }
    }
}
