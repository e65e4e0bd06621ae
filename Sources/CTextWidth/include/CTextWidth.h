// Columns of characters on a terminal, as the system's C library and with it ncurses count them.
#ifndef ODDLINE_CTEXTWIDTH_H
#define ODDLINE_CTEXTWIDTH_H

#include <stdint.h>

/// The locale whose characters are measured. Its table of widths is that of every UTF-8 locale of the same C library.
#define OK_WIDTH_LOCALE "C.UTF-8"

/// `wcwidth` of a Unicode scalar in `OK_WIDTH_LOCALE`, whatever locale the program has: 0, 1 or 2, and -1 for what is not
/// printable. Where that locale is missing, the program's own counts. May be called from any thread.
int ok_columns(uint32_t scalar);

#endif
