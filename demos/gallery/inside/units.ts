// The view of one unit: the maps of its layer, the part of the picture that it sees, its kernels, what excites it most, and pictures that climb.

import { byId } from 'lamplight-notebook/ui/dom';
import { largest } from '../../ui/colormap';
import { type Frame, Matrix } from '../../ui/panels/matrix';
import { PictureGrid } from '../../ui/panels/picture-grid';
import { type Reading, readingOf, type Values } from '../page';
import { number, overChannels, pictureOf } from './attributions';

/** How far a unit of a layer sees, as the library tells it. */
interface Field {
  readonly size: readonly number[];
  readonly stride: readonly number[];
  readonly start: readonly number[];
  readonly isGlobal: boolean;
}

export interface UnitsOptions {
  /** A map was pressed. */
  readonly channel: (channel: number) => void;
  /** A square of the map was pressed. */
  readonly unit: (at: readonly number[]) => void;
}

/** Values by the greatest of all, for colours of both signs. */
function scaled({ data }: Reading, from = 0, to = data.length): Float32Array {
  const values = Float32Array.from(data.slice(from, to));
  const range = Math.max(largest(values), 1e-9);
  return values.map((value) => value / range);
}

export class Units {
  /** Maps of a layer that are shown. */
  static readonly MOST = 64;
  readonly #features: PictureGrid;
  readonly #patches = new PictureGrid({ label: 'Nothing has been found yet', columns: 6 });
  readonly #kernels = new PictureGrid({
    label: 'Kernels of the layer',
    waiting: 'No kernels so far.',
    columns: 8,
    kind: 'diverging',
  });
  readonly #map: Matrix;
  readonly #seen = new Matrix('The picture, with all that the unit sees', {
    label: 'The picture, with the field of the unit and its slopes',
  });
  readonly #climbs = {
    class: new Matrix('A picture of the class', { label: 'A picture that climbs to the class' }),
    unit: new Matrix('A picture for the channel', { label: 'A picture to which the middle of the map answers' }),
    dream: new Matrix('A dream of the layer', { label: 'The picture as the layer dreams it' }),
  };
  readonly #first = new Map<string, number>();

  constructor(options: UnitsOptions) {
    this.#features = new PictureGrid({
      label: 'Feature maps of the layer',
      waiting: 'No maps so far.',
      columns: 8,
      kind: 'diverging',
      picked: options.channel,
    });
    this.#map = new Matrix('The map of the channel', {
      label: 'The map of the channel. Arrow keys move, Enter chooses a unit.',
      kind: 'diverging',
      pressed: ({ row, column }) => options.unit([row, column]),
    });
    byId('features', HTMLElement).append(this.#features.element);
    byId('field', HTMLElement).append(this.#map.element, this.#seen.element);
    byId('patches', HTMLElement).append(this.#patches.element);
    byId('kernels', HTMLElement).append(this.#kernels.element);
    byId('climbs', HTMLElement).append(...Object.values(this.#climbs).map(({ element }) => element));
  }

  draw(report: Values): void {
    const [maps, shown, gradient] = [report.maps, report.shown, report.gradient].map(readingOf);
    if (maps && shown && gradient) this.#drawUnit({ maps, shown, gradient, report });
    const patches = readingOf(report.patches);
    if (patches) {
      const answers = (report.answers as readonly number[]).map((answer) => number(answer));
      const brightest = Math.max(largest(patches.data), 1e-9);
      this.#patches.draw(
        patches.shape,
        Float32Array.from(patches.data, (value) => value / brightest),
      );
      this.#patches.label = `Parts of ${answers.length} digits, to which the channel answers most strongly: ${answers.join(', ')}`;
      byId('patches-shown', HTMLElement).textContent = `of 1,000 digits; from ${answers[0]} to ${answers.at(-1)}`;
    }
    this.#drawClimb('class', report, ({ target }) => `A picture of class ${target}`);
    this.#drawClimb('unit', report, () => 'A picture for the unit in the middle');
    const dream = readingOf(report.dream);
    if (dream) {
      this.#climbs.dream.draw(pictureOf(dream));
      this.#climbs.dream.caption = `A dream of the layer, after ${Number(report.dreamStep)} steps`;
    }
  }

  #drawUnit({
    maps,
    shown,
    gradient,
    report,
  }: {
    maps: Reading;
    shown: Reading;
    gradient: Reading;
    report: Values;
  }): void {
    const [, channels = 1, height = 1, width = 1] = maps.shape;
    const [channel, layer] = [Number(report.channel), String(report.layer)];
    const [row = 0, column = 0] = report.unit as readonly number[];
    const size = height * width;
    const count = Math.min(channels, Units.MOST);
    this.#features.draw([count, 1, height, width], scaled(maps, 0, count * size));
    this.#features.label = `${count} feature maps of ${layer}, of which channel ${channel} is looked at`;
    byId('features-shown', HTMLElement).textContent = `${layer}: ${channels} maps of ${height} × ${width}`;
    const values = Float32Array.from(maps.data.slice(channel * size, (channel + 1) * size));
    this.#map.draw({ height, width, values }, [{ row, column, height: 1, width: 1 }]);
    this.#map.caption = `${layer}, channel ${channel}: the unit at ${row}, ${column} gives ${number(values[row * width + column] ?? 0)}`;
    const slopes = overChannels(gradient);
    const picture = pictureOf(shown);
    const field = report.field as Field;
    const frame = frameOf(field, [row, column], [picture.height, picture.width]);
    this.#seen.draw({ ...picture, over: { values: slopes, range: Math.max(largest(slopes), 1e-9) } }, [frame]);
    byId('field-size', HTMLElement).textContent = field.isGlobal
      ? 'The unit sees all of the picture.'
      : `A unit of ${layer} sees ${field.size.join(' × ')} pixels, ${field.stride[0]} further on for the next one; colours are the slopes of its answer.`;
    const kernel = readingOf(report.kernel);
    if (!kernel) return;
    this.#kernels.draw(kernel.shape, scaled(kernel));
    byId('kernels-shown', HTMLElement).textContent =
      `${kernel.shape[0]} of ${kernel.shape.slice(-2).join(' × ')}${kernel.shape[0] === channels ? '' : `, those of channel ${channel}`}`;
  }

  #drawClimb(name: 'class' | 'unit', report: Values, title: (told: { target: number }) => string): void {
    const image = readingOf(report[`${name}Image`]);
    if (!image) return;
    const told = report[`${name}Score`] as { step: number; score: number; target: number };
    if (told.step < 5) this.#first.set(name, told.score);
    this.#climbs[name].draw(pictureOf(image));
    const from = this.#first.get(name) ?? told.score;
    this.#climbs[name].caption =
      `${title(told)}: after ${told.step} steps from ${number(from)} to ${number(told.score)}`;
  }

  /** Forgets the pictures of another layer. */
  clear(): void {
    this.#first.clear();
  }
}

/** The field of a unit, cut at the borders of the picture. */
export function frameOf(
  { size, stride, start, isGlobal }: Field,
  unit: readonly number[],
  sides: readonly number[],
): Frame {
  const [rows, columns] = sides.map((side, i) => {
    if (isGlobal) return [0, side] as const;
    const begin = Math.floor((start[i] ?? 0) + (unit[i] ?? 0) * (stride[i] ?? 1));
    return [Math.max(0, begin), Math.min(side, begin + (size[i] ?? 1))] as const;
  }) as [readonly [number, number], readonly [number, number]];
  return { row: rows[0], column: columns[0], height: rows[1] - rows[0], width: columns[1] - columns[0] };
}
