# What a package takes from here beside the programs.
set(duologue_systemd_dir lib/systemd CACHE STRING "systemd's folder")

file(GLOB man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.[1-8])
foreach(page IN LISTS man_pages)
    string(REGEX REPLACE "^.*\\.([1-8])$" "\\1" section ${page})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

file(GLOB config_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/config/*.conf)
install(FILES ${config_files} DESTINATION ${CMAKE_INSTALL_SYSCONFDIR}/duologue)

file(GLOB units CONFIGURE_DEPENDS
     ${PROJECT_SOURCE_DIR}/config/systemd/*.service
     ${PROJECT_SOURCE_DIR}/config/systemd/*.socket
     ${PROJECT_SOURCE_DIR}/config/*.service
     ${PROJECT_SOURCE_DIR}/config/*.socket)
install(FILES ${units} DESTINATION ${duologue_systemd_dir}/system)
foreach(kind IN ITEMS sysusers tmpfiles)
    file(GLOB files CONFIGURE_DEPENDS
         ${PROJECT_SOURCE_DIR}/config/systemd/*.${kind})
    foreach(file IN LISTS files)
        get_filename_component(name ${file} NAME_WE)
        install(FILES ${file} DESTINATION lib/${kind}.d RENAME ${name}.conf)
    endforeach()
endforeach()

install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
