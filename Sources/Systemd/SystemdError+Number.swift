import Glibc

extension SystemdError {
    /// The system's sentence for an error number, as strerror_r(3) gives it.
    static func text(of errorNumber: Int32) -> String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
            guard let base = buffer.baseAddress, strerror_r(errorNumber, base, buffer.count) == 0 else { return "error \(errorNumber)" }
            return String(cString: base)
        }
    }
}
