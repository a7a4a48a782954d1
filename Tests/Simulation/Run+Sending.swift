import Changes
import GraphAPI
import TestTools

extension Run {
    /// What carries requests to Meta in a life.
    func carry(_ life: Life) -> @Sendable (HTTPRequest) async throws(TransportError) -> HTTPResponse {
        { [unowned self, unowned life] request throws(TransportError) in try await send(request, life) }
    }

    /// Answers a request, or a batch.
    private func send(_ request: HTTPRequest, _ life: Life) async throws(TransportError) -> HTTPResponse {
        if request.method == "POST", let addresses = BatchForm.addresses(request.body ?? []) {
            return try await send(request, of: addresses, life)
        }
        guard life.isAlive, let asked = meta.read(request) else {
            throw TransportError(.closed, "the simulation knows no such request: \(request)")
        }
        countRequest(of: asked, life)
        stage.note("ask \(asked.target)\(asked.after.map { " after \($0)" } ?? "")")
        let there = dice.time(scenario.latency)
        let back = dice.time(scenario.latency)
        let result: Result<HTTPResponse, TransportError> = await withCheckedContinuation { continuation in
            life.answer(after: there) { [self] lives in
                guard lives else { return continuation.resume(returning: .failure(TransportError(.closed, "the process has ended"))) }
                let answering = meta.answer(asked, life: life.number)
                if scenario.changesUnderWalks, dice.chance(0.1), stage.now < busyUntil {
                    stage.after(.milliseconds(1)) { [self] in meta.changeSomething() }
                }
                if scenario.driftsPerHour > 0, !asked.isFirst, dice.chance(0.05), stage.now < busyUntil {
                    // Between two pages of one walk.
                    stage.after(.milliseconds(1)) { [self] in meta.drift(for: dice.time(.seconds(1)...(.seconds(1000)))) }
                }
                life.answer(after: back) { [self] lives in
                    for walk in answering.walks where lives { meta.walks.delivered(walk, at: stage.now) }
                    for ride in answering.rode where lives { meta.rode[ride].delivered = stage.now }
                    if lives { note(answering.walks, of: asked.target.account, answering.result) }
                    stage.note("answered \(asked.target) \(Self.words(answering.result))")
                    continuation.resume(returning: answering.result)
                }
            }
        }
        return try result.get()
    }

    /// Meta has answered an account, be it a page of a walk that goes on.
    private func note(_ walks: [Int], of account: String, _ result: Result<HTTPResponse, TransportError>) {
        guard case .success(let response) = result, response.status < 500 else { return }
        let isThrottled = walks.contains { meta.walks.all[$0].trouble == .throttled }
        history.answered[account, default: []].append((stage.now, isThrottled))
    }

    static func words(_ answer: Result<HTTPResponse, TransportError>) -> String {
        switch answer {
        case .success(let response):
            "\(response.status) \(String(decoding: response.body, as: UTF8.self))\(response.headers.first { $0.name.hasPrefix("x-b") }.map { " usage \($0.value)" } ?? "")"
        case .failure(let error): "\(error.code)"
        }
    }

    /// Answers a batch: each of its requests is a call.
    private func send(_ request: HTTPRequest, of addresses: [String], _ life: Life) async throws(TransportError) -> HTTPResponse {
        let all = addresses.compactMap { address in
            meta.read(HTTPRequest(method: "GET", url: "https://graph.example/v25.0/\(address)", headers: request.headers, body: nil))
        }
        guard life.isAlive, all.count == addresses.count, let first = all.first else {
            throw TransportError(.closed, "the simulation knows no such batch: \(request)")
        }
        for asked in all {
            countRequest(of: asked, life)
            stage.note("ask \(asked.target) in a batch")
        }
        let there = dice.time(scenario.latency)
        let back = dice.time(scenario.latency)
        let result: Result<HTTPResponse, TransportError> = await withCheckedContinuation { continuation in
            life.answer(after: there) { [self] lives in
                guard lives else { return continuation.resume(returning: .failure(TransportError(.closed, "the process has ended"))) }
                let answering = meta.answer(all, life: life.number)
                if scenario.changesUnderWalks, dice.chance(0.1), stage.now < busyUntil {
                    stage.after(.milliseconds(1)) { [self] in meta.changeSomething() }
                }
                life.answer(after: back) { [self] lives in
                    for walk in answering.taken.flatMap(\.walks) where lives { meta.walks.delivered(walk, at: stage.now) }
                    for one in answering.taken where lives { note(one.walks, of: first.target.account, answering.result) }
                    stage.note("answered a batch of \(first.target.account) \(Self.words(answering.result))")
                    continuation.resume(returning: answering.result)
                }
            }
        }
        return try result.get()
    }
}
