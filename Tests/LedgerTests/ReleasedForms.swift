import Changes
import StrictJSON
import WhatsAppBusiness

/// What Meta said, kind by kind, when the ledger of the release before was written: `Released/forms-2.sqlite` holds it in that release's forms.
enum ReleasedForms {
    static let number = "107878721936019"

    static let account = #"""
        {"id":"102290129340398","name":"Lucky Shrub","timezone_id":"138","status":"ACTIVE","business_verification_status":"not_verified",
         "account_review_status":"APPROVED","ownership_type":"SELF","currency":"USD","country":"US","on_behalf_of_business_info":null,
         "owner_business_info":{"id":"2729063490586005","name":"Lucky","status":"approved","type":"self"},
         "health_status":{"can_send_message":"LIMITED","entities":[
          {"entity_type":"WABA","id":"102290129340398","can_send_message":"LIMITED","additional_info":["Verify your business."]},
          {"entity_type":"BUSINESS","id":"2729063490586005","can_send_message":"BLOCKED","errors":[
           {"error_code":141006,"error_description":"A payment method is missing.","possible_solution":"Add one."},
           {"error_code":141010,"error_description":"Not verified.","possible_solution":"Verify."}]}]}}
        """#
    static let phoneNumber = #"""
        {"id":"107878721936019","verified_name":"Acme","display_phone_number":"+1 555-093-4873","status":"CONNECTED","quality_rating":"GREEN",
         "quality_score":{"score":"GREEN","date":1767225600},"throughput":{"level":"STANDARD"},"webhook_configuration":{},
         "conversational_automation":{"id":"47328947638","prompts":["Plan a trip"],"commands":[]},"country_dial_code":"1",
         "last_onboarded_time":"2023-08-31T19:05:53+0000","health_status":{"can_send_message":"AVAILABLE","entities":[
          {"entity_type":"PHONE_NUMBER","id":"107878721936019","can_send_message":"AVAILABLE","additional_info":["All is well."]}]}}
        """#
    static let settings = #"""
        {"calling":{"status":"enabled","call_icon_visibility":"DEFAULT","ip_addresses":{"DEFAULT":["192.0.2.1"]},"call_hours":{"status":"ENABLED",
         "timezone_id":"America/Manaus","weekly_operating_hours":[{"day_of_week":"monday","open_time":"0400","close_time":"1020"}]}},
         "storage_configuration":{"status":"DEFAULT","retention_minutes":60},"user_identity_change":{"enable_identity_key_check":true}}
        """#
    static let profile = #"""
        {"about":"7","address":"","vertical":"EDU","websites":[],"description":null,
         "profile_picture_url":"https://pps.whatsapp.net/v/t61.24694-24/56_n.jpg?ccb=11-4&oh=01&oe=02"}
        """#
    static let commerce = #"{"id":"727705352028726","is_cart_enabled":true,"is_catalog_visible":false}"#
    static let template = #"""
        {"id":"1689556908129832","name":"order_confirmation","language":"en_US","status":"approved","category":"utility",
         "quality_score":{"score":"GREEN","reasons":[],"date":1767225600},"rejected_reason":"NONE"}
        """#
    static let app = #"""
        {"whatsapp_business_api_data":{"id":"67084711213","name":"Lucky Shrub","link":"https://www.facebook.com/games/?app_id=67084711213"},
         "override_callback_uri":null}
        """#
    static let code = #"""
        {"code":"4O4YGZEG3RIVE1","prefilled_message":"Cyber Monday","deep_link_url":"https://wa.me/message/4O4YGZEG3RIVE1"}
        """#
    static let blocked: IDSet = ["16505551234", "US.13491208655302741918"]

    /// A complete poll of one thing, all of whose members were asked for.
    static func look(_ kind: Kind, _ id: String, _ text: String) throws -> Observation {
        let document = try JSONValue(parsing: text).object ?? [:]
        let isOfNumber = [.phoneNumberSettings, .businessProfile, .commerceSettings, .qrCode].contains(kind)
        let target = PollTarget(account: "forms", kind: kind, phoneNumberID: isOfNumber ? number : nil)
        return Observation(
            target: target, owner: isOfNumber ? number : "102290129340398", items: [.init(id: id, document: document)],
            asked: kind == .subscribedApp ? [] : Set(document.names))
    }

    static func all() throws -> [Observation] {
        [
            try look(.account, "102290129340398", account), try look(.phoneNumber, number, phoneNumber),
            try look(.phoneNumberSettings, number, settings), try look(.businessProfile, number, profile),
            try look(.commerceSettings, number, commerce), try look(.messageTemplate, "1689556908129832", template),
            try look(.subscribedApp, "67084711213", app), try look(.qrCode, "4O4YGZEG3RIVE1", code),
            Observation(target: PollTarget(account: "forms", kind: .blockedUser, phoneNumberID: number), owner: number, ids: blocked),
        ]
    }

    /// The same in other forms.
    static func later() throws -> [Observation] {
        func rewritten(_ text: String, _ pairs: [String: String]) -> String {
            pairs.reduce(text) { $0.replacing($1.key, with: $1.value) }
        }
        return [
            try look(
                .account, "102290129340398",
                rewritten(
                    account,
                    [
                        #""id":"102290129340398","name""#: #""id":102290129340398,"name""#, #""138""#: "138",
                        "not_verified": "Not_Verified",
                        #""on_behalf_of_business_info":null"#: #""on_behalf_of_business_info":{"id":null}"#,
                        "A payment method is missing.": "Pay!",
                        #""error_code":141010"#: #""error_code":"141010""#, "Verify your business.": "Please verify.",
                    ])),
            try look(
                .phoneNumber, number,
                rewritten(
                    phoneNumber,
                    [
                        "GREEN": "Green", "+0000": "Z", "1767225600": "1767225601",
                        #""webhook_configuration":{}"#: #""webhook_configuration":null"#,
                        #""country_dial_code":"1""#: #""country_dial_code":1"#, "All is well.": "Well.",
                        #""commands":[]"#: #""commands":null"#,
                    ])),
            try look(
                .phoneNumberSettings, number,
                rewritten(settings, ["monday": "MONDAY", "192.0.2.1": "192.0.2.2", "60": #""60""#, "DEFAULT": "default"])),
            try look(
                .businessProfile, number,
                rewritten(
                    profile,
                    [
                        "EDU": "Edu", "pps.whatsapp.net": "media-gru1-2.cdn.whatsapp.net", "oh=01": "oh=03",
                        #""websites":[]"#: #""websites":null"#,
                    ])),
            try look(.commerceSettings, number, rewritten(commerce, [#""727705352028726""#: "727705352028726"])),
            try look(
                .messageTemplate, "1689556908129832",
                rewritten(template, ["approved": "Approved", "en_US": "en_us", "[]": "null", "NONE": "None"])),
            try look(.subscribedApp, "67084711213", rewritten(app, [#""67084711213","name""#: #"67084711213,"name""#, ":null": ":[]"])),
            try look(.qrCode, "4O4YGZEG3RIVE1", rewritten(code, ["}": #","qr_image_url":null}"#])),
        ]
    }
}
