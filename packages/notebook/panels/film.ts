// Small maps while they change, as kernels while they learn: a frame for each step, a slider, and a button that plays them.
import { escaped } from '../render/escaped';
import type { FilmData, Life } from './data';
import { written } from './sums';

const LEVELS = 8;
/** The greatest magnitude of a value in a frame. */
export const FULL = 127;
/** Screen pixels that the maps are wide together, and a pixel of a map at most. */
const WIDE = 560;
const MOST_ZOOM = 22;
/** Milliseconds of a frame that plays. */
const PACE = 110;
/** Frames that a recording keeps. */
const KEPT = 24;

/** Evenly chosen frames, the first and the last among them. */
export function thinned(data: FilmData, most = KEPT): FilmData {
  const { frames } = data;
  if (frames.length <= most) return data;
  const chosen = Array.from({ length: most }, (_, i) => frames[Math.round((i * (frames.length - 1)) / (most - 1))]!);
  return { ...data, frames: chosen };
}

const sizeOf = ({ count, columns, height, width }: FilmData) => {
  const [across, down] = [Math.min(columns, count), Math.ceil(count / columns)];
  // A pixel lies between two maps.
  const [wide, tall] = [across * (width + 1) - 1, down * (height + 1) - 1];
  const zoom = Math.max(1, Math.min(MOST_ZOOM, Math.floor(WIDE / wide)));
  return { wide, tall, zoom };
};

/** The squares of a frame, those of each colour as one path. */
function frameHtml(data: FilmData, at: number): string {
  const { count, columns, height, width, frames } = data;
  const values = frames[at]?.values ?? [];
  const paths = new Map<string, string>();
  const grounds: string[] = [];
  for (let map = 0; map < count; map++) {
    const [left, top] = [(map % columns) * (width + 1), Math.floor(map / columns) * (height + 1)];
    grounds.push(`M${left} ${top}h${width}v${height}h${-width}z`);
    for (let i = 0; i < height * width; i++) {
      const value = values[map * height * width + i] ?? 0;
      const level = Math.round((LEVELS * Math.abs(value)) / FULL);
      if (level === 0) continue;
      const name = `${value < 0 ? 'minus' : 'plus'} l${level}`;
      const place = `M${left + (i % width)} ${top + Math.floor(i / width)}h1v1h-1z`;
      paths.set(name, `${paths.get(name) ?? ''}${place}`);
    }
  }
  const drawn = [...paths].map(([name, path]) => `<path class="${name}" d="${path}"/>`);
  return `<path class="ground" d="${grounds.join('')}"/>${drawn.join('')}`;
}

const frameWords = ({ frames }: FilmData, at: number): string =>
  frames.length > 0 ? `Step ${frames[at]?.step ?? 0}` : 'No step so far';

const scaleWords = ({ count, of, range }: FilmData): string =>
  `${of > count ? `The first ${count} of ${of}. ` : ''}The colours go from −${written(range)} to ${written(range)}, in all frames alike.`;

/** The panel as it is first seen: its last frame. */
export function filmHtml(data: FilmData): string {
  const { title, count, height, width, frames } = data;
  const { wide, tall, zoom } = sizeOf(data);
  const last = Math.max(0, frames.length - 1);
  const label = `${title}: ${count} maps of ${height} × ${width}`;
  return `<p class="touch-title">${escaped(title)}</p>
<svg class="film" width="${wide * zoom}" height="${tall * zoom}" viewBox="0 0 ${wide} ${tall}" shape-rendering="crispEdges" role="img" aria-label="${escaped(label)}">${frameHtml(data, last)}</svg>
<div class="film-row"><button type="button" class="button" data-do="play" disabled>Play</button><label class="field range"><span><span class="film-step">${frameWords(data, last)}</span><span class="hint">${frames.length} frames</span></span><input type="range" aria-label="Frame" min="0" max="${last}" value="${last}" disabled></label></div>
<p class="hint film-scale">${scaleWords(data)}</p>`;
}

/** Brings a film that stands in the page to life. */
export function wakeFilm(root: HTMLElement, first: FilmData): Life {
  let data = first;
  let at = Math.max(0, data.frames.length - 1);
  let timer: ReturnType<typeof setInterval> | undefined;
  let slider: HTMLInputElement;
  let play: HTMLButtonElement;
  take();

  function take(): void {
    slider = root.querySelector('input')!;
    play = root.querySelector('[data-do="play"]')!;
    slider.disabled = data.frames.length < 2;
    play.disabled = data.frames.length < 2;
    slider.addEventListener('input', () => {
      stop();
      show(Number(slider.value));
    });
    play.addEventListener('click', () => (timer === undefined ? begin() : stop()));
    show(at);
  }

  function show(next: number): void {
    at = next;
    root.querySelector('.film')!.innerHTML = frameHtml(data, at);
    const words = frameWords(data, at);
    root.querySelector('.film-step')!.textContent = words;
    slider.value = String(at);
    slider.setAttribute('aria-valuetext', words);
  }

  function begin(): void {
    if (at >= data.frames.length - 1) show(0);
    play.textContent = 'Pause';
    timer = setInterval(() => {
      if (!root.isConnected || at >= data.frames.length - 1) stop();
      else show(at + 1);
    }, PACE);
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Play';
  }

  return {
    /** More frames have come: one who looks at the last of them sees the newest. */
    update(newer) {
      if (newer.panel !== 'film') return;
      const isLast = at >= data.frames.length - 1;
      const isSame = newer.count === data.count && newer.width === data.width && data.frames.length > 0;
      const step = data.frames[at]?.step ?? 0;
      data = newer;
      const found = newer.frames.findIndex((frame) => frame.step >= step);
      at = isLast || found < 0 ? newer.frames.length - 1 : found;
      if (!isSame) {
        root.innerHTML = filmHtml(newer);
        take();
        return;
      }
      slider.max = String(newer.frames.length - 1);
      slider.disabled = newer.frames.length < 2;
      play.disabled = newer.frames.length < 2;
      root.querySelector('.film-row .hint')!.textContent = `${newer.frames.length} frames`;
      root.querySelector('.film-scale')!.textContent = scaleWords(newer);
      show(at);
    },
    end: stop,
  };
}
