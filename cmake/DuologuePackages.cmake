# Other people's libraries, all from Debian 12.
find_package(PkgConfig REQUIRED)

foreach(package IN ITEMS libcrypto expat libidn inih sqlite3 libuv
                         libqrencode libstrophe jansson libwebsockets)
    pkg_check_modules(${package} REQUIRED QUIET IMPORTED_TARGET ${package})
endforeach()
if(BUILD_TESTING)
    pkg_check_modules(cmocka REQUIRED QUIET IMPORTED_TARGET cmocka)
endif()
