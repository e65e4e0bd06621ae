#ifndef ODDLINE_CSQLITE_SHIM_H
#define ODDLINE_CSQLITE_SHIM_H
#include <sqlite3.h>
#endif
