# duologue_tests(PREFIX test FOLDER tests/unit LABEL unit)
#
# Each PREFIX_X_TOPIC.c in FOLDER is one program that links the library of
# folder X and is one test of ctest.  A second word that is no folder of ours
# links everything.
function(duologue_tests)
    cmake_parse_arguments(ARG "" "PREFIX;FOLDER;LABEL;TIMEOUT" "" ${ARGN})
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 300)
    endif()
    file(GLOB sources CONFIGURE_DEPENDS
         ${PROJECT_SOURCE_DIR}/${ARG_FOLDER}/${ARG_PREFIX}_*.c)
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        duologue_test_program(${name} ${source})
        add_test(NAME ${name} COMMAND ${name}
                 WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
        set_tests_properties(${name} PROPERTIES LABELS ${ARG_LABEL}
                             TIMEOUT ${ARG_TIMEOUT})
    endforeach()
endfunction()

# The program alone; bench and fuzz use it too.
function(duologue_test_program name source)
    get_property(libraries GLOBAL PROPERTY DUOLOGUE_LIBRARIES)
    string(REGEX REPLACE "^[a-z0-9]+_([a-z0-9]+).*$" "\\1" folder ${name})
    if(NOT folder IN_LIST libraries)
        set(folder main)
    endif()
    add_executable(${name} ${source} ${ARGN})
    # test_support comes first: it may use what the folder's library brings.
    target_link_libraries(${name} PRIVATE test_support ${folder}
                          PkgConfig::cmocka $<TARGET_OBJECTS:test_alloc>)
    target_link_options(${name} PRIVATE
        LINKER:--wrap=malloc,--wrap=calloc,--wrap=realloc)
    target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    target_compile_definitions(${name} PRIVATE
        DUOLOGUE_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
endfunction()

# Fuzz targets hold LLVMFuzzerTestOneInput.  With clang and DUOLOGUE_FUZZ they
# hunt; otherwise they replay tests/fuzz/corpus/NAME, NAME without `fuzz_`.
function(duologue_fuzzers)
    file(GLOB sources CONFIGURE_DEPENDS
         ${PROJECT_SOURCE_DIR}/tests/fuzz/fuzz_*.c)
    foreach(source IN LISTS sources)
        get_filename_component(name ${source} NAME_WE)
        string(REPLACE "fuzz_" "" corpus ${name})
        set(corpus ${PROJECT_SOURCE_DIR}/tests/fuzz/corpus/${corpus})
        if(DUOLOGUE_FUZZ)
            duologue_test_program(${name} ${source})
            target_link_options(${name} PRIVATE -fsanitize=fuzzer)
            add_test(NAME ${name} COMMAND ${name} -runs=0 ${corpus})
        else()
            duologue_test_program(${name} ${source}
                ${PROJECT_SOURCE_DIR}/tests/support/fuzz_main.c)
            add_test(NAME ${name} COMMAND ${name} ${corpus})
        endif()
        set_tests_properties(${name} PROPERTIES LABELS fuzz TIMEOUT 300)
    endforeach()
endfunction()
