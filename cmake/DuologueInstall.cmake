# What a package takes from here beside the programs.
set(duologue_systemd_dir lib/systemd CACHE STRING "systemd's folder")

file(GLOB man_pages CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/docs/man/*.[1-8])
foreach(page IN LISTS man_pages)
    string(REGEX REPLACE "^.*\\.([1-8])$" "\\1" section ${page})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

# The next version does not write over what somebody has set.
install(CODE "
    set(where \"${CMAKE_INSTALL_FULL_SYSCONFDIR}/duologue\")
    if(NOT EXISTS \"\$ENV{DESTDIR}\${where}/duologue.conf\")
        file(INSTALL \"${PROJECT_SOURCE_DIR}/config/duologue.conf\"
             DESTINATION \"\${where}\")
    endif()")

# A unit comes with its program, and with the place that program lies in.
foreach(program IN ITEMS duologue duologue-gateway)
    file(READ ${PROJECT_SOURCE_DIR}/config/${program}.service text)
    string(REPLACE "/usr/sbin/" "${CMAKE_INSTALL_FULL_SBINDIR}/" text "${text}")
    file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/${program}.service
         CONTENT "${text}" @ONLY)
    install(FILES ${PROJECT_BINARY_DIR}/${program}.service
            DESTINATION ${duologue_systemd_dir}/system)
endforeach()
foreach(kind IN ITEMS sysusers tmpfiles)
    install(FILES ${PROJECT_SOURCE_DIR}/config/duologue.${kind}
            DESTINATION lib/${kind}.d RENAME duologue.conf)
endforeach()

install(FILES ${PROJECT_SOURCE_DIR}/config/ejabberd.yml
              ${PROJECT_SOURCE_DIR}/config/prosody.cfg.lua
              ${PROJECT_SOURCE_DIR}/config/nginx.conf
        DESTINATION ${CMAKE_INSTALL_DOCDIR}/examples)
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE ${PROJECT_SOURCE_DIR}/README.md
        ${PROJECT_SOURCE_DIR}/CHANGELOG.md
        DESTINATION ${CMAKE_INSTALL_DOCDIR})
