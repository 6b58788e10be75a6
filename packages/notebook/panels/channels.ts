// Several channels that become one map: each sheet of the input meets its own sheet of the kernel, and the maps add up, with the bias.
import type { ChannelsData, Life } from './data';
import { greatest, type Look, SheetView, sheetHtml } from './sheet';
import { asTerm, convolved, productsOf, type Sheet, windowOf, written } from './sums';

const NAMES = ['Red', 'Green', 'Blue'] as const;
const SCALES = ['red', 'green', 'blue'] as const;
const STEPS = { stride: 1, padding: 0, dilation: 1 } as const;

const square = (side: number, values: readonly number[]): Sheet => ({ height: side, width: side, values });

interface Scene {
  readonly inputs: readonly Sheet[];
  readonly kernels: readonly Sheet[];
  readonly maps: readonly Sheet[];
  readonly sum: Sheet;
  readonly window: readonly number[];
  readonly at: number;
}

/** The map of a convolution over several channels: the sum of those of each channel, and the bias. */
export function summed(maps: readonly Sheet[], bias: number): Sheet {
  const [first] = maps;
  if (!first) throw new Error('internal: no maps to add up');
  const values = first.values.map((_, i) => maps.reduce((sum, map) => sum + (map.values[i] ?? 0), bias));
  return { ...first, values };
}

function sceneOf(data: ChannelsData, pointed: number | null): Scene {
  const inputs = data.inputs.map((values) => square(data.size, values));
  const kernels = data.kernels.map((values) => square(data.side, values));
  const maps = inputs.map((input, i) => convolved(input, kernels[i]!, STEPS));
  const sum = summed(maps, data.bias);
  const most = sum.values.reduce((best, value, i) => (Math.abs(value) > Math.abs(sum.values[best]!) ? i : best), 0);
  const at = pointed ?? most;
  return { inputs, kernels, maps, sum, at, window: windowOf(inputs[0]!, kernels[0]!, STEPS, at) };
}

function partsOf({
  inputs,
  kernels,
  maps,
  sum,
  window,
  at,
}: Scene): Map<string, readonly [Sheet, Look, string, string]> {
  const parts = new Map<string, readonly [Sheet, Look, string, string]>();
  const range = greatest([...maps, sum].flatMap(({ values }) => values));
  inputs.forEach((input, i) => {
    const name = NAMES[i] ?? `Channel ${i + 1}`;
    const under = `${name.toLowerCase()} sheet`;
    parts.set(`input${i}`, [input, { scale: SCALES[i] ?? 'grey', range: 3, framed: window }, name, `Input, ${under}`]);
    parts.set(`kernel${i}`, [kernels[i]!, { scale: 'signed', range: 2 }, 'Kernel', `Kernel, ${under}`]);
    parts.set(`map${i}`, [
      maps[i]!,
      { scale: 'signed', range, at, framed: [at] },
      'Its map',
      `Map of the ${under}. Arrow keys move from number to number.`,
    ]);
  });
  parts.set('sum', [
    sum,
    { scale: 'signed', range, at, framed: [at] },
    'The three maps and the bias, added up',
    'Output: the sum of the three maps and the bias. Arrow keys move from number to number; the sum of each is written below.',
  ]);
  return parts;
}

function saidHtml({ bias }: ChannelsData, { inputs, kernels, maps, sum, window, at }: Scene): string {
  const lines = maps.map((map, i) => {
    const kernel = kernels[i]!;
    const products = productsOf(inputs[i]!, kernel, window);
    const terms = products.flatMap((product, k) =>
      product === 0 ? [] : [`${asTerm(inputs[i]!.values[window[k]!]!)} · ${asTerm(kernel.values[k]!)}`],
    );
    return `<span class="line"><b>${NAMES[i]}</b> <span class="number">${terms.join(' + ') || '0'} = ${written(map.values[at] ?? 0)}</span></span>`;
  });
  const terms = [...maps.map(({ values }) => asTerm(values[at] ?? 0)), asTerm(bias)];
  const total = `<span class="line"><b>Sum</b> <span class="number">${terms.join(' + ')} = <strong>${written(sum.values[at] ?? 0)}</strong></span></span>`;
  return [...lines, total].join('');
}

/** The panel as it is first seen. */
export function channelsHtml(data: ChannelsData): string {
  const scene = sceneOf(data, null);
  const parts = partsOf(scene);
  const html = (name: string) => {
    const [sheet, look, caption, label] = parts.get(name)!;
    return sheetHtml(name, sheet, look, { caption, label });
  };
  const sign = (text: string) => `<b aria-hidden="true">${text}</b>`;
  const rows = data.inputs.map(
    (_, i) =>
      `<div class="channel">${html(`input${i}`)}${sign('∗')}${html(`kernel${i}`)}${sign('=')}${html(`map${i}`)}</div>`,
  );
  return `<div class="touch-channels"><div class="channel-rows">${rows.join('')}</div>${sign('Σ')}<div class="channel-sum">${html('sum')}<p class="hint">The bias is <span class="number">${written(data.bias)}</span>.</p></div></div>
<p class="sum lines" role="status">${saidHtml(data, scene)}</p>`;
}

/** Brings a panel that stands in the page to life. */
export function wakeChannels(root: HTMLElement, first: ChannelsData): Life {
  let data = first;
  let at: number | null = null;
  const views = new Map<string, SheetView>();
  const point = (place: number) => {
    at = place;
    draw();
  };
  const press = (channel: number, place: number) => {
    const next = (value: number) => (value >= 3 ? 0 : value + 1);
    const inputs = data.inputs.map((values, i) =>
      i === channel ? values.map((value, k) => (k === place ? next(value) : value)) : values,
    );
    data = { ...data, inputs };
    draw();
  };
  for (const name of partsOf(sceneOf(data, at)).keys()) {
    const channel = Number(name.slice('input'.length));
    const handlers = name.startsWith('input')
      ? { pressed: (place: number) => press(channel, place) }
      : name.startsWith('kernel')
        ? {}
        : { pointed: point, pressed: point };
    views.set(name, new SheetView(root, name, handlers));
  }
  function draw(): void {
    const scene = sceneOf(data, at);
    for (const [name, [sheet, look]] of partsOf(scene)) views.get(name)?.draw(sheet, look);
    root.querySelector('.sum')!.innerHTML = saidHtml(data, scene);
  }
  draw();
  return { end: () => {} };
}
