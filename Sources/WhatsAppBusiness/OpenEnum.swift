internal import StrictJSON

/// A value of a list that grows without a new version: the known case where there is one, and always the text as it came.
///
/// Meta extends its lists so, and a later release of this program its own: a reader that folds what it does not know into `UNKNOWN` has lost it. A
/// `switch` over `known` names every case that there is, and `nil` for all others.
public struct OpenEnum<Known: RawRepresentable<String> & Hashable & Sendable>: Sendable {
    @usableFromInline enum Storage: Sendable {
        case exact(Known)
        /// Written in other letters than the case that it names.
        case alike(Known, String)
        case other(String)
    }

    @usableFromInline let storage: Storage

    /// The text as it came.
    @inlinable public var rawText: String {
        switch storage {
        case .exact(let known): known.rawValue
        case .alike(_, let text), .other(let text): text
        }
    }

    /// The case it names.
    @inlinable public var known: Known? {
        switch storage {
        case .exact(let known), .alike(let known, _): known
        case .other: nil
        }
    }

    /// One of Meta's values by its text, regardless of letter case: Meta's pages and answers differ in it.
    public init(_ rawText: String) {
        if let known = Known(rawValue: rawText) {
            storage = .exact(known)
        } else if let known = Known(rawValue: rawText.uppercased()) ?? Known(rawValue: rawText.lowercased()) {
            storage = .alike(known, rawText)
        } else {
            storage = .other(rawText)
        }
    }

    /// A known value.
    @inlinable public init(_ known: Known) { storage = .exact(known) }
}

extension OpenEnum: RawRepresentable {
    /// One of this program's own values by its text, which names a case only where it is the same letter by letter.
    @inlinable public init(rawValue: String) { storage = Known(rawValue: rawValue).map(Storage.exact) ?? .other(rawValue) }

    @inlinable public var rawValue: String { rawText }
}

extension OpenEnum: Hashable, CustomStringConvertible {
    public static func == (left: OpenEnum, right: OpenEnum) -> Bool {
        switch (left.storage, right.storage) {
        case (.exact(let left), .exact(let right)): left == right
        default: left.rawText.hasSameUTF8(as: right.rawText)
        }
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(rawText) }

    public var description: String { rawText }
}

/// Whether a value names that case.
public func == <Known>(left: OpenEnum<Known>?, right: Known) -> Bool { left?.known == right }

/// Whether a value names another case, or none.
public func != <Known>(left: OpenEnum<Known>?, right: Known) -> Bool { left?.known != right }
