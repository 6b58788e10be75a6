// The panel that follows a detector step by step: the map, the anchors of a place, matches, proposals, and the bins of RoIAlign.
import { byId, make } from 'lamplight-notebook/ui/dom';
import { BoxPictures, type DrawnBox } from '../../ui/panels/box-pictures';
import { Matrix } from '../../ui/panels/matrix';
import { Settings } from '../../ui/panels/settings';
import type { Reading } from '../page';
import { type Box, cornersAt } from './kinds';

/** Places of the map along a side, pixels of each, and boxes at each. */
const [MAP, STRIDE, EACH] = [8, 8, 6];
const BINS = 4;
const STEPS = ['map', 'anchors', 'matches', 'proposals', 'roialign'] as const;
const NAMES: Readonly<Record<(typeof STEPS)[number], string>> = {
  map: '1. The map',
  anchors: '2. Anchors of a place',
  matches: '3. Matches',
  proposals: '4. Anchors, moved',
  roialign: '5. RoIAlign',
};

/** Of one picture, in the program's order. */
interface Facts {
  readonly anchors: Reading;
  readonly overlap: Reading;
  readonly positive: Reading;
  readonly counted: Reading;
  readonly moved: Reading;
  readonly map: Reading;
  readonly region: Reading;
  readonly pooled: Reading;
}

/** Corners in pixels. */
const written = (corners: Box['corners']) => {
  const [x1, y1, x2, y2] = corners.map((at) => at.toFixed(1).replace('-', '−'));
  return `${x1}, ${y1} to ${x2}, ${y2}`;
};

