# How everything is compiled and linked: mixture_objects(), mixture_kernel(), mixture_flags(),
# MIXTURE_X86_64 and MIXTURE_MODULE_LINK_OPTIONS.

include(CheckCSourceCompiles)
include(CheckLinkerFlag)

if(NOT CMAKE_C_COMPILER_ID MATCHES "GNU|Clang")
    message(FATAL_ERROR "The kernels are written in GNU C vector extensions: use gcc or clang")
endif()

# Asked of the compiler, not of the machine: right for cross-compilers and -m32 as well.
check_c_source_compiles("
    #if !defined(__x86_64__) || defined(__ILP32__)
    #error
    #endif
    int main(void) { return 0; }" MIXTURE_X86_64)
check_c_source_compiles("
    #if !defined(__i386__)
    #error
    #endif
    int main(void) { return 0; }" MIXTURE_X86_32)

set(MIXTURE_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wcast-qual -Wundef
    -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
    list(APPEND MIXTURE_WARNINGS -Wcast-align=strict -Wdouble-promotion) # clang warns of INFINITY, a float
else()
    list(APPEND MIXTURE_WARNINGS -Wcast-align)
endif()
if(MIXTURE_WERROR)
    list(APPEND MIXTURE_WARNINGS -Werror)
endif()

# Sanitizers and coverage hold for every file, tests included.
foreach(sanitizer IN LISTS MIXTURE_SANITIZE)
    if(NOT sanitizer MATCHES "^[a-z-]+$")
        message(FATAL_ERROR "MIXTURE_SANITIZE: '${sanitizer}' is no sanitizer; expected a list: address;undefined")
    endif()
endforeach()
if(MIXTURE_SANITIZE)
    list(JOIN MIXTURE_SANITIZE "," sanitizers)
    add_compile_options(-fsanitize=${sanitizers} -fno-sanitize-recover=all -fno-omit-frame-pointer -g1)
    add_link_options(-fsanitize=${sanitizers})
endif()
if(MIXTURE_COVERAGE)
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
endif()

# Linker flags of the extension, where the linker has them:
#   defs           no symbol is left to be found at load time, libm's included
#   nodelete       closing a connection never unmaps code that runs
#   exclude-libs   the core's symbols stay inside
#   max-page-size  loads where pages have 16 KiB, too
set(module_flags -Wl,-z,nodelete -Wl,--exclude-libs,ALL -Wl,-z,max-page-size=16384)
if(NOT (MIXTURE_SANITIZE AND CMAKE_C_COMPILER_ID MATCHES "Clang")) # clang's run-time is in the program
    list(APPEND module_flags -Wl,-z,defs)
endif()
set(MIXTURE_MODULE_LINK_OPTIONS)
foreach(flag IN LISTS module_flags)
    string(MAKE_C_IDENTIFIER "MIXTURE_LINKER_HAS${flag}" known)
    check_linker_flag(C "${flag}" ${known})
    if(${known})
        list(APPEND MIXTURE_MODULE_LINK_OPTIONS ${flag})
    endif()
endforeach()

# What every target has, tests included: C11 without extensions, the warnings, and products and sums rounded as
# they are written, never fused, so that a result does not depend on the machine.
function(mixture_flags target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
    if(EMSCRIPTEN) # there it is only larger
        set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
    endif()
    target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
    target_compile_options(${target} PRIVATE ${MIXTURE_WARNINGS} -ffp-contract=off)
    if(MIXTURE_X86_32) # by itself it computes in 80 bits, and rounds when a register is wanted
        target_compile_options(${target} PRIVATE -msse2 -mfpmath=sse)
    endif()
endfunction()

# mixture_objects(target SOURCES file... INCLUDES folder...)
function(mixture_objects target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;INCLUDES")
    add_library(${target} OBJECT ${arg_SOURCES})
    mixture_flags(${target})
    target_include_directories(${target} PRIVATE ${arg_INCLUDES})
    target_link_libraries(${target} PRIVATE Threads::Threads)
endfunction()

# mixture_kernel(name bits flag...): src/kernel/kernel.c for one instruction set, fused where it has the
# instruction; appended to the list `objects`.
# No link-time optimization: it could move such code to where the processor was not asked yet.
function(mixture_kernel name bits)
    set(target kernel_${name})
    add_library(${target} OBJECT src/kernel/kernel.c)
    mixture_flags(${target})
    target_include_directories(${target} PRIVATE src/base src/kernel include)
    target_compile_definitions(${target} PRIVATE MIX_KERNEL=${name} MIX_KERNEL_BITS=${bits})
    target_compile_options(${target} PRIVATE ${ARGN} -ffp-contract=fast -fno-lto -Wno-psabi)
    # For coverage just enough that a condition on a constant is no branch. To optimize what sanitizers add to
    # unrolled loops takes minutes.
    if(MIXTURE_COVERAGE OR MIXTURE_SANITIZE)
        target_compile_options(${target} PRIVATE -O1)
    else()
        target_compile_options(${target} PRIVATE -O3)
    endif()
    # Of two checks of the same access the dear one is left out. gcc: marking the frame of log_density(), as large
    # as all its sizes together, took most of the tests' time; -fsanitize=bounds keeps indices within their arrays.
    # clang: to compile the other sanitizer's checks of pointers took three minutes.
    if("address" IN_LIST MIXTURE_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "GNU")
        set(parameter asan-use-after-return=0) # its frames on the heap are not aligned for vectors of 64 bytes
        if("undefined" IN_LIST MIXTURE_SANITIZE)
            set(parameter asan-stack=0)
        endif()
        target_compile_options(${target} PRIVATE "SHELL:--param ${parameter}")
    elseif("address" IN_LIST MIXTURE_SANITIZE AND "undefined" IN_LIST MIXTURE_SANITIZE)
        target_compile_options(${target} PRIVATE
            -fno-sanitize=alignment,bounds,null,object-size,pointer-overflow)
    endif()
    set(objects ${objects} $<TARGET_OBJECTS:${target}> PARENT_SCOPE)
endfunction()
