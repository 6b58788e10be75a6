// Colour scales for images and maps, and painting grey-level planes on canvases in them.
import { onThemeChange, type Rgb, themeColor } from 'lamplight-notebook/ui/theme';

/** `sequential` takes 0…1; `diverging` takes −1…1 with zero in the ground's colour. */
export type ScaleKind = 'sequential' | 'diverging';

const STEPS = 256;
const tables = new Map<ScaleKind, Uint8ClampedArray>();
onThemeChange(() => tables.clear());

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share, a[2] + (b[2] - a[2]) * share];
}

function table(kind: ScaleKind): Uint8ClampedArray {
  const known = tables.get(kind);
  if (known) return known;
  const prefix = kind === 'sequential' ? 'scale' : 'diverge';
  const names = kind === 'sequential' ? ['low', 'mid', 'high'] : ['negative', 'zero', 'positive'];
  const [low, middle, high] = names.map((name) => themeColor(`--${prefix}-${name}`)) as [Rgb, Rgb, Rgb];
  const colors = new Uint8ClampedArray(STEPS * 3);
  for (let i = 0; i < STEPS; i++) {
    const share = (2 * i) / (STEPS - 1);
    colors.set(share < 1 ? mix(low, middle, share) : mix(middle, high, share - 1), 3 * i);
  }
  tables.set(kind, colors);
  return colors;
}

/** Planes of equal size, one after another: [count, height, width]. */
export interface Planes {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array | Uint8Array;
}

/**
 * Paints planes in a grid, `columns` to a row, each value as `zoom`×`zoom` canvas pixels and `gap` clear pixels between planes.
 * `range` is the value drawn brightest; by default the largest magnitude of the call.
 */
export function paintPlanes(
  canvas: HTMLCanvasElement,
  { count, height, width, values }: Planes,
  { kind = 'sequential', columns = count, gap = 1, zoom = 1, range = largest(values) }: PaintOptions = {},
): void {
  const rows = Math.ceil(count / columns);
  canvas.width = columns * (width * zoom + gap) - gap;
  canvas.height = rows * (height * zoom + gap) - gap;
  const context = canvas.getContext('2d');
  if (!context) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const colors = table(kind);
  const scale = range > 0 ? 1 / range : 0;
  for (let plane = 0; plane < count; plane++) {
    const left = (plane % columns) * (width * zoom + gap);
    const top = Math.floor(plane / columns) * (height * zoom + gap);
    for (let y = 0; y < height * zoom; y++) {
      for (let x = 0; x < width * zoom; x++) {
        const index = (plane * height + Math.floor(y / zoom)) * width + Math.floor(x / zoom);
        const value = (values[index] ?? 0) * scale;
        const share = kind === 'sequential' ? value : (value + 1) / 2;
        const step = 3 * Math.round(Math.min(1, Math.max(0, share)) * (STEPS - 1));
        const pixel = 4 * ((top + y) * canvas.width + left + x);
        image.data[pixel] = colors[step] ?? 0;
        image.data[pixel + 1] = colors[step + 1] ?? 0;
        image.data[pixel + 2] = colors[step + 2] ?? 0;
        image.data[pixel + 3] = 255;
      }
    }
  }
  context.putImageData(image, 0, 0);
}

export interface PaintOptions {
  kind?: ScaleKind;
  columns?: number;
  gap?: number;
  zoom?: number;
  range?: number;
}

/** The largest magnitude among the values. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let i = 0; i < values.length; i++) most = Math.max(most, Math.abs(values[i] ?? 0));
  return most;
}
