/*
 * banned: functions that this tree does not use, refused at compile time.
 * Included by the build before every file (-include). The headers that
 * declare them are read first, since a declaration after it is refused too.
 */
#ifndef PLEDGED_BASE_BANNED_H
#define PLEDGED_BASE_BANNED_H
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* With _FORTIFY_SOURCE, clang's are macros. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat sprintf vsprintf gets strtok gmtime
#pragma GCC poison localtime ctime asctime atoi atol atof setlocale strncpy

#endif
