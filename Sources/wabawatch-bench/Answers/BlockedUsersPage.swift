/// A page of blocked users as `GET /{PHONE}/block_users` gives it.
enum BlockedUsersPage {
    /// The body of a page with so many users.
    static func body(users: Int) -> [UInt8] {
        let data = (0..<users).map { #"{"messaging_product":"whatsapp","wa_id":"\#(16_505_550_000 + $0)"}"# }.joined(separator: ",")
        let next = "https://graph.facebook.com/v23.0/106540352242922/block_users?limit=\(users)&after=MTAxNTExOTQ1MjAwNzI5NDE"
        let paging = #"{"cursors":{"before":"NDMyNzQyODI3OTQw","after":"MTAxNTExOTQ1MjAwNzI5NDE"},"next":"\#(next)"}"#
        return Array(#"{"data":[\#(data)],"paging":\#(paging)}"#.utf8)
    }
}
