import Printing
import StrictJSON
import WabaWatchInterface
import WhatsAppBusiness

/// What a number's state means and what to do about it, after Meta's help pages on quality ratings and messaging limits.
struct Meaning {
    let health: Health
    let sentences: [String]

    /// `nil` where there is nothing to say.
    init?(_ resource: Resource) {
        guard resource.kind == .phoneNumber else { return nil }
        var sentences: [String] = []
        switch resource.document["status"]?.string.map({ OpenEnum<PhoneNumberStatus>($0) })?.known {
        case .banned:
            sentences.append("BANNED: Meta has closed this number for breaking its policies. Ask for a review in Account Quality.")
        case .restricted: sentences.append("RESTRICTED: the number has used up its limit, or Meta has limited it. See Account Quality.")
        case .disconnected:
            sentences.append("DISCONNECTED: the number is not registered with the Cloud API. Register it again with its PIN.")
        case .offline: sentences.append("OFFLINE: the number is not connected and sends nothing. Register it again with its PIN.")
        case .migrated:
            sentences.append("MIGRATED: the number has moved to another account or platform, and is used there. Watch it in that account.")
        case .pending:
            sentences.append("PENDING: the number is not registered yet. It should be after some minutes; past a day ask Meta's support.")
        case .flagged:
            sentences.append("FLAGGED: the rating fell to RED. It has seven days to recover before its messaging limit is lowered.")
        case .suspended: sentences.append("SUSPENDED: Meta does not let this number send for now. See Account Quality for the reason.")
        case .unverified:
            sentences.append("UNVERIFIED: ownership of this number is not verified. Ask for a code by text or call, and enter it.")
        case .rateLimited: sentences.append("RATE_LIMITED: messages are sent faster than the number's throughput allows. Send slower.")
        default: break
        }
        switch resource.document["quality_rating"]?.string.map({ OpenEnum<QualityRating>($0) })?.known {
        case .yellow:
            sentences.append("YELLOW: in the last seven days people blocked or reported this number more than before.")
            sentences.append("Pause campaigns to people who did not ask for them, and look at the reasons in WhatsApp Manager.")
        case .red:
            sentences.append("RED: many people blocked or reported this number in the last seven days.")
            sentences.append("Stop marketing messages from it now; write only to people who write first, until the rating is back.")
        default: break
        }
        guard !sentences.isEmpty else { return nil }
        self.sentences = sentences
        health = Health(resource)
    }

    func lines(_ page: Page, isCurrent: Bool = true) -> [PrintableText] {
        PrintableText(sentences.joined(separator: " ")).wrapped(to: (page.width ?? 100) - 2).map {
            page.paint("  " + $0, isCurrent ? StatusReport.style(health) : .faint)
        }
    }
}
