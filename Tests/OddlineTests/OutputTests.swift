import Foundation
import Testing

/// Where results and messages of the built program go.
@Suite struct OutputTests {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("output-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    /// Runs a line of shell in the folder, in which `oddline` is the program.
    func shell(_ line: String) throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(folder.path)'; oddline() { '\(program)' \"$@\"; }; \(line)"]
        let (output, errors) = (Pipe(), Pipe())
        (process.standardOutput, process.standardError) = (output, errors)
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        let complained = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Outcome(
            output: String(decoding: said, as: UTF8.self), errors: String(decoding: complained, as: UTF8.self),
            status: process.terminationStatus)
    }

    func remove() { try? FileManager.default.removeItem(at: folder) }

    @Test func aResultGoesThroughLinksAndPipesAndLeavesPermissions() throws {
        defer { remove() }
        let made = try shell("oddline generate contextual --rows 600")
        #expect(made.lines.count == 601)
        let write = "oddline generate contextual --rows 600 -o"
        #expect(try shell("\(write) -; ls").output == made.output)
        #expect(try shell("\(write) /dev/stdout").output == made.output)
        #expect(try shell("mkfifo pipe; timeout 60 cat pipe & \(write) pipe; wait").output == made.output)
        #expect(try shell("touch file; ln -s file link; \(write) link; test -L link && cat file").output == made.output)
        #expect(try shell("\(write) private; chmod 640 private; \(write) private; stat -c %a private").output == "640\n")
        let refused = try shell("\(write) own; oddline score own -o own; wc -l <own; oddline score own -o ./")
        #expect(refused.errors.hasPrefix("oddline: own: cannot be written (it is the file that is read)"))
        #expect(refused.output == "601\n" && refused.status == 1)
    }

    /// A full disk and a closed descriptor, both for messages alone.
    @Test(arguments: ["2>/dev/full", "2>&-"]) func messagesThatNobodyTakesEndNoWork(_ place: String) throws {
        defer { remove() }
        #expect(try shell("oddline score none.csv \(place)").status == 1)
        let table = "key,v\n" + (0..<200).map { "a,\($0 % 7)\n" }.joined() + "b,1\n" + (0..<200).map { "c,\($0 % 5)\n" }.joined()
        try Data(table.utf8).write(to: folder.appendingPathComponent("t.csv"))
        let scored = try shell(
            "oddline train t.csv --key key --shared -o models \(place); oddline score t.csv --key key --model models \(place)")
        #expect(scored.lines.count { $0.hasPrefix("a,") } == 200 && scored.lines.count { $0.hasPrefix("c,") } == 200)
        #expect(scored.status != 0 && scored.status < 64)
    }
}

/// What cannot be written is told, as soon as it can be known, and nothing stands on the disk that nobody asked for.
extension OutputTests {
    private static let commands = [
        "--help", "--version", "score --help", "generate contextual --rows 600", "describe t.csv", "describe t.csv --format json",
        "score t.csv --model m", "evaluate t.csv --json", "evaluate t.csv", "train t.csv -o m2", "export m -o x",
        "accounts list --data-dir d", "accounts invite --data-dir d", "accounts audit --data-dir d",
        "accounts audit --verify --data-dir d", "accounts check --data-dir d", "accounts sessions ann --data-dir d",
        "doctor --data-dir d", "doctor --json --data-dir d", "backup --data-dir d b",
    ]

