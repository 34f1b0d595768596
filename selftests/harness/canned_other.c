// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The second source file of canned: an ASSERT in a helper outside the file
 * with the tests must end the test, and two files must link to one program.
 */
#include "ksft_harness.h"

void canned_other_file(int value);

void canned_other_file(int value)
{
	ASSERT_EQ(6, value);
}
