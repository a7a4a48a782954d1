import Foundation
import StrictJSON
import TestSupport
import Testing
import Varlink

@Suite(.inTurn, .timeLimit(.minutes(1))) struct CertificationTests {
    @Test func client_againstOurServer_isCertified() async throws {
        try await withServer([CertificationInterface()]) { path in
            let certified = try await certify(VarlinkClient.connect(path: path))
            #expect(certified == ["all_ok": true])
        }
    }

    @Test func call_outOfTurn_isRefused() async throws {
        try await withServer([CertificationInterface()]) { path in
            let client = try await VarlinkClient.connect(path: path)
            await #expect(throws: VarlinkError("org.varlink.certification.ClientIdError")) {
                try await client.call("org.varlink.certification.Test01", ["client_id": "nobody"])
            }
        }
    }
}

/// Other people's clients and servers, from PyPI: varlink 31.0.0 and asyncvarlink 0.3.3.
@Suite(
    .inTurn, .serialized, .enabled(if: Python.isThere, "WABAWATCH_PYTHON names no Python with varlink and asyncvarlink"),
    .timeLimit(.minutes(2)))
struct ForeignJudgeTests {
    @Test func certificationClient_ofPython_passesAgainstOurServer() async throws {
        try await withServer([CertificationInterface()]) { path in
            let ended = try await Python.run(["-m", "varlink.tests.test_certification", "--varlink=unix:\(path)", "--client"])
            #expect(ended.status == 0, "\(ended.output)")
            #expect(ended.output.contains("Certification passed"), "\(ended.output)")
        }
    }

    @Test func ourClient_againstPythonsCertificationServer_isCertified() async throws {
        let path = temporarySocketPath()
        try await Python.whileRunning(["-m", "varlink.tests.test_certification", "--varlink=unix:\(path)"], ready: "Listening") {
            let certified = try await certify(VarlinkClient.connect(path: path))
            #expect(certified == ["all_ok": true])
        }
    }

    @Test func commandLine_ofPython_readsCallsAndStreams() async throws {
        try await withServer([CertificationInterface(), protocolInterface(), wabawatch()]) { path in
            let info = try await Python.run(["-m", "varlink.cli", "info", "unix:\(path)"])
            #expect(info.status == 0 && info.output.contains("org.varlink.certification"), "\(info.output)")
            for interface in ["org.varlink.service", "org.varlink.certification", "org.example.test", "io.wabawatch"] {
                let help = try await Python.run(["-m", "varlink.cli", "help", "unix:\(path)/\(interface)"])
                #expect(help.status == 0 && help.output.contains("interface \(interface)"), "\(help.output)")
            }
            let call = try await Python.run(["-m", "varlink.cli", "call", "unix:\(path)/org.example.test.Echo", #"{"text":"é"}"#])
            #expect(call.status == 0 && call.output.contains(#""text": "\u00e9""#), "\(call.output)")
            let more = try await Python.run(["-m", "varlink.cli", "call", "--more", "unix:\(path)/org.example.test.Count", #"{"to":3}"#])
            #expect(more.status == 0 && more.output.contains(#""number": 1"#) && more.output.contains(#""number": 3"#), "\(more.output)")
            let wrong = try await Python.run(["-m", "varlink.cli", "call", "unix:\(path)/org.example.test.Echo", #"{"txt":1}"#])
            #expect(wrong.output.contains("InvalidParameter"), "\(wrong.output)")
        }
    }

    @Test func texts_asPrintedHere_areReadByPython() async throws {
        let script = "import sys, varlink; print(varlink.Interface(sys.argv[1]).name)"
        for name in ["io.wabawatch", "org.varlink.certification"] {
            let printed = try InterfaceDescription(parsing: interfaceText(name)).description
            let ended = try await Python.run(["-c", script, printed])
            #expect(ended.status == 0 && ended.output.hasPrefix(name), "\(ended.output)")
        }
    }

    @Test func asyncvarlink_callsAndStreams() async throws {
        try await withServer([protocolInterface()]) { path in
            let ended = try await Python.run(["-c", Self.asyncvarlink, path])
            #expect(ended.status == 0 && ended.output.contains("passed"), "\(ended.output)")
        }
    }

    private func wabawatch() throws -> TestInterface { try TestInterface(interfaceText("io.wabawatch"), [:]) }

    private static let asyncvarlink = """
        import asyncio, sys
        from asyncvarlink import VarlinkClientProtocol, VarlinkMethodCall as Call, connect_unix_varlink

        async def main():
            transport, peer = await connect_unix_varlink(VarlinkClientProtocol, sys.argv[1])
            name = "org.example.test."
            replies = await asyncio.gather(*(peer.call(Call(name + "Echo", {"text": str(n)})) for n in range(100)))
            assert [reply.parameters["text"] for reply, _ in replies] == [str(n) for n in range(100)]
            await peer.call(Call(name + "None", {}, oneway=True))
            reply, _ = await peer.call(Call(name + "Echo", {}))
            assert reply.error == "org.varlink.service.InvalidParameter" and reply.parameters == {"parameter": "text"}
            numbers = [r.parameters["number"] async for r, _ in peer.call_more(Call(name + "Count", {"to": 1000}, more=True))]
            assert numbers == list(range(1, 1001))
            print("passed")

        asyncio.run(main())
        """
}
