import PayloadDocuments
import StrictJSON
import TestTools
import Testing
import WhatsAppBusiness

/// What Meta sends to a webhook, read change by change.
@Suite struct WebhookTests {
    @Test(arguments: WebhookField.allCases, 0..<5 as Range<UInt64>) func change_ofAManagementField_isItsDocument(
        field: WebhookField, seed: UInt64
    ) throws {
        var made = MadeUp(seed: seed)
        let value = made.value(of: field.valueType.shape)
        let change = try WebhookChange(["field": .string(field.rawValue), "value": value])
        #expect(change.field?.known == field && change.value == value)
        let document = try #require(try change.document())
        #expect(type(of: document) == field.valueType && document.json == value.object)
    }

    /// Of a field that nobody knows the value stays, and refuses nothing of what comes with it.
    @Test(arguments: ["messages", "flows", "ACCOUNT_UPDATE_", "", "security\u{0}"]) func change_ofAnotherField_isKeptAsItCame(field: String)
        throws
    {
        let change = try WebhookChange(["field": .string(field), "value": ["anything": [1, .null]]])
        #expect(try change.document() == nil)
        #expect(change.field?.rawText == field && change.field?.known == nil && change.value == ["anything": [1, .null]])
    }

    @Test func change_whoseValueIsWrong_saysWhereInIt() throws {
        let change = try WebhookChange([
            "field": "account_update", "value": ["event": "ACCOUNT_RESTRICTION", "restriction_info": [["remediation": 7]]],
        ])
        let error = #expect(throws: DocumentError.self) { try change.document() }
        #expect(error?.pointer.description == "/restriction_info/0/remediation")
        let missing = try WebhookChange(["field": "account_review_update", "value": [:]])
        #expect(throws: DocumentError(at: JSONPointer(["decision"]), expected: "a string", found: "missing")) { try missing.document() }
    }

