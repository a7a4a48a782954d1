extension AlarmSettings {
    /// How long alarms of a name settle; `nil` where there are none.
    public func settle(_ name: AlarmName) -> Duration? {
        switch rules[name.rawValue] {
        case .never: nil
        case .settle(let time): time
        case nil: name.row.settle
        }
    }

    /// Whether there are alarms of a name.
    public func allows(_ name: AlarmName) -> Bool { settle(name) != nil }
}
