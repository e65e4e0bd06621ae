/// What Python is told to read files with libraries that are there, whichever they are, and to write CSV to standard output.
///
/// Each text comes behind `beginning`, tries libraries in turn and ends with status 97 where it has none of them. A line on standard error that begins with
/// `notice: ` is for the user; any other is why it failed.
enum PythonReaders {
    /// The status that says that no library is there.
    static let nothingThere: Int32 = 97

    // MARK: What all of them need

    /// Nothing is imported from the folder one is in, which may hold anything. Files of several formats can hold pickles, which can
    /// run whatever they like when they are read: those are restricted to plain values, arrays and steps of time.
    static let beginning = #"""
        import sys
        sys.path = [entry for entry in sys.path if entry not in ("", ".")]
        import csv, os, pickle

        path = os.path.abspath(sys.argv[1])
        ending = os.path.splitext(path)[1].lower()
        sys.stdout.reconfigure(encoding="utf-8", newline="\n")

        def say(kind, error, trace):
            print(kind.__name__ + ": " + " ".join(str(error).split()), file=sys.stderr)
        sys.excepthook = say

        arrays = {"_reconstruct", "scalar", "_frombuffer", "ndarray", "dtype"}
        def watch(event, facts):
            if event != "pickle.find_class":
                return
            module, name = facts
            is_plain = module.split(".")[0] == "numpy" and name in arrays or (module, name) == ("_codecs", "encode") \
                or module in ("pandas._libs.tslibs.offsets", "pandas.tseries.offsets") and name.isalpha() and name[0].isupper()
            if not is_plain:
                raise pickle.UnpicklingError("it holds a program, which is not run")
        sys.addaudithook(watch)

        def notice(text):
            print("notice: " + " ".join(str(text).split())[:300], file=sys.stderr)

        def listed(names):
            names = [str(name)[:40] for name in names]
            return ", ".join(names[:6]) + (" and %d more" % (len(names) - 6) if len(names) > 6 else "")

        def leave_out(names, why):
            if names:
                notice("%s %s left out: %s." % (listed(names), "is" if len(names) == 1 else "are", why))

        def try_each(*ways):
            for way in ways:
                try:
                    return way()
                except ImportError:
                    continue
            sys.exit(97)

        def texts(values):
            import numpy
            kind = values.dtype.kind
            if kind == "M":
                for unit in "s", "ms", "us", "ns":
                    short = values.astype("datetime64[%s]" % unit)
                    if (numpy.isnat(values) | (short == values)).all():
                        break
                return ["" if text == "NaT" else text for text in numpy.datetime_as_string(short).tolist()]
            if kind == "b":
                return values.astype(int).astype(str).tolist()
            if kind == "f":
                return ["" if text == "nan" else text for text in values.astype(str).tolist()]
            if kind in "iu":
                return values.astype(str).tolist()
            values = [value.decode("utf-8", "replace") if isinstance(value, bytes) else value for value in values.tolist()]
            return ["" if value is None else str(value) for value in values]

        def write(names, columns):
            out = csv.writer(sys.stdout, lineterminator="\n")
            out.writerow(names)
            for start in range(0, len(columns[0]), 50000):
                out.writerows(zip(*[texts(column[start:start + 50000]) for column in columns]))

        def write_frame(frame):
            import pandas
            counts = isinstance(frame.index, pandas.RangeIndex) and frame.index.name is None
            label = frame.index.name or "index" if frame.index.nlevels == 1 else None
            if frame.columns.nlevels > 1:
                frame.columns = ["_".join(str(part) for part in name if str(part)) for name in frame.columns]
            frame.to_csv(sys.stdout, index=not counts, index_label=label)

