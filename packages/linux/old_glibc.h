/* old_glibc.h: -include it in front of the amalgamation on Linux, and link libm and libpthread by name: functions
** that the C library has given newer versions of are taken as they were, so that the module loads with glibc 2.17,
** too. */
#if defined(__x86_64__)
#define OLD_GLIBC(name) __asm__(".symver " #name ", " #name "@GLIBC_2.2.5");
#elif defined(__aarch64__)
#define OLD_GLIBC(name) __asm__(".symver " #name ", " #name "@GLIBC_2.17");
#else
#error "old_glibc.h knows x86-64 and aarch64"
#endif

OLD_GLIBC(exp)
OLD_GLIBC(log)
OLD_GLIBC(log2)
OLD_GLIBC(pow)
OLD_GLIBC(hypot)
OLD_GLIBC(pthread_attr_setstacksize)
OLD_GLIBC(pthread_create)
OLD_GLIBC(pthread_getspecific)
OLD_GLIBC(pthread_join)
OLD_GLIBC(pthread_key_create)
OLD_GLIBC(pthread_once)
OLD_GLIBC(pthread_setspecific)
OLD_GLIBC(pthread_sigmask)
