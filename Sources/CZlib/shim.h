#ifndef ODDLINE_CZLIB_SHIM_H
#define ODDLINE_CZLIB_SHIM_H
#include <zlib.h>

/// Prepares `stream` to inflate gzip data; `inflateInit2` is a macro, which Swift cannot import.
static inline int oddline_inflate_gzip_begin(z_stream *stream) { return inflateInit2(stream, 31); }

#endif
