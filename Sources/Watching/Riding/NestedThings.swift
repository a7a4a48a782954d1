import GraphAPI
import StrictJSON
import WhatsAppBusiness

/// What stands in the member of a thing that was asked for by field expansion.
enum NestedThings: Sendable {
    /// The edge's things, all of them.
    case whole(Sweep.Found)
    /// Some of them: there is another page, or there may be.
    case cutOff
    /// It is not there, or is `null`: it did not come. That says nothing of the edge's things.
    case missing
    /// It has no form that the edge's answers have.
    case unreadable

    /// Reads a member: as the edge's own answer, `{"data":[…]}`, or the bare object of an edge that gives one thing.
    /// - Parameter limit: the most things that were asked for.
    init(_ member: JSONValue?, of edge: Edge, keysOnly: Bool, limit: Int?) {
        guard let member, !member.isNull else {
            self = .missing
            return
        }
        guard let object = member.object, object.contains("data") else {
            // An empty object may as well be an edge that gives nothing.
            guard edge.form != .list, let object = member.object, !object.isEmpty else {
                self = .unreadable
                return
            }
            self = .whole(Sweep.Found(items: [member]))
            return
        }
        guard let page = try? Page(member) else {
            self = .unreadable
            return
        }
        guard !page.hasNext else {
            self = .cutOff
            return
        }
        guard edge.form == .list else {
            self =
                page.items.count <= 1 && (edge.form == .single || page.items.count == 1)
                ? .whole(Sweep.Found(items: page.items)) : .unreadable
            return
        }
        // A cursor on a full page may hide another one.
        let isFull = page.items.count >= limit ?? .max
        guard !isFull || (page.after == nil && !edge.settlesCursor) else {
            self = .cutOff
            return
        }
        guard keysOnly else {
            self = .whole(Sweep.Found(items: page.items))
            return
        }
        let keys = KeyPage(page, edge: edge)
        var set = IDSet()
        _ = set.insert(keys.keys)
        self = .whole(Sweep.Found(keys: [(nil, set)], strays: keys.strays))
    }
}
