// A network as volumes to scale, and what a number of each sees of all that stand before it: the field that grows under the pointer.
import { escaped } from '../render/escaped';
import { focusWhileScrollable } from '../ui/scrollable';
import type { Life, Volume, VolumesData } from './data';
import { type Span, spanOf } from './layers';

/** A volume on the drawing: its front is as tall and wide as a channel, what goes back from it as deep as there are channels. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** How far its back is to the right and up. */
  readonly back: readonly [right: number, up: number];
}

/** What is pointed at: a number of a volume, by row and column. */
interface Spot {
  readonly volume: number;
  readonly row: number;
  readonly column: number;
}

/** Pixels of the drawing for the greatest side, the least one, and between two volumes. */
const GREATEST = 112;
const LEAST = 6;
const GAP = 20;
/** The room of a label. */
const LABEL = 84;
const TOP = 30;
/** How many times the least side goes into the greatest where sides are still drawn to scale. */
const STEEP = 10;

const isVector = ({ shape }: Volume): boolean => shape.length < 3;

/** Channels or features by the root of their number: 4 times as many are twice as deep. */
const rooted = (count: number, each: number, most: number): number =>
  Math.min(most, each * Math.sqrt(Math.max(1, count)));

/** Sides as far as they can be seen together: to scale, or by their roots where the least would be too small. */
const isSteep = (sides: readonly number[]): boolean => Math.max(...sides) > STEEP * Math.min(...sides);

const sidesOf = (volumes: readonly Volume[]): number[] =>
  volumes.flatMap((volume) => (isVector(volume) ? [] : volume.shape.slice(1)));

function placesOf(volumes: readonly Volume[]): Place[] {
  const sides = sidesOf(volumes);
  const shown = isSteep(sides) ? Math.sqrt : (side: number) => side;
  const scale = GREATEST / shown(Math.max(1, ...sides));
  let x = 10;
  return volumes.map((volume) => {
    const [channels = 1, tall = 1, wide = 1] = volume.shape;
    const isFlat = isVector(volume);
    const depth = isFlat ? 3 : rooted(channels, 2.6, 54);
    const width = isFlat ? 9 : Math.max(LEAST, shown(wide) * scale);
    const height = isFlat ? Math.max(12, rooted(channels, 2, GREATEST)) : Math.max(LEAST, shown(tall) * scale);
    const back = [0.8 * depth, 0.45 * depth] as const;
    const left = x + Math.max(0, (LABEL - GAP - width - back[0]) / 2);
    x += Math.max(LABEL, width + back[0] + GAP);
    return { x: left, y: TOP + (GREATEST - height) / 2, width, height, back };
  });
}

const kindOf = ({ type }: Volume): string => {
  if (/Transpose|Upsample/.test(type)) return 'wider';
  if (/Pool/.test(type)) return 'pool';
  if (/Linear|Flatten/.test(type)) return 'dense';
  return type === 'Input' ? 'input' : 'conv';
};

/** The last part of a layer's name; of one that has but a number, with its type. */
function called({ name, type, count }: Volume): string {
  const last = name.split('.').at(-1) ?? '';
  const word = /^\d*$/.test(last) ? `${type} ${last}`.trim() : last;
  return count > 1 ? `${word} ×${count}` : word;
}

const sizes = (shape: readonly number[]): string => shape.filter((size) => size > 0).join(' × ');
const round = (value: number): number => Number(value.toFixed(1));
const points = (...pairs: readonly (readonly [number, number])[]): string =>
  pairs.map(([x, y]) => `${round(x)},${round(y)}`).join(' ');

const close = (shape: readonly number[]): string => sizes(shape).replaceAll(' ', '');
const labelled = (text: string): string => (text.length > 12 ? `${text.slice(0, 11)}…` : text);

/** What is said of a volume. */
function fieldWords(volume: Volume, [input]: readonly Volume[]): string {
  const { field } = volume;
  if (volume === input || field === null) return '';
  if (field === 'all') return 'Each number sees the whole input.';
  const apart = field.stride.every((one) => one === field.stride[0])
    ? round(field.stride[0]!)
    : field.stride.map(round).join(' and ');
  return `One number sees ${sizes(field.size.map(round))} numbers of the input; the fields of neighbours begin ${apart} apart.`;
}

