extension WebhookField {
    /// The type of the values of this field.
    public var valueType: any Document.Type {
        switch self {
        case .accountUpdate: AccountUpdate.self
        case .accountReviewUpdate: AccountReviewUpdate.self
        case .accountAlerts: AccountAlert.self
        case .accountSettingsUpdate: AccountSettingsUpdate.self
        case .businessCapabilityUpdate: BusinessCapabilityUpdate.self
        case .businessUsernameUpdates: UsernameUpdate.self
        case .phoneNumberNameUpdate: PhoneNumberNameUpdate.self
        case .phoneNumberQualityUpdate: PhoneNumberQualityUpdate.self
        case .security: SecurityUpdate.self
        case .messageTemplateStatusUpdate: TemplateStatusUpdate.self
        case .messageTemplateQualityUpdate: TemplateQualityUpdate.self
        case .messageTemplateComponentsUpdate: TemplateComponentsUpdate.self
        case .templateCategoryUpdate: TemplateCategoryUpdate.self
        case .partnerSolutions: PartnerSolutionUpdate.self
        case .paymentConfigurationUpdate: PaymentConfigurationUpdate.self
        }
    }
}

extension WebhookChange {
    /// The value in its type; `nil` for a field that is no management field.
    public func document() throws(DocumentError) -> (any Document)? {
        guard let type = field?.known?.valueType, let value else { return nil }
        return try type.init(value)
    }
}
