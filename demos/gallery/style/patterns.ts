// Pictures to take a style from, drawn by the page.
import { type PictureValues, planesOf } from '../../ui/planes';

export type PatternName = 'waves' | 'stripes' | 'dots' | 'mosaic';

export const PATTERNS: Readonly<Record<PatternName, string>> = {
  waves: 'Waves',
  stripes: 'Stripes',
  dots: 'Dots',
  mosaic: 'A mosaic',
};

/** Numbers in [0, 1), the same ones each time: a linear congruential generator with the factors of Numerical Recipes. */
function randomNumbers(): () => number {
  let state = 7;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Context = OffscreenCanvasRenderingContext2D;

const drawn: Readonly<Record<PatternName, (context: Context, size: number) => void>> = {
  waves(context, size) {
    const colors = ['#12355b', '#2f7f9e', '#f4efe0', '#d9a441'];
    context.lineWidth = size / 22;
    for (let i = -3; i < 30; i++) {
      context.strokeStyle = colors[(i + 4) % colors.length] ?? '';
      context.beginPath();
      for (let x = 0; x <= size; x++) context.lineTo(x, (i * size) / 24 + (size / 16) * Math.sin((14 * x) / size));
      context.stroke();
    }
  },
  stripes(context, size) {
    const colors = ['#f2c14e', '#1b3a6b', '#d1495b', '#edeae0'];
    context.lineWidth = size / 15;
    for (let i = -16; i < 32; i++) {
      context.strokeStyle = colors[(i + 16) % colors.length] ?? '';
      context.beginPath();
      context.moveTo((i * size) / 12, 0);
      context.lineTo((i * size) / 12 + size, size);
      context.stroke();
    }
  },
  dots(context, size) {
    const random = randomNumbers();
    const colors = ['#1b1b2f', '#e43f5a', '#f9d276', '#1f8a8a'];
    for (let i = 0; i < 420; i++) {
      context.fillStyle = colors[Math.floor(random() * colors.length)] ?? '';
      context.beginPath();
      context.arc(random() * size, random() * size, size * (0.018 + 0.022 * random()), 0, 2 * Math.PI);
      context.fill();
    }
  },
  mosaic(context, size) {
    const random = randomNumbers();
    const colors = ['#c8442e', '#e8b33c', '#2a6f5e', '#e9dcc0', '#254a7a'];
    const step = size / 12;
    context.fillStyle = '#1a1512';
    context.fillRect(0, 0, size, size);
    for (let y = 0; y < size; y += step) {
      for (let x = 0; x < size; x += step) {
        const off = () => (random() - 0.5) * step * 0.25;
        const [near, far] = [step * 0.12, step * 0.9];
        context.fillStyle = colors[Math.floor(random() * colors.length)] ?? '';
        context.beginPath();
        context.moveTo(x + near + off(), y + near + off());
        context.lineTo(x + far + off(), y + near + off());
        context.lineTo(x + far + off(), y + far + off());
        context.lineTo(x + near + off(), y + far + off());
        context.fill();
      }
    }
  },
};

/** A pattern as a square picture. */
export function patternOf(name: PatternName, size: number): PictureValues {
  const context = new OffscreenCanvas(size, size).getContext('2d')!;
  context.fillStyle = '#2b3a55';
  context.fillRect(0, 0, size, size);
  drawn[name](context, size);
  return planesOf(context.getImageData(0, 0, size, size));
}
