import Actions
import GraphAPI
import PayloadDocuments
import StrictJSON
import Testing
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct PayloadTests {
    /// Known slips of their sources, and the fault that is named.
    static let slips = [
        "webhooks/account_update/metadocs2026__call_button_hidden_no_expiration.json": "the document should be an object and is an array",
        "webhooks/account_update/metadocs2026__low_pickup_violation_remediation.json": "the document should be an object and is an array",
        "webhooks/account_update/metadocs2025__partner_app_uninstalled.json": "/object should be a string and is missing",
        "batch/metadocs__one_error.json": "the answer cannot be used: an error without a code (HTTP 403)",
        "paging/pywa__three_pages_2.json": "the answer cannot be used: the next page has no position",
    ]

    @Test func everyPayload_isDecodedWithoutLossOrRefusedForItsFault() async throws {
        #expect(Payload.all.count > 150)
        var decoded: [String: Int] = [:]
        var refused: [(String, String)] = []
        for payload in Payload.all {
            do {
                try await decode(payload)
                decoded[payload.group, default: 0] += 1
                #expect(Self.slips[payload.description] == nil, "\(payload) was not refused")
            } catch {
                refused.append((payload.description, "\(error)"))
                #expect("\(error)" == Self.slips[payload.description], "\(payload)")
            }
        }
        #expect(Set(refused.map(\.0)) == Set(Self.slips.keys))
        print("payloads        files  decoded  refused")
        for group in Set(Payload.all.map(\.group)).sorted() {
            let files = Payload.all.filter { $0.group == group }.count
            let count = decoded[group] ?? 0
            print(group.padding(16) + "\(files)".padding(7) + "\(count)".padding(9) + "\(files - count)")
        }
        for (path, reason) in refused { print("refused: \(path): \(reason)") }
    }

    private func decode(_ payload: Payload) async throws {
        let json = try payload.json()
        #expect(try JSONValue(parsing: json.description) == json, "\(payload)")
        switch payload.group {
        case "api": try await decodeAnswer(payload, json)
        case "actions": try decodeAction(payload, json)
        case "errors": try await decodeError(payload)
        case "headers": try decodeHeader(json)
        case "http_recorded": try await decodeRecording(payload, json)
        case "paging": try decodePage(json)
        case "webhooks": try decodeWebhook(json)
        case "batch": try await decodeBatch(json)
        default: throw Unexpected("no rule for \(payload.group)")
        }
    }

    private func decodeAnswer(_ payload: Payload, _ json: JSONValue) async throws {
        let type: any Document.Type =
            json.object?.contains("webhook_configuration") == true ? BusinessPhoneNumber.self : try #require(payload.type)
        for thing in json["data"]?.array ?? [json] { #expect(try JSONValue.object(type.init(thing).json) == thing, "\(payload)") }
        let client = try OneAnswer(response: HTTPResponse(status: 200, body: payload.bytes)).client()
        let answer = try await client.fetch(GraphRequest(.account, id: "1"))
        #expect(answer.body == json || payload.description.contains("substituicao_webhook_2"), "\(payload)")
        if json.object?.contains("data") == true { #expect(try Page(answer).items == json["data"]?.array) }
    }

    private func decodeAction(_ payload: Payload, _ json: JSONValue) throws {
        let isUnblock = payload.description.contains("unblock") || payload.description.contains("removed")
        let isBlocking = payload.folder == "actions/block_users"
        let blocking: any Document.Type = isUnblock ? UsersUnblockedResult.self : UsersBlockedResult.self
        let isSuccess = json.object?.contains("success") == true
        let type: any Document.Type = isBlocking ? blocking : isSuccess ? SuccessResult.self : payload.type ?? CreatedThing.self
        #expect(try JSONValue.object(type.init(json).json) == json, "\(payload)")
        if payload.description.contains("mixed") {
            let result = try UsersBlockedResult(json)
            #expect(result.users?.added?.first?.key == "16505551234")
            #expect(result.users?.failed?.first?.errors?.first?.code == 131_047)
        }
        if payload.folder == "actions/messages" { #expect(try SentTemplate(json).id?.hasPrefix("wamid.") == true) }
    }

    private func decodeError(_ payload: Payload) async throws {
        let name = payload.description
        let status = name.firstRange(of: "http").flatMap { Int(name[$0.upperBound...].prefix(3)) } ?? 400
        let failure = try await fail(HTTPResponse(status: status, body: payload.bytes))
        let error = try #require(failure.graph)
        if let range = name.firstRange(of: "_code") { #expect(Int(name[range.upperBound...].prefix { $0.isNumber }) == error.code) }
        #expect(try payload.json()["error"]?["message"]?.string == error.message)
        #expect(Self.classes[error.code]?.contains(failure.code) == true, "\(name): \(failure)")
    }

    private static let classes: [Int: [GraphFailure.Code]] = [
        100: [.notFound, .invalidRequest], 104: [.unauthorized], 190: [.unauthorized], 10: [.forbidden], 200: [.forbidden],
        803: [.notFound],
        4: [.throttled(regainAfter: nil)], 80_007: [.throttled(regainAfter: nil)], 130_429: [.throttled(regainAfter: nil)],
        136_024: [.invalidRequest],
    ]

    private func decodeHeader(_ json: JSONValue) throws {
        let account = try #require(json.object?.members.first?.name)
        let response = HTTPResponse(status: 200, headers: [("X-Business-Use-Case-Usage", json.description)])
        for purpose in Usage.Purpose.allCases {
            let usage = try #require(Usage(response, of: account, for: purpose))
            #expect(usage.buckets.map(\.type) == [purpose.rawValue] && usage.percent == 1)
        }
        #expect(Usage(response, of: "1") == nil)
    }

    private func decodeRecording(_ payload: Payload, _ json: JSONValue) async throws {
        let recorded = try #require(json["response"])
        let headers = (recorded["headers"]?.object ?? [:]).flatMap { member in
            (member.value.array ?? [member.value]).compactMap(\.string).map { (name: member.name, value: $0) }
        }
        let status = Int(try #require(recorded["status"]?.integer))
        let body = try #require(recorded["body"])
        let response = HTTPResponse(status: status, headers: headers, body: body.bytes)
        if status == 200 {
            let answer = try await OneAnswer(response: response).client().fetch(GraphRequest(.account, id: "1"))
            #expect(answer.body == body && answer.apiVersion == response.values(of: "facebook-api-version").first)
            #expect(answer.usage == Usage(response, of: "1"))
        } else {
            let failure = try await fail(response)
            #expect(failure.graph?.traceID == body["error"]?["fbtrace_id"]?.string)
            #expect([.notFound, .invalidRequest].contains(failure.code), "\(payload): \(failure)")
        }
    }

    private func decodePage(_ json: JSONValue) throws {
        let page = try Page(json)
        #expect(page.items == json["data"]?.array && page.hasPrevious)
        var walk = PageWalk(GraphRequest(.phoneNumbers, id: "1"))
        _ = try walk.on(page)
    }

    private func decodeWebhook(_ json: JSONValue) throws {
        let notification = try WebhookNotification(json)
        for change in notification.changes {
            guard let document = try change.document() else {
                #expect(change.field?.known == nil)
                continue
            }
            #expect(JSONValue.object(document.json) == change.value)
        }
        #expect(JSONValue.object(notification.json) == json)
    }

    private func decodeBatch(_ json: JSONValue) async throws {
        for response in try BatchReply.responses(json) {
            _ = try await OneAnswer(response: #require(response)).client().fetch(GraphRequest(.account, id: "1"))
        }
    }

    private func fail(_ response: HTTPResponse) async throws -> GraphFailure {
        let client = try OneAnswer(response: response).client()
        do throws(GraphFailure) {
            _ = try await client.fetch(GraphRequest(.account, id: "1"))
        } catch {
            return error
        }
        throw Unexpected("an error was taken for an answer")
    }
}

extension String {
    fileprivate func padding(_ width: Int) -> String { self + String(repeating: " ", count: max(1, width - count)) }
}
