import Glibc
package import Notifying
import WhatsAppBusiness

/// Gives a program what a route tells, on its standard input; it has taken it when it ends with 0.
package struct ProgramSender: RouteSender {
    private let arguments: [String]
    private let route: String

    package init(_ arguments: [String], route: String) {
        self.arguments = arguments
        self.route = route
    }

    package func deliver(_ parcel: Parcel) async -> DeliveryOutcome {
        var environment = ["WABAWATCH_ROUTE=\(route)"]
        var input: [UInt8] = []
        switch parcel.content {
        case .message(let message):
            input = Array(message.text.utf8)
            environment += ["WABAWATCH_SUBJECT=\(message.subject)", "WABAWATCH_SEVERITY=\(message.severity.rawValue)"]
        case .events(let events):
            for event in events {
                input += event.bytes
                input.append(UInt8(ascii: "\n"))
            }
        case .alerts: preconditionFailure("a program is given messages or events")
        }
        return await ChildProgram(arguments, environment: environment).run(input).failure(of: arguments[0]).map { .failed($0) }
            ?? .delivered
    }
}

extension ChildProgram.Outcome {
    /// Why a program has not taken what it was given.
    /// - Parameter refusals: exit statuses that say that it never will.
    func failure(of program: String, refusals: Set<Int32> = []) -> DeliveryFailure? {
        switch self {
        case .exited(0, _): nil
        case .exited(let status, let output):
            DeliveryFailure("\(program) ended with \(status)\(output.isEmpty ? "" : ": \(output)")", isRefusal: refusals.contains(status))
        case .killed(let signal, let output):
            DeliveryFailure("\(program) was ended by signal \(signal)\(output.isEmpty ? "" : ": \(output)")")
        case .notStarted(let number): DeliveryFailure("\(program) cannot be run: \(String(cString: strerror(number)))")
        }
    }
}
