import FakeDaemon
import Foundation
import Glibc
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What goes wrong is told in one line on standard error: what was tried, and what to do.
@Suite(.timeLimit(.minutes(1))) struct ErrorTests {
    private func expect(_ outcome: BuiltCommand.Outcome, _ code: Int32, _ words: [String]) {
        #expect(outcome.code == code)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("wabawatch: ") && outcome.errors.hasSuffix("\n"))
        #expect(outcome.errors.count { $0 == "\n" } == 1)
        for word in words { #expect(outcome.errors.contains(word), "\(outcome.errors)") }
    }

    @Test func socket_thatIsNoSocket_isNotRunning() async throws {
        try await withSocket { path in
            try "".write(toFile: path, atomically: true, encoding: .utf8)
            expect(try await BuiltCommand(["status"], socket: path).run(), 69, [path, "systemctl start wabawatchd"])
        }
    }

    @Test(.enabled(if: geteuid() == 0 && Shell.isThere("setpriv"), "only root can become somebody else"))
    func socket_thatMayNotBeOpened_saysWhoMay() async throws {
        try await withSocket { path in
            try await serving(FakeDaemon(FakeLog(), status: Sample.status), at: path) {
                let nobody = ["/usr/bin/env", "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", BuiltCommand.path]
                let outcome = try await BuiltCommand(["status"], socket: path, through: nobody).run()
                expect(outcome, 1, [path, "members of the group wabawatch may"])
            }
        }
    }

    @Test(arguments: ["HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n\0", "[1,2]\0", "{\0"])
    func socket_ofSomebodyElse_isNotOurs(bytes: String) async throws {
        try await withSocket { path in
            try await answering(bytes, at: path) {
                let outcome = try await BuiltCommand(["list"], socket: path).run()
                expect(outcome, 1, [path, "is not wabawatchd"])
            }
        }
    }

    @Test func connection_thatEndsBeforeTheAnswer_isUnavailable() async throws {
        try await withSocket { path in
            try await answering("", at: path) {
                expect(try await BuiltCommand(["list"], socket: path).run(), 69, [path, "closed the connection"])
            }
        }
    }

    @Test(
        arguments: [
            (#"{"parameters":{}}"#, "it may be of another version"),
            (#"{"parameters":{"status":{"version":2}}}"#, "it may be of another version"),
            (
                #"{"error":"org.varlink.service.MethodNotFound","parameters":{"method":"io.wabawatch.GetStatus"}}"#,
                "does not know io.wabawatch.GetStatus"
            ),
            (
                #"{"error":"org.varlink.service.InterfaceNotFound","parameters":{"interface":"io.wabawatch"}}"#,
                "does not have the interface io.wabawatch"
            ),
        ])
    func daemon_ofAnotherVersion_isNamedAsSuch(answer: String, words: String) async throws {
        try await withSocket { path in
            try await answering(answer + "\0", at: path) { expect(try await BuiltCommand(["status"], socket: path).run(), 1, [words]) }
        }
    }
}
