/// A kind of anomaly that an examination puts into rows, each in several sizes.
///
/// What a size is depends on the kind (`unit`); size 0 changes nothing, of whatever kind.
public enum InjectedKind: String, CaseIterable, Sendable, Codable {
    /// One row that lies so many spreads off.
    case spike = "single_row"
    /// A quarter of a period that sinks, as half a sine does.
    case dip
    /// A period at another level.
    case levelShift = "level_shift"
    /// A period that swings farther around its mean.
    case swing
    /// A period that takes longer, in all channels; what follows comes later.
    case stretched
    /// A period that takes less time, in all channels; what follows comes earlier.
    case squeezed
    /// A value that stays as it is.
    case stuck
    /// A channel that is exactly zero.
    case zero
    /// Half a period with noise on it.
    case noise
    /// Two periods in which a channel climbs or falls away.
    case drift
    /// Two neighbouring stretches that have changed places, in all channels.
    case swapped
    /// A period in which what rises out of the median, or sinks below it, is smaller or missing.
    case missingCycle = "missing_cycle"
    /// A period in which it comes once more, half a period later.
    case extraCycle = "extra_cycle"
    /// A channel that is half a period ahead of the others, ordinary by itself.
    case apart = "channel_apart"

    /// What its sizes are measured in.
    public enum Unit: String, CaseIterable, Sendable {
        /// Spreads of the channel (`RobustScaling`), which for a normal sample are standard deviations.
        case spreads
        /// By how much more than once: 0.5 is one and a half times.
        case times
        /// Periods of the series that it lasts.
        case periods
        /// The share of the cycle, 0 to 1 or more.
        case cycles
    }

    /// What its sizes are measured in.
    public var unit: Unit {
        switch self {
        case .spike, .dip, .levelShift, .noise, .drift: .spreads
        case .swing, .stretched, .squeezed: .times
        case .stuck, .zero, .swapped, .apart: .periods
        case .missingCycle, .extraCycle: .cycles
        }
    }

    /// The sizes that are tried, rising.
    public var sizes: [Double] {
        switch self {
        case .spike: [1, 2, 3, 5, 8, 12]
        case .dip, .drift: [0.5, 1, 2, 3, 5, 8]
        case .levelShift: [0.25, 0.5, 1, 2, 3, 5]
        case .noise: [0.25, 0.5, 1, 1.5, 2, 4]
        case .swing: [0.25, 0.5, 1, 1.5, 2, 3]
        case .stretched, .squeezed: [0.1, 0.25, 0.5, 0.75, 1, 2]
        case .stuck, .zero: [0.0625, 0.125, 0.25, 0.5, 1, 2]
        case .swapped: [0.03125, 0.0625, 0.125, 0.25, 0.375, 0.5]
        case .missingCycle: [0.1, 0.25, 0.4, 0.6, 0.8, 1]
        case .extraCycle: [0.1, 0.25, 0.5, 0.75, 1, 1.5]
        case .apart: [0.125, 0.25, 0.5, 1, 1.5, 2]
        }
    }

    /// How it is called.
    public var title: String {
        switch self {
        case .spike: "single row"
        case .dip: "dip"
        case .levelShift: "level shift"
        case .swing: "wider swing"
        case .stretched: "slower cycle"
        case .squeezed: "faster cycle"
        case .stuck: "stuck value"
        case .zero: "exact zero"
        case .noise: "noise"
        case .drift: "drift"
        case .swapped: "swapped stretches"
        case .missingCycle: "missing cycle"
        case .extraCycle: "extra cycle"
        case .apart: "channel apart"
        }
    }

    /// What it is, a sentence.
    public var help: String {
        switch self {
        case .spike: "One row lies so far off."
        case .dip: "A quarter of a period sinks so far."
        case .levelShift: "A whole period lies so much higher or lower."
        case .swing: "A whole period swings so many times as far."
        case .stretched: "A period takes so many times as long."
        case .squeezed: "A period goes by so many times as fast."
        case .stuck: "The value does not move for so long."
        case .zero: "The value is exactly 0 for so long."
        case .noise: "Half a period is that noisy."
        case .drift: "Within two periods the channel moves away so far."
        case .swapped: "Two neighbouring stretches, each so long, change places."
        case .missingCycle: "So much of a cycle's rise (or fall) is missing."
        case .extraCycle: "A cycle that high comes in between."
        case .apart: "One channel runs half a period ahead of the others for so long."
        }
    }

    /// Whether it happens to all channels at once: time itself is what is odd.
    var isOfTime: Bool { self == .stretched || self == .squeezed || self == .swapped }

    /// Rows of a series with this period that differ, at the most, at a size.
    func rows(size: Double, period: Int) -> Int {
        func rows(_ periods: Double) -> Int { max(1, Int((periods * Double(period)).rounded())) }
        return switch self {
        case .spike: 1
        case .dip: rows(0.25)
        case .noise: rows(0.5)
        case .levelShift, .swing, .missingCycle, .extraCycle: rows(1)
        case .drift: rows(2)
        case .stretched: rows(1 + size)
        case .squeezed: rows(1 / (1 + size))
        case .stuck, .zero, .apart: size > 0 ? rows(size) : 1
        case .swapped: size > 0 ? 2 * rows(size) : 1
        }
    }
}
