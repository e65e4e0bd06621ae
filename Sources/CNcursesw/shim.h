// Reaches what Swift cannot import from curses: macros and mutable globals.
#ifndef ODDLINE_CNCURSESW_SHIM_H
#define ODDLINE_CNCURSESW_SHIM_H

#define NCURSES_WIDECHAR 1
#define _XOPEN_SOURCE_EXTENDED 1
#include <curses.h>
#include <locale.h>
#include <stdbool.h>
#include <string.h>
#include <term.h>
#include <unistd.h>

/// Starts curses on standard input and output.
static inline bool oddline_open(void) { return newterm(NULL, stdout, stdin) != NULL; }

static inline WINDOW *oddline_screen(void) { return stdscr; }
static inline int oddline_rows(void) { return LINES; }
static inline int oddline_columns(void) { return COLS; }
static inline int oddline_color_count(void) { return has_colors() ? COLORS : 0; }
static inline int oddline_pair_count(void) { return COLOR_PAIRS; }

/// Places `text` (UTF-8 already decoded into at most `count` wide characters) with a colour pair.
static inline int oddline_put(int row, int column, const wchar_t *text, attr_t attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, text, attributes, 0, &pair) == ERR) return ERR;
    return mvadd_wch(row, column, &cell);
}

/// Whether the terminal, set up before, can put the cursor anywhere.
static inline bool oddline_can_move_cursor(void) {
    const char *capability = tigetstr("cup");
    return capability != NULL && capability != (char *)-1;
}

static inline attr_t oddline_bold(void) { return A_BOLD; }
static inline attr_t oddline_dim(void) { return A_DIM; }
static inline attr_t oddline_underline(void) { return A_UNDERLINE; }
static inline attr_t oddline_reverse(void) { return A_REVERSE; }

/// Whether the terminal description promises direct 24-bit colour.
static inline bool oddline_has_direct_color(void) {
    return tigetflag("RGB") > 0 || tigetnum("RGB") > 0;
}

/// Sends a string straight to the terminal, past curses (mouse reporting, bracketed paste).
static inline void oddline_write_raw(const char *text) {
    size_t left = strlen(text);
    while (left > 0) {
        ssize_t sent = write(STDOUT_FILENO, text, left);
        if (sent <= 0) return;
        text += sent;
        left -= (size_t)sent;
    }
}

#endif
