extension PythonReaders {
    // MARK: Variables with dimensions

    /// The variables that have one dimension alone, the same, are the columns.
    static let netCDF = #"""
        def write_shared(variables):
            import numpy
            columns, others = {}, []
            for name, dimensions, shape, attributes, read in variables:
                long = [dimension for dimension, size in zip(dimensions, shape) if size > 1]
                if len(long) == 1:
                    columns.setdefault(long[0], []).append((name, attributes, read))
                elif long:
                    others.append("%s (%s)" % (name, ", ".join(dimensions)))
            def is_time(name, attributes):
                return " since " in str(attributes.get("units", ""))
            def weight(dimension):
                found = columns[dimension]
                return any(is_time(name, attributes) for name, attributes, read in found), len(found)
            chosen = max(columns, key=weight, default=None)
            found = columns.get(chosen, [])
            if all(name == chosen or is_time(name, attributes) for name, attributes, read in found):
                sys.exit("no variable has time as its one dimension, but " + (listed(others) or "none at all")
                    + ": write the series of one place as CSV")
            found.sort(key=lambda variable: not is_time(*variable[:2]))
            leave_out(others + [name for dimension in columns if dimension != chosen for name, *_ in columns[dimension]],
                "not of the one dimension %s" % chosen)
            values = []
            for name, attributes, read in found:
                column = numpy.ma.asarray(read()).reshape(-1)
                column = since(column, attributes)
                if numpy.ma.is_masked(column) and column.dtype.kind in "iuf":
                    column = numpy.ma.filled(column if column.dtype.kind == "f" else column.astype(float), numpy.nan)
                values.append(numpy.asarray(column))
            write([name for name, *_ in found], values)

        def plain(attributes):
            return {key: value.decode("utf-8", "replace") if isinstance(value, bytes) else value
                for key, value in attributes.items()}

        def by_netcdf4():
            import netCDF4
            data = netCDF4.Dataset(path)
            if not data.variables and data.groups:
                data = next(iter(data.groups.values()))
            write_shared([(name, v.dimensions, v.shape, {key: v.getncattr(key) for key in v.ncattrs()}, lambda v=v: v[...])
                for name, v in data.variables.items()])

        def by_scipy():
            import scipy.io
            if open(path, "rb").read(3) != b"CDF":
                raise ImportError
            data = scipy.io.netcdf_file(path, "r", mmap=False, maskandscale=True)
            write_shared([(name, v.dimensions, v.shape, plain(v._attributes), lambda v=v: v[...])
                for name, v in data.variables.items()])

        def by_xarray():
            import xarray
            try:
                data = xarray.open_dataset(path, decode_times=False)
            except ValueError as error:
                raise ImportError(str(error))
            write_shared([(name, v.dims, v.shape, v.attrs, lambda v=v: v.values) for name, v in data.variables.items()])

        try_each(by_netcdf4, by_scipy, by_xarray)
        """#

    // MARK: Arrays

    /// Arrays of one length are the columns; those of several columns are taken apart.
    private static let arrays = #"""
        def write_arrays(arrays):
            """Arrays: (name, shape, attributes, reading)."""
            import collections, numpy
            def sides(shape):
                return [size for size in shape if size > 1]
            flat = [array for array in arrays if 1 <= len(sides(array[1])) <= 2 and min(sides(array[1])) <= 2000]
            lengths = collections.Counter(max(sides(array[1])) for array in flat)
            if not flat:
                sys.exit("it holds no columns")
            length = max(lengths, key=lambda size: (lengths[size], size))
            short = [array[0].split("/")[-1] for array in flat]
            names, columns, others = [], [], [array[0] for array in arrays if array not in flat]
            for array in flat:
                name, shape, attributes, read = array
                if short.count(name.split("/")[-1]) == 1:
                    name = name.split("/")[-1]
                if length not in sides(shape):
                    others.append(name)
                    continue
                values = numpy.asarray(read())
                values = values.reshape(sides(values.shape))
                if values.ndim == 2 and values.shape[0] != length:
                    values = values.T
                    notice("%s is turned round, so that its longer side is time." % name[:40])
                if values.dtype.kind not in "iufbSUOM":
                    others.append(name)
                elif values.ndim == 1:
                    names.append(name)
                    columns.append(since(values, attributes))
                else:
                    names += ["%s_%d" % (name, i + 1) for i in range(values.shape[1])]
                    columns += [values[:, i] for i in range(values.shape[1])]
            leave_out(others, "not of %d rows" % length)
            if not columns:
                sys.exit("it holds no columns of numbers")
            write(names, columns)

