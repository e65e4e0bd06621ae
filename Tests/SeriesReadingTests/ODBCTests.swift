import TestSupport
import Testing
import TimeSeries

@testable import SeriesReading

@Test(arguments: [
    ("warehouse", "DSN=warehouse", "warehouse"),
    ("DSN=warehouse;UID=ann;PWD=secret", "DSN=warehouse;UID=ann;PWD=secret", "warehouse"),
    ("Driver=PostgreSQL Unicode; Database = plant; PWD=a=b;", "Driver=PostgreSQL Unicode; Database = plant; PWD=a=b;", "plant"),
    ("Driver=X;PWD=secret", "Driver=X;PWD=secret", "ODBC source"),
    ("postgresql://ann:secret@db/plant", "DSN=postgresql://ann:secret@db/plant", "ODBC source"),
    ("PWD={a;database=secret};Database={the; }} plant}", "PWD={a;database=secret};Database={the; }} plant}", "the; } plant"),
    ("Driver={X};PWD={never closed;Database=secret", "Driver={X};PWD={never closed;Database=secret", "ODBC source"),
])
func aDatabaseIsCalledByItsNameAndNeverByItsPassword(_ text: String, _ connection: String, _ name: String) {
    let source = ODBCSource(text)
    #expect(source.connectionString == connection)
    #expect(source.name == name)
}

/// Where unixODBC is installed and where it is not.
@Test func aDatabaseThatIsNotThereIsOneSentence() {
    do {
        _ = try SeriesReader.open(odbc: "Driver=no such driver;Database=plant;PWD=secret", query: "SELECT 1")
        Issue.record("something was read")
    } catch {
        guard let error = error as? SeriesError else {
            Issue.record("another error: \(error)")
            return
        }
        switch error {
        case .noODBC: break
        case .noConnection(let source, let reason):
            #expect(source == "plant" && !reason.isEmpty)
            #expect(!reason.contains("[") && !reason.contains("\n") && !error.description.contains("secret"), "\(error)")
        default: Issue.record("another error: \(error)")
        }
    }
}
