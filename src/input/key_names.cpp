// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/key_names.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace pierglass::input {
namespace {

struct Entry {
  KeyCode code;
  std::string_view name;
  std::string_view label;  // ASCII, as all that is drawn over the picture
};

// In ascending order. Numbers and names are those of Linux' input-event-codes.h.
constexpr auto kKeys = std::to_array<Entry>({
    {1, "KEY_ESC", "Escape"},
    {2, "KEY_1", "1"},
    {3, "KEY_2", "2"},
    {4, "KEY_3", "3"},
    {5, "KEY_4", "4"},
    {6, "KEY_5", "5"},
    {7, "KEY_6", "6"},
    {8, "KEY_7", "7"},
    {9, "KEY_8", "8"},
    {10, "KEY_9", "9"},
    {11, "KEY_0", "0"},
    {12, "KEY_MINUS", "-"},
    {13, "KEY_EQUAL", "="},
    {14, "KEY_BACKSPACE", "Backspace"},
    {15, "KEY_TAB", "Tab"},
    {16, "KEY_Q", "Q"},
    {17, "KEY_W", "W"},
    {18, "KEY_E", "E"},
    {19, "KEY_R", "R"},
    {20, "KEY_T", "T"},
    {21, "KEY_Y", "Y"},
    {22, "KEY_U", "U"},
    {23, "KEY_I", "I"},
    {24, "KEY_O", "O"},
    {25, "KEY_P", "P"},
    {26, "KEY_LEFTBRACE", "["},
    {27, "KEY_RIGHTBRACE", "]"},
    {28, "KEY_ENTER", "Enter"},
    {29, "KEY_LEFTCTRL", "Left Ctrl"},
    {30, "KEY_A", "A"},
    {31, "KEY_S", "S"},
    {32, "KEY_D", "D"},
    {33, "KEY_F", "F"},
    {34, "KEY_G", "G"},
    {35, "KEY_H", "H"},
    {36, "KEY_J", "J"},
    {37, "KEY_K", "K"},
    {38, "KEY_L", "L"},
    {39, "KEY_SEMICOLON", ";"},
    {40, "KEY_APOSTROPHE", "'"},
    {41, "KEY_GRAVE", "`"},
    {42, "KEY_LEFTSHIFT", "Left Shift"},
    {43, "KEY_BACKSLASH", "\\"},
    {44, "KEY_Z", "Z"},
    {45, "KEY_X", "X"},
    {46, "KEY_C", "C"},
    {47, "KEY_V", "V"},
    {48, "KEY_B", "B"},
    {49, "KEY_N", "N"},
    {50, "KEY_M", "M"},
    {51, "KEY_COMMA", ","},
    {52, "KEY_DOT", "."},
    {53, "KEY_SLASH", "/"},
    {54, "KEY_RIGHTSHIFT", "Right Shift"},
    {55, "KEY_KPASTERISK", "Keypad *"},
    {56, "KEY_LEFTALT", "Left Alt"},
    {57, "KEY_SPACE", "Space"},
    {58, "KEY_CAPSLOCK", "Caps Lock"},
    {59, "KEY_F1", "F1"},
    {60, "KEY_F2", "F2"},
    {61, "KEY_F3", "F3"},
    {62, "KEY_F4", "F4"},
    {63, "KEY_F5", "F5"},
    {64, "KEY_F6", "F6"},
    {65, "KEY_F7", "F7"},
    {66, "KEY_F8", "F8"},
    {67, "KEY_F9", "F9"},
    {68, "KEY_F10", "F10"},
    {69, "KEY_NUMLOCK", "Num Lock"},
    {70, "KEY_SCROLLLOCK", "Scroll Lock"},
    {71, "KEY_KP7", "Keypad 7"},
    {72, "KEY_KP8", "Keypad 8"},
    {73, "KEY_KP9", "Keypad 9"},
    {74, "KEY_KPMINUS", "Keypad -"},
    {75, "KEY_KP4", "Keypad 4"},
    {76, "KEY_KP5", "Keypad 5"},
    {77, "KEY_KP6", "Keypad 6"},
    {78, "KEY_KPPLUS", "Keypad +"},
    {79, "KEY_KP1", "Keypad 1"},
    {80, "KEY_KP2", "Keypad 2"},
    {81, "KEY_KP3", "Keypad 3"},
    {82, "KEY_KP0", "Keypad 0"},
    {83, "KEY_KPDOT", "Keypad ."},
    {85, "KEY_ZENKAKUHANKAKU", "Zenkaku/Hankaku"},
    {86, "KEY_102ND", "102nd"},
    {87, "KEY_F11", "F11"},
    {88, "KEY_F12", "F12"},
    {89, "KEY_RO", "Ro"},
    {90, "KEY_KATAKANA", "Katakana"},
    {91, "KEY_HIRAGANA", "Hiragana"},
    {92, "KEY_HENKAN", "Henkan"},
    {93, "KEY_KATAKANAHIRAGANA", "Katakana/Hiragana"},
    {94, "KEY_MUHENKAN", "Muhenkan"},
    {95, "KEY_KPJPCOMMA", "Keypad JP ,"},
    {96, "KEY_KPENTER", "Keypad Enter"},
    {97, "KEY_RIGHTCTRL", "Right Ctrl"},
    {98, "KEY_KPSLASH", "Keypad /"},
    {99, "KEY_SYSRQ", "Print Screen"},
    {100, "KEY_RIGHTALT", "Right Alt"},
    {101, "KEY_LINEFEED", "Linefeed"},
    {102, "KEY_HOME", "Home"},
    {103, "KEY_UP", "Up"},
    {104, "KEY_PAGEUP", "Page Up"},
    {105, "KEY_LEFT", "Left"},
    {106, "KEY_RIGHT", "Right"},
    {107, "KEY_END", "End"},
    {108, "KEY_DOWN", "Down"},
    {109, "KEY_PAGEDOWN", "Page Down"},
    {110, "KEY_INSERT", "Insert"},
    {111, "KEY_DELETE", "Delete"},
    {112, "KEY_MACRO", "Macro"},
    {113, "KEY_MUTE", "Mute"},
    {114, "KEY_VOLUMEDOWN", "Volume Down"},
    {115, "KEY_VOLUMEUP", "Volume Up"},
    {116, "KEY_POWER", "Power"},
    {117, "KEY_KPEQUAL", "Keypad ="},
    {118, "KEY_KPPLUSMINUS", "Keypad +/-"},
    {119, "KEY_PAUSE", "Pause"},
    {120, "KEY_SCALE", "Scale"},
    {121, "KEY_KPCOMMA", "Keypad ,"},
    {122, "KEY_HANGEUL", "Hangul"},
    {123, "KEY_HANJA", "Hanja"},
    {124, "KEY_YEN", "Yen"},
    {125, "KEY_LEFTMETA", "Left Super"},
    {126, "KEY_RIGHTMETA", "Right Super"},
    {127, "KEY_COMPOSE", "Compose"},
    {128, "KEY_STOP", "Stop"},
    {129, "KEY_AGAIN", "Again"},
    {130, "KEY_PROPS", "Props"},
    {131, "KEY_UNDO", "Undo"},
    {132, "KEY_FRONT", "Front"},
    {133, "KEY_COPY", "Copy"},
    {134, "KEY_OPEN", "Open"},
    {135, "KEY_PASTE", "Paste"},
    {136, "KEY_FIND", "Find"},
    {137, "KEY_CUT", "Cut"},
    {138, "KEY_HELP", "Help"},
    {139, "KEY_MENU", "Menu"},
    {140, "KEY_CALC", "Calculator"},
    {141, "KEY_SETUP", "Setup"},
    {142, "KEY_SLEEP", "Sleep"},
    {143, "KEY_WAKEUP", "Wake Up"},
    {144, "KEY_FILE", "File Manager"},
    {148, "KEY_PROG1", "Prog 1"},
    {149, "KEY_PROG2", "Prog 2"},
    {150, "KEY_WWW", "Web"},
    {152, "KEY_COFFEE", "Screen Lock"},
    {155, "KEY_MAIL", "Mail"},
    {156, "KEY_BOOKMARKS", "Bookmarks"},
    {157, "KEY_COMPUTER", "Computer"},
    {158, "KEY_BACK", "Back"},
    {159, "KEY_FORWARD", "Forward"},
    {161, "KEY_EJECTCD", "Eject"},
    {162, "KEY_EJECTCLOSECD", "Eject/Close"},
    {163, "KEY_NEXTSONG", "Next Song"},
    {164, "KEY_PLAYPAUSE", "Play/Pause"},
    {165, "KEY_PREVIOUSSONG", "Previous Song"},
    {166, "KEY_STOPCD", "Stop Media"},
    {167, "KEY_RECORD", "Record"},
    {168, "KEY_REWIND", "Rewind"},
    {172, "KEY_HOMEPAGE", "Home Page"},
    {173, "KEY_REFRESH", "Refresh"},
    {177, "KEY_SCROLLUP", "Scroll Up"},
    {178, "KEY_SCROLLDOWN", "Scroll Down"},
    {179, "KEY_KPLEFTPAREN", "Keypad ("},
    {180, "KEY_KPRIGHTPAREN", "Keypad )"},
    {183, "KEY_F13", "F13"},
    {184, "KEY_F14", "F14"},
    {185, "KEY_F15", "F15"},
    {186, "KEY_F16", "F16"},
    {187, "KEY_F17", "F17"},
    {188, "KEY_F18", "F18"},
    {189, "KEY_F19", "F19"},
    {190, "KEY_F20", "F20"},
    {191, "KEY_F21", "F21"},
    {192, "KEY_F22", "F22"},
    {193, "KEY_F23", "F23"},
    {194, "KEY_F24", "F24"},
    {200, "KEY_PLAYCD", "Play Media"},
    {201, "KEY_PAUSECD", "Pause Media"},
    {202, "KEY_PROG3", "Prog 3"},
    {203, "KEY_PROG4", "Prog 4"},
    {207, "KEY_PLAY", "Play"},
    {208, "KEY_FASTFORWARD", "Fast Forward"},
    {210, "KEY_PRINT", "Print"},
    {212, "KEY_CAMERA", "Camera"},
    {213, "KEY_SOUND", "Sound"},
    {217, "KEY_SEARCH", "Search"},
    {224, "KEY_BRIGHTNESSDOWN", "Brightness Down"},
    {225, "KEY_BRIGHTNESSUP", "Brightness Up"},
    {226, "KEY_MEDIA", "Media"},
    {227, "KEY_SWITCHVIDEOMODE", "Switch Video Mode"},
    {228, "KEY_KBDILLUMTOGGLE", "Keyboard Light On/Off"},
    {229, "KEY_KBDILLUMDOWN", "Keyboard Light Down"},
    {230, "KEY_KBDILLUMUP", "Keyboard Light Up"},
    {236, "KEY_BATTERY", "Battery"},
    {237, "KEY_BLUETOOTH", "Bluetooth"},
    {238, "KEY_WLAN", "Wireless"},
    {247, "KEY_RFKILL", "Rfkill"},
    {248, "KEY_MICMUTE", "Microphone Mute"},
});
static_assert(std::ranges::is_sorted(kKeys, {}, &Entry::code));

constexpr std::string_view kPrefix = "KEY_";

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char left, unsigned char right) {
    return std::toupper(left) == std::toupper(right);
  });
}

const Entry* find(KeyCode code) {
  const auto* const entry = std::ranges::lower_bound(kKeys, code, {}, &Entry::code);
  return entry != kKeys.end() && entry->code == code ? entry : nullptr;
}

}  // namespace

std::optional<KeyCode> key_named(std::string_view name) {
  if (same_letters(name.substr(0, kPrefix.size()), kPrefix)) name.remove_prefix(kPrefix.size());
  const auto* const entry = std::ranges::find_if(
      kKeys, [&](const Entry& key) { return same_letters(key.name.substr(kPrefix.size()), name); });
  if (entry == kKeys.end()) return std::nullopt;
  return entry->code;
}

std::string_view key_name(KeyCode code) {
  const Entry* entry = find(code);
  return entry != nullptr ? entry->name : std::string_view();
}

std::string_view key_label(KeyCode code) {
  const Entry* entry = find(code);
  return entry != nullptr ? entry->label : std::string_view();
}

}  // namespace pierglass::input
