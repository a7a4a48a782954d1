import ArgumentParser

/// How changes are written: what `OutputForm` has, and as events of CloudEvents 1.0.
enum ChangeForm: String, CaseIterable, ExpressibleByArgument {
    case short, full, json, cat, cloudevents
}
