import StrictJSON
import Testing
import WabaWatchInterface
import WhatsAppBusiness

@Suite struct FilterTests {
    @Test func filter_ofNothing_allowsAll() {
        #expect(Filter().matches(Sample.change()))
        #expect(Filter().matches(Sample.resource))
    }

    @Test(arguments: [
        Filter(accounts: ["other"]), Filter(kinds: [.account]), Filter(ids: ["1"]), Filter(phoneNumberIDs: ["1"]),
        Filter(operations: [.added]),
        Filter(fields: [JSONPointer(["status"])]), Filter(minimumSeverity: .critical), Filter(accounts: []),
        Filter(accounts: ["acme"], kinds: [.phoneNumber], ids: ["107878721936019"], minimumSeverity: .critical),
    ])
    func filter_withOneListThatDoesNotFit_refusesTheChange(filter: Filter) {
        #expect(!filter.matches(Sample.change()))
    }

    /// What concerns all accounts is of every one; the other lists narrow it all the same.
    @Test func whatConcernsAllAccounts_passesEveryFilterOfAccounts() {
        let change = Sample.change(ResourceID(account: ResourceID.allAccounts, kind: .alarm, id: "blind"), fields: [])
        for accounts in [nil, [], ["acme"], ["*"]] as [Set<String>?] {
            #expect(
                Filter(accounts: accounts).matches(change) && Filter(accounts: accounts, kinds: [.alarm], ids: ["blind"]).matches(change))
            #expect(!Filter(accounts: accounts, kinds: [.watch]).matches(change))
            #expect(!Filter(accounts: accounts, phoneNumberIDs: ["1"]).matches(change))
        }
        #expect(!Filter(accounts: ["*"]).matches(Sample.change()))
    }

    @Test func filter_withEveryListFitting_allowsTheChange() {
        let filter = Filter(
            accounts: ["acme", "other"], kinds: [.phoneNumber], ids: ["107878721936019"], phoneNumberIDs: ["107878721936019"],
            operations: [.changed], fields: [JSONPointer(["status"]), JSONPointer(["quality_rating"])], minimumSeverity: .notice)
        #expect(filter.matches(Sample.change()))
    }

    @Test(arguments: [
        (["throughput"], true), (["throughput", "level"], true), (["throughputs"], false), (["throughput", "level", "x"], false),
        (["through"], false), ([], true),
    ])
    func fields_areComparedByWholeNames(asked: [String], fits: Bool) {
        let change = Sample.change(fields: [["status"], ["throughput", "level"]])
        #expect(Filter(fields: [JSONPointer(asked)]).matches(change) == fits)
    }

    @Test func fields_ofAThingThatCame_fitOnlyTheWholeDocument() {
        let added = Sample.change(operation: .added, fields: [])
        #expect(!Filter(fields: [JSONPointer(["quality_rating"])]).matches(added))
        #expect(Filter(fields: [JSONPointer()]).matches(added))
    }

    @Test func phoneNumber_ofAThingThatHasNone_doesNotFit() {
        #expect(!Filter(phoneNumberIDs: ["107878721936019"]).matches(Sample.account))
        #expect(Filter(phoneNumberIDs: ["107878721936019"]).matches(Sample.number))
    }

    @Test func resource_isNotHeldAgainstWhatSpeaksOfChanges() {
        #expect(Filter(operations: [.removed], fields: [JSONPointer(["x"])], minimumSeverity: .critical).matches(Sample.resource))
        #expect(!Filter(kinds: [.account]).matches(Sample.resource))
    }

    @Test(
        arguments: zip(
            Severity.allCases,
            [[true, false, false, false], [true, true, false, false], [true, true, true, false], [true, true, true, true]]))
    func minimumSeverity_meansThisAndWorse(minimum: Severity, fits: [Bool]) {
        #expect(Severity.allCases.map { Filter(minimumSeverity: minimum).matches(operation: .changed, severity: OpenEnum($0)) } == fits)
    }
}
