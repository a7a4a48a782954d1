public import StrictJSON

extension Observation {
    /// Leaves members out of every thing, as if Meta did not show them: they are compared with nothing, and what of them is kept goes. Once they are no
    /// longer left out they join the snapshot as what is newly asked for does.
    ///
    /// Arrays are compared whole, so that a pointer into one leaves nothing out.
    public mutating func ignore(_ pointers: [JSONPointer]) {
        guard !pointers.isEmpty else { return }
        ignored = pointers
        asked.subtract(pointers.filter { $0.names.count == 1 && $0.names != ["id"] }.compactMap(\.names.first))
        for index in items.indices {
            items[index].document = items[index].document.without(pointers)
            items[index].odd = items[index].odd.filter { path in !pointers.contains { $0.isPrefix(of: JSONPointer(path)) } }
        }
    }
}

extension JSONObject {
    /// The object without what stands at these places. Objects on the way stay, even if nothing is left in them.
    func without(_ pointers: [JSONPointer]) -> JSONObject {
        var rest = self
        for pointer in pointers { rest.remove(at: pointer.names[...]) }
        return rest
    }

    private mutating func remove(at names: ArraySlice<String>) {
        guard let name = names.first else { return }
        if names.count == 1 {
            self[name] = nil
        } else if case .object(var inner)? = self[name] {
            inner.remove(at: names.dropFirst())
            self[name] = .object(inner)
        }
    }
}