        def decoded(values, units, calendar):
            """Numbers since a date, as the CF conventions write them, as times; None where that needs more than this calendar."""
            import numpy, re
            seconds = {"days": 86400, "day": 86400, "d": 86400, "hours": 3600, "hour": 3600, "hr": 3600, "hrs": 3600, "h": 3600,
                "minutes": 60, "minute": 60, "min": 60, "mins": 60, "seconds": 1, "second": 1, "sec": 1, "secs": 1, "s": 1,
                "milliseconds": 1e-3, "millisecond": 1e-3, "msec": 1e-3, "ms": 1e-3, "microseconds": 1e-6, "us": 1e-6}
            known = re.fullmatch(r"\s*(\w+)\s+since\s+(\d+)-(\d+)-(\d+)[ T]*(?:(\d+)(?::(\d+)(?::(\d+\.?\d*))?)?)?\s*(\S*)\s*", units)
            if not known or known[1].lower() not in seconds:
                return None
            seconds = seconds[known[1].lower()]
            year, month, day = (int(known[i]) for i in (2, 3, 4))
            start = numpy.datetime64("%04d-%02d-%02d" % (year, month, day), "us")
            if calendar.lower() in ("standard", "gregorian"):
                # Before 1582 they are Julian: two days apart in the year 1, from which some count.
                if year < 1583 and (year, month, day) != (1, 1, 1):
                    return None
                start = start - numpy.timedelta64(2 if year == 1 else 0, "D")
            elif calendar.lower() != "proleptic_gregorian":
                return None
            behind = int(known[5] or 0) * 3600 + int(known[6] or 0) * 60 + float(known[7] or 0)
            zone = re.fullmatch(r"([+-])(\d{1,2}):?(\d\d)?", known[8])
            if zone:
                behind -= int(zone[1] + "1") * (int(zone[2]) * 3600 + int(zone[3] or 0) * 60)
            elif known[8].upper() not in ("", "Z", "UTC", "GMT"):
                return None
            start = start + numpy.timedelta64(round(behind * 1e6), "us")
            values = numpy.ma.filled(numpy.ma.asarray(values).astype(float), numpy.nan)
            good = numpy.isfinite(values)
            steps = numpy.zeros(len(values), "int64")
            # A double that counts days holds milliseconds and not many digits more.
            fine = 1000 if seconds >= 60 else 1
            steps[good] = numpy.round(values[good] * (seconds * 1e6 / fine)).astype("int64") * fine
            times = start + steps.astype("timedelta64[us]")
            times[~good] = numpy.datetime64("NaT")
            return times

        def since(values, attributes):
            units, calendar = [str(attributes.get(key, other)) for key, other in (("units", ""), ("calendar", "standard"))]
            if " since " not in units:
                return values
            times = decoded(values, units, calendar)
            if times is None:
                notice("Times are numbers in %s of the calendar %s." % (units, calendar))
                return values
            return times

        """#

    // MARK: Columns in files

    /// By pyarrow, a batch of rows at a time.
    private static let arrowTables = #"""
        def write_batches(schema, batches):
            import pyarrow, pyarrow.csv
            from pyarrow import types
            def is_plain(kind):
                return not (types.is_nested(kind) or types.is_binary(kind) or types.is_large_binary(kind)
                    or types.is_fixed_size_binary(kind))
            def plain(column):
                column = getattr(column, "storage", column)
                if types.is_dictionary(column.type):
                    column = column.dictionary_decode()
                if types.is_duration(column.type):
                    return column.cast(pyarrow.int64())
                if types.is_float16(column.type):
                    return column.cast(pyarrow.float32())
                is_simple = types.is_primitive(column.type) or types.is_string(column.type)
                return column if is_simple else column.cast(pyarrow.string())
            kept = [i for i, field in enumerate(schema) if is_plain(getattr(field.type, "storage_type", field.type))]
            leave_out([field.name for i, field in enumerate(schema) if i not in kept], "each field holds several values, or bytes")
            if not kept:
                sys.exit("no column holds single values")
            names = ["index" if schema[i].name == "__index_level_0__" else schema[i].name for i in kept]
            out = None
            for batch in batches:
                columns = [plain(batch.column(i)) for i in kept]
                if len(kept) == 1:
                    # A lone gap would be an empty line, which is no row.
                    columns = [columns[0].cast(pyarrow.string()).fill_null("NA")]
                rows = pyarrow.RecordBatch.from_arrays(columns, names)
                out = out or pyarrow.csv.CSVWriter(sys.stdout.buffer, rows.schema)
                out.write_batch(rows)
            if out:
                out.close()
            else:
                sys.exit("it holds no rows")

        def write_polars(frame):
            import polars
            kept = [name for name, kind in frame.schema.items() if not kind.is_nested() and kind != polars.Binary]
            leave_out([name for name in frame.columns if name not in kept], "each field holds several values, or bytes")
            frame = frame.select(kept).rename({"__index_level_0__": "index"}, strict=False)
            frame.write_csv(sys.stdout.buffer, null_value="NA" if len(kept) == 1 else "")

