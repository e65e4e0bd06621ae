/// The names of months and weekdays and the abbreviations of zones, in lower case.
enum CalendarNames {
    /// The number of a month by its name or abbreviation in English, German, French, Spanish or Dutch.
    static func month(_ word: Word) -> Int64? { months[word] }

    /// Whether a word is the name or abbreviation of a weekday in one of these languages.
    static func isWeekday(_ word: Word) -> Bool { weekdays.contains(word) }

    /// Minutes east of UTC of an abbreviation that stands for one zone alone, as people use it.
    static func offset(_ word: Word) -> Int64? { zones[word] }

    private static let months: [Word: Int64] = {
        let names = [
            "january jan januar jänner janvier janv enero ene januari",
            "february feb februar feber février fevrier févr fevr fév fev febrero februari",
            "march mar märz maerz mär mrz mars marzo maart mrt",
            "april apr avril avr abril abr",
            "may mai mayo mei",
            "june jun juni juin junio",
            "july jul juli juillet juil julio",
            "august aug août aout agosto ago augustus",
            "september sep sept septembre septiembre setiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre decembre déc diciembre dic",
        ]
        var months: [Word: Int64] = [:]
        for (index, line) in names.enumerated() {
            for name in line.split(separator: " ") { months[Word(name)] = Int64(index + 1) }
        }
        return months
    }()

    private static let weekdays: Set<Word> = {
        let names = """
            monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun \
            montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so \
            lundi mardi mercredi jeudi vendredi samedi dimanche lun mar mer jeu ven sam dim \
            lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié jue vie sáb dom \
            maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo
            """
        return Set(names.split(separator: " ").map { Word($0) })
    }()

    private static let zones: [Word: Int64] = {
        let hours: [(String, Int64)] = [
            ("utc gmt z ut wet", 0), ("west cet mez met wat", 60), ("cest mesz mest eet cat sast", 120),
            ("eest msk eat trt", 180),
            ("pkt", 300), ("wib ict", 420), ("hkt sgt awst", 480), ("jst kst", 540), ("acst", 570), ("aest", 600), ("acdt", 630),
            ("aedt", 660), ("nzst", 720), ("nzdt", 780), ("adt brt art", -180), ("edt", -240), ("est cdt", -300), ("mdt", -360),
            ("mst pdt", -420), ("pst akdt", -480), ("akst", -540), ("hst", -600),
        ]
        var zones: [Word: Int64] = [:]
        for (names, minutes) in hours {
            for name in names.split(separator: " ") { zones[Word(name)] = minutes }
        }
        return zones
    }()
}
