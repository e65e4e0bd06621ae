#define _GNU_SOURCE
#include "CTextWidth.h"
#include <locale.h>
#include <pthread.h>
#include <wchar.h>

static locale_t measured;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void open_locale(void) { measured = newlocale(LC_CTYPE_MASK, OK_WIDTH_LOCALE, (locale_t)0); }

int ok_columns(uint32_t scalar) {
    pthread_once(&once, open_locale);
    if (measured == (locale_t)0) return wcwidth((wchar_t)scalar);
    locale_t before = uselocale(measured);
    int columns = wcwidth((wchar_t)scalar);
    uselocale(before);
    return columns;
}
