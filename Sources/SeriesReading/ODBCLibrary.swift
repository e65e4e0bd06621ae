import Foundation

/// unixODBC, as far as the result of a query is read through it (the call-level interface of ISO/IEC 9075-3).
///
/// It is looked for when it is first needed, so that the program starts where it is not installed.
struct ODBCLibrary: Sendable {
    /// An environment, a connection or a statement.
    typealias Handle = UnsafeMutableRawPointer
    /// What a function says of its outcome.
    typealias Status = Int16
    /// Text in UTF-16.
    typealias Text = UnsafeMutablePointer<UInt16>

    let allocate: @convention(c) (Int16, Handle?, UnsafeMutablePointer<Handle?>) -> Status
    let free: @convention(c) (Int16, Handle?) -> Status
    let setEnvironment: @convention(c) (Handle?, Int32, Handle?, Int32) -> Status
    let setConnection: @convention(c) (Handle?, Int32, Handle?, Int32) -> Status
    let connect: @convention(c) (Handle?, Handle?, Text?, Int16, Text?, Int16, Handle?, UInt16) -> Status
    let disconnect: @convention(c) (Handle?) -> Status
    let end: @convention(c) (Int16, Handle?, Int16) -> Status
    let execute: @convention(c) (Handle?, Text?, Int32) -> Status
    let columnCount: @convention(c) (Handle?, UnsafeMutablePointer<Int16>) -> Status
    let describe:
        @convention(c) (Handle?, UInt16, Text?, Int16, UnsafeMutablePointer<Int16>, Handle?, Handle?, Handle?, Handle?) -> Status
    let fetch: @convention(c) (Handle?) -> Status
    let get: @convention(c) (Handle?, UInt16, Int16, Handle?, Int, UnsafeMutablePointer<Int>) -> Status
    let diagnosis:
        @convention(c) (Int16, Handle?, Int16, Text?, UnsafeMutablePointer<Int32>, Text?, Int16, UnsafeMutablePointer<Int16>) ->
            Status

    /// Finds the library.
    /// - Throws: `SeriesError.noODBC`.
    init() throws(SeriesError) {
        guard let library = dlopen("libodbc.so.2", RTLD_NOW) else { throw .noODBC }
        func function<Function>(_ name: String, as _: Function.Type = Function.self) throws(SeriesError) -> Function {
            guard let address = dlsym(library, name) else { throw .noODBC }
            // Each is asked for by its own name, as the type that the interface gives it.
            return unsafeBitCast(address, to: Function.self)
        }
        allocate = try function("SQLAllocHandle")
        free = try function("SQLFreeHandle")
        setEnvironment = try function("SQLSetEnvAttr")
        setConnection = try function("SQLSetConnectAttr")
        connect = try function("SQLDriverConnectW")
        disconnect = try function("SQLDisconnect")
        end = try function("SQLEndTran")
        execute = try function("SQLExecDirectW")
        columnCount = try function("SQLNumResultCols")
        describe = try function("SQLDescribeColW")
        fetch = try function("SQLFetch")
        get = try function("SQLGetData")
        diagnosis = try function("SQLGetDiagRecW")
    }

    /// The interface's numbers.
    enum Number {
        static let environment: Int16 = 1, connection: Int16 = 2, statement: Int16 = 3
        static let version: Int32 = 200, automaticCommit: Int32 = 102, loginSeconds: Int32 = 103
        static let version3 = 3, off = 0, on = 1
        static let rollback: Int16 = 1
        static let characters: Int16 = 1
        static let noData: Status = 100
        static let null = -1
        static let untilZero: Int16 = -3
    }

    /// What went wrong with a handle, in the driver's words on one line.
    func reason(_ kind: Int16, _ handle: Handle?) -> String {
        var (state, message) = ([UInt16](repeating: 0, count: 6), [UInt16](repeating: 0, count: 1024))
        var (native, length): (Int32, Int16) = (0, 0)
        let status = diagnosis(kind, handle, 1, &state, &native, &message, Int16(message.count), &length)
        guard status == 0 || status == 1 else { return "the driver gives no reason" }
        let words = String(decoding: message.prefix { $0 != 0 }, as: UTF16.self).split(whereSeparator: \.isWhitespace)
        var text = words.joined(separator: " ")[...]
        // Before it stand, in brackets, all that the message went through.
        while text.first == "[", let end = text.firstIndex(of: "]") { text = text[end...].dropFirst() }
        return text.trimmingCharacters(in: .init(charactersIn: " .;"))
    }
}
