// SPDX-License-Identifier: GPL-2.0-or-later
// libspice-server leaks a little for each server and client. It alone here allocates through GLib.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libglib-2.0.so\n";
}
