/// Which of several hosts something belongs to, by rendezvous hashing (highest random weight): every host comes to the same result, and a host that comes
/// or goes moves only what is its own.
public enum RendezvousHash {
    /// The host that an account belongs to; `nil` where there is none. The order of the hosts does not matter.
    public static func owner(of account: String, among hosts: some Sequence<String>) -> String? {
        hosts.max { (weight($0, account), $0) < (weight($1, account), $1) }
    }

    /// FNV-1a over both names, then the finalizer of SplitMix64, which spreads what differs in the last byte alone. It is the same in every release: two
    /// hosts in the middle of an upgrade must agree.
    private static func weight(_ host: String, _ account: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for text in [host, "\0", account] {
            for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        }
        hash = (hash ^ (hash >> 30)) &* 0xBF58_476D_1CE4_E5B9
        hash = (hash ^ (hash >> 27)) &* 0x94D0_49BB_1331_11EB
        return hash ^ (hash >> 31)
    }
}
