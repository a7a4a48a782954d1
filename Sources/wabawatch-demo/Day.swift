import GraphSimulator
import StrictJSON

/// A day in the life of three numbers, told over and over.
enum Day {
    private static let shop = Platform.samplePhoneNumberID(0)
    private static let support = Platform.samplePhoneNumberID(1)
    private static let sales = Platform.samplePhoneNumberID(2)

    static func platform() -> Platform { Platform.sample(accounts: 1, numbers: 3, blockedUsers: 0) }

    /// What happens, one after the other, a second and a half apart.
    private static let hours: [@Sendable (inout Platform) -> Void] = [
        { $0.set(shop, "quality_rating", "YELLOW") },
        { $0.setProfile(support, "about", "Open until 8 pm today") },
        { $0.set(sales, "status", "DISCONNECTED") },
        { $0.set(shop, "quality_rating", "RED") },
        { $0.set(sales, "status", "CONNECTED") },
        { $0.set(shop, "quality_rating", "GREEN") },
        { $0.set(shop, "whatsapp_business_manager_messaging_limit", "TIER_10K") },
        { $0.setProfile(support, "about", "We answer within the hour") },
        { $0.set(shop, "whatsapp_business_manager_messaging_limit", "TIER_2K") },
    ]

    static func play(on simulator: GraphSimulator) async throws {
        simulator.update { platform in
            for number in [shop, support, sales] {
                platform.set(number, "quality_rating", "GREEN")
                platform.set(number, "status", "CONNECTED")
            }
        }
        try await Task.sleep(for: .milliseconds(1500))
        while true {
            for hour in hours {
                simulator.update { hour(&$0) }
                try await Task.sleep(for: .milliseconds(1500))
            }
        }
    }
}

extension Platform {
    fileprivate mutating func set(_ number: String, _ member: String, _ value: JSONValue) {
        self[phoneNumber: number]?.document[member] = value
    }
    fileprivate mutating func setProfile(_ number: String, _ member: String, _ value: JSONValue) {
        self[phoneNumber: number]?.profile[member] = value
    }
}