        """#

    static let parquet =
        arrowTables + #"""
            def by_pyarrow():
                import pyarrow.parquet
                file = pyarrow.parquet.ParquetFile(path)
                write_batches(file.schema_arrow, file.iter_batches())

            def by_polars():
                import polars
                write_polars(polars.read_parquet(open(path, "rb")))

            def by_pandas():
                import pandas
                write_frame(pandas.read_parquet(path))

            try_each(by_pyarrow, by_polars, by_pandas)
            """#

    /// Feather of both versions, and Arrow files and streams.
    static let arrow =
        arrowTables + #"""
            def by_pyarrow():
                import pyarrow.feather, pyarrow.ipc
                mark = open(path, "rb").read(4)
                if mark == b"FEA1":
                    table = pyarrow.feather.read_table(path)
                    return write_batches(table.schema, table.combine_chunks().to_batches())
                if mark == b"ARRO":
                    file = pyarrow.ipc.open_file(path)
                    return write_batches(file.schema, (file.get_batch(i) for i in range(file.num_record_batches)))
                stream = pyarrow.ipc.open_stream(open(path, "rb"))
                write_batches(stream.schema, stream)

            def by_polars():
                import polars
                is_file = open(path, "rb").read(4) == b"ARRO"
                read = polars.read_ipc if is_file else polars.read_ipc_stream
                write_polars(read(open(path, "rb")))

            try_each(by_pyarrow, by_polars)
            """#

    // MARK: Workbooks

    /// Values as they are stored, not as they are shown: all digits of numbers, and times that cannot be mistaken. Rows keep their
    /// places, so that a line is a row of the sheet.
    static let workbook = #"""
        import datetime, itertools, warnings
        warnings.simplefilter("ignore")

        def text(value):
            if value is None:
                return ""
            if isinstance(value, bool):
                return str(int(value))
            if isinstance(value, float):
                return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
            if isinstance(value, datetime.datetime):
                return value.isoformat(sep=" ") if value == value else ""
            return str(value)

        def is_number(value):
            return isinstance(value, (int, float)) and not isinstance(value, bool)

        def write_rows(rows):
            rows = iter(rows)
            known = list(itertools.islice(rows, 1000))
            def filled(row):
                return max((i + 1 for i, value in enumerate(row) if value not in (None, "")), default=0)
            width = max(map(filled, known), default=0)
            out = csv.writer(sys.stdout, lineterminator="\n")
            blank = 0
            for row in itertools.chain(known, rows):
                count = filled(row)
                if count == 0:
                    blank += 1
                    continue
                sys.stdout.write("\n" * blank)
                blank = 0
                row = [text(value) for value in row[:max(count, width)]]
                out.writerow(row + [""] * (width - len(row)))

        def write_first(sheets, rows_of):
            """The first sheet with numbers in two rows, or else the first."""
            def has_numbers(sheet):
                rows = itertools.islice(rows_of(sheet), 200)
                return sum(any(map(is_number, row)) for row in rows) > 1
            chosen = next((sheet for sheet in sheets if len(sheets) == 1 or has_numbers(sheet)), sheets[0])
            if len(sheets) > 1:
                others = [sheet for sheet in sheets if sheet != chosen]
                notice("It has %d sheets: %s is read, and not %s." % (len(sheets), str(chosen)[:40], listed(others)))
            write_rows(rows_of(chosen))

        def by_openpyxl():
            if ending not in (".xlsx", ".xlsm"):
                raise ImportError
            import openpyxl
            book = openpyxl.load_workbook(path, read_only=True, data_only=True)
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"] or book.worksheets
            for sheet in sheets:
                # What other programs write of the size may be wrong.
                if sheet.max_column in (None, 1):
                    sheet.reset_dimensions()
            sheets = {sheet.title: sheet for sheet in sheets}
            write_first(list(sheets), lambda name: sheets[name].iter_rows(values_only=True))

        def by_pandas():
            import pandas
            book = pandas.ExcelFile(path)
            def rows_of(name):
                frame = book.parse(name, header=None, dtype=object, na_filter=False)
                return frame.itertuples(index=False, name=None)
            write_first(book.sheet_names, rows_of)

        try_each(by_openpyxl, by_pandas)
        """#
}
