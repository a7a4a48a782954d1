import StrictJSON
import WabaWatchInterface

extension NotifyRoute {
    /// Who is told of what, in 16 hexadecimal digits: kept beside the cursor, it shows after a change of the configuration that somebody has to be told of what
    /// lasts. How often and in what form is not in it.
    package var target: String {
        var parts = [subject.rawValue]
        switch destination {
        case .exec(let arguments, let input): parts += ["exec", input.rawValue] + arguments
        case .alertmanager(let url): parts += ["alertmanager", url]
        case .http(let hook):
            parts += ["http", hook.format.rawValue]
            switch hook.address {
            case .url(let url): parts += ["url", url]
            case .secret(.credential(let name)): parts += ["credential", name]
            case .secret(.file(let path)): parts += ["file", path]
            }
        case .mail(let addresses, _): parts += ["mail"] + addresses.to.sorted()
        case .whatsapp(let address): parts += ["whatsapp", address.to]
        }
        let text = JSONValue.array([.object(match.json)] + parts.map(JSONValue.string))
        // FNV-1a, of 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/): it tells two configurations apart, and keeps no secret.
        let hash = text.bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.utf8.count) + digits
    }
}