    @Test func notification_hasItsChangesInOrder() throws {
        let notification = try WebhookNotification(
            JSONValue(
                parsing: #"""
                    {"object":"whatsapp_business_account","entry":[
                      {"id":"102290129340398","time":1739321024,"changes":[
                        {"field":"account_update","value":{"event":"DISABLED_UPDATE","ban_info":{"waba_ban_state":"SCHEDULE_FOR_DISABLE","waba_ban_date":"April 17, 2025"}}},
                        {"field":"security","value":{"display_phone_number":"15550783881","event":"PIN_CHANGED","requester":61555822107539}}]},
                      {"id":0},
                      {"id":"7","changes":[{"field":"messages","value":{}}]}]}
                    """#))
        #expect(notification.object == "whatsapp_business_account" && notification.entries?.map(\.id) == ["102290129340398", "0", "7"])
        #expect(notification.entries?.map(\.time) == [1_739_321_024, nil, nil])
        #expect(notification.changes.map { $0.field?.rawText } == ["account_update", "security", "messages"])
        let update = try #require(try notification.changes[0].document() as? AccountUpdate)
        #expect(
            update.event?.known == .disabledUpdate && update.banInfo?.state?.known == .scheduleForDisable
                && update.banInfo?.date == "April 17, 2025")
        let security = try #require(try notification.changes[1].document() as? SecurityUpdate)
        #expect(security.requester == "61555822107539" && security.event == "PIN_CHANGED")
        #expect(try WebhookNotification(["object": "x", "entry": []]).changes.isEmpty)
    }

    @Test func accountUpdate_hasWhatItsEventTells() throws {
        let update = try AccountUpdate(
            JSONValue(
                parsing: #"""
                    {"event":"account_restriction","phone_number":"15550783881","waba_info":{"waba_id":7,"owner_business_id":8,"solution_partner_business_ids":[1,"2"]},
                     "violation_info":{"violation_type":"SPAM","remediation":"stop"},"country":"DE",
                     "restriction_info":[{"restriction_type":"RESTRICTED_ADD_PHONE_NUMBER_ACTION","expiration":"1700000000"},{"expiration":7}],
                     "disconnection_info":{"reason":"x","initiated_by":"y"},
                     "auth_international_rate_eligibility":{"start_time":1,"exception_countries":[{"country_code":"IN","start_time":2}]},
                     "volume_tier_info":{"tier_update_time":3,"pricing_category":"UTILITY","tier":"0:100","effective_month":"2025-11","region":"DE"},
                     "partner_client_certification_info":{"client_business_id":9,"status":"FAILED","rejection_reasons":["a"]}}
                    """#))
        #expect(update.event?.known == .accountRestriction && update.phoneNumber == "15550783881" && update.country == "DE")
        #expect(
            update.wabaInfo?.id == "7" && update.wabaInfo?.ownerBusinessID == "8"
                && update.wabaInfo?.solutionPartnerBusinessIDs == ["1", "2"])
        #expect(update.restrictions?.map(\.expiration) == [1_700_000_000, 7] && update.violationInfo?.remediation == "stop")
        #expect(update.disconnectionInfo?.reason?.known == nil && update.disconnectionInfo?.reason?.rawText == "x")
        #expect(update.authInternationalRateEligibility?.exceptionCountries?.first?.countryCode == "IN")
        #expect(
            update.authInternationalRateEligibility?.startTime == 1
                && update.authInternationalRateEligibility?.exceptionCountries?.first?.startTime == 2)
        #expect(
            update.volumeTierInfo?.updateTime == 3 && update.volumeTierInfo?.tier == "0:100"
                && update.volumeTierInfo?.effectiveMonth == "2025-11")
        #expect(
            update.partnerClientCertificationInfo?.clientBusinessID == "9"
                && update.partnerClientCertificationInfo?.rejectionReasons == ["a"])
    }

    @Test func templatesUpdates_haveTheirMembers() throws {
        let status = try TemplateStatusUpdate([
            "event": "REJECTED", "message_template_id": 594_425_479_261_596, "reason": "NONE", "rejection_info": ["a": 1],
        ])
        #expect(
            status.event?.known == .rejected && status.id == "594425479261596" && status.reason == "NONE"
                && status.rejectionInfo == ["a": 1])
        let quality = try TemplateQualityUpdate([
            "previous_quality_score": "GREEN", "new_quality_score": "red", "message_template_name": "n",
        ])
        #expect(quality.previousScore?.known == .green && quality.newScore?.known == .red && quality.name == "n")
        let category = try TemplateCategoryUpdate([
            "previous_category": "UTILITY", "new_category": "MARKETING", "category_update_timestamp": 7,
        ])
        #expect(
            category.previousCategory == "UTILITY" && category.newCategory == "MARKETING" && category.updateTime == 7
                && category.correctCategory == nil)
        let capability = try BusinessCapabilityUpdate(["max_daily_conversations_per_business": -1, "max_phone_numbers_per_waba": 25])
        #expect(capability.maxDailyConversations == -1 && capability.maxPhoneNumbersPerAccount == 25)
        let settings = try AccountSettingsUpdate([
            "timestamp": "1700000000", "phone_number_settings": ["phone_number_id": 7, "calling": ["status": "DISABLED"]],
        ])
        #expect(
            settings.timestamp == 1_700_000_000 && settings.settings?.phoneNumberID == "7"
                && settings.settings?.calling?.status?.known == .disabled)
    }

    /// What one member is costs no other: each in turn is left out, and is of another type.
    @Test func accountUpdate_withOneMemberWrong_hasTheOthers() throws {
        let whole = try #require(
            try JSONValue(
                parsing: #"""
                    {"event":"DISABLED_UPDATE","phone_number":"15550783881","country":"DE","waba_info":{"waba_id":"7"},
                     "violation_info":{"violation_type":"ADULT"},"ban_info":{"waba_ban_state":"DISABLE","waba_ban_date":"April 17, 2025"},
                     "restriction_info":[{"restriction_type":"RESTRICTED_UTILITY_TEMPLATES"}],
                     "disconnection_info":{"reason":"CHANGE_NUMBER","initiated_by":"USER"}}
                    """#
            ).object)
        func shown(_ update: AccountUpdate) -> [String: String?] {
            [
                "event": update.event?.rawText, "phone_number": update.phoneNumber, "country": update.country,
                "waba_info": update.wabaInfo?.id,
                "violation_info": update.violationInfo?.violationType?.rawText, "ban_info": update.banInfo?.day?.description,
                "restriction_info": update.restrictions?.first?.restrictionType?.rawText,
                "disconnection_info": update.disconnectionInfo?.initiatedBy?.rawText,
            ]
        }
        let all = shown(AccountUpdate(checked: whole))
        #expect(all.values.allSatisfy { $0 != nil })
        for name in all.keys {
            for other: JSONValue? in [nil, .null, true, [[true]], ["a": ["b": 1]]] {
                var broken = whole
                broken[name] = other
                var expected = all
                expected[name] = .some(nil)
                #expect(shown(AccountUpdate(checked: broken)) == expected, "\(name): \(String(describing: other))")
            }
        }
    }

    @Test(arguments: [
        ("April 17, 2025", "2025-04-17"), ("april 7,2025", "2025-04-07"), ("Sep  30, 2026", "2026-09-30"),
        ("February 29, 2028", "2028-02-29"),
        ("April 31, 2025", nil), ("April 0, 2025", nil), ("Ap 17, 2025", nil), ("17 April 2025", nil), ("2025-04-17", nil), ("", nil),
        ("April 17, 25", nil), ("April 17, 2025, noon", nil),
    ]) func banDate_isReadFromEnglish(text: String, day: String?) {
        #expect(WABABanDate(text)?.description == day)
        #expect(BanInfo(checked: ["waba_ban_date": .string(text)]).date == text)
    }
}
