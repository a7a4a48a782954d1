import StrictJSON

/// `org.varlink.service`, which every service has.
struct ServiceInterface: VarlinkInterface {
    let description: InterfaceDescription
    let implementedMethods: Set<String> = ["GetInfo", "GetInterfaceDescription"]
    private let identity: ServiceIdentity
    private let interfaces: [any VarlinkInterface]

    init(identity: ServiceIdentity, interfaces: [any VarlinkInterface]) throws(InterfaceSyntaxError) {
        description = try InterfaceDescription(parsing: Self.text)
        self.identity = identity
        self.interfaces = interfaces
    }

    func handle(_ call: Call, _ replies: Replies) async throws -> JSONObject {
        switch call.methodName {
        case "GetInfo":
            return [
                "vendor": .string(identity.vendor), "product": .string(identity.product), "version": .string(identity.version),
                "url": .string(identity.url),
                "interfaces": .array([.string(description.name)] + interfaces.map { .string($0.description.name) }),
            ]
        case "GetInterfaceDescription":
            let name = call.parameters["interface"]?.string ?? ""
            let all = [description] + interfaces.map(\.description)
            guard let found = all.first(where: { $0.name == name }) else { throw VarlinkError.interfaceNotFound(name) }
            return ["description": .string(found.text)]
        default: throw VarlinkError.methodNotFound(call.method)
        }
    }

    static let text = """
        # What every Varlink service has: who it is, and which interfaces it offers.
        interface org.varlink.service

        # The service, and the names of its interfaces.
        method GetInfo() -> (
          vendor: string,
          product: string,
          version: string,
          url: string,
          interfaces: []string
        )

        # The text of an interface that the service offers.
        method GetInterfaceDescription(interface: string) -> (description: string)

        # The service has no such interface.
        error InterfaceNotFound (interface: string)

        # The interface has no such method.
        error MethodNotFound (method: string)

        # The interface declares the method, and the service does not have it.
        error MethodNotImplemented (method: string)

        # A parameter is unknown, missing, of another type, or not acceptable.
        error InvalidParameter (parameter: string)

        # The caller may not do this.
        error PermissionDenied ()

        # The method answers only calls with "more".
        error ExpectedMore ()

        # The method answers only calls with "upgrade".
        error ExpectedUpgrade ()

        """
}
