import FoundationEssentials
import GraphAPI
import InterfaceRecords
import Ledger
import Varlink
import WabaWatchInterface
import Webhooks
import WhatsAppBusiness

/// Webhooks that are handed in on the socket: their signature is checked, and what they say is recorded before the caller is answered.
struct Reporting: Sendable {
    let ledger: Ledger
    /// The secrets that a webhook may be signed with, those that are in force.
    let appSecrets: @Sendable () -> [AppSecret]
    let wallClock: @Sendable () -> Timestamp
    /// Takes what is to be told in the log.
    let log: ReportLog
    /// Takes what is to be polled because of what was recorded.
    let hinted: @Sendable ([ReportHint]) async -> Void

    /// What a body says, once its signature is checked.
    /// - Throws: `badSignature` where none of the secrets made it, whatever the body is; `InvalidParameter` for a body that is no webhook of Meta's.
    func read(_ parameters: ReportParameters) throws -> WebhookBody {
        guard let data = Data(base64Encoded: parameters.body) else { throw VarlinkError.invalidParameter("body") }
        let bytes = Array(data)
        let signature = WebhookSignature(header: parameters.signature)
        guard let signature, appSecrets().contains(where: { signature.matches($0.signature(of: bytes)) }) else {
            log.badSignature()
            throw WabaWatchError.badSignature
        }
        do throws(WebhookBodyError) { return try WebhookBody(parsing: bytes) } catch {
            log.badBody(error)
            throw VarlinkError.invalidParameter("body")
        }
    }

    /// Records what a body says.
    /// - Throws: `lookFailed` where it cannot be recorded: then Meta is to send it again.
    func record(_ body: WebhookBody) async throws -> ReportReply {
        let recording: ReportRecording
        do throws(LedgerError) { recording = try await ledger.record(reports: body.reports, at: wallClock()) } catch {
            if error.code == .cancelled { throw error }
            throw WabaWatchError.lookFailed(state: "unrecorded", reason: "what was reported could not be recorded: \(error.cause)")
        }
        log.took(body, recording)
        if !recording.hints.isEmpty { await hinted(recording.hints) }
        return ReportReply(
            cursor: Cursor(ledger.cursor), changes: recording.changes, ignored: body.ignored + recording.known + recording.foreign)
    }
}