        """#

    /// Arrays, or else what pandas wrote, by its keys.
    static let hdf5 =
        arrays + #"""
            def by_h5py():
                import h5py
                file = h5py.File(path, "r")
                arrays = []
                def take(name, item):
                    if "pandas_type" in item.attrs:
                        raise ImportError
                    if not isinstance(item, h5py.Dataset) or item.shape is None or h5py.check_ref_dtype(item.dtype):
                        return
                    attributes = {}
                    for key in "units", "calendar":
                        value = item.attrs.get(key)
                        if value is not None:
                            attributes[key] = value.decode() if isinstance(value, bytes) else str(value)
                    for field in item.dtype.names or []:
                        inner = item.dtype[field].shape
                        arrays.append((name + "/" + field, item.shape + inner, {}, lambda field=field: item[field]))
                    if not item.dtype.names:
                        arrays.append((name, item.shape, attributes, lambda: item[()]))
                file.visititems(take)
                write_arrays(arrays)

            def by_pandas():
                import tables, pandas
                with pandas.HDFStore(path, mode="r") as store:
                    keys = store.keys()
                    if not keys:
                        raise ImportError
                    if len(keys) > 1:
                        notice("It has %d tables: %s is read, and not %s." % (len(keys), keys[0], listed(keys[1:])))
                    frame = store[keys[0]]
                    write_frame(frame.to_frame(frame.name or "value") if isinstance(frame, pandas.Series) else frame)

            def without_tables():
                import h5py
                sys.exit("pandas wrote it, and Python needs more to read it: pip install pandas tables")

            try_each(by_h5py, by_pandas, without_tables)
            """#

    /// Vectors and matrices, those in structures too; from version 7.3 on the files are HDF5.
    static let matlab =
        arrays + #"""
            def dated(name, read):
                """Numbers of days since the year 0, where the name says that they are times."""
                import numpy
                if name.split("/")[-1].lower() not in ("t", "time", "times", "date", "dates", "datenum", "timestamp", "mtime"):
                    return read
                values = numpy.asarray(read()).reshape(-1)
                if values.dtype.kind != "f" or not ((values > 693961) & (values < 767011)).all() or (numpy.diff(values) < 0).any():
                    return read
                notice("%s counts days since the year 0, as MATLAB does." % name[:40])
                times = numpy.datetime64("1970-01-01", "ms") + numpy.round((values - 719529) * 86400e3).astype("timedelta64[ms]")
                return lambda: times

            def by_scipy():
                import numpy, scipy.io
                try:
                    found = scipy.io.loadmat(path, simplify_cells=True)
                except NotImplementedError:
                    raise ImportError
                arrays = []
                def take(name, value):
                    if isinstance(value, dict):
                        for key, inner in value.items():
                            take(name + "/" + key if name else key, inner)
                    elif isinstance(value, numpy.ndarray) and value.dtype.kind in "iufb" and not name.startswith("__"):
                        arrays.append((name, value.shape, {}, dated(name, lambda: value)))
                take("", found)
                write_arrays(arrays)

            def by_h5py():
                import h5py
                if not h5py.is_hdf5(path):
                    raise ImportError
                file = h5py.File(path, "r")
                arrays = []
                def take(name, item):
                    kind = item.attrs.get("MATLAB_class", b"")
                    if isinstance(item, h5py.Dataset) and "MATLAB_empty" not in item.attrs and item.dtype.kind in "iufb" \
                            and kind not in (b"char", b"cell") and not name.startswith("#"):
                        arrays.append((name, item.shape[::-1], {}, dated(name, lambda: item[()].T)))
                file.visititems(take)
                write_arrays(arrays)

            try_each(by_scipy, by_h5py)
            """#
}
