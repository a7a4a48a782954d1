import StrictJSON
import WhatsAppBusiness

extension Change {
    /// Appends the canonical text of `json` without making its members first: this is done for every change that anybody reads.
    /// - Parameter time: the text of `observedAt`, which many changes have in common.
    public func write(into bytes: inout [UInt8], observedAt time: String) {
        bytes.append(contentsOf: #"{"account":"#.utf8)
        account.writeJSON(into: &bytes)
        if let actor {
            bytes.append(contentsOf: #","actor":"#.utf8)
            actor.writeJSON(into: &bytes)
        }
        if let after {
            bytes.append(contentsOf: #","after":"#.utf8)
            JSONValue.object(after).write(into: &bytes)
        }
        if let before {
            bytes.append(contentsOf: #","before":"#.utf8)
            JSONValue.object(before).write(into: &bytes)
        }
        bytes.append(contentsOf: #","cursor":"#.utf8)
        cursor.text.writeJSON(into: &bytes)
        bytes.append(contentsOf: #","fields":["#.utf8)
        for (index, field) in fields.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            field.description.writeJSON(into: &bytes)
        }
        bytes.append(contentsOf: #"],"id":"#.utf8)
        id.writeJSON(into: &bytes)
        for (name, text) in [
            (#","kind":"#, kind.rawValue), (#","observedAt":"#, time), (#","operation":"#, operation.rawValue),
            (#","origin":"#, origin.rawValue),
        ] {
            bytes.append(contentsOf: name.utf8)
            text.writeJSON(into: &bytes)
        }
        if let phoneNumberID {
            bytes.append(contentsOf: #","phoneNumberId":"#.utf8)
            phoneNumberID.writeJSON(into: &bytes)
        }
        bytes.append(contentsOf: #","sequence":"#.utf8)
        bytes.append(contentsOf: String(sequence).utf8)
        bytes.append(contentsOf: #","severity":"#.utf8)
        severity.rawValue.writeJSON(into: &bytes)
        bytes.append(contentsOf: #","summary":"#.utf8)
        summary.writeJSON(into: &bytes)
        if let transaction {
            bytes.append(contentsOf: #","transaction":"#.utf8)
            bytes.append(contentsOf: String(transaction).utf8)
        }
        bytes.append(UInt8(ascii: "}"))
    }
}
