extension Watcher {
    /// Up to which moment the schedule has kept pace: now, unless something has been due since earlier and was not taken.
    public func keptPace() -> Moment { min(world.now(), schedule.wake ?? world.now()) }
}
