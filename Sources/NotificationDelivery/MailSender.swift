import Glibc
package import Notifying
import WabaWatchInterface
import WhatsAppBusiness

/// Gives mail to a sendmail (sysexits.h says what its exit statuses mean).
package struct MailSender: RouteSender {
    private let addresses: NotifyDestination.MailAddresses
    private let sendmail: String
    private let route: String
    private let host: String
    private let time: NotifyTime

    package init(_ addresses: NotifyDestination.MailAddresses, sendmail: String, route: String, host: String, time: NotifyTime) {
        self.addresses = addresses
        self.sendmail = sendmail
        self.route = route
        self.host = host
        self.time = time
    }

    package func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        guard case .message(let message) = parcel.content else { preconditionFailure("mail is a message") }
        let now = time.wall()
        let id = "\(parcel.cursor?.text ?? "now").\(route).\(now.milliseconds)"
        let mail = MailText(message, to: addresses, route: route, id: id, host: host, time: now)
        // -i: a line with a dot alone does not end the mail.
        let arguments = [sendmail, "-i"] + (addresses.from.map { ["-f", $0] } ?? []) + ["--"] + addresses.to
        // EX_NOHOST and EX_NOUSER are no refusals: msmtp ends so as well where a name cannot be resolved for a while.
        let outcome = await ChildProgram(arguments, environment: []).run(mail.bytes)
        return outcome.failure(of: sendmail, refusals: [EX_DATAERR]).map { .failed($0) } ?? .delivered
    }
}
