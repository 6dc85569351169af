#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Draws pierglass.ico, src/app/desktop/pierglass.svg in fewer strokes: a wall, two windows, and the
mirror between them. Usage: make_icon.py OUTPUT"""
import struct
import sys
import zlib

SAMPLES = 4  # in each direction for each pixel

# In units of 1/128: (shape, colour). Later ones lie above.
WALL, SKY, FRAME, GOLD, MIRROR = (34, 46, 70), (160, 200, 236), (233, 238, 245), (212, 170, 90), (205, 225, 243)


def inside_round(x, y, left, top, right, bottom, radius):
    if not (left <= x < right and top <= y < bottom):
        return False
    dx = max(left + radius - x, x - (right - radius), 0)
    dy = max(top + radius - y, y - (bottom - radius), 0)
    return dx * dx + dy * dy <= radius * radius


def inside_arch(x, y, left, right, top, bottom):
    radius = (right - left) / 2
    if left <= x < right and top + radius <= y < bottom:
        return True
    return (x - left - radius) ** 2 + (y - top - radius) ** 2 <= radius * radius


def colour_at(x, y):
    if inside_arch(x, y, 49, 79, 21, 105):
        return MIRROR if abs((x - 64) + (y - 60) * 0.8) > 5 else (255, 255, 255)
    if inside_arch(x, y, 43, 85, 15, 111):
        return GOLD
    for left in (15, 91):
        if left <= x < left + 22 and 38 <= y < 100:
            cross = abs(x - left - 11) < 1.5 or abs(y - 69) < 1.5
            edge = min(x - left, left + 22 - x, y - 38, 100 - y) < 3
            return FRAME if cross or edge else SKY
    if inside_round(x, y, 4, 4, 124, 124, 22):
        return WALL
    return None


def pixel(size, column, row):
    found = []
    for i in range(SAMPLES * SAMPLES):
        x = (column + (i % SAMPLES + 0.5) / SAMPLES) * 128 / size
        y = (row + (i // SAMPLES + 0.5) / SAMPLES) * 128 / size
        colour = colour_at(x, y)
        if colour:
            found.append(colour)
    if not found:
        return bytes(4)
    mean = [sum(channel) // len(found) for channel in zip(*found)]
    return bytes(mean + [255 * len(found) // (SAMPLES * SAMPLES)])


def png(size):
    rows = b"".join(b"\0" + b"".join(pixel(size, x, y) for x in range(size)) for y in range(size))

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def bitmap(size):
    rows = [b"".join(pixel(size, x, y) for x in range(size)) for y in reversed(range(size))]
    bgra = b"".join(row[i + 2:i + 3] + row[i + 1:i + 2] + row[i:i + 1] + row[i + 3:i + 4]
                    for row in rows for i in range(0, len(row), 4))
    mask = bytes((size + 31) // 32 * 4 * size)
    return struct.pack("<IiiHHIIiiII", 40, size, size * 2, 1, 32, 0, len(bgra) + len(mask), 0, 0, 0, 0) + bgra + mask


def main(path):
    # Windows wants bitmaps for the small ones.
    images = [(size, bitmap(size)) for size in (16, 32, 48)] + [(256, png(256))]
    offset = 6 + 16 * len(images)
    entries = b""
    for size, data in images:
        entries += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(data), offset)
        offset += len(data)
    with open(path, "wb") as file:
        file.write(struct.pack("<HHH", 0, 1, len(images)) + entries + b"".join(data for _, data in images))


main(sys.argv[1])
