import StrictJSON

extension Simulation {
    /// A document as `fields` selects from it. An unknown name fails the whole request. `expand` serves the edges among the names.
    func select(
        _ document: JSONObject, _ kind: NodeKind, _ selection: FieldSelection?,
        expand: (SimulatedEdge, FieldSelection.Field) throws(SimulatedError) -> JSONValue? = { _, _ throws(SimulatedError) in nil }
    ) throws(SimulatedError) -> JSONObject {
        let withdrawn = platform.withdrawnFields[kind] ?? []
        guard let selection else {
            var selected =
                kind.standard.map { names in JSONObject(names.compactMap { name in document[member: name].map { (name, $0) } }) }
                ?? document
            for name in kind.always { selected[name] = document[member: name] }
            for name in kind.hidden.union(withdrawn) { selected[name] = nil }
            return selected
        }
        var selected: JSONObject = [:]
        for name in kind.always { selected[name] = document[member: name] }
        for field in selection.fields {
            if !withdrawn.contains(field.name), let edge = kind.edges[field.name] {
                selected[field.name] = try expand(edge, field)
                continue
            }
            // Neighbours have no list of names: none is unknown.
            let known =
                kind == .neighbour || kind.known.contains(field.name)
                || (document[member: field.name] != nil && !kind.hidden.contains(field.name))
            guard known, !withdrawn.contains(field.name) else { throw .noField(field.name, on: kind) }
            if kind == .qrCode, field.name == "qr_image_url" {
                selected[field.name] = .string(imageURL(of: document, format: field.arguments["format"] ?? "SVG"))
            } else if !kind.hidden.contains(field.name) {
                selected[field.name] = document[member: field.name].map { Self.inner($0, field.inner) }
            }
        }
        return selected
    }

    /// What is selected inside a member. Unknown names are left out there.
    private static func inner(_ value: JSONValue, _ selection: FieldSelection?) -> JSONValue {
        guard let selection else { return value }
        switch value {
        case .object(let object):
            return .object(
                JSONObject(selection.fields.compactMap { field in object[member: field.name].map { (field.name, inner($0, field.inner)) } })
            )
        case .array(let elements): return .array(elements.map { inner($0, selection) })
        default: return value
        }
    }

    /// A signed address that is another one in every answer.
    func imageURL(of code: JSONObject, format: String) -> String {
        let signature = Self.letters(UInt64(number) &* 31, 46)
        return "https://scontent-iad3-1.xx.fbcdn.net/m1/v/t6/\(code["code"]?.string ?? "").\(format.lowercased())"
            + "?ccb=10-5&oh=00_\(signature)&oe=64550A9E&_nc_sid=f36290"
    }
}
