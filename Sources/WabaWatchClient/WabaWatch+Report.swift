import FoundationEssentials
public import WabaWatchInterface

extension WabaWatch {
    /// Hands in a webhook's body, and returns when everything in it is recorded that is to be. A body that was handed in before is ignored.
    /// Allowed to those who may act.
    /// - Parameters:
    ///   - body: the bytes as Meta sent them, `ReportParameters.bodyLimit` at most: a signature is over exactly these.
    ///   - signature: the value of its header `X-Hub-Signature-256`.
    /// - Throws: `ClientError`: `invalidParameter` where body or signature are too long, `service(.badSignature)` where no known app secret signs it.
    public func report(body: [UInt8], signature: String) async throws -> ReportReply {
        guard body.count <= ReportParameters.bodyLimit else {
            throw ClientError(
                .invalidParameter("body"),
                "the webhook's body has \(body.count) bytes; \(ReportParameters.bodyLimit) are the most that one may have")
        }
        guard signature.utf8.count <= ReportParameters.signatureLimit else {
            throw ClientError(
                .invalidParameter("signature"),
                "the signature has \(signature.utf8.count) bytes; \(ReportParameters.signatureLimit) are the most that one may have")
        }
        return try await call(ReportParameters(body: Data(body).base64EncodedString(), signature: signature))
    }
}
