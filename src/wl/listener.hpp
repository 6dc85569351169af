// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <type_traits>

namespace pierglass::wl {

namespace detail {
template <typename T>
struct ClassOf;
template <typename C, typename... A>
struct ClassOf<void (C::*)(A...) noexcept> {
  using type = C;
};
}  // namespace detail

// An entry of a libwayland listener table that calls a member function of the object given as the
// listener's data. The member takes the event's arguments without the proxy and must be noexcept:
// it is called through C. The object must stay where it is while the proxy lives.
template <auto Method>
struct On {
  using Class = detail::ClassOf<decltype(Method)>::type;
  template <typename P, typename... A>
  using Entry = void (*)(void*, P*, A...);

  template <typename P, typename... A>
  constexpr operator Entry<P, A...>() const noexcept {
    static_assert(std::is_nothrow_invocable_v<decltype(Method), Class*, A...>);
    return
        [](void* self, P*, A... arguments) { (static_cast<Class*>(self)->*Method)(arguments...); };
  }
};
template <auto Method>
inline constexpr On<Method> on{};

// An event that is dropped on purpose.
struct Ignored {
  template <typename P, typename... A>
  using Entry = void (*)(void*, P*, A...);
  template <typename P, typename... A>
  constexpr operator Entry<P, A...>() const noexcept {
    return [](void*, P*, A...) {};
  }
};
inline constexpr Ignored ignored{};

// Base of objects that C code holds a pointer to.
class Pinned {
 public:
  Pinned(const Pinned&) = delete;
  Pinned& operator=(const Pinned&) = delete;

 protected:
  Pinned() = default;
  ~Pinned() = default;
};

}  // namespace pierglass::wl
