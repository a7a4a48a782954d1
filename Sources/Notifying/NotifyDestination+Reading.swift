import StrictYAML

extension ConfigurationReader {
    /// Where a route leads: one of the keys `exec`, `alertmanager`, `http`, `mail`, `whatsapp`, with those that belong to it.
    mutating func destination(_ place: YAMLPlace) -> NotifyDestination? {
        let others: [String: Set<String>] = [
            "exec": ["input"], "alertmanager": [], "http": ["format", "headers"], "mail": ["sendmail", "from"],
            "whatsapp": ["account", "phone_number", "template", "language"],
        ]
        let members = members(of: place, keys: others.values.reduce(Set(others.keys)) { $0.union($1) })
        let named = others.keys.filter { members[$0] != nil }.sorted()
        guard let what = named.first, named.count == 1 else {
            problems.append(place.problem("should have one of \(others.keys.sorted().joined(separator: ", "))"))
            return nil
        }
        for (key, place) in members where key != what && others[what]?.contains(key) != true {
            problems.append(place.problem("does not go with \(what)"))
        }
        let before = problems.count
        let destination: NotifyDestination? =
            switch what {
            case "exec": exec(members)
            case "alertmanager": url(members[what]).map { .alertmanager($0) }
            case "http": http(members)
            case "mail": mail(members)
            default: template(members, in: place).map { .whatsapp($0) }
            }
        return problems.count == before ? destination : nil
    }

    private mutating func exec(_ members: [String: YAMLPlace]) -> NotifyDestination? {
        guard let place = members["exec"] else { return nil }
        let arguments = bounded(place, atMost: 64).compactMap { text($0) }
        guard let program = arguments.first, program.hasPrefix("/"), arguments.allSatisfy({ $0.utf8.count <= 4096 && !$0.utf8.contains(0) })
        else {
            problems.append(place.problem("should be a program's path, which begins with a slash, and its arguments"))
            return nil
        }
        return .exec(arguments, word(members["input"]) ?? .text)
    }

    /// A URL without a user in it.
    private mutating func url(_ place: YAMLPlace?) -> String? {
        guard let place, let url = text(place) else { return nil }
        guard WebAddress.isOne(url) else {
            problems.append(place.problem("should be an address such as https://example.org/path"))
            return nil
        }
        return url
    }

    private mutating func http(_ members: [String: YAMLPlace]) -> NotifyDestination? {
        guard let place = members["http"] else { return nil }
        let address: NotifyDestination.WebHook.Address
        if place.isMapping {
            guard let secret = secretPlace(place) else { return nil }
            address = .secret(secret)
        } else {
            guard let url = url(place) else { return nil }
            address = .url(url)
        }
        let headers = members["headers"].flatMap { secretPlace($0) }
        if headers != nil, case .url(let url) = address, !WebAddress.keepsSecrets(url) {
            problems.append(place.problem("should be https: the headers are a secret"))
        }
        return .http(NotifyDestination.WebHook(address: address, format: word(members["format"]) ?? .cloudevents, headers: headers))
    }

    private mutating func secretPlace(_ place: YAMLPlace) -> NotifyDestination.SecretPlace? {
        let members = members(of: place, keys: ["credential", "file"])
        switch (members["credential"], members["file"]) {
        case (let credential?, nil): return text(credential).map { .credential($0) }
        case (nil, let file?): return text(file).map { .file($0) }
        default:
            problems.append(place.problem("should be { credential: NAME } or { file: PATH }"))
            return nil
        }
    }

    private mutating func mail(_ members: [String: YAMLPlace]) -> NotifyDestination? {
        guard let place = members["mail"] else { return nil }
        let places = bounded(place, atMost: 100)
        let to = places.compactMap { mailAddress($0) }
        if places.isEmpty { problems.append(place.problem("should be at least one address")) }
        let from = members["from"].flatMap { mailAddress($0) }
        let sendmail = members["sendmail"].flatMap { text($0) } ?? "/usr/sbin/sendmail"
        if !sendmail.hasPrefix("/"), let place = members["sendmail"] { problems.append(place.problem("should begin with a slash")) }
        return .mail(NotifyDestination.MailAddresses(to: to, from: from), sendmail: sendmail)
    }

    /// An address that is safe in an argument and in a header field.
    private mutating func mailAddress(_ place: YAMLPlace) -> String? {
        guard let address = text(place) else { return nil }
        let isSafe = address.utf8.allSatisfy { 0x21...0x7E ~= $0 && !Array("()<>[]:;,\\\"".utf8).contains($0) }
        guard isSafe, address.utf8.count <= 254, !address.hasPrefix("-") else {
            problems.append(place.problem("should be a mail address such as ops@example.org"))
            return nil
        }
        return address
    }

    private mutating func template(_ members: [String: YAMLPlace], in place: YAMLPlace) -> NotifyDestination.TemplateAddress? {
        for key in ["account", "phone_number", "template"] where members[key] == nil {
            problems.append(place.problem("\(key) is missing"))
        }
        guard let to = text(members["whatsapp"]), let account = text(members["account"]), let number = id(members["phone_number"]),
            let template = text(members["template"])
        else { return nil }
        return NotifyDestination.TemplateAddress(
            to: to, account: account, phoneNumberID: number, template: template, language: text(members["language"]) ?? "en_US")
    }
}

/// What is accepted as the address of a web hook.
package enum WebAddress {
    /// Whether a text is a URL of http or https, with a host and without a user.
    package static func isOne(_ text: String) -> Bool {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ 0x21...0x7E ~= $0 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }),
            let authority = authority(of: text)
        else { return false }
        return !authority.isEmpty && !authority.hasPrefix(":") && !authority.contains("@")
    }

    /// Whether what is sent there stays secret: by https, or on this machine.
    package static func keepsSecrets(_ url: String) -> Bool {
        guard let authority = authority(of: url) else { return false }
        if url.lowercased().hasPrefix("https://") { return true }
        let host = authority.hasPrefix("[") ? authority.prefix { $0 != "]" } + "]" : authority.prefix { $0 != ":" }
        if host.lowercased() == "localhost" || host == "[::1]" { return true }
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return numbers.count == 4 && numbers[0] == "127" && numbers.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
    }

    private static func authority(of url: String) -> Substring? {
        let lower = url.lowercased()
        guard let scheme = ["https://", "http://"].first(where: { lower.hasPrefix($0) }) else { return nil }
        return url.dropFirst(scheme.count).prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    }
}
