import Testing

@testable import WabaWatchService

@Suite struct InheritedTests {
    @Test func sockets_ofTheManager_areToldApartByTheirNames() {
        let both = Daemon.Inherited([("metrics", 3), ("varlink", 4)])
        #expect(both.varlink == 4 && both.metrics == 3)
        let old = Daemon.Inherited([("wabawatchd.socket", 3)])
        #expect(old.varlink == 3 && old.metrics == nil, "a unit that names nothing")
        #expect(Daemon.Inherited([("other", 3), ("varlink", 4)]).varlink == 4)
        #expect(Daemon.Inherited([]) == Daemon.Inherited())
        #expect(both.map { $0 + 10 }.metrics == 13)
    }
}
