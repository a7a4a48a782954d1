import Changes
import StrictJSON
import WhatsAppBusiness

/// The classes of journal entries (`journal.md`): each has its id, and an entry in the catalog that says what it means.
enum MessageID: String, CaseIterable {
    case qualityRating = "3c7c1e55ca3e4001a9b7c655120c1e49"
    case phoneNumberStatus = "3ffb47b1e17a43f0b50f2f85c6cb8731"
    case messagingLimit = "711a449853b143398be757bbf9377a29"
    case phoneNumber = "26079e97cb10436e9215081107443017"
    case businessProfile = "f4ba49491b4f4c928d17a6c8d6f83abe"
    case settings = "4727b3639c4541dba4a099b554e56657"
    case blockedUser = "ece0f28c341843a185732468f235d3b0"
    case qrCode = "67b0cc0b7a3e49aaa9f8032c87bd0caa"
    case account = "0f06bd4b720d466391a87e1db39851ea"
    case subscribedApp = "71165728b57444b7b435187b0423bebb"
    case messageTemplate = "e6c6f8e266e048609f4c106c70278cd0"
    case watch = "005375599ac24a439fc6b35a934fab54"

    /// The class of a change; `nil` for one of a kind that only a later release knows. Of a phone number's members the first of this order decides: rating, status, limits, callback, automation, others.
    init?(of change: Changes.Change) {
        switch change.resource.kind.known {
        case .phoneNumber: self = Self.phoneNumber(change.fields)
        case .businessProfile: self = .businessProfile
        case .phoneNumberSettings, .commerceSettings: self = .settings
        case .blockedUser: self = .blockedUser
        case .qrCode: self = .qrCode
        case .account: self = .account
        case .subscribedApp: self = .subscribedApp
        case .messageTemplate: self = .messageTemplate
        case .watch: self = .watch
        case nil: return nil
        }
    }

    private static func phoneNumber(_ fields: [JSONPointer]) -> MessageID {
        let members = Set(fields.compactMap(\.names.first))
        if !members.isDisjoint(with: ["quality_rating", "quality_score"]) { return .qualityRating }
        if members.contains("status") { return .phoneNumberStatus }
        if !members.isDisjoint(with: ["whatsapp_business_manager_messaging_limit", "throughput"]) { return .messagingLimit }
        if members.contains("webhook_configuration") { return .subscribedApp }
        if members.contains("conversational_automation") { return .settings }
        return .phoneNumber
    }
}
