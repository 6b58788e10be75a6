// The home of the site: a field of lamps that lights up one digit after another, and a word at once when this browser cannot run them.
import { byId } from 'lamplight-notebook/ui/dom';
import { onThemeChange } from 'lamplight-notebook/ui/theme';
import { defineCells } from './ui/lamplight-cell';
import { paintLamps } from './ui/lamps';
import { startShell } from './ui/shell';
import { showSolved } from './ui/solved';
import { diagnose, noWebGpuNotice } from './ui/webgpu-check';

const SIDE = 28;
/** Milliseconds that a digit stays, and that the next one takes to come up. */
const HOLD = 2200;
const FADE = 700;

const canvas = byId('lamps', HTMLCanvasElement);
const still = matchMedia('(prefers-reduced-motion: reduce)');
const digits = Array.from({ length: 10 }, (_, digit) => picture(String(digit)));
let current = 3;
let shown = digits[current] ?? new Float32Array(SIDE * SIDE);

/** A character as 28×28 grey levels. */
function picture(text: string): Float32Array {
  const context = new OffscreenCanvas(SIDE, SIDE).getContext('2d');
  const values = new Float32Array(SIDE * SIDE);
  if (!context) return values;
  context.font = '600 27px Georgia, "Liberation Serif", serif';
  context.textAlign = 'center';
  const { actualBoundingBoxAscent: ascent, actualBoundingBoxDescent: descent } = context.measureText(text);
  context.fillText(text, SIDE / 2, (SIDE + ascent - descent) / 2);
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  for (let i = 0; i < values.length; i++) values[i] = (data[4 * i + 3] ?? 0) / 255;
  return values;
}

function fade(from: Float32Array, to: Float32Array, began: number): void {
  requestAnimationFrame((now) => {
    const share = Math.min(1, Math.max(0, (now - began) / FADE));
    shown = from.map((value, i) => value + ((to[i] ?? 0) - value) * share);
    paintLamps(canvas, shown, SIDE);
    if (share < 1) fade(from, to, began);
  });
}

const paint = () => paintLamps(canvas, shown, SIDE);
new ResizeObserver(paint).observe(canvas);
onThemeChange(paint);
startShell('./');
showSolved();
defineCells();
setInterval(() => {
  if (still.matches || document.hidden) return;
  current = (current + 1) % digits.length;
  fade(shown, digits[current] ?? shown, performance.now());
}, HOLD + FADE);

const diagnosis = await diagnose();
if (!diagnosis.usable) document.querySelector('#support')?.append(noWebGpuNotice(diagnosis));
