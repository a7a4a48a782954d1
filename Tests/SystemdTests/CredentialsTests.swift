import Glibc
import Systemd
import Testing

@Suite("Credentials")
struct CredentialsTests {
    /// A folder with files in it, which is removed afterwards.
    private func with(_ files: [String: [UInt8]], _ use: (Credentials, String) throws -> Void) throws {
        let folder = try temporaryFolder()
        defer {
            for name in files.keys { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
        for (name, bytes) in files {
            let file = open("\(folder)/\(name)", O_WRONLY | O_CREAT | O_EXCL, 0o400)
            guard file >= 0 else { throw CallFailed(call: "open") }
            #expect(write(file, bytes, bytes.count) == bytes.count)
            close(file)
        }
        try use(Credentials(directory: folder), folder)
    }

    @Test func credential_thatIsThere_isReadByteForByte() throws {
        try with(["acme.token": Array("EAAB\n".utf8), "empty": [], "binary": [0, 255, 10]]) { credentials, _ in
            try #expect(credentials.read("acme.token") == Array("EAAB\n".utf8))
            try #expect(credentials.read("empty") == [])
            try #expect(credentials.read("binary") == [0, 255, 10])
        }
    }

    @Test func credential_atAndOverTheLimit_isReadAndRefusedWithoutItsContent() throws {
        let limit = Credentials.maximumSize
        let files = ["full": [UInt8](repeating: 65, count: limit), "over": [UInt8](repeating: 65, count: limit + 1)]
        try with(files) { credentials, folder in
            try #expect(credentials.read("full").count == limit)
            let error = #expect(throws: SystemdError.self) { try credentials.read("over") }
            #expect(error?.code == .credentialTooLarge)
            #expect(error?.description == "Credential over (\(folder)/over) is larger than 1048576 bytes")
        }
    }

    @Test func credential_thatIsMissing_isNamedWithItsPath() throws {
        try with([:]) { credentials, folder in
            let error = #expect(throws: SystemdError.self) { try credentials.read("acme.token") }
            #expect(error?.code == .credentialUnreadable)
            #expect(error?.description == "Credential acme.token (\(folder)/acme.token) cannot be opened: No such file or directory")
        }
    }

    @Test func credentials_notPassedAtAll_areSaidToBeMissing() {
        let error = #expect(throws: SystemdError.self) { try Credentials(directory: nil).read("acme.token") }
        #expect(error?.code == .credentialsNotPassed)
    }

    @Test(arguments: [
        "", ".", "..", "../acme.token", "a/b", "/etc/shadow", "a:b", "a\nb", "a\0b", "tökén", String(repeating: "x", count: 256),
    ])
    func name_thatCouldLeadElsewhere_isRefusedBeforeAnyFileIsTouched(name: String) {
        let error = #expect(throws: SystemdError.self) { try Credentials(directory: "/etc").read(name) }
        #expect(error?.code == .credentialNameInvalid)
    }

    @Test func pipeOrFolder_inACredentialsPlace_isRefusedWithoutWaiting() async {
        await #expect(processExitsWith: .success) {
            alarm(20)  // Ends this process if the read waits for a writer.
            let folder = try temporaryFolder()
            #expect(mkfifo(folder + "/pipe", 0o600) == 0 && mkdir(folder + "/folder", 0o700) == 0)
            for name in ["pipe", "folder"] {
                let error = #expect(throws: SystemdError.self) { try Credentials(directory: folder).read(name) }
                #expect(error?.code == .credentialUnreadable)
            }
            unlink(folder + "/pipe")
            rmdir(folder + "/folder")
            rmdir(folder)
        }
    }

    @Test func folder_comesFromTheEnvironment() async {
        await #expect(processExitsWith: .success) {
            setenv("CREDENTIALS_DIRECTORY", "/run/credentials/wabawatchd.service", 1)
            #expect(Credentials.fromEnvironment.directory == "/run/credentials/wabawatchd.service")
            setenv("CREDENTIALS_DIRECTORY", "", 1)
            #expect(Credentials.fromEnvironment.directory == nil)
        }
    }
}
