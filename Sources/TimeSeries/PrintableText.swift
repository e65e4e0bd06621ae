/// Text that is safe to show on a terminal: control and format characters, line and paragraph separators and
/// private-use characters each become U+FFFD.
public func printable(_ text: String) -> String {
    String(
        String.UnicodeScalarView(
            text.unicodeScalars.map { scalar in
                switch scalar.properties.generalCategory {
                case .control, .format, .surrogate, .privateUse, .lineSeparator, .paragraphSeparator:
                    Unicode.Scalar(0xFFFD) ?? scalar
                default: scalar
                }
            }))
}
