// Gives the terminal back whatever happens: on a crash, a handler restores its modes and screen before
// the signal takes its course.
#ifndef ODDLINE_CTERMINALGUARD_H
#define ODDLINE_CTERMINALGUARD_H

/// Remembers the terminal's present modes and installs handlers for SIGSEGV, SIGBUS, SIGILL, SIGTRAP,
/// SIGFPE and SIGABRT that write `restore` to it and set the modes back.
void ok_guard_terminal(const char *restore);

/// Remembers the terminal's present modes and installs handlers for SIGINT, SIGTERM, SIGHUP and SIGQUIT that set them back before
/// the signal ends the program; a signal that is passed over stays so.
void ok_guard_modes(void);

/// Sets the remembered modes back and takes the handlers away.
void ok_release_terminal(void);

#endif
