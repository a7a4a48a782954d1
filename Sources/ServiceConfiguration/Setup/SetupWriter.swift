import Glibc
import Systemd

/// Carries a plan out: each file is complete at its place, or not there.
package struct SetupWriter: Sendable {
    package init() {}

    /// Whether there is leave to write where files would go, before anything is asked.
    /// - Throws: the first folder where there is none.
    package func check(_ place: SetupPlace) throws(SetupProblem) {
        let folders = [place.accounts, place.tokens] + (place.dropIn.map { [String($0.parentFolder.dropLast())] } ?? [])
        for folder in folders {
            // Of what is not there the folder that it would be made in.
            var path = folder
            while access(path, F_OK) != 0, errno == ENOENT, path.count > 1 {
                path = String(path.parentFolder.dropLast())
                if path.isEmpty { path = "/" }
            }
            var about = stat()
            if stat(path, &about) == 0, about.st_mode & S_IFMT != S_IFDIR {
                throw SetupProblem("\(folder) cannot be written: \(path) is not a folder")
            }
            guard access(path, W_OK | X_OK) == 0 else {
                var problem = SetupProblem("\(folder) cannot be written: \(Self.words(errno)) (\(path))")
                if [EACCES, EPERM].contains(errno) { problem.help = ["Run this as root."] }
                throw problem
            }
        }
    }

    /// Writes the files of a plan.
    /// - Parameter tell: is given the path of each as soon as it is there.
    /// - Throws: the first that cannot be written; those before it stay.
    package func write(_ plan: SetupPlan, tell: (String) throws -> Void) throws {
        for file in plan.files {
            try write(file)
            try tell(file.path)
        }
    }

    private func write(_ file: SetupPlan.File) throws(SetupProblem) {
        let folder = String(file.path.parentFolder.dropLast())
        try makeFolder(folder, file.folderMode)
        let name = file.path.dropFirst(folder.utf8.count + 1)
        // systemd and the daemon pass over names that begin with a dot, there.
        let other = "\(file.staging)/.\(name).new"
        _ = unlink(other)
        let descriptor = open(other, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failed(file) }
        defer {
            close(descriptor)
            _ = unlink(other)
        }
        var rest = file.contents[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failed(file) }
            rest = rest.dropFirst(count)
        }
        guard fchmod(descriptor, file.mode) == 0, fsync(descriptor) == 0 else { throw failed(file) }
        // A link is refused where something has come into the place meanwhile.
        guard (file.replaces ? rename(other, file.path) : link(other, file.path)) == 0 else { throw failed(file) }
        let directory = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failed(file) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failed(file) }
    }

    private func makeFolder(_ path: String, _ mode: UInt32) throws(SetupProblem) {
        let parent = String(path.parentFolder.dropLast())
        if access(path, F_OK) != 0, errno == ENOENT, !parent.isEmpty { try makeFolder(parent, 0o755) }
        if mkdir(path, mode) == 0 {
            // The umask may have taken from it. What is in its place by now may be somebody else's.
            let folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
            defer { if folder >= 0 { close(folder) } }
            var about = stat()
            guard folder >= 0, fstat(folder, &about) == 0, about.st_uid == geteuid(), fchmod(folder, mode) == 0 else {
                throw SetupProblem("The folder \(path) cannot be made: \(Self.words(errno))")
            }
            return
        }
        guard errno == EEXIST else {
            throw SetupProblem("The folder \(path) cannot be made: \(Self.words(errno))", help: "Run this as root.")
        }
    }

    private func failed(_ file: SetupPlan.File) -> SetupProblem {
        SetupProblem(
            "\(file.path) cannot be written: \(Self.words(errno))", help: "What was written before is named above; setup can be run again.")
    }

    private static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}
