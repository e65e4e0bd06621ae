extension TimeShape {
    /// What a time of day from here on could be. Where it must not be taken for a year, it needs a colon.
    func times(at start: Int, needsColon: Bool, _ isUnusual: Bool) -> [Part] {
        let count = digits(at: start)
        let end = start + count
        switch count {
        case 1, 2: return clocks(hour: end, isUnusual).filter { !needsColon || $0.spelling.contains(":") }
        case 4 where !needsColon: return [Part(spelling: "%H%M", end: end)]
        case 6 where !needsColon:
            guard isMark(".", at: end), case let fraction = digits(at: end + 1), fraction > 0 else {
                return [Part(spelling: "%H%M%S", end: end)]
            }
            return [Part(spelling: "%H%M%S.%f", end: end + 1 + fraction)]
        default: return []
        }
    }

    /// Hours that end here, with what follows of minutes, seconds, a fraction and AM or PM.
    private func clocks(hour end: Int, _ isUnusual: Bool) -> [Part] {
        var time = Part(spelling: "", end: end)
        if let mark = [":", ".", "-"].first(where: { isMark($0, at: end) }), let minutes = pair(after: end) {
            time = Part(spelling: "\(mark)%M", end: minutes)
            if isMark(mark, at: minutes), let seconds = pair(after: minutes) {
                time = withFraction(Part(spelling: "\(mark)%M\(mark)%S", end: seconds))
            }
        } else if let (_, letter, after) = word(at: blanksEnd(at: end)), letter.lowercased() == "h" {
            let gap = blanksEnd(at: end) > end ? " " : ""
            let minutes = digits(at: after)
            let hasMinutes = gap.isEmpty && minutes == 2
            time = Part(spelling: gap + letter + (hasMinutes ? "%M" : ""), end: hasMinutes ? after + 2 : after)
        }
        var half = cursor(at: blanksEnd(at: time.end))
        guard half.half() != nil else {
            let hourAlone = Part(spelling: "%H", end: end)
            // The hyphen may be that of an offset.
            return [Part(spelling: "%H" + time.spelling, end: time.end)] + (isMark("-", at: end) ? [hourAlone] : [])
        }
        return [Part(spelling: (isUnusual ? "%H" : "%I") + time.spelling + " %p", end: half.position)]
    }

    /// The end of one or two digits behind a mark.
    private func pair(after mark: Int) -> Int? {
        let count = digits(at: mark + 1)
        return (1...2).contains(count) ? mark + 1 + count : nil
    }

    private func withFraction(_ time: Part) -> Part {
        let count = digits(at: time.end + 1)
        guard count > 0, let mark = [".", ",", ":"].first(where: { isMark($0, at: time.end) }) else { return time }
        return Part(spelling: time.spelling + "\(mark)%f", end: time.end + 1 + count)
    }

    /// What a zone from here on could be.
    func zones(at start: Int) -> [Part] {
        let begin = blanksEnd(at: start)
        let gap = begin > start ? " " : ""
        if isMark("+", at: begin) || isMark("-", at: begin) {
            guard let after = offset(at: begin) else { return [] }
            let brackets = inBrackets(after)
            return [Part(spelling: gap + "%z" + brackets.spelling, end: brackets.end)]
        }
        guard let (_, text, end) = word(at: begin) else { return [] }
        if let name = zoneName(at: begin) { return [Part(spelling: gap + name, end: begin + name.utf8.count)] }
        if let after = offset(at: end), isMark("+", at: end) || isMark("-", at: end) {
            let brackets = inBrackets(after)
            return [Part(spelling: gap + text + "%z" + brackets.spelling, end: brackets.end)]
        }
        guard text.lowercased() == "z" else { return [Part(spelling: gap + "%Z", end: end)] }
        let brackets = inBrackets(end)
        return [Part(spelling: gap + "%z" + brackets.spelling, end: brackets.end)]
    }

    private func offset(at start: Int) -> Int? {
        var cursor = cursor(at: start)
        return cursor.offset() == nil ? nil : cursor.position
    }

    /// The name of a zone in brackets behind its offset, as browsers and Java write it: `(CET)`, `[Europe/London]`.
    private func inBrackets(_ start: Int) -> Part {
        let open = blanksEnd(at: start)
        let gap = open > start ? " " : ""
        for (opening, closing, spelling) in [("(", ")", "(%Z)"), ("[", "]", "[%Z]")] as [(Unicode.Scalar, Unicode.Scalar, String)]
        {
            guard isMark(opening, at: open), let close = bytes[open...].firstIndex(of: UInt8(ascii: closing)) else { continue }
            return Part(spelling: gap + spelling, end: close + 1)
        }
        return Part(spelling: "", end: start)
    }

    /// A name of the database of zones: letters, marks and at least one slash.
    private func zoneName(at start: Int) -> String? {
        let name = bytes[start...].prefix { ($0 | 0x20) &- 0x61 < 26 || $0 &- 0x30 < 10 || "/_+-".utf8.contains($0) }
        guard name.contains(UInt8(ascii: "/")) else { return nil }
        let text = String(decoding: name, as: UTF8.self)
        return WallClock(text) == nil ? nil : text
    }
}
