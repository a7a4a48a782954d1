import ArgumentParser

/// journalctl's `-o`.
enum OutputForm: String, CaseIterable, ExpressibleByArgument {
    case short, full, json, cat
}
