import ArgumentParser
import FakeDaemon
import Foundation
import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@testable import wabawatch

/// What is read out of a command line that is half written, and what is offered for it.
@Suite struct CompletionLineTests {
    private static func line(_ text: String) -> CompletionLine {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        return CompletionLine(words, at: words.count - 1)
    }

    @Test func line_isRead_upToTheWordThatIsCompleted() {
        let line = Self.line("wabawatch block --socket /run/s acme --yes -o json 'quoted' --account=one --account = two +1")
        #expect(line.prefix == "+1")
        #expect(line.positionals == ["acme", "quoted"])
        #expect(line.options == ["--socket": ["/run/s"], "-o": ["json"], "--account": ["one", "two"]])
        #expect(line.accounts(at: 0) == ["one", "two", "acme"] && line.accounts(at: 5) == ["one", "two"])
        #expect(Self.line("wabawatch qr delete acme ").positionals == ["acme"])
        #expect(Self.line("wabawatch show phone-number ").kinds == [.phoneNumber])
        #expect(Self.line("wabawatch history --kind qr_code --kind nonsense --field ").kinds == [.qrCode])
        #expect(Self.line("wabawatch history ").accounts(at: nil) == nil)
        #expect(Self.line("wabawatch timeline \"+1 555").prefix == "+1" || Self.line("wabawatch timeline \"+1").prefix == "+1")
        #expect(CompletionLine(["wabawatch", "list", "x", "--account", "behind"], at: 2).options == [:])
        #expect(CompletionLine([], at: 0).prefix == "" && CompletionLine(["wabawatch"], at: 7).prefix == "")
    }

    /// An option whose value would be taken for a word, or the other way round, shifts every word behind it.
    @Test func flags_areThoseOfTheCommands() async throws {
        let help = try await BuiltCommand(["--experimental-dump-help"], socket: "/nonexistent").run().output
        func arguments(_ command: JSONValue?) -> [JSONValue] {
            (command?["arguments"]?.array ?? []) + (command?["subcommands"]?.array ?? []).flatMap { arguments($0) }
        }
        var found: [String: Set<String>] = [:]
        for argument in arguments(try JSONValue(parsing: help)["command"]) {
            for name in argument["names"]?.array ?? [] {
                let word = (name["kind"]?.string == "short" ? "-" : "--") + (name["name"]?.string ?? "")
                found[argument["kind"]?.string ?? "", default: []].insert(word)
            }
        }
        #expect(found["flag"] == CompletionLine.flags)
        #expect(found["option"]?.isDisjoint(with: CompletionLine.flags) == true)
    }

    private static func account(_ name: String) -> Resource {
        Resource(
            ResourceID(account: name, kind: .watch, id: "account"), confirmedAt: Sample.moment, changedAt: Sample.moment,
            document: ["state": "starting"])
    }

    private func offered(_ subject: CompletionSubject, _ text: String, _ resources: [Resource] = Sample.resources) async throws -> [String]
    {
        let line = Self.line(text)
        guard let filter = subject.filter(line) else { return [] }
        let (things, feed) = AsyncStream<Resource>.makeStream()
        for resource in resources where filter.matches(resource) { feed.yield(resource) }
        feed.finish()
        let told = try await subject.candidates(of: things, line)
        return CompletionCandidate.offered(subject.candidates(line) + told, prefix: line.prefix).map(\.text)
    }

    @Test func account_isOffered_evenOneOfWhichNothingWasSeen() async throws {
        let accounts = ["brown", "acme", "ace"].map(Self.account)
        #expect(try await offered(.account, "wabawatch check ", accounts) == ["ace", "acme", "brown"])
        #expect(try await offered(.account, "wabawatch check ac", accounts) == ["ace", "acme"])
    }

    @Test func number_isOffered_asPeopleWriteIt_orByItsIdWhereDigitsAreWritten() async throws {
        #expect(try await offered(.number(), "wabawatch timeline ") == ["+15550783881", "+15550934873", "+4915112345678"])
        #expect(try await offered(.number(), "wabawatch timeline +4") == ["+4915112345678"])
        #expect(try await offered(.number(), "wabawatch timeline 1065") == ["106540352242922"])
        #expect(try await offered(.number(), "wabawatch timeline 1555") == ["15550783881", "15550934873"])
        #expect(try await offered(.number(accountAt: 0), "wabawatch block brown ") == [])
        #expect(try await offered(.number(accountAt: 1, at: 2), "wabawatch set business_profile acme ").count == 3)
        #expect(try await offered(.number(accountAt: 1, at: 2), "wabawatch set business_profile acme 1065 ") == [])
    }

    @Test func id_isOfferedOfTheKindThatIsNamed() async throws {
        #expect(try await offered(.id(), "wabawatch show blocked_user ") == ["16505551234"])
        #expect(try await offered(.id(), "wabawatch show phone_number 105") == ["105954558954427"])
        #expect(try await offered(.id(), "wabawatch history --id ") == [])
        #expect(try await offered(.id(of: .account, accountAt: 0), "wabawatch qr delete acme ") == ["102290129340398"])
    }

    @Test func field_isOffered_withItsInnerOnes_andWithoutADaemonWhatIsAskedFor() async throws {
        let numbers = try await offered(.field, "wabawatch history --kind phone_number --field thr")
        #expect(numbers == ["throughput", "throughput/level"])
        #expect(try await offered(.field, "wabawatch history --kind phone_number --field /thr") == ["/throughput", "/throughput/level"])
        #expect(try await offered(.field, "wabawatch history --field abo", []) == ["about"])
        #expect(try await offered(.field, "wabawatch history --kind qr_code --field about") == [])
    }

    @Test func wordThatAShellWouldExpand_isNotOffered() async throws {
        let names = ["$(touch /tmp/x)", "`id`", "a b", "-rf", "a;b", "a\nb", "~root", "{a,b}", "a*", "a:b", "", "größe", "plain.name-1"]
        #expect(try await offered(.account, "wabawatch check ", names.map(Self.account)) == ["plain.name-1"])
        let candidate = CompletionCandidate("1", "Shop $(x)\u{1B}[31m:\t`y`")
        #expect(candidate.line(for: .zsh) == "1:Shop   x   31m   y " && candidate.line(for: .bash) == "1")
        #expect(candidate.line(for: .fish).hasPrefix("1\tShop") && CompletionCandidate("1", "\u{1B}").line(for: .fish) == "1")
    }

    @Test func partOfALongList_isNotOfferedAsIfItWereAll() async throws {
        let many = (0...CompletionSubject.mostThings).map { Self.account("a\($0)") }
        #expect(try await offered(.account, "wabawatch check a", Array(many.dropLast())).count == CompletionSubject.mostThings)
        #expect(try await offered(.account, "wabawatch check a", many) == [])
        // Of what shows which members there are, the first are enough.
        let documents = Array(repeating: Sample.resources[1], count: CompletionSubject.mostThings + 1)
        #expect(try await offered(.field, "wabawatch history --kind phone_number --field throughput/", documents) == ["throughput/level"])
    }
}