function volumeHtml(volume: Volume, place: Place, at: number, all: readonly Volume[]): string {
  const { x, y, width, height, back } = place;
  const [right, up] = back;
  const label = `${called(volume)}${volume.type && volume.name ? `, ${volume.type}` : ''}: ${sizes(volume.shape)}. ${fieldWords(volume, all)}`;
  const top = points([x, y], [x + right, y - up], [x + width + right, y - up], [x + width, y]);
  const side = points(
    [x + width, y],
    [x + width + right, y - up],
    [x + width + right, y + height - up],
    [x + width, y + height],
  );
  const middle = round(x + (width + right) / 2);
  // Thin volumes would be hard to point at: all between a volume and its name is its own.
  const reach = `<rect class="reach" x="${round(x)}" y="${round(y - up)}" width="${round(width + right)}" height="${round(TOP + GREATEST + 38 - y + up)}"/>`;
  return `<g class="volume ${kindOf(volume)}" data-volume="${at}" role="img" aria-label="${escaped(label)}">${reach}<polygon class="top" points="${top}"/><polygon class="flank" points="${side}"/><rect class="front" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/><text class="name" x="${middle}" y="${TOP + GREATEST + 22}">${escaped(labelled(called(volume)))}</text><text class="shape" x="${middle}" y="${TOP + GREATEST + 38}">${close(volume.shape)}</text></g>`;
}

/** A region of the front of a volume, in pixels. */
function regionOf(volume: Volume, place: Place, rows: Span, columns: Span): readonly [number, number, number, number] {
  const [, tall = 1, wide = 1] = isVector(volume) ? [0, 1, 1] : volume.shape;
  const [down, across] = [place.height / tall, place.width / wide];
  return [
    place.x + columns[0] * across,
    place.y + rows[0] * down,
    Math.max(1.5, (columns[1] - columns[0]) * across),
    Math.max(1.5, (rows[1] - rows[0]) * down),
  ];
}

/** The number that is pointed at, what it sees of each volume before it, and lines between them. */
function fieldsHtml(volumes: readonly Volume[], places: readonly Place[], { volume, row, column }: Spot): string {
  const of = volumes[volume]!;
  const seen = volumes.slice(0, volume).flatMap((before, i) => {
    if (isVector(before)) return [regionOf(before, places[i]!, [0, 1], [0, 1])];
    const [rows, columns] = [spanOf(of, row, before, 0), spanOf(of, column, before, 1)];
    return rows && columns ? [regionOf(before, places[i]!, rows, columns)] : [];
  });
  const own = isVector(of) ? ([0, 1] as const) : null;
  const spot = regionOf(of, places[volume]!, own ?? [row, row + 1], own ?? [column, column + 1]);
  const all = [...seen, spot];
  const lines = all.slice(1).map(([x, y, , height], i) => {
    const [fromX, fromY, fromWidth, fromHeight] = all[i]!;
    const from = fromX + fromWidth;
    return `<path class="ray" d="M${round(from)} ${round(fromY)}L${round(x)} ${round(y)}M${round(from)} ${round(fromY + fromHeight)}L${round(x)} ${round(y + height)}"/>`;
  });
  const rects = all.map(
    ([x, y, width, height], i) =>
      `<rect class="${i === all.length - 1 ? 'spot' : 'seen'}" x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"/>`,
  );
  return [...lines, ...rects].join('');
}

const centreOf = (volumes: readonly Volume[], volume: number): Spot => {
  const [, tall = 1, wide = 1] = volumes[volume]!.shape;
  return { volume, row: Math.floor((tall - 1) / 2), column: Math.floor((wide - 1) / 2) };
};

/** The deepest volume whose numbers see a part of the input alone. */
function firstSpot(volumes: readonly Volume[]): Spot {
  const [, tall = 1] = volumes[0]!.shape;
  const isPart = ({ field, shape }: Volume) =>
    field !== null && field !== 'all' && shape.length === 3 && field.size[0]! < 0.75 * tall;
  const at = volumes.reduce(
    (found, volume, i) => (i > 0 && isPart(volume) ? i : found),
    Math.min(1, volumes.length - 1),
  );
  return centreOf(volumes, at);
}

function saidHtml(volumes: readonly Volume[], { volume }: Spot): string {
  const of = volumes[volume]!;
  const words = fieldWords(of, volumes) || 'The input: each number sees itself.';
  return `<b>${escaped(called(of))}</b> <span class="number">${sizes(of.shape)}</span>. ${words}`;
}

function tableHtml(volumes: readonly Volume[]): string {
  const rows = volumes.map((volume) => {
    const { type, shape, field } = volume;
    const sees = field === 'all' ? 'all' : field && volume !== volumes[0] ? sizes(field.size.map(round)) : '';
    const count = shape.reduce((all, size) => all * Math.max(1, size), 1).toLocaleString('en');
    return `<tr><td>${escaped(volume.name || 'the model')}${volume.count > 1 ? ` (${volume.count} layers)` : ''}</td><td>${escaped(type)}</td><td class="number">${sizes(shape)}</td><td class="number">${count}</td><td class="number">${sees}</td></tr>`;
  });
  return `<details><summary>The same as a table</summary><div class="touch-scroll"><table><thead><tr><th scope="col">Layer</th><th scope="col">Type</th><th scope="col" class="number">Shape</th><th scope="col" class="number">Numbers</th><th scope="col" class="number">One sees</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`;
}

