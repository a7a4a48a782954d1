import Watching

/// Numbers that follow from a seed (SplitMix64).
struct Dice {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0xD1B5_4A32_D192_ED03 }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }

    /// Dice of their own: what is thrown with them changes nothing here.
    mutating func fork() -> Dice { Dice(next()) }
    /// In `0..<1`.
    mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }
    mutating func chance(_ probability: Double) -> Bool { fraction() < probability }
    mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + Int(next() % UInt64(range.count)) }
    mutating func time(_ range: ClosedRange<Duration>) -> Duration {
        range.lowerBound + .milliseconds(Int64(fraction() * Double((range.upperBound - range.lowerBound).milliseconds)))
    }
    mutating func pick<Elements: RandomAccessCollection<Value>, Value>(_ elements: Elements) -> Value where Elements.Index == Int {
        elements[elements.startIndex + Int(next() % UInt64(elements.count))]
    }
    mutating func shuffle<Value>(_ elements: [Value]) -> [Value] {
        var elements = elements
        for index in elements.indices.dropFirst() { elements.swapAt(index, number(0...index)) }
        return elements
    }
}
