// Decodes GIFs with the npm package that the first argument names. See tests/programs/README.md for what it reads and
// writes.
"use strict";

const fs = require("fs");
const readline = require("readline");

const DECODERS = {
  omggif(bytes) {
    const { GifReader } = require("omggif");
    const reader = new GifReader(bytes);
    const frames = Array.from({ length: reader.numFrames() }, (_, index) => ({
      ...reader.frameInfo(index),
      paint: (canvas) => reader.decodeAndBlitFrameRGBA(index, canvas),
    }));
    return [reader.width, reader.height, frames.map((frame) => ({ ...frame, delay: 10 * frame.delay }))];
  },

  "gifuct-js"(bytes) {
    const { parseGIF, decompressFrames } = require("gifuct-js");
    const gif = parseGIF(bytes);
    const frames = decompressFrames(gif, true).map(({ dims, delay, disposalType, patch }) => ({
      x: dims.left, y: dims.top, width: dims.width, height: dims.height, delay, disposal: disposalType,
      paint(canvas) {
        for (let at = 0; at < dims.width * dims.height; at++) {
          const place = 4 * ((dims.top + Math.floor(at / dims.width)) * gif.lsd.width + dims.left + (at % dims.width));
          if (patch[4 * at + 3]) canvas.set(patch.subarray(4 * at, 4 * at + 4), place);
        }
      },
    }));
    return [gif.lsd.width, gif.lsd.height, frames];
  },
};

function numbers(...values) {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function answer(decode, path) {
  const [width, height, frames] = decode(new Uint8Array(fs.readFileSync(path)));
  const canvas = new Uint8Array(4 * width * height);
  const parts = [numbers(frames.length, width, height)];
  for (const frame of frames) {
    frame.paint(canvas);
    parts.push(numbers(frame.delay), Buffer.from(canvas));
    if (frame.disposal === 2) {
      for (let y = frame.y; y < frame.y + frame.height; y++) {
        canvas.fill(0, 4 * (y * width + frame.x), 4 * (y * width + frame.x + frame.width));
      }
    }
  }
  process.stdout.write(Buffer.concat(parts));
}

readline.createInterface({ input: process.stdin }).on("line", (path) => answer(DECODERS[process.argv[2]], path));
