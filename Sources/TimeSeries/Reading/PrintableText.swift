/// Text without control characters, safe to show on a terminal: each becomes U+FFFD.
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
