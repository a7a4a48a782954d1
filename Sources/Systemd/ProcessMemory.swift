internal import CSystemd

/// What others may have of this process's memory.
public enum ProcessMemory {
    /// Has the kernel write no core file of this process, to whatever handler, and let nobody but root read its memory (PR_SET_DUMPABLE, prctl(2)). A
    /// limit of nothing (RLIMIT_CORE) alone is not heeded where cores are given to a program. Files of this process below /proc are root's from then on.
    /// - Returns: whether that is so.
    public static func keepOutOfCores() -> Bool { csystemd_set_dumpable(0) == 0 && csystemd_dumpable() == 0 }
}
