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
static const int requests[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static int requests_guarded[sizeof requests / sizeof *requests];

static void restore_and_die(int number) {
    ssize_t ignored = write(STDOUT_FILENO, restore_text, restore_length);
    (void)ignored;
    if (modes_saved) tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
    signal(number, SIG_DFL);
    raise(number);
}

static void guard(int number) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = restore_and_die;
    action.sa_flags = (int)SA_RESETHAND;
    // A program in the background would stop where it sets modes.
    sigaddset(&action.sa_mask, SIGTTOU);
    sigaction(number, &action, 0);
}

void ok_guard_terminal(const char *restore) {
    modes_saved = tcgetattr(STDIN_FILENO, &saved_modes) == 0;
    restore_length = strnlen(restore, sizeof restore_text);
    memcpy(restore_text, restore, restore_length);
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) guard(crashes[i]);
}

void ok_guard_modes(void) {
    modes_saved = tcgetattr(STDIN_FILENO, &saved_modes) == 0;
    restore_length = 0;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        struct sigaction present;
        requests_guarded[i] = !sigaction(requests[i], 0, &present) && present.sa_handler == SIG_DFL;
        if (requests_guarded[i]) guard(requests[i]);
    }
}

void ok_release_terminal(void) {
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) signal(crashes[i], SIG_DFL);
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        if (requests_guarded[i]) signal(requests[i], SIG_DFL);
        requests_guarded[i] = 0;
    }
    if (modes_saved) tcsetattr(STDIN_FILENO, TCSANOW, &saved_modes);
}
