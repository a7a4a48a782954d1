import StrictJSON
import WhatsAppBusiness

#if canImport(Glibc)
    import Glibc
#endif

extension Simulation {
    /// The version that serves a request.
    func version(of request: GraphRequest) -> SimulatedVersion {
        max(request.version ?? platform.versions.lowerBound, platform.versions.lowerBound)
    }

    /// The trace id of the request that is being answered.
    var traceID: String { "A" + Self.letters(UInt64(number) &* 0x9E37_79B9_7F4A_7C15, 22) }

    /// The headers of every answer, as recorded.
    func common(_ request: GraphRequest, at now: Timestamp) -> [(name: String, value: String)] {
        var headers: [(name: String, value: String)] = [
            ("content-type", "application/json; charset=UTF-8"), ("vary", "Origin"), ("facebook-api-version", "\(version(of: request))"),
            ("x-fb-request-id", traceID), ("x-fb-trace-id", String(traceID.suffix(11))), ("x-fb-rev", "1033235240"),
            ("date", Self.date(now)),
        ]
        if let asked = request.version, asked < platform.versions.lowerBound {
            let served = platform.versions.lowerBound
            headers.append(
                ("x-ad-api-version-warning", "The call has been auto-upgraded to \(served) as \(asked) has been deprecated."))
        }
        return headers
    }

    /// The answer that carries an error.
    func refuse(_ error: SimulatedError, _ headers: [(name: String, value: String)]) -> GraphAnswer {
        let challenge = error.code == 190 || error.code == 102 ? "invalid_token" : "invalid_request"
        // The header repeats the message, which may hold whatever was asked for.
        let message = String(error.message.prefix(500).map { $0 == "\"" ? "'" : $0.isASCII && $0 >= " " ? $0 : "?" })
        let own: [(name: String, value: String)] = [
            ("vary", "Accept-Encoding"), ("cache-control", "no-store"),
            ("www-authenticate", #"OAuth "Facebook Platform" "\#(challenge)" "\#(message)""#),
        ]
        return GraphAnswer(
            status: error.status, headers: headers + own, body: JSONValue.object(error.body(traceID: traceID)).graphJSON)
    }

    /// Letters that look random and are the same in every run.
    static func letters(_ seed: UInt64, _ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var state = seed
        return String(
            decoding: (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return alphabet[Int(state >> 58)]
            }, as: UTF8.self)
    }

    /// `Tue, 10 Feb 2026 22:09:59 GMT` (RFC 9110, section 5.6.7).
    private static func date(_ now: Timestamp) -> String {
        var seconds = time_t(now.milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let day = "\(days[Int(parts.tm_wday)]), \(two(parts.tm_mday)) \(months[Int(parts.tm_mon)]) \(1900 + parts.tm_year)"
        return "\(day) \(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)) GMT"
    }
}
