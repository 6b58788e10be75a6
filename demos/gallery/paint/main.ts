// The page of the network that sees what is painted: the painting goes to the program, and the kinds of its pixels come back.

import { byId, formatCount, formatShare, make } from 'lamplight-notebook/ui/dom';
import { onThemeChange, type Rgb, themeColor } from 'lamplight-notebook/ui/theme';
import { Curves } from '../../ui/curves';
import { Figures } from '../../ui/panels/figures';
import { paintKinds } from '../../ui/panels/kinds';
import { PaintPad } from '../../ui/panels/paint-pad';
import { Settings } from '../../ui/panels/settings';
import { numberOf, openGallery, type Reading, readingOf, type Values } from '../page';

const SIZE = 64;
const SCENES = 6;
/** Kinds of pixels but the ground, with the colour of each. */
const KINDS = { disc: '--flame', square: '--dusk', triangle: '--error' } as const;
const GROUND = '#c9c2ae';
const COLORS = { red: '#b8382c', blue: '#2b5fa8', green: '#3c8a4e', black: '#20242a' };
const SIZES = {
  small: { width: 8, batch: 8, steps: 1000 },
  medium: { width: 16, batch: 16, steps: 1000 },
} as const;

const settings = new Settings(
  byId('settings', HTMLElement),
  {
    size: {
      kind: 'choice',
      label: 'Network',
      options: { small: 'Small: 8 channels', medium: 'Medium: 16 channels' },
      value: 'medium',
    },
  },
  () => give(),
);
const figures = new Figures(byId('figures', HTMLElement), { step: 'Step', right: 'Pixels right', seen: 'Scenes seen' });
const curves = new Curves(byId('plot', HTMLElement), byId('keys', HTMLElement), {
  series: [{ label: 'new scenes', color: '--flame', line: true, format: (value) => value.toFixed(3) }],
  x: 'steps',
  y: 'loss',
  describe: 'Loss of a pixel, by steps',
  range: (_low, high) => [0, high * 1.05],
});
const pad = new PaintPad({
  size: SIZE,
  ground: GROUND,
  colors: { ...COLORS, 'the ground': GROUND },
  example: paintExample,
  changed: ({ size, values }) => {
    painted = { shape: [3, size, size], data: values };
    give();
  },
});
byId('pad', HTMLElement).append(pad.element);
byId('legend', HTMLElement).append(
  ...Object.entries(KINDS).map(([kind, color]) => {
    const item = make('li', {}, kind);
    item.style.setProperty('--kind', `var(${color})`);
    return item;
  }),
);
const canvases = Array.from({ length: 2 * SCENES }, () => make('canvas'));
canvases.forEach((canvas, i) => {
  canvas.setAttribute('role', 'img');
  canvas.setAttribute('aria-label', i < SCENES ? `Scene ${i + 1}` : `What the network sees in scene ${i - SCENES + 1}`);
});
byId('scenes', HTMLElement).append(...canvases);

let painted: Reading | null = null;
let lastStep = Number.POSITIVE_INFINITY;
let latest: Record<string, unknown> = {};

const page = openGallery({ draw });
// Something to see before the first stroke.
pad.example();
onThemeChange(() => draw(latest));

/** A disc, a square and a triangle, each in a place of its own, of any size, and a little turned. */
function paintExample(context: CanvasRenderingContext2D, size: number): void {
  const colors = Object.values(COLORS).slice(0, 3);
  const places = [
    [0.27, 0.3],
    [0.72, 0.32],
    [0.5, 0.74],
  ] as const;
  const first = Math.floor(Math.random() * 3);
  for (let kind = 0; kind < 3; kind++) {
    const [x, y] = places[(kind + first) % 3] ?? places[0];
    const radius = size * (0.13 + 0.06 * Math.random());
    const turn = 0.5 * (Math.random() - 0.5);
    context.fillStyle = colors[Math.floor(Math.random() * colors.length)] ?? '#000';
    context.beginPath();
    if (kind === 0) context.arc(x * size, y * size, radius, 0, 2 * Math.PI);
    const corners = kind === 1 ? 4 : kind === 2 ? 3 : 0;
    for (let i = 0; i < corners; i++) {
      // A square stands on a side, a triangle points upwards.
      const angle = turn + (kind === 1 ? Math.PI / 4 : -Math.PI / 2) + (2 * Math.PI * i) / corners;
      context.lineTo(x * size + 1.2 * radius * Math.cos(angle), y * size + 1.2 * radius * Math.sin(angle));
    }
    context.fill();
  }
}

function give(): void {
  page.give({ ...SIZES[settings.values.size as keyof typeof SIZES], ...(painted ? { painted } : {}) });
}

const colorsOfKinds = (): Rgb[] => {
  const colors = Object.values(KINDS).map(themeColor);
  // The ground has none.
  return Object.assign([], { 1: colors[0], 2: colors[1], 3: colors[2] });
};

function draw(values: Values): void {
  latest = { ...latest, ...values };
  if ('loss' in values) {
    const step = Number(values.step);
    if (step < lastStep) curves.clear();
    curves.add(step, [numberOf(values.loss)]);
    curves.draw();
    lastStep = step;
    figures.set({
      step: formatCount(step),
      right: formatShare(numberOf(values.right)),
      seen: formatCount(Number(values.seen)),
    });
  }
  const [pictures, guess, sure] = [readingOf(values.pictures), readingOf(values.guess), readingOf(values.sure)];
  if (pictures && guess) drawScenes(pictures, guess);
  if (sure && painted) drawSeen(painted, sure);
}

function drawScenes(pictures: Reading, guess: Reading): void {
  const count = SIZE * SIZE;
  const colors = colorsOfKinds();
  for (let i = 0; i < SCENES; i++) {
    const values = pictures.data.slice(3 * i * count, 3 * (i + 1) * count) as ArrayLike<number>;
    const kinds = guess.data.slice(i * count, (i + 1) * count) as ArrayLike<number>;
    const plane = { height: SIZE, width: SIZE, values };
    const [above, below] = [canvases[i], canvases[SCENES + i]];
    if (above) paintKinds(above, plane, [], colors);
    if (below) paintKinds(below, plane, kinds, colors);
  }
}

/** Each pixel in the colour of its likeliest kind, and how much of the painting each kind takes. */
function drawSeen({ data }: Reading, sure: Reading): void {
  const count = SIZE * SIZE;
  const kinds = Array.from({ length: count }, (_, i) => {
    let best = 0;
    for (let kind = 1; kind < 4; kind++) {
      if (Number(sure.data[kind * count + i]) > Number(sure.data[best * count + i])) best = kind;
    }
    return best;
  });
  paintKinds(
    byId('seen', HTMLCanvasElement),
    { height: SIZE, width: SIZE, values: data as ArrayLike<number> },
    kinds,
    colorsOfKinds(),
  );
  const shares = Object.keys(KINDS).map((name, i) => {
    const share = kinds.filter((kind) => kind === i + 1).length / count;
    return `${name} ${formatShare(share, 0)}`;
  });
  byId('shares', HTMLElement).textContent = shares.join(', ');
}
