package import Notifying

/// Carries out the deliveries of one route.
package protocol RouteSender: Sendable {
    /// Delivers it, and returns when it is there, or when it cannot be had there now. A task that is cancelled gives up.
    func deliver(_ parcel: Parcel) async -> DeliveryOutcome
}
