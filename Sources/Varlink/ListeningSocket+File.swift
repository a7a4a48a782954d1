import Glibc

extension ListeningSocket {
    /// The file of the socket, from the root; `nil` where it has none.
    package var file: String? {
        switch self {
        case .path(let path, _):
            guard !path.hasPrefix("/") else { return path }
            return getcwd(nil, 0).map { folder in
                defer { free(folder) }
                return "\(String(cString: folder))/\(path)"
            }
        case .inherited(let descriptor):
            var address = sockaddr_un()
            var length = socklen_t(MemoryLayout<sockaddr_un>.size)
            let known = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
            }
            guard known == 0, length > 3 else { return nil }
            let path = withUnsafeBytes(of: address.sun_path) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
            return path.hasPrefix("/") ? path : nil
        }
    }

    /// The folder of that file, with its last slash.
    package var folder: String? { file.flatMap { file in file.lastIndex(of: "/").map { String(file[...$0]) } } }
}
