// A film of pictures: a slider, and a button that plays them.
import { escaped } from '../render/escaped';
import type { Life, ReelData } from './data';

const frameWords = ({ frames }: ReelData, at: number): string => `Frame ${at + 1} of ${frames.length}`;

/** The panel as it is first seen: its first frame. */
export function reelHtml(data: ReelData): string {
  const { title, width, height, frames } = data;
  const last = Math.max(0, frames.length - 1);
  const name = title || 'Film';
  const disabled = last === 0 ? ' disabled' : '';
  return `<img class="reel-frame" width="${Math.round(width)}" height="${Math.round(height)}" alt="${escaped(`${name} of ${frames.length} frames`)}" src="${escaped(frames[0] ?? '')}">
<div class="film-row"><button type="button" class="button" data-do="play"${disabled}>Play</button><label class="field range"><span><span class="film-step">${frameWords(data, 0)}</span></span><input type="range" aria-label="Frame" min="0" max="${last}" value="0"${disabled}></label></div>`;
}

/** Brings a film that stands in the page to life. */
export function wakeReel(root: HTMLElement, data: ReelData): Life {
  const { frames, interval, repeats } = data;
  const picture = root.querySelector('img')!;
  const slider = root.querySelector('input')!;
  const play = root.querySelector<HTMLButtonElement>('[data-do="play"]')!;
  let at = 0;
  let timer: ReturnType<typeof setInterval> | undefined;

  function show(next: number): void {
    at = next;
    picture.src = frames[at]!;
    slider.value = String(at);
    root.querySelector('.film-step')!.textContent = frameWords(data, at);
    slider.setAttribute('aria-valuetext', frameWords(data, at));
  }

  function stop(): void {
    clearInterval(timer);
    timer = undefined;
    play.textContent = 'Play';
  }

  function begin(): void {
    if (at >= frames.length - 1) show(0);
    play.textContent = 'Pause';
    timer = setInterval(() => {
      const isLast = at >= frames.length - 1;
      if (!root.isConnected || (isLast && !repeats)) stop();
      else show(isLast ? 0 : at + 1);
    }, interval);
  }

  slider.addEventListener('input', () => {
    stop();
    show(Number(slider.value));
  });
  play.addEventListener('click', () => (timer === undefined ? begin() : stop()));
  return { end: stop };
}
