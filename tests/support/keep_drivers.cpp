// SPDX-License-Identifier: GPL-2.0-or-later
// Linked into sanitized builds of the client alone. Mesa's llvmpipe loses 112 bytes for each
// context that draws (22.3); LeakSanitizer can tell that from leaks of ours only by the name of a
// library that is still loaded at the end. So nothing is ever unloaded.

extern "C" int dlclose(void*) {
  return 0;
}

extern "C" const char* __lsan_default_suppressions() {
  return "leak:swrast_dri.so\nleak:libgallium\n";
}
