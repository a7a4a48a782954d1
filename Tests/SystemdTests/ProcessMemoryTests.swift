import CSystemd
import Systemd
import Testing

/// One at a time, for what is set is the whole process's. A 2 is the kernel's own, and cannot be set again afterwards.
@Suite(.serialized, .enabled(if: csystemd_dumpable() != 2, "needs a process whose dumpability can be put back"))
struct ProcessMemoryTests {
    @Test(arguments: [1, 0] as [Int32]) func memory_whateverWasAllowedBefore_goesIntoNoCore(before: Int32) throws {
        let atFirst = csystemd_dumpable()
        defer { csystemd_set_dumpable(atFirst) }
        try #require(csystemd_set_dumpable(before) == 0 && csystemd_dumpable() == before)
        #expect(ProcessMemory.keepOutOfCores())
        #expect(csystemd_dumpable() == 0)
    }
}
