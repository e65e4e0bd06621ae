/// Numbers even steps of time.
struct GridCells {
    let step: GridStep
    let zone: TimeFormat.Notation.Zone
    /// What is added to local times before they are divided.
    private var shift: Int64 = 0
    /// How far into a step its instant lies: where rows lie.
    private var inset: Int64 = 0

    /// Steps that begin where clocks and calendars begin theirs.
    /// - Parameter times: where these lie within steps is their middle, if they are no months.
    init(_ step: GridStep, zone: TimeFormat.Notation.Zone, centredOn times: [Int64]?) {
        (self.step, self.zone) = (step, zone)
        guard step.months == 0 else { return }
        // A week begins with a Monday, and 1970 began with a Thursday.
        if step.time % (7 * GridStep.day) == 0 { shift = 3 * GridStep.day }
        if let times {
            inset = step.time / 2
            shift = inset - phase(of: times)
        }
    }

    /// Where the middle one of times lies within steps, in microseconds. By their distances from the first, since a phase goes round.
    private func phase(of times: [Int64]) -> Int64 {
        guard let first = times.first.map(local) else { return 0 }
        let off = times.prefix(SeriesProfile.rows).map { time in
            let rest = (local(time) - first) % step.time
            return 2 * rest >= step.time ? rest - step.time : 2 * rest < -step.time ? rest + step.time : rest
        }.sorted()
        return first + off[off.count / 2]
    }

    private var isOfDays: Bool { step.months > 0 || step.time % GridStep.day == 0 }

    /// The instant on the clock of the file where steps are days or longer, of which some are longer than others; else on one that
    /// is never set.
    private func local(_ instant: Int64) -> Int64 { isOfDays ? zone.local(instant) : instant + unset }

    /// How far the clock that is never set is ahead of UTC, in microseconds: as the file's was in 1970.
    private var unset: Int64 { zone.local(0) }

    /// The number of the step in which an instant lies.
    func number(of instant: Int64) -> Int64 {
        let local = local(instant)
        guard step.months > 0 else { return floorDivide(local + shift, step.time) }
        return floorDivide(GridStep.month(of: local), Int64(step.months))
    }

    /// When a step begins, or its middle where rows lie there.
    func instant(of number: Int64) -> Int64 {
        var local = number * step.time - shift + inset
        if step.months > 0 {
            let month = number * Int64(step.months)
            let year = floorDivide(month, 12)
            local = days(year: year, month: month - year * 12 + 1, day: 1) * GridStep.day
        }
        return isOfDays ? zone.instant(of: local) : local - unset
    }
}
