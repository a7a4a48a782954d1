import Testing
import WhatsAppBusiness

@testable import GraphAPI

@Suite struct FieldExpansionTests {
    @Test func expansion_standsAmongTheFields() throws {
        let profile = try #require(FieldExpansion("whatsapp_business_profile", fields: ["about", "websites"]))
        let blocked = try #require(FieldExpansion("block_users", fields: [], limit: 100))
        let numbers = try #require(
            FieldExpansion("phone_numbers", fields: ["id", "a.limit(2){b}"], limit: 100, inner: [profile, blocked]))
        var request = GraphRequest(.account, id: "102", fields: ["id", "name"])
        request.expansions = [numbers]
        let fields = "id,name,phone_numbers.limit(100){id,a.limit(2){b},whatsapp_business_profile{about,websites},block_users.limit(100)}"
        #expect(request.query == "fields=\(fields.percentEncoded)")
        #expect(request.asks("about") && request.asks("block_users") && !request.asksTheNode(for: "about"))
    }

    /// Names of fields are data from a configuration: none ends the expression that it stands in.
    @Test(arguments: [
        "about}", "about},id", "a,b", "a{b", "a{b}}", "", "a b", "a\n", "a.limit(1}", "a.limit(1),b", "a&access_token=x", "ä", "a.limit(1",
        "{a}",
        String(repeating: "a", count: 65),
    ]) func fieldThatIsNoName_isNoExpansion(field: String) {
        #expect(FieldExpansion("settings", fields: ["calling", field]) == nil)
        #expect(FieldExpansion(field, fields: ["id"]) == nil)
    }
}