/** The panel as it is first seen. */
export function volumesHtml({ title, volumes }: VolumesData): string {
  const places = placesOf(volumes);
  const spot = firstSpot(volumes);
  const last = places.at(-1)!;
  const width = Math.ceil(Math.max(last.x + last.width + last.back[0] + 40, 10 + LABEL * volumes.length));
  const height = TOP + GREATEST + 50;
  const drawn = volumes.map((volume, i) => volumeHtml(volume, places[i]!, i, volumes));
  return `${title ? `<p class="touch-title">${escaped(title)}</p>` : ''}<div class="touch-scroll"><svg class="volumes-picture" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="group" aria-label="The layers as volumes, from the input on the left to the output on the right">${drawn.join('')}<g class="fields" aria-hidden="true">${fieldsHtml(volumes, places, spot)}</g></svg></div>
<p class="sum" role="status">${saidHtml(volumes, spot)}</p>
<p class="hint">${isSteep(sidesOf(volumes)) ? 'Height, width and depth grow with the roots of the numbers.' : 'Height and width are to scale; depth grows with the root of the number of channels.'} Point at a layer, or go from one to the next with the arrow keys: outlined is what one of its numbers sees of each layer before it.</p>
${tableHtml(volumes)}`;
}

/** Brings a panel that stands in the page to life. */
export function wakeVolumes(root: HTMLElement, { volumes }: VolumesData): Life {
  const places = placesOf(volumes);
  const svg = root.querySelector<SVGSVGElement>('.volumes-picture')!;
  const groups = [...svg.querySelectorAll<SVGGElement>('.volume')];
  let spot = firstSpot(volumes);
  for (const box of root.querySelectorAll<HTMLElement>('.touch-scroll')) focusWhileScrollable(box);

  function point(next: Spot): void {
    if (next.volume === spot.volume && next.row === spot.row && next.column === spot.column) return;
    spot = next;
    draw();
  }

  function draw(): void {
    svg.querySelector('.fields')!.innerHTML = fieldsHtml(volumes, places, spot);
    root.querySelector('.sum')!.innerHTML = saidHtml(volumes, spot);
    groups.forEach((group, i) => {
      group.setAttribute('tabindex', i === spot.volume ? '0' : '-1');
      group.classList.toggle('at', i === spot.volume);
    });
  }

  const numberOf = (target: EventTarget | null): number =>
    target instanceof Element ? groups.indexOf(target.closest('.volume') as SVGGElement) : -1;

  /** The number under the pointer, if that is on the front of a volume; else its middle. */
  function follow(event: PointerEvent): void {
    const volume = numberOf(event.target);
    if (volume < 0) return;
    const { x, y, width, height } = places[volume]!;
    const [, tall = 1, wide = 1] = volumes[volume]!.shape;
    const frame = svg.getBoundingClientRect();
    const across = (event.clientX - frame.left - x) / width;
    const down = (event.clientY - frame.top - y) / height;
    const isFront = across >= 0 && across < 1 && down >= 0 && down < 1;
    point(
      isFront ? { volume, row: Math.floor(down * tall), column: Math.floor(across * wide) } : centreOf(volumes, volume),
    );
  }

  svg.addEventListener('pointermove', follow);
  svg.addEventListener('pointerdown', follow);
  svg.addEventListener('focusin', (event) => {
    const volume = numberOf(event.target);
    if (volume >= 0 && volume !== spot.volume) point(centreOf(volumes, volume));
  });
  svg.addEventListener('keydown', (event) => {
    const { volume, row, column } = spot;
    const [, tall = 1] = volumes[volume]!.shape;
    const moves: Readonly<Record<string, Spot>> = {
      ArrowLeft: centreOf(volumes, Math.max(0, volume - 1)),
      ArrowRight: centreOf(volumes, Math.min(volumes.length - 1, volume + 1)),
      ArrowUp: { volume, row: Math.max(0, row - 1), column },
      ArrowDown: { volume, row: Math.min(tall - 1, row + 1), column },
      Home: centreOf(volumes, 0),
      End: centreOf(volumes, volumes.length - 1),
    };
    const to = moves[event.key];
    if (!to) return;
    event.preventDefault();
    point(to);
    groups[to.volume]!.focus();
    groups[to.volume]!.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  });
  draw();
  return { end: () => {} };
}
