import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WabaWatchClient
import WabaWatchInterface
import WhatsAppBusiness

/// Changes and things as events of CloudEvents 1.0.
@Suite(.timeLimit(.minutes(1))) struct CloudEventTests {
    @Test func change_isAnEvent_withItsCursorAsId() throws {
        let change = Sample.fall(7, Cursor("fake.7"))
        let event = CloudEvent(change, host: "watch1.example")
        #expect(event.json["specversion"] == "1.0" && event.json["datacontenttype"] == "application/json")
        #expect(event.json["id"] == "fake.7" && event.json["subject"] == "107878721936019")
        #expect(event.json["source"] == "wabawatch://watch1.example/acme")
        #expect(event.json["type"] == "io.wabawatch.phone_number.changed")
        #expect(event.json["time"] == .string(change.observedAt.description))
        #expect(try Change(json: try #require(event.json["data"]?.object)) == change)
        #expect(CloudEvent(change, host: "watch1.example") == event, "the same change is the same event")
    }

    @Test func thing_isAnEvent_whoseIdIsThatOfItsState() throws {
        var thing = Sample.resources[1]
        let event = CloudEvent(thing, host: "watch1")
        #expect(event.type == "io.wabawatch.phone_number.present" && event.subject == thing.id)
        #expect(event.data == thing.json && event.time == thing.changedAt)
        thing.confirmedAt = thing.confirmedAt.advanced(by: .seconds(60))
        #expect(CloudEvent(thing, host: "watch1").id == event.id, "seen again, it is the same")
        thing.changedAt = thing.changedAt.advanced(by: .seconds(60))
        #expect(CloudEvent(thing, host: "watch1").id != event.id, "changed, it is another")
    }

    /// The id alone goes into a request's Idempotency-Key: the same thing of two accounts has two.
    @Test func thing_ofAnotherAccount_hasAnotherId() {
        var thing = Sample.alarms[0]
        let id = CloudEvent(thing, host: "watch1").id
        thing.account = "other"
        #expect(CloudEvent(thing, host: "watch1").id != id)
    }

    @Test func endThatASnapshotShows_isAnEvent_withTheLastDocument() {
        let thing = Sample.alarms[0]
        let event = CloudEvent(endOf: thing, observedAt: Sample.moment, summary: "over", host: "watch1")
        #expect(event.type == "io.wabawatch.alarm.removed" && event.subject == thing.id && event.time == Sample.moment)
        #expect(event.id == CloudEvent(thing, host: "watch1").id + "/ended" && event.source == "wabawatch://watch1/acme")
        #expect(event.data["before"] == .object(thing.document) && event.data["operation"] == "removed")
        #expect(event.data["account"] == "acme" && event.data["id"] == .string(thing.id) && event.data["cursor"] == nil)
    }

    @Test(
        arguments: [
            ("watch1", "*", "wabawatch://watch1/*"), ("", "acme", "wabawatch://localhost/acme"),
            ("host name", "a/b?c#d", "wabawatch://host%20name/a%2Fb%3Fc%23d"), ("é", "äöü\n", "wabawatch://%C3%A9/%C3%A4%C3%B6%C3%BC%0A"),
        ])
    func source_isAURI(host: String, account: String, source: String) {
        var change = Sample.fall(7, Cursor("fake.7"))
        change.account = account
        #expect(CloudEvent(change, host: host).source == source)
    }

    @Test func subject_thatWouldBeEmpty_isLeftOut() {
        var change = Sample.fall(7, Cursor("fake.7"))
        change.id = ""
        #expect(CloudEvent(change, host: "h").json["subject"] == nil)
    }

    @Test func machine_hasAName() { #expect(!CloudEvent.machineName().isEmpty) }

    /// The SDK of the CloudEvents project reads them as they are meant.
    @Test(.enabled(if: python != nil, "WABAWATCH_PYTHON names no Python with cloudevents"))
    func events_areReadByTheProjectsOwnSDK() throws {
        var odd = Sample.fall(8, Cursor("fake.8"))
        (odd.account, odd.id, odd.summary) = ("*", "", "caf\u{E9} \u{1F331} \u{202E}")
        let events = [
            CloudEvent(Sample.fall(7, Cursor("fake.7")), host: "watch1"), CloudEvent(odd, host: "höst"),
            CloudEvent(Sample.resources[1], host: "watch1"),
        ]
        let process = Process()
        process.executableURL = URL(filePath: python ?? "")
        let judges = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Judges")
        process.arguments = [judges.appending(path: "judge_cloudevents.py").path]
        process.environment = ProcessInfo.processInfo.environment.merging(["PYTHONIOENCODING": "utf-8"]) { $1 }
        let (input, output) = (Pipe(), Pipe())
        (process.standardInput, process.standardOutput, process.standardError) = (input, output, output)
        try process.run()
        let lines = events.map { JSONValue.object($0.json).description }.joined(separator: "\n")
        try input.fileHandleForWriting.write(contentsOf: Data(lines.utf8))
        try input.fileHandleForWriting.close()
        let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(text)")
        let read = text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init) }
        try #require(read.count == events.count, "\(text)")
        for (fields, event) in zip(read, events) {
            #expect(Array(fields[..<3]) == [event.id, event.source, event.type])
            #expect(fields[3] == event.subject ?? "None")
            #expect(Timestamp(parsing: fields[4]) == event.time && fields[5] == "application/json")
            #expect(fields[6] == event.data["summary"]?.string ?? "None")
        }
    }
}

private let python = ProcessInfo.processInfo.environment["WABAWATCH_PYTHON"]
