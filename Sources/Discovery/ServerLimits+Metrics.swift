package import Varlink

extension ServerLimits {
    /// The limits of the socket that tells the daemon's numbers: few ask there.
    package static var metrics: ServerLimits {
        var limits = ServerLimits()
        limits.connections = 32
        limits.connectionsPerUser = 16
        limits.messageBytes = 64 << 10
        limits.bufferedBytesPerPeer = 1 << 20
        limits.bufferedBytes = 2 << 20
        limits.outgoingBytesPerPeer = 4 << 20
        limits.outgoingBytesOfAll = 8 << 20
        return limits
    }
}
