/// The program's version, said here alone: `--version`, `doctor`, the OpenAPI document and the Debian package take it from here.
public let programVersion = "0.1.0"
