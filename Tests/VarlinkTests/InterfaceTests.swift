import Foundation
import TestSupport
import Testing
import Varlink

/// A text of an interface from this target's resources.
func interfaceText(_ name: String) throws -> String {
    let url = try #require(Bundle.module.url(forResource: name, withExtension: "varlink", subdirectory: "Texts"))
    return try String(contentsOf: url, encoding: .utf8)
}

@Suite(.inTurn) struct InterfaceTests {
    @Test(arguments: ["io.wabawatch", "org.varlink.certification"])
    func text_ofAnInterface_isReadAndPrintedWithoutLoss(name: String) throws {
        let interface = try InterfaceDescription(parsing: interfaceText(name))
        #expect(interface.name == name)
        let printed = try InterfaceDescription(parsing: interface.description)
        #expect(printed.members == interface.members)
        #expect(printed.documentation == interface.documentation)
        #expect(printed.description == interface.description)
    }

    @Test func members_ofATextWithComments_haveThem() throws {
        let interface = try InterfaceDescription(parsing: interfaceText("io.wabawatch"))
        #expect(interface.documentation.hasPrefix("Watches WhatsApp Business accounts"))
        #expect(interface.method("Subscribe")?.documentation.hasPrefix("Changes as they are recorded.") == true)
        #expect(interface.method("Subscribe")?.input.map(\.name) == ["filter", "after", "snapshot", "heartbeatSeconds"])
        guard case .structure(let fields) = try #require(interface.type("Resource")).definition else {
            Issue.record("Resource is no structure")
            return
        }
        #expect(fields.first { $0.name == "changedAt" }?.documentation == "When its last change was observed.")
        #expect(fields.first { $0.name == "phoneNumberId" }?.type == .nullable(.string))
        #expect(interface.error("BudgetExhausted")?.parameters.count == 2)
    }

    @Test(arguments: [
        ("", 1, 1), ("interface x", 1, 11), ("interface org.x\ntipe A ()", 2, 1), ("interface org.x\ntype A (b: C)", 2, 12),
        ("interface org.x\ntype A (b: int)\nerror A ()", 3, 7), ("interface org.x\ntype A (b: int, b: int)", 2, 17),
        ("interface org.x\nmethod A() -> (a, b)", 2, 15), ("interface org.x\nmethod a() -> ()", 2, 8),
        ("interface org.x\ntype A (b: ??int)", 2, 13), ("interface org.x\ntype A (b_: int)", 2, 9),
        ("interface org.x\ntype A (b: [int]int)", 2, 13),
        ("interface org.x\ntype A (b: int", 2, 15), ("interface org.x\ntype A (a, b: int)", 2, 13), ("interface org.x\n  !", 2, 3),
        ("interface org.x\ntype A (b: E) error E ()", 2, 12),
    ])
    func text_thatIsWrong_isRefusedWithItsPlace(text: String, line: Int, column: Int) throws {
        let error = #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(parsing: text) }
        #expect(error?.line == line && error?.column == column, "\(error.map(String.init(describing:)) ?? "")")
    }

    @Test func text_nestedTooDeep_isRefused() {
        let type = String(repeating: "[]", count: 10_000) + "int"
        #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(parsing: "interface org.x\ntype A (b: \(type))") }
        let inner = String(repeating: "(a: ", count: 10_000)
        #expect(throws: InterfaceSyntaxError.self) { try InterfaceDescription(parsing: "interface org.x\ntype A \(inner)") }
    }
}
