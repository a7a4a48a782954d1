/// Draws that take one number each, whatever the library's own `random(in:using:)` does: a seed keeps its run over releases of the toolchain.
extension SeededGenerator {
    /// A generator of its own: what is drawn from it changes nothing here.
    package mutating func fork() -> SeededGenerator { SeededGenerator(spreading: next()) }

    /// In `0..<1`.
    package mutating func fraction() -> Double { Double(next() >> 11) / 9_007_199_254_740_992 }

    package mutating func chance(_ probability: Double) -> Bool { fraction() < probability }

    /// In `0..<bound`.
    package mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    package mutating func number(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// In whole milliseconds.
    package mutating func time(_ range: ClosedRange<Duration>) -> Duration {
        let milliseconds = (range.upperBound - range.lowerBound) / .milliseconds(1)
        return range.lowerBound + .milliseconds(Int64(fraction() * milliseconds.rounded(.down)))
    }

    package mutating func pick<Elements: RandomAccessCollection>(_ elements: Elements) -> Elements.Element where Elements.Index == Int {
        elements[elements.startIndex + below(elements.count)]
    }

    package mutating func shuffle<Value>(_ elements: [Value]) -> [Value] {
        var elements = elements
        for index in elements.indices.dropFirst() { elements.swapAt(index, number(0...index)) }
        return elements
    }

    /// So many bytes, each of any value.
    package mutating func bytes(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) } }
}
