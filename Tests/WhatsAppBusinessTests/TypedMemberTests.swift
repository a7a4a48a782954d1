import Actions
import PayloadDocuments
import StrictJSON
import Testing
import WhatsAppBusiness

/// Members by their names in Swift: each is the one of the wire that its document says.
@Suite struct TypedMemberTests {
    private func document<D: Document>(_ type: D.Type = D.self, _ text: String) throws -> D { try D(JSONValue(parsing: text)) }

    @Test func phoneNumber_hasItsMembers() throws {
        let number: BusinessPhoneNumber = try document(
            BusinessPhoneNumber.self,
            #"""
            {"id":106540352242922,"verified_name":"Jasper's Market","display_phone_number":"+1 555-078-3881","status":"connected",
             "quality_rating":"GREEN","quality_score":{"score":"YELLOW","date":1700000000,"reasons":["SPAM"]},
             "whatsapp_business_manager_messaging_limit":"TIER_2K","throughput":{"level":"STANDARD"},"is_pin_enabled":true,
             "is_official_business_account":false,"is_on_biz_app":false,"is_preverified_number":true,"country_dial_code":1,"country_code":"US",
             "last_onboarded_time":"2023-08-31T19:05:53+0000","username":"jaspers","health_status":{"can_send_message":"LIMITED"},
             "eligibility_for_api_business_global_search":"NON_ELIGIBLE",
             "conversational_automation":{"enable_welcome_message":true,"prompts":["Hi"],"commands":[{"command_name":"a","command_description":"b"}]},
             "webhook_configuration":{"application":"https://a.example"}}
            """#)
        #expect(
            number.id == "106540352242922" && number.verifiedName == "Jasper's Market" && number.displayPhoneNumber == "+1 555-078-3881")
        #expect(number.status?.known == .connected && number.status?.rawText == "connected", "the text stays as it came")
        #expect(number.qualityRating?.known == .green && number.qualityScore?.score?.known == .yellow)
        #expect(number.qualityScore?.date == 1_700_000_000 && number.qualityScore?.reasons == ["SPAM"])
        #expect(number.messagingLimit?.rawText == "TIER_2K" && number.throughput?.rawText == "STANDARD")
        #expect(number.isPINEnabled == true && number.isOfficialBusinessAccount == false && number.isOnBusinessApp == false)
        #expect(number.isPreverified == true && number.countryDialCode == "1" && number.countryCode == "US" && number.username == "jaspers")
        #expect(number.lastOnboardedTime == "2023-08-31T19:05:53+0000" && number.globalSearchEligibility == "NON_ELIGIBLE")
        #expect(number.healthStatus?.canSendMessage?.known == .limited && number.healthStatus?.entities == nil)
        #expect(number.conversationalAutomation?.isWelcomeMessageEnabled == true && number.conversationalAutomation?.prompts == ["Hi"])
        #expect(number.conversationalAutomation?.commands?.map(\.name) == ["a"])
        #expect(number.conversationalAutomation?.commands?.first?.hint == "b")
        #expect(number.webhookConfiguration?.scope == .application)
        #expect(number.nameStatus == nil && number.platformType == nil)
    }

    @Test func account_hasItsMembers() throws {
        let account: WhatsAppBusinessAccount = try document(
            WhatsAppBusinessAccount.self,
            #"""
            {"id":"102290129340398","name":"Test","timezone_id":1,"status":"ACTIVE","account_review_status":"APPROVED","ownership_type":"SELF",
             "owner_business_info":{"id":7,"name":"Owner"},"currency":"EUR","country":"DE","is_enabled_for_insights":true,
             "subscribed_apps":{"data":[{"whatsapp_business_api_data":{"id":"9","name":"App","link":"https://a.example"}}]},
             "creation_time":1700000000,"disable_marketing_messages_on_cloud_api":false,"is_shared_with_partners":true}
            """#)
        #expect(account.id == "102290129340398" && account.timezoneID == "1" && account.status?.known == .active)
        #expect(account.ownerBusiness?.id == "7" && account.ownerBusiness?.name == "Owner" && account.onBehalfOfBusiness == nil)
        #expect(account.subscribedApps?.map(\.id) == ["9"] && account.subscribedApps?.first?.app?.link == "https://a.example")
        #expect(
            account.isEnabledForInsights == true && account.areMarketingMessagesDisabled == false && account.isSharedWithPartners == true)
        #expect(account.creationTime == 1_700_000_000 && account.currency == "EUR" && account.country == "DE")
    }

    @Test func settings_haveTheirMembers() throws {
        let settings: BusinessPhoneNumberSettings = try document(
            BusinessPhoneNumberSettings.self,
            #"""
            {"calling":{"status":"enabled","call_icon_visibility":"DEFAULT","call_icons":{"restrict_to_user_countries":["DE"]},
              "call_hours":{"status":"DISABLED","timezone_id":"Europe/Berlin",
                "weekly_operating_hours":[{"day_of_week":"MONDAY","open_time":"0900","close_time":"1700"}],
                "holiday_schedule":[{"date":"2026-01-01","start_time":"0000","end_time":"2359"}]},
              "sip":{"status":"ENABLED","servers":[{"hostname":"sip.example","port":5061,"app_id":7}]},"srtp_key_exchange_protocol":"DTLS"},
             "storage_configuration":{"status":"IN_COUNTRY_STORAGE_ENABLED","data_localization_region":"DE","retention_minutes":60},
             "user_identity_change":{"enable_identity_key_check":true},
             "payload_encryption":{"status":"DISABLED","client_encryption_key_fingerprint":"ab","cloud_encryption_key":"cd"}}
            """#)
        let calling = try #require(settings.calling)
        #expect(calling.status?.known == .enabled && calling.callIcons?.countries == ["DE"] && calling.srtpKeyExchangeProtocol == "DTLS")
        #expect(calling.callHours?.status?.known == .disabled && calling.callHours?.timezoneID == "Europe/Berlin")
        #expect(calling.callHours?.weekly?.first?.dayOfWeek == "MONDAY" && calling.callHours?.weekly?.first?.opens == "0900")
        #expect(calling.callHours?.weekly?.first?.closes == "1700" && calling.callHours?.holidays?.first?.date == "2026-01-01")
        #expect(calling.callHours?.holidays?.first?.starts == "0000" && calling.callHours?.holidays?.first?.ends == "2359")
        #expect(calling.sip?.servers?.first?.hostname == "sip.example" && calling.sip?.servers?.first?.port == 5061)
        #expect(calling.sip?.servers?.first?.appID == "7" && calling.video == nil)
        #expect(settings.storageConfiguration?.status?.known == .inCountryStorageEnabled && settings.storageConfiguration?.region == "DE")
        #expect(settings.storageConfiguration?.retentionMinutes == 60 && settings.userIdentityChange?.isKeyCheckEnabled == true)
        #expect(settings.payloadEncryption?.clientKeyFingerprint == "ab" && settings.payloadEncryption?.cloudKey == "cd")
    }

    @Test func blockedUser_isToldApartByItsNumber_elseByItsID() throws {
        let both: BlockedUser = try document(BlockedUser.self, #"{"wa_id":16505551234,"user_id":"US.1"}"#)
        #expect(both.key == "16505551234" && both.userID == "US.1" && both.waID == "16505551234")
        let id: BlockedUser = try document(BlockedUser.self, #"{"user_id":"US.1","wa_id":null}"#)
        #expect(id.key == "US.1" && id.waID == nil)
        let nobody: BlockedUser = try document(BlockedUser.self, "{}")
        #expect(nobody.key == nil)
    }

    @Test func mixedAnswerToABlock_saysWhoWasAndWhoWasNot() throws {
        let result: UsersBlockedResult = try document(
            UsersBlockedResult.self,
            #"""
            {"messaging_product":"whatsapp","block_users":{"added_users":[{"input":"+1 555","wa_id":"1555"}],
             "failed_users":[{"input":"x","errors":[{"code":139101,"message":"no","error_data":{"details":"d"}}]}]}}
            """#)
        #expect(result.users?.added?.map(\.waID) == ["1555"] && result.users?.added?.first?.input == "+1 555")
        #expect(result.users?.failed?.first?.errors?.first?.code == 139_101 && result.users?.failed?.first?.waID == nil)
        #expect(result.users?.failed?.first?.errors?.first?.data?["details"] == "d")
        let back: UsersUnblockedResult = try document(UsersUnblockedResult.self, #"{"block_users":{"removed_users":[]}}"#)
        #expect(back.users?.removed?.isEmpty == true && back.users?.failed == nil)
        // Where nobody could be blocked there is the other list alone.
        #expect(throws: DocumentError.self) { try UsersBlockedResult(["failed_users": []]) }
    }

    @Test func callbacks_theMostSpecificIsInForce() throws {
        let all: [(String, String, CallbackURLScope)] = [
            ("application", "https://a", .application), ("whatsapp_business_account", "https://w", .account),
            ("phone_number", "https://p", .phoneNumber),
        ]
        for mask in 0..<8 {
            var json = JSONObject()
            for (index, (name, url, _)) in all.enumerated() where mask & 1 << index != 0 { json[name] = .string(url) }
            let configuration = WebhookConfiguration(checked: json)
            let inForce = all.enumerated().last { mask & 1 << $0.offset != 0 }?.element
            #expect(configuration.scope == inForce?.2)
            #expect(configuration.scope.flatMap(configuration.callbackURL) == inForce?.1)
        }
        // An address that was taken back is an empty text.
        let taken = WebhookConfiguration(checked: ["application": "https://a", "phone_number": ""])
        #expect(taken.scope == .application && taken.callbackURL(.phoneNumber) == "")
    }

    @Test(arguments: [
        ("1700000000", 1_700_000_000_000 as Int64?, false), ("\"1700000000\"", 1_700_000_000_000, false), ("0", nil, true),
        ("\"0\"", nil, true), ("-1", nil, false),
        ("253402300799", 253_402_300_799_000, false), ("253402300800", nil, false), ("9223372036854775807", nil, false),
        ("1.5", nil, false), ("null", nil, false),
        ("\"soon\"", nil, false), ("[]", nil, false),
    ]) func endOfAToken_isReadWhereItIsOne(text: String, milliseconds: Int64?, neverExpires: Bool) throws {
        let json = try JSONValue(parsing: #"{"expires_at":\#(text),"data_access_expires_at":\#(text)}"#).object ?? [:]
        let token = TokenInspection(checked: json)
        #expect(token.expiresAt?.milliseconds == milliseconds && token.dataAccessExpiresAt?.milliseconds == milliseconds)
        #expect(token.neverExpires == neverExpires)
        #expect(token.expiresAt.map { $0.description.utf8.count == 24 } ?? true, "four digits of a year")
    }

    @Test func token_hasItsScopes_andWhyItIsRefused() throws {
        let token: TokenInspection = try document(
            TokenInspection.self,
            #"""
            {"app_id":138483919580948,"application":"App","type":"SYSTEM_USER","is_valid":false,"scopes":["whatsapp_business_management"],
             "granular_scopes":[{"scope":"whatsapp_business_management","target_ids":[102290129340398,"7"]},{"scope":"public_profile"}],
             "error":{"code":190,"message":"Error validating access token","subcode":463}}
            """#)
        #expect(token.appID == "138483919580948" && token.application == "App" && token.type == "SYSTEM_USER" && token.isValid == false)
        #expect(token.scopes == [TokenInspection.managementScope] && token.refusal == "Error validating access token")
        #expect(token.granularScopes?.map(\.targetIDs) == [["102290129340398", "7"], nil])
        #expect(TokenInspection(checked: [:]).scopes == nil && TokenInspection(checked: ["error": "x"]).refusal == nil)
    }

    @Test func sentMessage_isItsFirst() throws {
        let sent: SentMessage = try document(
            SentMessage.self, #"{"contacts":[{"input":"+1 555","wa_id":"1555"}],"messages":[{"id":"wamid.1"},{"id":"wamid.2"}]}"#)
        #expect(sent.id == "wamid.1" && sent.recipient == "1555" && sent.messages?.count == 2)
        let template: SentTemplate = try document(
            SentTemplate.self, #"{"messages":[{"id":"wamid.1","message_status":"held_for_quality_assessment"}]}"#)
        #expect(template.status?.known == .heldForQualityAssessment && template.contacts == nil)
        #expect(try document(SentMessage.self, #"{"messages":[]}"#).id == nil)
        #expect(try document(SuccessResult.self, #"{"success":true,"id":7}"#).id == "7")
        #expect(throws: DocumentError.self) { try SuccessResult(["success": "true"]) }
        #expect(throws: DocumentError.self) { try CreatedThing(["status": "PENDING"]) }
    }

    @Test func commerce_withoutACatalogue_isNone() {
        #expect(CommerceSettings(checked: [:]).isNone && CommerceSettings(checked: [:]).catalogID == nil)
        let settings = CommerceSettings(checked: ["id": 7, "is_cart_enabled": true, "is_catalog_visible": false])
        #expect(!settings.isNone && settings.catalogID == "7" && settings.isCartEnabled == true && settings.isCatalogVisible == false)
    }
}
