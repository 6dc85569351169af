// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "pixel/cursor.hpp"
#include "pixel/filter.hpp"
#include "pixel/image.hpp"
#include "pixel/slot_memory.hpp"

namespace pierglass::gfx {

// The guest's pointer over the picture.
struct CursorOverlay {
  const pixel::CursorImage* image = nullptr;  // none: no pointer
  std::uint64_t serial = 0;                   // changes whenever *image does
  Point position;                             // hot spot, pixels of the upright picture
};

struct UploadStats {
  std::uint64_t bytes = 0;  // copied from shared memory
  std::uint64_t rows = 0;   // rows touched
};

struct DrawStats {
  Nanoseconds submit{};   // recording the pass (software: drawing it)
  Nanoseconds present{};  // handing the buffer over, up to and including wl_surface.commit
};

// Who reads borrowed pictures, and how.
enum class BorrowWay : std::uint8_t {
  Pool,     // the compositor, out of the memory as a wl_shm pool
  DmaBuf,   // the compositor, or a screen, by a dma-buf of the slot
  Sampled,  // a GPU, for what draw() makes: as long as that takes, under any pointer, panel, window
};
struct Borrowing {
  BorrowWay way = BorrowWay::Pool;  // of pictures borrowed from now on, until it changes
  // Why pictures of the last one's memory and kind do not go a shorter way that was wished, without
  // a full stop; good until the next call of the presenter. Empty: no reason, or none that lasts.
  std::string_view refusal;
};

// What ended a presenter though the connection lives.
struct Ending {
  enum class Cause : std::uint8_t {
    Gpu,     // it or its driver was lost
    Output,  // pictures cannot be handed over
  };
  Cause cause = Cause::Gpu;
  std::string why;  // a sentence without a full stop
};

// Turns pictures into commits of one wl_surface, which no one else commits. Owned and called by
// the present thread alone. Nothing blocks longer than the GPU or rasteriser needs.
class Presenter {
 public:
  Presenter() = default;
  Presenter(const Presenter&) = delete;
  Presenter& operator=(const Presenter&) = delete;
  virtual ~Presenter() = default;

  // "gl" or "shm", and what drives it (renderer string), for --stats and the log; good until the
  // next call of the presenter, with which another GPU may have to take over.
  [[nodiscard]] virtual std::string_view name() const = 0;
  [[nodiscard]] virtual std::string_view device() const = 0;

  // Whose buffers pictures are handed over in, and why not in others that were wished, without a
  // full stop; good until the next call of the presenter. Empty: there is no choice.
  [[nodiscard]] virtual std::string_view output() const { return {}; }

  // Why it is of no use any more, found out by one of the calls below, which failed; null: it is.
  [[nodiscard]] virtual const Ending* ending() const { return nullptr; }

  // Whether the surface's one wp_tearing_control_v1 is the caller's to make: not where the graphics
  // driver may make it.
  [[nodiscard]] virtual bool leaves_tearing() const { return true; }

  // The window's size in buffer pixels; takes effect with the next draw.
  virtual Result<void> resize(Size window) = 0;

  // How the screen is turned that the window fills, from the next draw on; Normal at first. Who can
  // draws turned, with wl_surface.set_buffer_transform, so that the screen may show the buffer as
  // it is; for all others the compositor turns.
  virtual void set_transform(Transform /*transform*/) {}

  // How pictures are scaled from the next draw on; Auto at first. The first draw with another one
  // may take the time of compiling it. What the GPU's driver refuses becomes bilinear.
  virtual void set_filter(pixel::Filter filter) = 0;

  // Takes the changed parts of a picture over. `picture` may lie in shared memory and change while
  // it is read; it is not touched after the call. `damage` is in stored pixels. The first picture,
  // and each one of another kind (size, format, colour, rotation), must come with full damage; the
  // whole of it is read whatever `damage` says. What it copies is at most the damaged rows. A frame
  // may come in several uploads before it is drawn, such as bands from the top.
  // Errors; nothing was taken over:
  // - Busy: try again after the next dispatch of the queue with the same damage. The last picture
  //   stays, unless this one is of another kind.
  // - Lost: the connection is gone, and the presenter with it.
  // - TooLarge (a picture beyond the GPU's texture size, a window beyond wl_shm), OsCall (memory of
  //   the GPU or for window buffers) and all others: no picture is left. The presenter goes
  //   on: draw() says NotReady, draw_message() draws, the next upload must come with full damage.
  virtual Result<UploadStats> upload(const pixel::ConstImage& picture,
                                     std::span<const Rect> damage) = 0;

  // Takes a complete picture over where it lies, without copying it; `damage` as upload(). The
  // caller keeps the frame held while reads(memory). Errors: Unsupported when this presenter, or
  // the window, panel and picture as they are now, need a copy; Busy when the compositor still
  // reads that slot; TooLarge, OsCall. The last picture stays then, and upload() is the way. Lost
  // as there.
  virtual Result<void> borrow(const pixel::ConstImage& /*picture*/,
                              const pixel::SlotMemory& /*memory*/,
                              std::span<const Rect> /*damage*/) {
    return fail(ErrorCode::Unsupported, "borrowed pictures");
  }

  [[nodiscard]] virtual Borrowing borrowing() const { return {}; }

  // Whether what a borrowed picture lies in is or may be read: by compositor or GPU, or by the next
  // draw(). Another picture in that slot counts as the same. Cheap; changes with draw(), upload(),
  // borrow(), draw_message(), and each dispatch of the queue.
  [[nodiscard]] virtual bool reads(const pixel::SlotMemory& /*memory*/) const { return false; }

  // A file that poll() calls writable when something that reads() may have ended, of which nothing
  // else tells; -1: there is nothing like that. Asks the kernel while there may be.
  [[nodiscard]] virtual int awaited() const { return -1; }

  // Draws the last picture, upright, scaled to the window with correct aspect and black bars, the
  // pointer on it, and commits. A caller that wants a frame callback requests it before. NotReady
  // without a picture, Busy and Lost as upload. Stale: the picture is a borrowed one that was drawn
  // before (where a GPU samples it: and is not read any more), or that cannot be shown as it is
  // under this pointer, panel and window: take one over anew, with full damage. OsCall and all
  // others: the driver or the memory for window buffers does not allow such pictures at this size;
  // draw_message() may go on, and the next upload must come with full damage. Nothing was
  // committed; what is on the screen stays.
  virtual Result<DrawStats> draw(const CursorOverlay& cursor) = 0;

  // Forgets the picture and commits a black window with one centred line of text (ASCII). What
  // fails here but Busy fails for good.
  virtual Result<DrawStats> draw_message(std::string_view text) = 0;

  // Lines of text (ASCII) in a dark box at the top of whatever is drawn next, until they change;
  // empty: none. The pointer goes on top. Panel says how many are drawn. Text is white, the picture
  // shines through the box a little. Not drawn where the GPU's driver refuses it.
  virtual void set_panel(std::span<const std::string> lines) = 0;

  // Nobody has looked for long: buffers of its own that are not on the screen are freed. The next
  // draw makes new ones, which may take a round trip to the compositor (Busy until then).
  virtual void free_buffers() {}

  // The surface was unmapped and has lost its content: the next draw commits all of it.
  virtual void on_unmapped() = 0;
};

}  // namespace pierglass::gfx
