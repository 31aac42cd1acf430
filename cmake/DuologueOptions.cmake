# Language, warnings and the switches the presets set.
option(DUOLOGUE_WERROR "Warnings are errors" ON)
option(DUOLOGUE_SANITIZE "Address and undefined behaviour sanitizers" OFF)
option(DUOLOGUE_COVERAGE "Count the lines that run" OFF)
option(DUOLOGUE_HARDEN "Hardened program, link time optimisation" OFF)
option(DUOLOGUE_FUZZ "Build fuzzers (clang)" OFF)
option(DUOLOGUE_BENCH "Build benchmarks" OFF)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Debug CACHE STRING "" FORCE)
endif()
set(CMAKE_C_FLAGS_DEBUG "-Og -g")
set(CMAKE_C_FLAGS_RELEASE "-O2 -g1")

# Empty rather than 1: a file that defines it again does not clash.
add_compile_definitions(_GNU_SOURCE= DUOLOGUE_VERSION="${PROJECT_VERSION}")
add_compile_options(
    -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes
    -Wmissing-prototypes -Wvla -Wformat=2 -Wswitch-enum -Wundef
    # "" is how a log line says that it has no further fields.
    -Wno-format-zero-length)
if(DUOLOGUE_WERROR)
    add_compile_options(-Werror)
endif()

if(DUOLOGUE_SANITIZE)
    add_compile_options(-fsanitize=address,undefined
                        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()

if(DUOLOGUE_FUZZ)
    if(NOT CMAKE_C_COMPILER_ID STREQUAL "Clang")
        message(FATAL_ERROR "DUOLOGUE_FUZZ needs clang: use the fuzz preset")
    endif()
    add_compile_options(-fsanitize=fuzzer-no-link,address,undefined
                        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    add_link_options(-fsanitize=address,undefined)
endif()

if(DUOLOGUE_COVERAGE)
    # Programs that other programs kill write their counts piece by piece.
    add_compile_options(--coverage -fprofile-update=atomic)
    add_link_options(--coverage)
    add_compile_definitions(DUOLOGUE_COVERAGE)
endif()

if(DUOLOGUE_HARDEN)
    include(CheckIPOSupported)
    check_ipo_supported(RESULT has_ipo LANGUAGES C)
    set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ${has_ipo})
    add_compile_options(-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3 -fPIE
                        -fstack-protector-strong -fstack-clash-protection)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|i.86)$")
        add_compile_options(-fcf-protection=full)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        add_compile_options(-mbranch-protection=standard)
    endif()
    add_link_options(-pie -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack
                     -Wl,-z,separate-code)
endif()
