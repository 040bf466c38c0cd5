# What Debian's policy asks of a package beside what is installed: cpack runs this on the tree that it packs.
set(share ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/usr/share)
set(doc ${share}/doc/${CPACK_PACKAGE_NAME})
string(TIMESTAMP now "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${doc}/copyright "Copyright 2026 the Tessera developers.
License: Apache-2.0, whose text is in /usr/share/common-licenses/Apache-2.0.
")
file(WRITE ${doc}/changelog "${CPACK_PACKAGE_NAME} (${CPACK_PACKAGE_VERSION}) unstable; urgency=medium

  * Built from the source of this version.

 -- ${CPACK_PACKAGE_CONTACT}  ${now}
")
file(GLOB manuals ${share}/man/man1/*.1)
execute_process(COMMAND gzip -9n ${doc}/changelog ${manuals} COMMAND_ERROR_IS_FATAL ANY)
