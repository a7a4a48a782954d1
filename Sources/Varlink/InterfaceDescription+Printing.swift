extension InterfaceDescription: CustomStringConvertible {
    /// The canonical text: the same members and comments in the same order, two spaces of indentation, a structure on one line where it fits
    /// in 100 columns and has no comments inside. Parsing it gives the same members; comments that stand before nothing are left out.
    public var description: String {
        var printer = InterfacePrinter()
        printer.comments(documentation, indentation: 0)
        printer.text += "interface \(name)\n"
        var wasPlain = false
        for member in members {
            // Errors and types without comments stand together; everything else has a line of air.
            let isPlain = if case .error = member { member.documentation.isEmpty } else { false }
            if !(isPlain && wasPlain) { printer.text += "\n" }
            wasPlain = isPlain
            printer.comments(member.documentation, indentation: 0)
            printer.member(member)
        }
        return printer.text
    }
}

/// Writes interface texts.
struct InterfacePrinter {
    var text = ""
    private static let width = 100

    mutating func comments(_ documentation: String, indentation: Int) {
        guard !documentation.isEmpty else { return }
        for line in documentation.split(separator: "\n", omittingEmptySubsequences: false) {
            indent(indentation)
            text += line.isEmpty ? "#\n" : "# \(line)\n"
        }
    }

    mutating func member(_ member: InterfaceMember) {
        switch member {
        case .type(let type):
            text += "type \(type.name) "
            expression(type.definition, indentation: 0)
        case .error(let error):
            text += "error \(error.name) "
            expression(.structure(error.parameters), indentation: 0)
        case .method(let method):
            text += "method \(method.name)"
            expression(.structure(method.input), indentation: 0, reserve: 5)
            text += " -> "
            expression(.structure(method.output), indentation: 0)
        }
        text += "\n"
    }

    private mutating func expression(_ type: TypeExpression, indentation: Int, reserve: Int = 0) {
        let column = text.utf8.reversed().prefix { $0 != UInt8(ascii: "\n") }.count
        if let line = Self.line(type), column + line.utf8.count + reserve <= Self.width {
            text += line
            return
        }
        switch type {
        case .array(let element):
            text += "[]"
            expression(element, indentation: indentation)
        case .map(let element):
            text += "[string]"
            expression(element, indentation: indentation)
        case .nullable(let inner):
            text += "?"
            expression(inner, indentation: indentation)
        case .structure(let fields):
            list(fields, indentation, documentation: \.documentation) { printer, field in
                printer.text += "\(field.name): "
                printer.expression(field.type, indentation: indentation + 1, reserve: 1)
            }
        case .enumeration(let values):
            list(values, indentation, documentation: \.documentation) { printer, value in printer.text += value.name }
        case .bool, .int, .float, .string, .object, .any, .named: text += Self.line(type) ?? ""
        }
    }

    private mutating func list<Element>(
        _ elements: [Element], _ indentation: Int, documentation: (Element) -> String, write: (inout InterfacePrinter, Element) -> Void
    ) {
        text += "(\n"
        for (index, element) in elements.enumerated() {
            comments(documentation(element), indentation: indentation + 1)
            indent(indentation + 1)
            write(&self, element)
            text += index == elements.count - 1 ? "\n" : ",\n"
        }
        indent(indentation)
        text += ")"
    }

    private mutating func indent(_ indentation: Int) { text += String(repeating: "  ", count: indentation) }

    /// The type on one line; `nil` if there are comments in it.
    private static func line(_ type: TypeExpression) -> String? {
        switch type {
        case .bool: return "bool"
        case .int: return "int"
        case .float: return "float"
        case .string: return "string"
        case .object: return "object"
        case .any: return "any"
        case .named(let name): return name
        case .array(let element): return line(element).map { "[]" + $0 }
        case .map(let element): return line(element).map { "[string]" + $0 }
        case .nullable(let inner): return line(inner).map { "?" + $0 }
        case .structure(let fields):
            return list(fields.map { field in field.documentation.isEmpty ? line(field.type).map { "\(field.name): \($0)" } : nil })
        case .enumeration(let values): return list(values.map { $0.documentation.isEmpty ? $0.name : nil })
        }
    }

    private static func list(_ parts: [String?]) -> String? {
        let whole = parts.compactMap(\.self)
        return whole.count == parts.count ? "(\(whole.joined(separator: ", ")))" : nil
    }
}
