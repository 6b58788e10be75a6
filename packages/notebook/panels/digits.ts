// The ten digits as strokes of a pen, as examples of what is drawn on a pad.
import type { Point } from '../mnist/strokes';

/** Points of strokes, x and y in turn; strokes are parted by `/`. */
const DIGITS = [
  '140 48 100 62 82 110 80 165 98 215 140 234 180 216 198 165 196 110 178 62 142 48',
  '112 82 150 48 150 140 150 234',
  '84 92 104 60 144 48 184 64 192 104 166 150 122 194 84 226 140 224 200 224',
  '90 70 130 48 176 62 184 96 160 126 124 136 166 142 196 174 184 214 140 234 90 216',
  '122 48 102 100 84 152 140 152 204 150/172 84 168 150 164 238',
  '192 54 116 54 104 126 150 114 190 138 196 190 160 230 110 230 84 210',
  '176 48 130 84 100 140 94 190 120 230 166 230 190 196 176 160 140 150 104 174',
  '84 60 140 57 198 57 170 110 146 166 130 234',
  '140 136 100 106 108 62 150 48 184 74 170 112 130 140 96 182 104 224 150 236 190 214 184 172 140 136',
  '182 90 150 54 110 64 96 106 124 136 166 128 184 92 180 150 166 236',
] as const;

export const strokesOf = (digit: number): Point[][] =>
  (DIGITS[digit] ?? '').split('/').map((stroke) => {
    const numbers = stroke.split(' ').map(Number);
    return Array.from({ length: numbers.length / 2 }, (_, i) => ({ x: numbers[2 * i]!, y: numbers[2 * i + 1]! }));
  });
