/* family_student.h: the row of data of the Student family. */
#ifndef FAMILY_STUDENT_H
#define FAMILY_STUDENT_H

#include "family_rows.h"

extern const family_example family_student;

#endif
