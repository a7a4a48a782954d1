package import WabaWatchInterface
import WhatsAppBusiness

/// One route of the notifier: what is told, how often, and to whom.
package struct NotifyRoute: Sendable, Equatable {
    /// What is told.
    package enum Subject: String, Sendable {
        /// What is wrong: when it begins, changes and ends, and while it lasts.
        case alarms
        /// Changes of things, each of them.
        case changes
    }

    /// What it is called in the log; also the name of its cursor's file.
    package var name: String
    /// Alarms or changes.
    package var subject = Subject.alarms
    /// Which of them. Of alarms, `minimumSeverity` is compared with the alarm as it is; one that is muted is left out, whatever its severity.
    package var match = Filter(kinds: [.alarm])
    /// What comes within this time goes out together.
    package var group = Duration.zero
    /// What lasts is told again after this time; `nil` for never.
    package var repeats: Duration?
    /// Whether the end is told as well.
    package var tellsEnd = true
    /// How long one delivery may take.
    package var timeout = Duration.seconds(60)
    /// To whom.
    package var destination: NotifyDestination

    package init(name: String, destination: NotifyDestination) {
        self.name = name
        self.destination = destination
    }

    /// What is asked of the daemon. The least severity of alarms is left out: the end of a critical alarm is told with `info`, and is wanted all the same.
    package var subscription: Filter {
        guard subject == .alarms else { return match }
        var filter = match
        filter.kinds = [.alarm]
        filter.minimumSeverity = nil
        return filter
    }
}

/// To whom a route tells what it tells.
package enum NotifyDestination: Sendable, Equatable {
    /// A program, by its arguments and without a shell, with this on its standard input.
    case exec([String], ProgramInput)
    /// An Alertmanager, by its base URL (API v2).
    case alertmanager(String)
    /// A web hook.
    case http(WebHook)
    /// Mail, by a sendmail.
    case mail(MailAddresses, sendmail: String)
    /// One WhatsApp message made of a template, by the daemon.
    case whatsapp(TemplateAddress)

    /// What a program is given.
    package enum ProgramInput: String, Sendable, CaseIterable {
        /// A message for people.
        case text
        /// Changes as JSON, one a line.
        case json
        /// Events of CloudEvents 1.0 as JSON, one a line.
        case cloudevents
    }

    /// A web hook's place and form.
    package struct WebHook: Sendable, Equatable {
        /// What is sent.
        package enum Format: String, Sendable, CaseIterable {
            /// One event of CloudEvents 1.0 a request.
            case cloudevents
            /// An incoming web hook of Slack, and what understands the same.
            case slack
            /// A topic of ntfy.
            case ntfy
        }

        /// Where it is.
        package var address: Address
        /// What is sent.
        package var format = Format.cloudevents
        /// Where header fields with secrets are read from.
        package var headers: SecretPlace?

        package init(address: Address, format: Format = .cloudevents, headers: SecretPlace? = nil) {
            self.address = address
            self.format = format
            self.headers = headers
        }

        /// Where a hook is; often the address itself is the secret.
        package enum Address: Sendable, Equatable {
            case url(String)
            case secret(SecretPlace)
        }
    }

    /// Where a secret is read from, at each delivery.
    package enum SecretPlace: Sendable, Equatable {
        /// A credential of the unit.
        case credential(String)
        /// A file.
        case file(String)
    }

    /// From whom and to whom mail goes.
    package struct MailAddresses: Sendable, Equatable {
        /// To whom.
        package var to: [String]
        /// From whom; the system's own choice without.
        package var from: String?

        package init(to: [String], from: String? = nil) {
            self.to = to
            self.from = from
        }
    }

    /// What `SendTemplate` is asked for.
    package struct TemplateAddress: Sendable, Equatable {
        /// To whom.
        package var to: String
        /// The account that sends.
        package var account: String
        /// Its number.
        package var phoneNumberID: String
        /// The template, whose body has one place.
        package var template: String
        /// Its language.
        package var language: String

        package init(to: String, account: String, phoneNumberID: String, template: String, language: String) {
            self.to = to
            self.account = account
            self.phoneNumberID = phoneNumberID
            self.template = template
            self.language = language
        }
    }

    /// What one delivery consists of.
    package enum Form: Sendable {
        /// A message for people: what came within a time, counted where it is much.
        case message
        /// Every event by itself.
        case events
        /// All alarms that last, again and again.
        case alerts
    }

    /// Whether a delivery of which nobody knows whether it arrived is tried a few times only: each may be a message more, which has its price.
    package var limitsCopies: Bool { if case .whatsapp = self { true } else { false } }

    /// A program's arguments; none where it is none.
    var arguments: [String] { if case .exec(let arguments, _) = self { arguments } else { [] } }

    /// What one delivery to it consists of.
    package var form: Form {
        switch self {
        case .exec(_, .text), .mail, .whatsapp: .message
        case .exec: .events
        case .alertmanager: .alerts
        case .http(let hook): hook.format == .cloudevents ? .events : .message
        }
    }
}
