/// The known cases by their names, so that an open value is compared and made as a closed one is: `change.operation == .added`.

extension OpenEnum where Known == Kind {
    public static var account: OpenEnum { OpenEnum(Kind.account) }
    public static var subscribedApp: OpenEnum { OpenEnum(Kind.subscribedApp) }
    public static var phoneNumber: OpenEnum { OpenEnum(Kind.phoneNumber) }
    public static var phoneNumberSettings: OpenEnum { OpenEnum(Kind.phoneNumberSettings) }
    public static var businessProfile: OpenEnum { OpenEnum(Kind.businessProfile) }
    public static var commerceSettings: OpenEnum { OpenEnum(Kind.commerceSettings) }
    public static var blockedUser: OpenEnum { OpenEnum(Kind.blockedUser) }
    public static var qrCode: OpenEnum { OpenEnum(Kind.qrCode) }
    public static var messageTemplate: OpenEnum { OpenEnum(Kind.messageTemplate) }
    public static var watch: OpenEnum { OpenEnum(Kind.watch) }
    public static var alarm: OpenEnum { OpenEnum(Kind.alarm) }
}

extension OpenEnum where Known == ChangeOperation {
    public static var baseline: OpenEnum { OpenEnum(ChangeOperation.baseline) }
    public static var added: OpenEnum { OpenEnum(ChangeOperation.added) }
    public static var changed: OpenEnum { OpenEnum(ChangeOperation.changed) }
    public static var removed: OpenEnum { OpenEnum(ChangeOperation.removed) }
    public static var reported: OpenEnum { OpenEnum(ChangeOperation.reported) }
}

extension OpenEnum where Known == Origin {
    public static var poll: OpenEnum { OpenEnum(Origin.poll) }
    public static var webhook: OpenEnum { OpenEnum(Origin.webhook) }
    public static var command: OpenEnum { OpenEnum(Origin.command) }
}

extension OpenEnum where Known == Severity {
    public static var critical: OpenEnum { OpenEnum(Severity.critical) }
    public static var warning: OpenEnum { OpenEnum(Severity.warning) }
    public static var notice: OpenEnum { OpenEnum(Severity.notice) }
    public static var info: OpenEnum { OpenEnum(Severity.info) }
}
