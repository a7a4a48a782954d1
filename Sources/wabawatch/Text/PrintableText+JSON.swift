import Printing
import StrictJSON

extension PrintableText {
    /// An object of the interface on one line. What a terminal would obey or hide is escaped as JSON has it, in a pipe too: it says the same.
    init(_ object: JSONObject) { self.init(json: JSONValue.object(object).description) }
}
