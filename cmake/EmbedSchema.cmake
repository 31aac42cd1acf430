# duologue_embed_schema(library): the migrations of schema/ become a C file of
# that library, in the order of their numbers.
#
# Run as a script (cmake -DOUT=file.c -DFILES=a;b -P) it writes that file.
if(CMAKE_SCRIPT_MODE_FILE)
    set(text "/* Made from schema/ by cmake/EmbedSchema.cmake. */\n")
    string(APPEND text "#include \"store/store_internal.h\"\n\n")
    set(table "")
    set(count 0)
    foreach(file IN LISTS FILES)
        math(EXPR count "${count} + 1")
        get_filename_component(name ${file} NAME)
        if(NOT name MATCHES "^0*${count}-[a-z0-9-]+\\.sql$")
            message(FATAL_ERROR "${name}: migration ${count} is missing")
        endif()
        file(READ ${file} bytes HEX)
        string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
        # A line of C for a line of SQL.
        string(REPLACE "0x0a," "0x0a,\n" bytes "${bytes}")
        string(APPEND text
               "static const char migration_${count}[] = {\n${bytes}0};\n\n")
        string(APPEND table "    migration_${count},\n")
    endforeach()
    string(APPEND text "const char *const store__migrations[] = {\n${table}};\n"
           "const int store__migration_count = ${count};\n")
    file(WRITE ${OUT} "${text}")
    return()
endif()

set(embed_schema_script ${CMAKE_CURRENT_LIST_FILE})

function(duologue_embed_schema library)
    get_target_property(type ${library} TYPE)
    if(type STREQUAL "INTERFACE_LIBRARY")
        return()
    endif()
    file(GLOB files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/schema/*.sql)
    list(SORT files)
    set(out ${PROJECT_BINARY_DIR}/generated/store_schema.c)
    add_custom_command(
        OUTPUT ${out}
        COMMAND ${CMAKE_COMMAND} -DOUT=${out} "-DFILES=${files}"
                -P ${embed_schema_script}
        DEPENDS ${files} ${embed_schema_script}
        COMMENT "Embedding the schema"
        VERBATIM)
    target_sources(${library} PRIVATE ${out})
endfunction()
