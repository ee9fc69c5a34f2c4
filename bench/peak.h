/* peak.h: how fast one core multiplies and adds, by instruction set. */
#ifndef PEAK_H
#define PEAK_H

/* Run about `operations` double-precision multiplications and additions that depend on nothing but registers;
** returns how many it were. peak.c is compiled once for each instruction set, with PEAK the name. */
double peak_base(double operations);
double peak_avx2(double operations);
double peak_avx512(double operations);

#endif
