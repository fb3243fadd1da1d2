/*
 * test_check: what a test file says, against the register it is about: times
 * into instants, figures into rows, words into what they name.
 */
#ifndef PLEDGED_CONF_TEST_CHECK_H
#define PLEDGED_CONF_TEST_CHECK_H

#include "conf/test_file.h"

/* Fills in what is `as checked` of a file whose settings and register were read
   without a fault; adds every fault. */
void test_file_check(struct test_file *file, struct faults *faults);

#endif
