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

/// Starts curses for a terminal of a type whose output nobody reads, as tests do.
static inline bool oddline_open_nowhere(const char *type) {
    FILE *output = fopen("/dev/null", "w");
    FILE *input = fopen("/dev/null", "r");
    return output != NULL && input != NULL && newterm(type, output, input) != NULL;
}

static inline WINDOW *oddline_screen(void) { return stdscr; }
static inline int oddline_rows(void) { return LINES; }
static inline int oddline_columns(void) { return COLS; }
static inline int oddline_color_count(void) { return has_colors() ? COLORS : 0; }
static inline int oddline_pair_count(void) { return COLOR_PAIRS; }

/// Places a character (a scalar and its marks, ended by 0) with a colour pair; the cursor then stands behind it.
static inline int oddline_put(int row, int column, const wchar_t *text, attr_t attributes, int pair) {
    cchar_t cell;
    if (setcchar(&cell, text, attributes, 0, &pair) == ERR) return ERR;
    return mvadd_wch(row, column, &cell);
}

/// What curses takes the terminal to show in a cell, after `refresh`: the character, a scalar and its marks ended by 0, and how
/// it looks. A cell that a wide character to its left covers shows that character.
static inline int oddline_shown(int row, int column, wchar_t text[CCHARW_MAX + 1], attr_t *attributes, int *pair) {
    cchar_t cell;
    short narrow;
    memset(&cell, 0, sizeof cell);
    if (mvwin_wch(curscr, row, column, &cell) == ERR) return ERR;
    return getcchar(&cell, text, attributes, &narrow, pair);
}

/// A text that the description of the terminal, set up before, gives for a capability; NULL where it gives none.
static inline const char *oddline_capability(const char *name) {
    const char *text = tigetstr(name);
    return text == (char *)-1 ? NULL : text;
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
