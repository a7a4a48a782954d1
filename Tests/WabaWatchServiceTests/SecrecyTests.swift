import FoundationEssentials
import GraphSimulator
import StrictJSON
import TestSupport
import Testing
import WabaWatchInterface
import WhatsAppBusiness

/// Guarantee 10: the access token never reaches a log line, an error, the ledger, the argument list or a subscriber. Kept for good.
@Suite(.inTurn, .timeLimit(.minutes(1))) struct SecrecyTests {
    @Test func token_isNowhereButInTheRequests() async throws {
        try await Site.with(every: "1s") { site in
            // Meta puts the token into links to the next page and into the words of an error.
            site.simulator.update { platform in
                platform.tokenInPageLinks = true
                for index in 0..<120 {
                    var number = platform.accounts[Platform.sampleAccountID()]?.phoneNumbers[0]
                    number?.id = "9000\(index)"
                    if let number { platform.accounts[Platform.sampleAccountID()]?.phoneNumbers.append(number) }
                }
                platform[phoneNumber: Platform.samplePhoneNumberID(0)]?.document["verified_name"] = .string("Shop \(Site.token)")
            }
            let daemon = try await site.start()
            var subscription = try await site.subscribeFromTheBeginning()
            var told = ""
            while let reply = try await subscription.next() {
                told += "\(reply)"
                if case .change(let change) = reply, change.kind == .phoneNumber { break }
            }
            told += "\(try await site.things())"
            let arguments = try String(contentsOfFile: "/proc/\(daemon.process.id)/cmdline", encoding: .utf8)
            site.simulator.setFault(.error(190, message: "Malformed access token \(Site.token)", http: 401))
            told += "\(try await subscription.change { $0.id == "account" })"
            #expect(await daemon.stop() == 0)

            #expect(!told.contains(Site.token))
            #expect(!arguments.contains(Site.token))
            var files = 0
            for name in try FileManager.default.contentsOfDirectory(atPath: site.folder) {
                guard let bytes = try? Data(contentsOf: URL(filePath: site.folder + "/" + name)) else { continue }
                files += 1
                #expect(bytes.ranges(of: Data(Site.token.utf8)).isEmpty, "the token stands in \(name)")
            }
            #expect(files >= 3, "configuration, ledger and log were searched")
            #expect(site.simulator.requests.contains { $0.token == .valid }, "it was used")
        }
    }
}
