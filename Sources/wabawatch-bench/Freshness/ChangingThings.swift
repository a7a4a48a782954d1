import Glibc
import TestTools
import WhatsAppBusiness

/// How often things change in a simulated month.
enum ChangePattern: String, CaseIterable {
    /// Most change hardly ever, and a few very often: each as often as its kind, times a factor with a log-normal distribution.
    case heavy = "heavy-tailed"
    /// All as often, whatever they are.
    case equal = "all equal"
    /// As the first, and every week other things of a kind are those that change often.
    case moving = "heavy-tailed, moving weekly"
}

/// When one target's things change: a Poisson process whose rate may change from week to week.
struct ChangingThings {
    /// Changes an hour, week by week; the last one stays.
    let perHour: [Double]
    private var dice: SeededGenerator
    /// Hours from the beginning.
    private(set) var next = 0.0

    init(perHour: [Double], _ dice: SeededGenerator) {
        (self.perHour, self.dice) = (perHour, dice)
        advance()
    }

    /// Goes on to the next change.
    mutating func advance() {
        // What is left of a time of unit rate is used up by each week as fast as things change in it.
        var left = -log(1 - dice.fraction())
        while true {
            let week = Int(next / 168)
            let rate = perHour[min(week, perHour.count - 1)]
            let end = week < perHour.count - 1 ? Double(week + 1) * 168 : .infinity
            if next + left / rate <= end { return next += left / rate }
            left -= (end - next) * rate
            next = end
        }
    }
}

extension ChangePattern {
    /// Days from one change of a thing to the next, in the mean of all: what the benchmark supposes, as the product does.
    private static func days(_ kind: Kind) -> Double {
        switch kind {
        case .account: 14
        case .phoneNumber, .blockedUser: 7
        case .messageTemplate: 3
        case .businessProfile: 30
        default: 60
        }
    }

    /// Rates by target: `count` targets of a kind, each of so many things.
    func rates(of kind: Kind, count: Int, things: Int, weeks: Int, _ dice: inout SeededGenerator) -> [[Double]] {
        guard self != .equal else { return Array(repeating: [1.0 / 96], count: count) }
        let rate = Double(things) / (Self.days(kind) * 24)
        let factors = (0..<count).map { _ in dice.heavyFactor() }
        guard self == .moving else { return factors.map { [rate * $0] } }
        let byWeek = (0..<weeks).map { week in week == 0 ? factors : dice.shuffle(factors) }
        return (0..<count).map { index in byWeek.map { rate * $0[index] } }
    }
}

extension SeededGenerator {
    /// Of a log-normal distribution with the mean one: one in a hundred is above fifteen, and half are below a tenth.
    fileprivate mutating func heavyFactor() -> Double {
        let (spread, radius, angle) = (2.2, (-2 * log(1 - fraction())).squareRoot(), 2 * Double.pi * fraction())
        return max(exp(spread * radius * cos(angle) - spread * spread / 2), 1e-6)
    }
}
