import Foundation
import Testing
import TimeSeries

@testable import SeriesReading

/// Files of other programs' formats, made and read by the libraries that are here.
@Suite struct ReaderFileTests {
    /// The libraries that Python has, of those that are of use.
    private static let libraries: Set<String> = {
        let names = ["pyarrow", "polars", "pandas", "tables", "h5py", "netCDF4", "xarray", "scipy", "openpyxl", "odf", "numpy"]
        let text = "import importlib.util as i, sys; print(*[n for n in sys.argv[1:] if i.find_spec(n)])"
        return Set(output(["python3", "-c", text] + names).split(whereSeparator: \.isWhitespace).map(String.init))
    }()

    private static func has(_ names: String...) -> Bool { libraries.isSuperset(of: names) }

    private static func output(_ words: [String]) -> String {
        let (process, pipe) = (Process(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = words
        process.standardOutput = pipe
        guard (try? process.run()) != nil else { return "" }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }

    /// What is read of a file that Python makes at `path`.
    private func made(_ name: String, by text: String) throws -> (lines: [String], table: ReaderPrograms.Table) {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent(name).path
        _ = Self.output(["python3", "-c", "import sys; path = sys.argv[1]\n" + text, path])
        let table = try #require(try ReaderPrograms().csv(of: path, name: name))
        let lines = String(decoding: table.csv, as: UTF8.self).replacing("\r\n", with: "\n").replacing("\"", with: "")
        return (lines.split(separator: "\n", omittingEmptySubsequences: false).map(String.init), table)
    }

    @Test(.enabled(if: has("pyarrow"), "Python has no pyarrow")) func parquet() throws {
        let (lines, table) = try made(
            "a.parquet",
            by: """
                import datetime, pyarrow, pyarrow.parquet
                times = [datetime.datetime(2024, 1, 1, hour) for hour in range(3)]
                columns = {"load, %": [0.1, None, 3.0], "count": [1, 2, 3], "time": times, "tags": [[1], [], [2]],
                    "kind": pyarrow.array(["a", "b", "a"]).dictionary_encode()}
                pyarrow.parquet.write_table(pyarrow.table(columns), path)
                """)
        #expect(
            lines == [
                "load, %,count,time,kind", "0.1,1,2024-01-01 00:00:00.000000,a", ",2,2024-01-01 01:00:00.000000,b",
                "3,3,2024-01-01 02:00:00.000000,a", "",
            ])
        #expect(table.format == "Parquet")
        let series = try SeriesReader.read(data: table.csv, name: "a")
        #expect(series.channels.map(\.name) == ["load, %", "count"] && series.profile.step == 3_600_000_000)
        #expect(table.notices == ["It is read by python3.", "tags is left out: each field holds several values, or bytes."])
    }

    @Test(.enabled(if: has("pyarrow"), "Python has no pyarrow")) func aParquetFileIsOpenedAsASeries() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("plant.parquet").path
        let text = """
            import datetime, pyarrow, pyarrow.parquet, sys
            times = [datetime.datetime(2024, 1, 1) + datetime.timedelta(minutes=15 * row) for row in range(100)]
            flow = [None if row == 7 else row * row % 13 + 0.25 for row in range(100)]
            pyarrow.parquet.write_table(pyarrow.table({"time": times, "flow": flow, "note": ["ok"] * 100}), sys.argv[1])
            """
        _ = Self.output(["python3", "-c", text, path])
        var options = SeriesReader.Options()
        options.readers = ReaderPrograms()
        let reading = try SeriesReader.open(path: path, options: options)
        let values = reading.series.channels[0].values
        #expect(reading.series.name == "plant.parquet" && reading.series.channels.map(\.name) == ["flow"])
        #expect(values.count == 100 && values[7].isNaN && values[8] == 12.25 && values[99] == 12.25)
        #expect(reading.understanding.format == "Parquet, by python3" && reading.understanding.time?.step == "PT15M")
        #expect(
            reading.understanding.notices
                == ["It is read by python3.", "Text is left out: note.", "Column flow has 1 gap."])
    }

    private static let duckDB = output(["sh", "-c", "command -v duckdb"]).trimmingCharacters(in: .newlines)

    @Test(.enabled(if: !duckDB.isEmpty && has("pyarrow"), "duckdb or pyarrow is not installed")) func parquetByDuckDB() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("it's [a]*.parquet").path
        let text = "import pyarrow, pyarrow.parquet as p, sys; p.write_table(pyarrow.table({'v': [0.5, None]}), sys.argv[1])"
        _ = Self.output(["python3", "-c", text, path])
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/duckdb", withDestinationPath: Self.duckDB)
        let table = try ReaderPrograms([:], within: .init(), path: folder.path).csv(of: path, name: "a")
        #expect(table.map { String(decoding: $0.csv, as: UTF8.self).split(whereSeparator: \.isNewline) } == ["v", "0.5", "NA"])
    }

    @Test(.enabled(if: has("pyarrow"), "Python has no pyarrow"), arguments: ["feather", "file", "stream"])
    func arrow(_ kind: String) throws {
        let (lines, table) = try made(
            "a.arrow",
            by: """
                import pyarrow, pyarrow.feather
                table = pyarrow.table({"v": [1.5, None, 2.5]})
                if "\(kind)" == "feather":
                    pyarrow.feather.write_feather(table, path)
                else:
                    with pyarrow.ipc.new_\(kind == "stream" ? "stream" : "file")(path, table.schema) as out:
                        out.write_table(table)
                """)
        #expect(lines == ["v", "1.5", "NA", "2.5", ""] && table.format == "Arrow")
        let values = try SeriesReader.read(data: table.csv, name: "a").channels[0].values
        #expect(values.count == 3 && values[0] == 1.5 && values[1].isNaN && values[2] == 2.5)
    }

    /// A workbook of two sheets, of which the first holds words; written without a library.
    private static let workbook = """
        import zipfile
        def sheet(rows):
            cells = "".join("<row r='%d'>%s</row>" % (i + 1, row) for i, row in enumerate(rows))
            return "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>%s</sheetData></worksheet>" % cells
        def words(*texts):
            return "".join("<c t='inlineStr'><is><t>%s</t></is></c>" % text for text in texts)
        kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml."
        links = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
        package = "http://schemas.openxmlformats.org/package/2006/"
        parts = {
            "[Content_Types].xml": "<Types xmlns='%scontent-types'><Default Extension='rels' ContentType="
                "'application/vnd.openxmlformats-package.relationships+xml'/><Override PartName='/xl/workbook.xml' ContentType="
                "'%ssheet.main+xml'/><Override PartName='/xl/worksheets/sheet1.xml' ContentType='%sworksheet+xml'/><Override "
                "PartName='/xl/worksheets/sheet2.xml' ContentType='%sworksheet+xml'/><Override PartName='/xl/styles.xml' "
                "ContentType='%sstyles+xml'/></Types>" % (package, kinds, kinds, kinds, kinds),
            "_rels/.rels": "<Relationships xmlns='%srelationships'><Relationship Id='r1' Type='%s/officeDocument' "
                "Target='xl/workbook.xml'/></Relationships>" % (package, links),
            "xl/_rels/workbook.xml.rels": "<Relationships xmlns='%srelationships'><Relationship Id='r1' Type='%s/worksheet' "
                "Target='worksheets/sheet1.xml'/><Relationship Id='r2' Type='%s/worksheet' Target='worksheets/sheet2.xml'/>"
                "<Relationship Id='r3' Type='%s/styles' Target='styles.xml'/></Relationships>" % (package, links, links, links),
            "xl/workbook.xml": "<workbook xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main' xmlns:r='%s'><sheets>"
                "<sheet name='About' sheetId='1' r:id='r1'/><sheet name='Readings' sheetId='2' r:id='r2'/></sheets></workbook>" % links,
            "xl/styles.xml": "<styleSheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><fonts count='1'><font/>"
                "</fonts><fills count='1'><fill><patternFill/></fill></fills><borders count='1'><border/></borders><cellStyleXfs count='1'><xf/>"
                "</cellStyleXfs><cellXfs count='2'><xf numFmtId='0'/><xf numFmtId='22' applyNumberFormat='1'/></cellXfs></styleSheet>",
            "xl/worksheets/sheet1.xml": sheet([words("about the pump")]),
            "xl/worksheets/sheet2.xml": sheet([words("time", "flow"), "<c s='1'><v>45366.5</v></c><c><v>0.1234567</v></c>",
                "", "<c s='1'><v>45366.75</v></c><c><v>7</v></c>"]),
        }
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
            for name, text in parts.items():
                out.writestr(name, "<?xml version='1.0' encoding='UTF-8' standalone='yes'?>" + text)
        """

    @Test(.enabled(if: has("openpyxl"), "Python has no openpyxl")) func workbookOfTwoSheets() throws {
        let (lines, table) = try made("a.xlsx", by: Self.workbook)
        #expect(lines == ["time,flow", "2024-03-15 12:00:00,0.1234567", "", "2024-03-15 18:00:00,7", ""])
        #expect(table.format == "Excel")
        #expect(table.notices == ["It is read by python3.", "It has 2 sheets: Readings is read, and not About."])
    }

    private static let hasOffice = FileManager.default.isExecutableFile(atPath: "/usr/bin/soffice")

    /// LibreOffice takes some seconds to start.
    @Test(.enabled(if: hasOffice, "LibreOffice is not installed")) func workbookByLibreOffice() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appendingPathComponent("it's, a.xlsx").path
        _ = Self.output(["python3", "-c", "import sys; path = sys.argv[1]\n" + Self.workbook, path])
        try FileManager.default.createSymbolicLink(atPath: folder.path + "/soffice", withDestinationPath: "/usr/bin/soffice")
        let readers = ReaderPrograms([:], within: .init(), path: folder.path)
        let table = try #require(try readers.csv(of: path, name: "a"))
        #expect(
            String(decoding: table.csv, as: UTF8.self)
                == "time,flow\n2024-03-15 12:00:00,0.1234567\n,\n2024-03-15 18:00:00,7\n")
        #expect(table.notices == ["It is read by soffice.", "It has 2 sheets: Readings is read, and not About."])
    }

    @Test(.enabled(if: has("pandas", "odf"), "Python has no pandas, or no odfpy")) func openDocument() throws {
        let (lines, table) = try made(
            "a.ods",
            by: """
                import pandas
                pandas.DataFrame({"time": pandas.date_range("2024-01-01", periods=2, freq="h"), "v": [0.5, 7]}).to_excel(path, index=False)
                """)
        #expect(lines == ["time,v", "2024-01-01 00:00:00,0.5", "2024-01-01 01:00:00,7", ""] && table.format == "OpenDocument")
    }

    private static let readings = """
        import scipy.io, numpy
        data = scipy.io.netcdf_file(path, "w")
        for name, size in ("time", 3), ("lat", 2), ("one", 1):
            data.createDimension(name, size)
        def variable(name, kind, dimensions, values, **attributes):
            made = data.createVariable(name, kind, dimensions)
            made[:] = values
            for key, value in attributes.items():
                setattr(made, key, value)
        variable("temp", "f4", ("time", "one"), [[0.1], [-99], [0.3]], _FillValue=numpy.float32(-99))
        variable("field", "f4", ("time", "lat"), numpy.zeros((3, 2)))
        variable("time", "f8", ("time",), [0, 0.5, 1], units="days since 1990-1-1 06:00:00")
        variable("depth", "i2", ("time",), [10, 20, 30], scale_factor=0.5)
        data.close()
        """

    @Test(.enabled(if: has("scipy"), "Python has no scipy")) func netCDF() throws {
        let (lines, table) = try made("a.nc", by: Self.readings)
        #expect(
            lines == [
                "time,temp,depth", "1990-01-01T06:00:00,0.1,5.0", "1990-01-01T18:00:00,,10.0", "1990-01-02T06:00:00,0.3,15.0", "",
            ])
        #expect(table.format == "NetCDF")
        #expect(table.notices.last == "field (time, lat) is left out: not of the one dimension time.")
    }

    @Test(.enabled(if: has("netCDF4", "numpy"), "Python has no netCDF4")) func netCDFOfVersion4() throws {
        let (lines, _) = try made(
            "a.nc",
            by: """
                import netCDF4
                data = netCDF4.Dataset(path, "w")
                data.createDimension("time", None)
                time = data.createVariable("time", "i8", ("time",))
                time.units, time[:] = "seconds since 1970-01-01 00:00:00 +01:00", [3600, 7200]
                data.createVariable("v", "f4", ("time",), fill_value=-1)[:] = [0.25, -1]
                data.close()
                """)
        #expect(lines == ["time,v", "1970-01-01T00:00:00,0.25", "1970-01-01T01:00:00,", ""])
    }

    @Test(.enabled(if: has("scipy"), "Python has no scipy")) func netCDFOfFieldsAlone() throws {
        let error = try #require(throws: SeriesError.self) {
            try made(
                "a.nc",
                by: """
                    import scipy.io, numpy
                    data = scipy.io.netcdf_file(path, "w")
                    data.createDimension("time", 3), data.createDimension("lat", 2)
                    time = data.createVariable("time", "f8", ("time",))
                    time.units = "days since 1990-01-01"
                    data.createVariable("sst", "f4", ("time", "lat"))[:] = numpy.zeros((3, 2))
                    data.close()
                    """)
        }
        #expect(error.description.contains("no variable has time as its one dimension, but sst (time, lat)"), "\(error)")
    }

    @Test(.enabled(if: has("h5py"), "Python has no h5py")) func hdf5() throws {
        let (lines, table) = try made(
            "a.h5",
            by: """
                import h5py, numpy
                with h5py.File(path, "w") as file:
                    file["run/t"] = numpy.arange(4) * 0.5
                    file["run/xy"] = numpy.arange(8).reshape(4, 2)
                    file["setup"] = [1, 2]
                    file["run/name"] = numpy.array([b"a", b"b", b"c", b"d"])
                """)
        #expect(lines == ["name,t,xy_1,xy_2", "a,0.0,0,1", "b,0.5,2,3", "c,1.0,4,5", "d,1.5,6,7", ""])
        #expect(table.format == "HDF5" && table.notices.last == "setup is left out: not of 4 rows.")
    }

    @Test(.enabled(if: has("h5py"), "Python has no h5py")) func hdf5OfRecords() throws {
        let (lines, _) = try made(
            "a.hdf5",
            by: """
                import h5py, numpy
                with h5py.File(path, "w") as file:
                    file["log"] = numpy.array([(1, 0.5), (2, 0.25)], dtype=[("t", "i4"), ("v", "f4")])
                """)
        #expect(lines == ["t,v", "1,0.5", "2,0.25", ""])
    }

    @Test(.enabled(if: has("pandas", "tables"), "Python has no pandas, or no PyTables"), arguments: ["fixed", "table"])
    func hdf5OfPandas(_ layout: String) throws {
        let (lines, table) = try made(
            "a.h5",
            by: """
                import pandas
                index = pandas.date_range("2024-01-01", periods=2, freq="h", name="time")
                pandas.DataFrame({"v": [0.1, None], "n": [1, 2]}, index).to_hdf(path, key="readings", format="\(layout)")
                """)
        #expect(lines == ["time,v,n", "2024-01-01 00:00:00,0.1,1", "2024-01-01 01:00:00,,2", ""])
        #expect(table.notices == ["It is read by python3."])
    }

    /// What PyTables keeps of Python's own things is a program that it runs when it reads them.
    @Test(.enabled(if: has("pandas", "tables"), "Python has no pandas, or no PyTables"))
    func noProgramThatAFileHoldsIsRun() throws {
        let trace = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        let (lines, _) = try made(
            "a.h5",
            by: """
                import os, pandas, tables
                class Trap:
                    def __reduce__(self):
                        return os.mkdir, ("\(trace)",)
                pandas.DataFrame({"v": [0.5, 1]}).to_hdf(path, key="v")
                with tables.open_file(path, "a") as file:
                    file.root.v._v_attrs.freq = Trap()
                    file.root.v.axis1._v_attrs.freq = Trap()
                if os.path.exists("\(trace)"):
                    os.rmdir("\(trace)")
                """)
        #expect(!FileManager.default.fileExists(atPath: trace) && lines.count == 4)
    }

    @Test(.enabled(if: has("scipy"), "Python has no scipy")) func matlab() throws {
        let (lines, table) = try made(
            "a.mat",
            by: """
                import numpy, scipy.io
                scipy.io.savemat(path, {"t": numpy.array([[738887.0, 738887.25, 738887.5]]), "fs": 100, "name": "pump",
                    "data": {"x": numpy.array([[1.5], [2.5], [3.5]]), "m": numpy.array([[1, 2, 3], [4, 5, 6]])}})
                """)
        #expect(
            lines == [
                "t,x,m_1,m_2", "2023-01-01T00:00:00,1.5,1,4", "2023-01-01T06:00:00,2.5,2,5", "2023-01-01T12:00:00,3.5,3,6", "",
            ])
        #expect(table.format == "MATLAB" && table.notices.contains("t counts days since the year 0, as MATLAB does."))
        #expect(table.notices.contains("m is turned round, so that its longer side is time."))
    }

    @Test(.enabled(if: has("h5py"), "Python has no h5py")) func matlabOfVersion7() throws {
        let (lines, _) = try made(
            "a.mat",
            by: """
                import h5py, numpy
                with h5py.File(path, "w", userblock_size=512) as file:
                    file["v"] = numpy.array([[1.5, 2.5, 3.5]])
                    file["v"].attrs["MATLAB_class"] = numpy.bytes_("double")
                    file["text"] = numpy.array([[104, 105]], dtype="u2")
                    file["text"].attrs["MATLAB_class"] = numpy.bytes_("char")
                with open(path, "r+b") as file:
                    file.write(b"MATLAB 7.3 MAT-file, Platform: GLNXA64".ljust(124) + b"\\0\\2IM")
                """)
        #expect(lines == ["v", "1.5", "2.5", "3.5", ""])
    }

    @Test(.enabled(if: has("scipy"), "Python has no scipy")) func aDamagedFileIsOneSentence() throws {
        let error = try #require(throws: SeriesError.self) {
            try made("a.nc", by: "open(path, 'wb').write(b'CDF\\1' + bytes(3))")
        }
        guard case .readerFailed("a.nc", "python3", let reason) = error else { throw error }
        #expect(!reason.contains("Traceback") && !reason.contains("\n") && !reason.isEmpty)
    }

    /// Python looks into the folder one is in for what a text imports.
    @Test(.enabled(if: has("numpy"), "Python has no numpy")) func nothingIsImportedFromTheFolderOneIsIn() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        for name in ["csv", "numpy", "scipy"] {
            try Data("raise SystemExit('trapped')".utf8).write(to: folder.appendingPathComponent(name + ".py"))
        }
        let text = PythonReaders.beginning + "import numpy\nwrite(['v'], [numpy.array([0.5])])"
        let said = Self.output(["-C", folder.path, "python3", "-c", text, "a"])
        #expect(said == "v\n0.5\n")
    }
}
