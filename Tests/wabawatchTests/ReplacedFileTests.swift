import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import wabawatch

@Suite struct ReplacedFileTests {
    /// In a container a process has the same number each time: what one left that was killed stops no later one.
    @Test func leftoverOfOneThatWasKilled_isInNobodysWay() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/metrics.prom"
        try "half of".write(toFile: "\(path).\(getpid()).new", atomically: false, encoding: .utf8)
        var parts: [[UInt8]] = [Array("whole".utf8)]
        try ReplacedFile(path).write { parts.popLast() }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "whole")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["metrics.prom"])
    }

    /// What is there stays as it is where the new content cannot be made.
    @Test func contentThatCannotBeMade_leavesTheOld() throws {
        struct Broken: Error {}
        let folder = try TemporaryFolder()
        let path = folder.path + "/metrics.prom"
        try "old".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(throws: Broken.self) { try ReplacedFile(path).write { throw Broken() } }
        #expect(try String(contentsOfFile: path, encoding: .utf8) == "old")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["metrics.prom"])
    }
}
