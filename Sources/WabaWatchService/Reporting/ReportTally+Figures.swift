import Metrics

extension ReportTally.Counts {
    /// The counts as metrics have them, each of them from the beginning.
    var figures: [DaemonFigures.Count] {
        [
            ("recorded", recorded), ("known", known), ("foreign", foreign), ("ignored", ignored), ("bad_signature", badSignatures),
            ("bad_body", badBodies),
        ].map { DaemonFigures.Count([$0.0], $0.1) }
    }
}
