import GraphSimulator
import StrictJSON
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PagingTests {
    @Test(arguments: [
        Paging.cursor(.item), .cursor(.index), .cursor(.version), .offset, .time,
    ])
    func list_walkedByAnyPaging_isWholeForwardAndBack(_ paging: Paging) async throws {
        try await withSimulator(.sample(numbers: 11, blockedUsers: 53)) { simulator, client throws in
            simulator.update { platform in
                for edge in [SimulatedEdge.blockedUsers, .phoneNumbers, .messageTemplates] { platform[behaviour: edge].paging = paging }
            }
            for (target, key, count) in [
                ("\(phone)/block_users", "wa_id", 53), ("\(account)/phone_numbers", "id", 11), ("\(account)/message_templates", "id", 3),
            ] {
                for limit in [1, 2, 7, 25, 100] {
                    let pages = try client.walk("/v23.0/\(target)?limit=\(limit)")
                    let keys = pages.joined().compactMap { $0[key]?.string }
                    #expect(keys.count == count, "\(target) by \(limit)")
                    #expect(Set(keys).count == count)
                    #expect(pages.allSatisfy { $0.count <= limit })
                    var last = try client.get("/v23.0/\(target)?limit=\(limit)")
                    while let next = last.next { last = try client.get(next) }
                    var back = last.data.compactMap { $0[key]?.string }
                    while let previous = last.previous {
                        last = try client.get(previous)
                        back = last.data.compactMap { $0[key]?.string } + back
                    }
                    #expect(back == keys)
                }
            }
        }
    }

    @Test func blockList_changedUnderAReader_refusesTheCursor() async throws {
        try await withSimulator(.sample(blockedUsers: 30)) { simulator, client throws in
            let first = try client.get("/v23.0/\(phone)/block_users?limit=10")
            let next = try #require(first.next)
            #expect(try client.get(next).status == 200)
            _ = simulator.update { $0[phoneNumber: phone]?.blockedUsers.insert("14155559876") }
            let refused = try client.get(next)
            #expect(refused.status == 400)
            #expect(refused.code == 139_102)
            #expect(try client.walk("/v23.0/\(phone)/block_users?limit=10").joined().count == 31)
        }
    }

    @Test func blockListCursor_isWrittenAsRecorded() async throws {
        let recorded = try fixture("metadocs2026__list_two")
        try await withSimulator(.sample(blockedUsers: 0)) { simulator, client throws in
            simulator.update { $0[phoneNumber: phone]?.blockedUsers = BlockedUsers(first: 16_505_551_234, count: 2) }
            let paging = try client.get("/v23.0/\(phone)/block_users").json["paging"]
            // The recorded list was two users long; the cursor before it is the same to the last letter.
            #expect(paging?["cursors"]?["before"] == recorded["paging"]?["cursors"]?["before"])
        }
    }

    @Test func itemCursor_whoseItemIsGone_isRefused() async throws {
        try await withSimulator(.sample(numbers: 4)) { simulator, client throws in
            let first = try client.get("/v23.0/\(account)/phone_numbers?limit=2")
            let next = try #require(first.next)
            simulator.update { $0[phoneNumber: Platform.samplePhoneNumberID(1)] = nil }
            #expect(try client.get(next).code == 131_059)
        }
    }

    @Test func cursor_thatIsNone_isAnError() async throws {
        try await withSimulator { _, client throws in
            for cursor in ["x", "ZZZZ", "%00", "eyJvZAmZAzZAXQiOi"] {
                #expect(try client.get("/v23.0/\(phone)/block_users?after=\(cursor)").code == 100)
            }
            #expect(try client.get("/v23.0/\(phone)/block_users?limit=0").code == 100)
            #expect(try client.get("/v23.0/\(phone)/block_users?limit=many").code == 100)
        }
    }

    @Test func limit_beyondTheEdgesMaximum_isCutSilently() async throws {
        try await withSimulator(.sample(numbers: 120, blockedUsers: 6000)) { _, client throws in
            #expect(try client.get("/v23.0/\(account)/phone_numbers?limit=1000").data.count == 100)
            #expect(try client.get("/v23.0/\(phone)/block_users?limit=100000").data.count == 5000)
            #expect(try client.get("/v23.0/\(phone)/block_users").data.count == 25)
        }
    }

    @Test func edge_thatGivesNoNext_stillGivesCursors() async throws {
        try await withSimulator(.sample(blockedUsers: 60)) { simulator, client throws in
            simulator.update { $0[behaviour: .blockedUsers].givesNext = false }
            var count = 0
            var after = ""
            repeat {
                let page = try client.get("/v23.0/\(phone)/block_users?limit=25&after=\(after)")
                #expect(page.next == nil)
                guard !page.data.isEmpty else { break }
                count += page.data.count
                after = try #require(page.after)
            } while count < 1000
            #expect(count == 60)
        }
    }

    @Test func pages_ofSetSizes_includeEmptyOnesWithNext() async throws {
        try await withSimulator(.sample(blockedUsers: 10)) { simulator, client throws in
            for style in [CursorStyle.item, .index, .version] {
                simulator.update {
                    $0[behaviour: .blockedUsers].paging = .cursor(style)
                    $0[behaviour: .blockedUsers].pageSizes = [3, 0, 1]
                }
                let pages = try client.walk("/v23.0/\(phone)/block_users")
                #expect(pages.map(\.count) == [3, 0, 1, 3, 0, 1, 2])
            }
        }
    }

    @Test func pages_thatOverlap_repeatItems() async throws {
        try await withSimulator(.sample(blockedUsers: 10)) { simulator, client throws in
            simulator.update { $0[behaviour: .blockedUsers].overlap = 1 }
            let keys = try client.walk("/v23.0/\(phone)/block_users?limit=4").joined().compactMap { $0["wa_id"]?.string }
            #expect(keys.count == 12)
            #expect(Set(keys).count == 10)
        }
    }

    @Test func timeBounds_areIgnoredHeededOrRefused() async throws {
        try await withSimulator(.sample(blockedUsers: 100)) { simulator, client throws in
            // User 99 of 100 is the oldest, blocked at this second; each one before it a second later.
            let oldest = 1_700_000_000
            let window = "/v23.0/\(phone)/block_users?limit=100&since=\(oldest + 10)&until=\(oldest + 19)"
            #expect(try client.get(window).data.count == 100)
            simulator.update { $0[behaviour: .blockedUsers].timeBounds = .heeded }
            #expect(try client.get(window).data.count == 10)
            #expect(try client.walk(window + "&limit=3").joined().count == 10)
            simulator.update { $0[behaviour: .blockedUsers].timeBounds = .sixMonths }
            #expect(try client.get(window).data.count == 10)
            #expect(try client.get("/v23.0/\(phone)/block_users?since=\(oldest)&until=\(oldest + 200 * 86_400)").code == 100)
            for paging in [Paging.time, .offset] {
                simulator.update { $0[behaviour: .blockedUsers].paging = paging }
                #expect(
                    try client.walk("/v23.0/\(phone)/block_users?limit=3&since=\(oldest + 10)&until=\(oldest + 19)").joined().count == 10)
            }
        }
    }

    @Test func timePaging_manyItemsOfOneSecond_losesNone() async throws {
        try await withSimulator { simulator, client throws in
            simulator.update { platform in
                platform[behaviour: .messageTemplates].paging = .time
                platform.accounts[account]?.messageTemplates = (0..<40).map {
                    ["id": .string(String($0)), "name": "a", "creation_time": .integer(1_748_000_000 - $0 / 9)]
                }
            }
            let pages = try client.walk("/v23.0/\(account)/message_templates?limit=5&fields=id")
            #expect(Set(pages.joined().compactMap { $0["id"]?.string }).count == 40)
        }
    }

    @Test func nextLink_namesTokenAndHostAsSet() async throws {
        try await withSimulator(.sample(blockedUsers: 60)) { simulator, client throws in
            let next = try #require(try client.get("/v19.0/\(phone)/block_users").next)
            #expect(next.hasPrefix(simulator.baseURL + "/v22.0/\(phone)/block_users?"))
            #expect(next.contains("access_token=\(Platform.sampleToken)"))
            simulator.update {
                $0.tokenInPageLinks = false
                $0.pageLinkOrigin = "https://elsewhere.example"
            }
            let other = try #require(try client.get("/v23.0/\(phone)/block_users").next)
            #expect(other.hasPrefix("https://elsewhere.example/v23.0/"))
            #expect(!other.contains("access_token"))
        }
    }

    @Test func emptyList_hasNoPaging() async throws {
        try await withSimulator(.sample(blockedUsers: 0)) { _, client throws in
            #expect(try client.get("/v23.0/\(phone)/block_users").text == #"{"data":[]}"#)
        }
    }
}
