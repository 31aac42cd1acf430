# duologue_library(NAME n FOLDER f [ENTRY main.c] [LINKS ...] [PRIVATE_LINKS ...])
#
# One folder is one static library of all its C files but ENTRY.  LINKS are
# our own libraries it may use; PRIVATE_LINKS are other people's, which nobody
# above may see.
function(duologue_library)
    cmake_parse_arguments(ARG "" "NAME;FOLDER;ENTRY" "LINKS;PRIVATE_LINKS"
                          ${ARGN})
    get_filename_component(floor ${ARG_FOLDER} DIRECTORY)
    set(includes ${PROJECT_SOURCE_DIR}/common)
    if(NOT floor STREQUAL "common")
        list(APPEND includes ${PROJECT_SOURCE_DIR}/${floor})
    endif()

    file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/${ARG_FOLDER}/*.c)
    if(ARG_ENTRY)
        list(REMOVE_ITEM sources
             ${PROJECT_SOURCE_DIR}/${ARG_FOLDER}/${ARG_ENTRY})
    endif()
    add_library(${ARG_NAME} STATIC ${sources})
    # Ours is not the libcrypto.
    set_target_properties(${ARG_NAME} PROPERTIES
                          OUTPUT_NAME duologue_${ARG_NAME})
    target_include_directories(${ARG_NAME} PUBLIC ${includes})
    target_link_libraries(${ARG_NAME} PUBLIC ${ARG_LINKS}
                          PRIVATE ${ARG_PRIVATE_LINKS})
    set_property(GLOBAL APPEND PROPERTY DUOLOGUE_LIBRARIES ${ARG_NAME})
endfunction()

# duologue_program(NAME n ENTRY file-with-main LINKS library DIRECTORY where)
function(duologue_program)
    cmake_parse_arguments(ARG "" "NAME;ENTRY;DIRECTORY" "LINKS" ${ARGN})
    add_executable(${ARG_NAME} ${PROJECT_SOURCE_DIR}/${ARG_ENTRY})
    target_link_libraries(${ARG_NAME} PRIVATE ${ARG_LINKS})
    set_target_properties(${ARG_NAME} PROPERTIES
                          RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
    install(TARGETS ${ARG_NAME} RUNTIME DESTINATION ${ARG_DIRECTORY})
endfunction()