export class StepsPanel {
  readonly #pictures = new BoxPictures({
    label: 'A drawing',
    waiting: 'A drawing, once the network learns.',
    columns: 1,
    least: 100,
  });
  readonly #map = new Matrix('Map, mean of its channels', {
    label: 'The map, mean of its channels',
    pointed: () => {},
  });
  readonly #pooled = new Matrix('Pooled', { label: 'The region in four by four bins' });
  readonly #settings: Settings<{
    step: { kind: 'choice'; label: string; options: Record<string, string>; value: string };
    place: { kind: 'range'; label: string; min: number; max: number; value: number; format: (value: number) => string };
  }>;
  #facts: Facts | null = null;
  #truth: readonly Box[] = [];

  constructor() {
    this.#settings = new Settings(
      byId('step-settings', HTMLElement),
      {
        step: { kind: 'choice', label: 'Step', options: NAMES, value: 'map' },
        place: {
          kind: 'range',
          label: 'Place of the map',
          min: 0,
          max: MAP * MAP - 1,
          value: 18,
          format: (place) => `row ${Math.floor(place / MAP) + 1}, column ${(place % MAP) + 1}`,
        },
      },
      () => this.#draw(),
    );
    byId('stepped', HTMLElement).append(this.#pictures.element);
    byId('maps', HTMLElement).append(this.#map.element, this.#pooled.element);
    this.#pictures.element.addEventListener('pointerdown', ({ clientX, clientY }) => {
      const { left, top, width, height } = this.#pictures.element.getBoundingClientRect();
      const at = (share: number) => Math.min(MAP - 1, Math.max(0, Math.floor(share * MAP)));
      this.#settings.set({ place: at((clientY - top) / height) * MAP + at((clientX - left) / width) });
    });
  }

  /** Another picture [1, 3, H, W], and what is in it. */
  show(shape: readonly number[], data: ArrayLike<number>, truth: readonly Box[]): void {
    this.#truth = truth;
    this.#pictures.show(shape, data);
  }

  /** What the program tells of the picture. */
  tell([anchors, overlap, positive, counted, moved, map, region, pooled]: readonly Reading[]): void {
    if (!anchors || !overlap || !positive || !counted || !moved || !map || !region || !pooled) return;
    this.#facts = { anchors, overlap, positive, counted, moved, map, region, pooled };
    this.#draw();
  }

  #draw(): void {
    if (!this.#facts) return;
    const { step, place } = this.#settings.values;
    this.#settings.show('place', step === 'map' || step === 'anchors');
    byId('maps', HTMLElement).hidden = step !== 'map' && step !== 'roialign';
    this.#pooled.element.hidden = step !== 'roialign';
    const { map, pooled, region } = this.#facts;
    const [row, column] = [Math.floor(place / MAP), place % MAP];
    const corners = cornersAt(region, 0);
    const [left, upper, right, lower] = corners.map((at) => at / STRIDE) as [number, number, number, number];
    const inMap = { row: upper, column: left, height: lower - upper, width: right - left };
    const frames = step === 'map' ? [{ row, column, height: 1, width: 1 }] : [inMap];
    this.#map.draw({ height: MAP, width: MAP, values: Array.from(map.data) }, frames);
    this.#pooled.draw({ height: BINS, width: BINS, values: Array.from(pooled.data) });
    const truth = this.#truth.map(
      ({ corners: at, kind }): DrawnBox => ({
        picture: 0,
        corners: at,
        color: kind.color,
        text: kind.name,
        line: 'dashed',
      }),
    );
    const { boxes, said, list } = this.#told(step as (typeof STEPS)[number], place);
    this.#pictures.draw([...truth, ...boxes]);
    this.#pictures.label = `A drawing with ${this.#truth.length} shapes, and ${boxes.length} boxes. ${said}`;
    byId('said', HTMLElement).textContent = said;
    byId('anchors', HTMLElement).replaceChildren(...list);
  }

  #told(step: (typeof STEPS)[number], place: number): { boxes: DrawnBox[]; said: string; list: HTMLElement[] } {
    const { anchors, overlap, positive, counted, moved, region } = this.#facts as Facts;
    const all = Array.from(overlap.data, (_, i) => i);
    const box = (corners: DrawnBox['corners'], line: DrawnBox['line'] = 'solid'): DrawnBox => ({
      ...{ picture: 0, corners, color: '--focus', line },
    });
    const matching = all.filter((i) => Number(positive.data[i]) === 1);
    if (step === 'map') {
      const [x, y] = [(place % MAP) * STRIDE, Math.floor(place / MAP) * STRIDE];
      const said = `Convolutions turn ${MAP * STRIDE} × ${MAP * STRIDE} pixels into ${MAP} × ${MAP} places. The frame is one of them.`;
      const list = this.#truth.map(({ corners, kind }) => make('li', {}, `${kind.name} from ${written(corners)}`));
      return { boxes: [box([x, y, x + STRIDE, y + STRIDE])], said, list };
    }
    if (step === 'anchors') {
      const here = all.slice(place * EACH, (place + 1) * EACH);
      const list = here.map((i) => {
        const share = Number(overlap.data[i]);
        const role = matching.includes(i) ? 'matches' : Number(counted.data[i]) === 1 ? 'background' : 'left out';
        return make(
          'li',
          {},
          `${written(cornersAt(anchors, i))}: overlap `,
          make('b', {}, share.toFixed(2)),
          `, ${role}`,
        );
      });
      const said = `${EACH} boxes stand around the middle of each place: two sizes, each flat, square and upright. Each is compared with the object that it overlaps most.`;
      return { boxes: here.map((i) => box(cornersAt(anchors, i))), said, list };
    }
    if (step === 'matches') {
      const background = all.filter((i) => Number(counted.data[i]) === 1).length - matching.length;
      const between = all.length - background - matching.length;
      const said = `Of ${all.length} anchors ${matching.length} match, by an overlap of 0.5 or more or as the best of an object; ${background} are background; ${between} lie between, and are left out.`;
      return { boxes: matching.map((i) => box(cornersAt(anchors, i))), said, list: [] };
    }
    if (step === 'proposals') {
      const said = `Where the network moves the ${matching.length} anchors that match: they settle on the objects as it learns. Thin: where they began.`;
      const boxes = matching.flatMap((i) => [box(cornersAt(anchors, i), 'faint'), box(cornersAt(moved, i))]);
      return { boxes, said, list: [] };
    }
    const [x1, y1, x2, y2] = cornersAt(region, 0);
    const at = (low: number, high: number, i: number) => low + ((high - low) * i) / BINS;
    const bins = Array.from({ length: BINS * BINS }, (_, i): DrawnBox => {
      const [column, row] = [i % BINS, Math.floor(i / BINS)];
      return box([at(x1, x2, column), at(y1, y2, row), at(x1, x2, column + 1), at(y1, y2, row + 1)]);
    });
    const said = `The best box, ${written([x1, y1, x2, y2])}, is cut into ${BINS} × ${BINS} bins. In each, the map is read at 2 × 2 places between its numbers, and the mean is taken: a two-stage detector looks at these again.`;
    return { boxes: bins, said, list: [] };
  }
}
