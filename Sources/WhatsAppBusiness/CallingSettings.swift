public import StrictJSON

/// How a number takes calls.
public struct CallingSettings: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "status": .string, "call_icon_visibility": .string, "call_icons": CallIcons.shape, "call_hours": CallHours.shape,
        "callback_permission_status": .string, "srtp_key_exchange_protocol": .string, "sip": SIPSettings.shape, "video": .anything,
        "audio": .anything, "voicemail": .anything, "ip_addresses": .anything, "restrictions": .anything,
    ])

    /// Whether it takes calls.
    public var status: OpenEnum<Switch>? { open("status") }
    /// Whether people see the call button.
    public var callIconVisibility: OpenEnum<CallIconVisibility>? { open("call_icon_visibility") }
    /// Where people see it.
    public var callIcons: CallIcons? { part("call_icons") }
    /// When it takes calls.
    public var callHours: CallHours? { part("call_hours") }
    /// Whether people are asked if they may be called back.
    public var callbackPermissionStatus: OpenEnum<Switch>? { open("callback_permission_status") }
    /// `DTLS` or `SDES`.
    public var srtpKeyExchangeProtocol: String? { text("srtp_key_exchange_protocol") }
    /// Calls by SIP.
    public var sip: SIPSettings? { part("sip") }
    /// Video, as it came.
    public var video: JSONValue? { json["video"] }
    /// Audio, as it came.
    public var audio: JSONValue? { json["audio"] }
    /// Voicemail, as it came.
    public var voicemail: JSONValue? { json["voicemail"] }
    /// Where calls come from; it changes by itself.
    public var ipAddresses: JSONValue? { json["ip_addresses"] }
    /// What Meta restricted, as it came.
    public var restrictions: JSONValue? { json["restrictions"] }
}

/// Where people see the call button.
public struct CallIcons: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["restrict_to_user_countries": .array(.string)])

    /// Only there, two letters each.
    public var countries: [String]? { texts("restrict_to_user_countries") }
}

/// When a number takes calls.
public struct CallHours: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object([
        "status": .string, "timezone_id": .string, "weekly_operating_hours": .array(OperatingHours.shape),
        "holiday_schedule": .array(Holiday.shape),
    ])

    /// Whether there are hours.
    public var status: OpenEnum<Switch>? { open("status") }
    /// IANA.
    public var timezoneID: String? { text("timezone_id") }
    /// At most two a day.
    public var weekly: [OperatingHours]? { parts("weekly_operating_hours") }
    /// At most twenty.
    public var holidays: [Holiday]? { parts("holiday_schedule") }
}

/// Hours of a day of the week.
public struct OperatingHours: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["day_of_week": .string, "open_time": .string, "close_time": .string])

    /// `MONDAY` …
    public var dayOfWeek: String? { text("day_of_week") }
    /// `HHMM`.
    public var opens: String? { text("open_time") }
    /// `HHMM`.
    public var closes: String? { text("close_time") }
}

/// Hours of a day of the year.
public struct Holiday: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["date": .string, "start_time": .string, "end_time": .string])

    /// `YYYY-MM-DD`.
    public var date: String? { text("date") }
    /// `HHMM`.
    public var starts: String? { text("start_time") }
    /// `HHMM`.
    public var ends: String? { text("end_time") }
}

/// Calls by SIP. Passwords are never asked for, and are taken out if they come.
public struct SIPSettings: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["status": .string, "servers": .array(SIPServer.shape)])

    /// Whether calls go by SIP.
    public var status: OpenEnum<Switch>? { open("status") }
    /// To where.
    public var servers: [SIPServer]? { parts("servers") }
}

/// A server that takes calls by SIP.
public struct SIPServer: Document {
    public let json: JSONObject
    public init(checked json: JSONObject) { self.json = json }

    public static let shape = Shape.object(["hostname": .string, "port": .integer, "app_id": .id])

    /// Its name.
    public var hostname: String? { text("hostname") }
    /// Its port.
    public var port: Int64? { integer("port") }
    /// The app that it belongs to.
    public var appID: String? { id("app_id") }
}

/// Whether people see the call button.
public enum CallIconVisibility: String, Sendable, CaseIterable {
    case `default` = "DEFAULT"
    case disableAll = "DISABLE_ALL"
}
