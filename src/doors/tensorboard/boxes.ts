// Draws boxes on pictures, with the same pixels that Pillow draws for PyTorch; only letters differ, since they use a
// small built-in font. Loaded when the first box is drawn.
import { ArgumentError } from '../../torch';
import { textBitmap } from '../vision/utils/font';
import { lanczos } from './lanczos';
import type { Pixels } from './pictures';

const RED = [255, 0, 0, 255];
const BLACK = [0, 0, 0, 255];

/** Paints a block of pixels, corners included; the part outside the picture is skipped. */
type Block = (left: number, top: number, right: number, bottom: number, color: readonly number[]) => void;

function blocksOn({ width, height, channels, bytes }: Pixels): Block {
  return (left, top, right, bottom, color) => {
    for (let y = Math.max(top, 0); y <= Math.min(bottom, height - 1); y++) {
      for (let x = Math.max(left, 0); x <= Math.min(right, width - 1); x++) {
        for (let c = 0; c < channels; c++) bytes[(y * width + x) * channels + c] = color[c]!;
      }
    }
  };
}

/**
 * A line along an axis, two pixels wide. The second pixel is to the right of a downward line and below a rightward
 * line; for the opposite directions, it is on the opposite side.
 */
function line(block: Block, [x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number]): void {
  const [right, below] = [Math.sign(y1 - y0), Math.sign(x1 - x0)];
  const [xs, ys] = [
    [x0, x1, x0 + right],
    [y0, y1, y0 + below],
  ];
  block(Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys), RED);
}

/** A picture with boxes [xmin, ymin, xmax, ymax] in red, and labels in black on red at their lower left corners. */
export function withBoxes(pixels: Pixels, places: readonly number[], labels: readonly string[] | null): Pixels {
  const drawn = { ...pixels, bytes: pixels.bytes.slice() };
  const block = blocksOn(drawn);
  for (let i = 0; 4 * i < places.length; i++) {
    const [left, top, right, bottom] = places.slice(4 * i, 4 * i + 4).map(Math.trunc) as [
      number,
      number,
      number,
      number,
    ];
    const corners = [
      [left, top],
      [left, bottom],
      [right, bottom],
      [right, top],
    ] as const;
    corners.forEach((corner, n) => {
      line(block, corner, corners[(n + 1) % 4]!);
    });
    if (labels?.[i]) letter(block, labels[i], left, bottom);
  }
  return drawn;
}

/** The margin around a text, as a fraction of its height. */
const MARGIN = 0.05;

function letter(block: Block, label: string, left: number, bottom: number): void {
  const { width, height, pixels } = textBitmap(label, 1);
  const margin = Math.ceil(MARGIN * height);
  const [x0, y0] = [left + margin, bottom - height - margin];
  block(left, bottom - height - 2 * margin, left + width, bottom, RED);
  pixels.forEach((isInk, at) => {
    const [x, y] = [x0 + (at % width), y0 + Math.floor(at / width)];
    if (isInk) block(x, y, x, y, BLACK);
  });
}

/** Scales the picture by a factor, with a Lanczos filter. @throws ArgumentError if the result would have no pixels */
export function enlarged(op: string, pixels: Pixels, scale: number): Pixels {
  const [height, width] = [Math.trunc(pixels.height * scale), Math.trunc(pixels.width * scale)];
  if (height < 1 || width < 1) {
    throw new ArgumentError(
      `${op}: expected a rescale that leaves at least one pixel of ${pixels.width}×${pixels.height}, but got ${scale}`,
    );
  }
  return scale === 1 ? pixels : lanczos(pixels, width, height);
}
