import StrictJSON

extension NamedFault {
    /// Things that are not what was asked for.
    static let things: [NamedFault] = [
        altering(
            "withoutId", "Things without what they are known by.", [Parameter("item", "the id of the one that it happens to; every thing")]
        ) { given throws(SimulatedError) in
            let item = try given.text("item")
            return { altered in
                altered.things { thing, _ in
                    if let item, thing.thingKey != item { return }
                    for name in ["id", "code", "wa_id", "user_id"] { thing[name] = .none }
                    thing.change(at: ["whatsapp_business_api_data", "id"], adding: false) { _ in nil }
                }
            }
        },
        altering(
            "unreadableApp", "A subscribed app that cannot be read, in the list and inside the account.",
            [Parameter("form", "missing, null, text, list, empty or number; missing"), Parameter("item", "the app's id; every app")]
        ) { given throws(SimulatedError) in
            let form = try given.choice("form", ["missing", "null", "text", "list", "empty", "number"])
            let item = try given.text("item")
            return { altered in
                altered.things { thing, edge in
                    guard edge == .subscribedApps, item == nil || thing.thingKey == item else { return }
                    let name = "whatsapp_business_api_data"
                    switch form {
                    case "null": thing[name] = .some(.null)
                    case "text": thing[name] = "cannot be shown"
                    case "list": thing[name] = []
                    case "empty": thing[name] = [:]
                    case "number": thing[name] = 7
                    default: thing[name] = .none
                    }
                }
            }
        },
        altering(
            "wrongThing", "The answer is about another thing: its id is another.", [Parameter("other", "the other id; 90210")]
        ) { given throws(SimulatedError) in
            let other = JSONValue.string(try given.text("other") ?? "90210")
            return { altered in
                guard altered.call.edge?.item == nil else { return }
                altered.document { whole in
                    guard var object = whole.object else { return whole }
                    if let items = object[member: "data"]?.array {
                        object["data"] = .array(
                            items.map { item in
                                guard var item = item.object else { return item }
                                item["id"] = other
                                return .object(item)
                            })
                    } else {
                        object["id"] = other
                    }
                    return .object(object)
                }
            }
        },
        altering(
            "wrappedThing", "A single thing stands one step deeper: {\"data\":[{\"business_profile\":{…},\"id\":…}]}.",
            [Parameter("member", "the name of that step; business_profile"), Parameter("other", "the id beside it; 90210")]
        ) { given throws(SimulatedError) in
            let name = try given.text("member") ?? "business_profile"
            let other = JSONValue.string(try given.text("other") ?? "90210")
            return { altered in
                guard altered.call.edge?.item == nil else { return }
                altered.document { whole in
                    let inner = whole["data"]?.array?.first ?? whole
                    return ["data": [.object([name: inner, "id": other])]]
                }
            }
        },
        altering("showsNothing", "A single thing shows nothing of what was asked for but its id.") { _ throws(SimulatedError) in
            { altered in
                altered.things { thing, edge in
                    guard edge?.item == nil else { return }
                    thing = JSONObject(thing.filter { $0.name == "id" }.map { ($0.name, $0.value) })
                }
            }
        },
    ]
}
