import FakeDaemon
import StrictJSON
import TestTools
import Testing
import Varlink
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

@Suite(.timeLimit(.minutes(1))) struct CallTests {
    private func withDaemon(
        without missing: Set<String> = [], inParts: Bool = false, _ body: (WabaWatch, FakeLog) async throws -> Void
    ) async throws {
        let log = FakeLog(resources: Sample.resources)
        try await withSocket { path in
            try await serving(FakeDaemon(log, status: Sample.status, without: missing, inParts: inParts), at: path) {
                try await body(WabaWatch(socket: path), log)
            }
        }
    }

    @Test(arguments: [false, true]) func status_toldAtOnceOrInParts_isTheDaemons(inParts: Bool) async throws {
        try await withDaemon(inParts: inParts) { client, _ in
            let status = try await client.getStatus()
            #expect(status == Sample.status)
        }
    }

    @Test func list_withFilter_givesEveryMatch() async throws {
        try await withDaemon { client, _ in
            var ids: [String] = []
            for try await resource in client.list(Filter(kinds: [.phoneNumber])) { ids.append(resource.id) }
            #expect(ids == ["107878721936019", "106540352242922", "105954558954427"])
        }
    }

    @Test func list_ofNothing_isEmpty() async throws {
        try await withDaemon { client, _ in
            for try await resource in client.list(Filter(kinds: [.qrCode])) { Issue.record("\(resource)") }
        }
    }

    @Test func get_asTypedDocument_hasItsMembers() async throws {
        try await withDaemon { client, _ in
            let resource = try await client.get(.phoneNumber, "107878721936019", account: "acme")
            #expect(resource.document(as: BusinessPhoneNumber.self).qualityRating?.known == .yellow)
        }
    }

    @Test func alarm_asTypedDocument_hasItsMembers_whateverElseIsOdd() async throws {
        var resource = Sample.alarms[0]
        let alarm = resource.document(as: Alarm.self)
        #expect(alarm.name == "quality" && alarm.severity?.known == .warning && alarm.kind?.known == .phoneNumber && alarm.flaps == 3)
        #expect(alarm.id == resource.phoneNumberID && alarm.since == resource.changedAt && alarm.muted?.by == "alice (1000)")
        #expect(alarm.muted?.until.map { $0 > Sample.moment } == true && alarm.muted?.reason?.hasPrefix("known, ") == true)
        (resource.document["muted"], resource.document["flaps"]) = ("yes", "3")
        resource.document["templates"] = ["a", "b"]
        let odd = resource.document(as: Alarm.self)
        #expect(odd.muted == nil && odd.flaps == nil && odd.severity?.known == .warning && odd.templates == ["a", "b"])
    }

    @Test func mutes_areAskedForListedAndEnded() async throws {
        try await withDaemon { client, log in
            let filter = Filter(accounts: ["acme"], phoneNumberIDs: ["1"])
            let mute = try await client.mute(filter, names: ["quality"], until: Sample.moment, reason: "known")
            #expect(
                mute == MuteEntry(id: "1", filter: filter, names: ["quality"], until: Sample.moment, reason: "known", by: "alice (1000)"))
            #expect(try await client.mutes() == [mute])
            try await client.unmute("1")
            #expect(await log.mutes.isEmpty)
            await #expect { try await client.unmute("1") } throws: { ($0 as? ClientError)?.code == .service(.noSuchMute(id: "1")) }
        }
    }

    @Test func history_newestFirst_isCutToItsLimit() async throws {
        try await withDaemon { client, log in
            await log.record(5, Sample.fall)
            var sequences: [Int] = []
            for try await change in client.history(HistoryParameters(limit: 2, newestFirst: true)) { sequences.append(change.sequence) }
            #expect(sequences == [5, 4])
        }
    }

    @Test func get_ofNothing_throwsTheInterfacesError() async throws {
        try await withDaemon { client, _ in
            await #expect {
                try await client.get(.phoneNumber, "1", account: "acme")
            } throws: {
                ($0 as? ClientError)?.code == .service(.noSuchResource(account: "acme", kind: .phoneNumber, id: "1"))
            }
        }
    }

    @Test func method_thatAnOlderDaemonHasNot_isToldByItsName() async throws {
        try await withDaemon(without: ["Poll"]) { client, _ in
            await #expect {
                try await client.poll("acme")
            } throws: {
                ($0 as? ClientError)?.code == .notImplemented(method: "io.wabawatch.Poll")
            }
        }
    }

    @Test func control_byWhoMayNot_isRefused() async throws {
        try await withDaemon { client, _ in
            await #expect {
                try await client.unblock(UserList(account: "acme", phoneNumberID: "1", users: ["2"]))
            } throws: {
                ($0 as? ClientError)?.code == .refused
            }
        }
    }

    @Test(arguments: [("HTTP/1.1 400 Bad Request\r\n\r\n\0", ClientError.Code.notOurs), ("", .disconnected)])
    func socket_ofSomebodyElse_isNotTheDaemon(answer: String, code: ClientError.Code) async throws {
        try await withSocket { path in
            try await answering(answer, at: path) {
                await #expect {
                    try await WabaWatch(socket: path).getStatus()
                } throws: {
                    ($0 as? ClientError)?.code == code
                }
            }
        }
    }

    /// A part that was told is no status where the rest never comes.
    @Test func status_whoseLastPartsNeverCome_isNone() async throws {
        let part = Replies.frame(GetStatusReply(status: Sample.status).json, continues: true)
        try await withSocket { path in
            try await answering(String(decoding: part, as: UTF8.self), at: path) {
                await #expect {
                    try await WabaWatch(socket: path).getStatus()
                } throws: {
                    ($0 as? ClientError)?.code == .disconnected
                }
            }
        }
    }

    @Test func daemon_thatHangs_isGivenUp() async throws {
        try await withSocket { path in
            try await answering(nil, at: path) {
                let clock = FakeClock()
                // Thirty seconds, in parts of 0.05, 0.1, 0.2 … 12.8 and what is left.
                async let passing: Void = clock.passSleeps(10)
                await #expect {
                    try await WabaWatch(socket: path, clock: clock).getStatus()
                } throws: {
                    ($0 as? ClientError)?.code == .silent
                }
                await passing
            }
        }
    }

    @Test func socket_thatIsNotThere_isNotRunning() async throws {
        try await withSocket { path in
            await #expect {
                try await WabaWatch(socket: path).getStatus()
            } throws: {
                ($0 as? ClientError)?.code == .notRunning && "\($0)".contains(path)
            }
        }
    }
}
