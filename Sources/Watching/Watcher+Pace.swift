extension Watcher {
    /// Up to which moment the schedule has kept pace: now, unless something has been due since earlier and was not taken.
    public func keptPace() -> Moment {
        let now = world.now()
        return min(now, schedule.wake ?? now)
    }
}
