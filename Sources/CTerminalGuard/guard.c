#include "CTerminalGuard.h"
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

static struct termios saved_modes;
static int modes_saved;
static char restore_text[512];
static size_t restore_length;
static const int crashes[] = {SIGSEGV, SIGBUS, SIGILL, SIGTRAP, SIGFPE, SIGABRT};

static void restore_and_die(int number) {
    ssize_t ignored = write(STDOUT_FILENO, restore_text, restore_length);
    (void)ignored;
    if (modes_saved) tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
    signal(number, SIG_DFL);
    raise(number);
}

void ok_guard_terminal(const char *restore) {
    modes_saved = tcgetattr(STDIN_FILENO, &saved_modes) == 0;
    restore_length = strnlen(restore, sizeof restore_text);
    memcpy(restore_text, restore, restore_length);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = restore_and_die;
    action.sa_flags = (int)SA_RESETHAND;
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) sigaction(crashes[i], &action, 0);
}

void ok_release_terminal(void) {
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
    if (modes_saved) tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
}