    @Test func outputThatIsLostIsNoSuccess() throws {
        defer { remove() }
        let table = "v,label\n" + (0..<300).map { "\($0 % 7),\($0 == 150 ? 1 : 0)\n" }.joined()
        try Data(table.utf8).write(to: folder.appendingPathComponent("t.csv"))
        let made = try shell(
            "echo 'correct horse battery' | oddline accounts add ann ann@example.org --data-dir d; oddline train t.csv -o m")
        #expect(made.status == 0, "\(made.errors)")
        for command in Self.commands {
            let lost = try shell("oddline \(command) > /dev/full")
            if command.hasPrefix("accounts sessions") {
                #expect(lost.status == 0, "there is no session, so that nothing is lost")
            } else {
                #expect(lost.status == 1, "\(command): \(lost.status)")
                #expect(
                    lost.errors.contains("standard output: cannot be written (the disk is full)"), "\(command): \(lost.errors)")
            }
        }
    }

    @Test func whatCannotBeWrittenIsToldBeforeTraining() throws {
        defer { remove() }
        let table = "v\n" + (0..<60_000).map { "\($0 % 97)\n" }.joined()
        try Data(table.utf8).write(to: folder.appendingPathComponent("t.csv"))
        for (arguments, reason) in [
            ("score t.csv -o none/s.csv", "there is no such folder"), ("score t.csv -o .", "a folder has its name"),
            ("score - -o t.csv < t.csv", "it is the file that is read"),
            ("score t.csv -o ./t.csv", "it is the file that is read"),
            ("train t.csv -o t.csv/models", "there is no such folder"),
        ] {
            let begun = Date()
            let refused = try shell("oddline \(arguments)")
            #expect(
                refused.status == 1 && refused.errors.contains("cannot be written (\(reason))"), "\(arguments): \(refused.errors)"
            )
            #expect(Date().timeIntervalSince(begun) < 5, "\(arguments): training takes longer")
        }
        #expect(try shell("ls -A; wc -l < t.csv").output == "t.csv\n60001\n")
    }

    /// Appending to a file by way of standard output, a link that leads nowhere yet, and a file of the user alone.
    @Test func whatWasThereStaysAndIsNotWidened() throws {
        defer { remove() }
        let write = "oddline generate contextual --rows 600 -o"
        #expect(
            try shell("(echo first; \(write) /dev/stdout; \(write) -) > all; grep -c . all; head -1 all").output
                == "1203\nfirst\n")
        #expect(try shell("mkdir f; ln -s f/new link; \(write) link; test -L link && wc -l < f/new").output == "601\n")
        #expect(try shell("\(write) /dev/full").status == 1)
        #expect(try shell("test -c /dev/full; echo $?; test -c /dev/null; echo $?").output == "0\n0\n")
    }

    /// With less still the system's loader says that it cannot load the libraries.
    @Test(arguments: [200_000, 400_000]) func whereTooLittleMemoryMayBeUsedASentenceSaysSo(_ kilobytes: Int) throws {
        defer { remove() }
        let little = try shell("ulimit -v \(kilobytes); oddline generate contextual --rows 600 -o s.csv")
        #expect(little.status == 1 && little.lines.isEmpty)
        #expect(little.errors.contains("\(kilobytes * 1024 / 1_000_000) MB of memory and needs 512"), "\(little.errors)")
    }

    /// A copy that has no room, and files that are not there.
    @Test func sentencesSpeakOfWhatIsWrong() throws {
        defer { remove() }
        let made = try shell("echo 'correct horse battery' | oddline accounts add ann ann@example.org --data-dir d")
        #expect(made.status == 0, "\(made.errors)")
        let full = try shell("trap '' XFSZ; ulimit -f 100; oddline backup --data-dir d copy")
        #expect(full.status == 1 && full.errors.contains("/copy") || full.errors.contains("/.copy"), "\(full.errors)")
        #expect(
            !full.errors.contains("damaged") && !full.errors.contains("unexpected") && full.errors.contains("free space"),
            "\(full.errors)")
        #expect(try shell("ls -A").output == "d\n")
        try Data("no certificate".utf8).write(to: folder.appendingPathComponent("cert"))
        for arguments in ["none none", "cert none", "none cert"] {
            let files = arguments.split(separator: " ")
            let refused = try shell("oddline serve --data-dir d --tls-certificate \(files[0]) --tls-key \(files[1])")
            #expect(refused.status == 1 && refused.errors.contains("none: is not there"), "\(refused.errors)")
        }
        let few = try shell("ulimit -n 6; oddline generate contextual --rows 600 -o s.csv")
        #expect(
            few.status == 0 || few.errors.contains("too many files are open") && !few.errors.contains("free space"),
            "\(few.errors)")
    }

    @Test func aProgramThatIsEndedWhileItWritesLeavesNoDraft() throws {
        defer { remove() }
        let line = """
            mkfifo gate; touch s.csv; chmod 600 s.csv
            oddline generate contextual --rows 1000000 -o s.csv & p=$!
            for i in $(seq 1 2000); do ls -A > names; grep -qvx 'gate\\|s.csv\\|names' names && cat names; \
            test -e /proc/$p || break; kill -0 $p 2>/dev/null || break; \
            ls -l /proc/$p/fd 2>/dev/null | grep -q ' .*deleted' && kill -TERM $p && break; sleep 0.005; done
            wait $p; echo "status $?"; ls -A; stat -c '%a %s' s.csv
            """
        let whole = try shell("oddline generate contextual --rows 1000000 | wc -c").output.filter(\.isNumber)
        let ended = try shell(line)
        // All or nothing, also where all was written before the signal came.
        let outcomes = ["status 143\ngate\nnames\ns.csv\n600 0\n", "status 0\ngate\nnames\ns.csv\n600 \(whole)\n"]
        #expect(outcomes.contains(ended.output), "\(ended.output) \(ended.errors)")
    }
}
