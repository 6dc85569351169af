// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <unknwn.h>

#include <utility>

namespace pierglass::guest {

// Sole owner of one reference to a COM object, or of none.
template <typename T>
class ComPtr {
 public:
  ComPtr() noexcept = default;
  // Takes the reference over that the caller has.
  static ComPtr adopt(T* object) noexcept { return ComPtr(object); }
  // Adds one of its own.
  static ComPtr share(T* object) noexcept {
    if (object != nullptr) object->AddRef();
    return ComPtr(object);
  }
  ComPtr(ComPtr&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  ComPtr& operator=(ComPtr&& other) noexcept {
    if (this != &other) reset(std::exchange(other.object_, nullptr));
    return *this;
  }
  ComPtr(const ComPtr&) = delete;
  ComPtr& operator=(const ComPtr&) = delete;
  ~ComPtr() { reset(); }

  [[nodiscard]] T* get() const noexcept { return object_; }
  T* operator->() const noexcept { return object_; }
  T& operator*() const noexcept { return *object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

  void reset(T* object = nullptr) noexcept {
    T* old = std::exchange(object_, object);
    if (old != nullptr) old->Release();
  }
  // For calls that give an object out: lets go of the old one first.
  [[nodiscard]] T** put() noexcept {
    reset();
    return &object_;
  }
  [[nodiscard]] void** put_void() noexcept { return reinterpret_cast<void**>(put()); }

  // The same object by another of its interfaces; null when it has none.
  template <typename U>
  [[nodiscard]] ComPtr<U> as() const noexcept {
    ComPtr<U> other;
    if (object_ != nullptr) object_->QueryInterface(__uuidof(U), other.put_void());
    return other;
  }

 private:
  explicit ComPtr(T* object) noexcept : object_(object) {}

  T* object_ = nullptr;
};

}  // namespace pierglass::guest
