// A square to draw on, by mouse, touch, pen or keyboard, and beside it what a network of the notebook says of the drawing.
import { toMnist } from '../mnist/digit';
import { inkOf, type Point, pathOf, SIZE, STROKE } from '../mnist/strokes';
import { escaped } from '../render/escaped';
import type { Ask, Life, PadData } from './data';
import { strokesOf } from './digits';

/** How far a key moves the pen. */
const KEY_STEP = 10;

const WAITS = 'A cell runs: the network answers as soon as it has come to an end.';

const GONE = 'The network is not there: run this cell, and those above it, to have your drawing answered.';

export const percent = (share: number): string =>
  `${(100 * share).toFixed(share > 0.0005 && share < 0.0995 ? 1 : 0)} %`;

/** The most probable label, in words. */
export function saidOf(labels: readonly string[], probabilities: readonly number[]): string {
  if (probabilities.length === 0) return 'Draw, and the network says what it sees.';
  const best = probabilities.reduce((most, one, i) => (one > probabilities[most]! ? i : most), 0);
  return `${labels[best]}: ${percent(probabilities[best]!)}`;
}

export function barsHtml(labels: readonly string[], probabilities: readonly number[]): string {
  const best = Math.max(...probabilities);
  const rows = labels.map((label, i) => {
    const share = probabilities[i] ?? 0;
    const isBest = share > 0 && share === best;
    return `<tr${isBest ? ' class="best"' : ''}><th scope="row">${escaped(label)}</th><td class="share"><svg viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10"/><rect class="filled" width="${(100 * share).toFixed(1)}" height="10"/></svg></td><td class="number">${probabilities.length > 0 ? percent(share) : '–'}</td></tr>`;
  });
  return `<tbody>${rows.join('')}</tbody>`;
}

const inkHtml = (strokes: readonly (readonly Point[])[]): string => `<path class="stroke" d="${pathOf(strokes)}"/>`;

/** The panel as it is first seen. */
export function padHtml({ labels, example, isDigits, probabilities }: PadData): string {
  const strokes = example === null ? [] : strokesOf(example);
  const more = isDigits
    ? '<button type="button" class="button quiet" data-do="example" disabled>Another example</button>'
    : '';
  return `<div class="pad-row"><div class="pad-left"><svg class="pad-square" viewBox="0 0 ${SIZE} ${SIZE}" stroke-width="${STROKE}" role="img" aria-label="A place to draw. Arrow keys move the pen, Enter sets it down and lifts it, Escape clears.">${inkHtml(strokes)}</svg><p class="touch-buttons"><button type="button" class="button" data-do="clear" disabled>Clear</button>${more}</p></div><div class="pad-right"><p class="pad-said" role="status">${escaped(saidOf(labels, probabilities))}</p><table class="shares"><caption class="visually-hidden">Probabilities</caption>${barsHtml(labels, probabilities)}</table></div></div>
<p class="hint pad-hint">The network sees the drawing as MNIST's makers would have it: fitted into 20 × 20 pixels, in the middle of 28 × 28.</p>`;
}

/** Brings a pad that stands in the page to life; without `ask`, as in a page that shows a recording, nobody answers until its cell has run. */
export function wakePad(root: HTMLElement, first: PadData, ask?: Ask): Life {
  let data = first;
  let strokes: Point[][] = first.example === null ? [] : strokesOf(first.example);
  let example = first.example ?? -1;
  let pointer: number | null = null;
  const caret = { x: SIZE / 2, y: SIZE / 2, isDown: false, isShown: false };
  /** Whether an answer is awaited, and whether the drawing is another since it was asked for. */
  const question = { isOpen: false, isStale: false };
  const find = <T extends Element>(selector: string) => root.querySelector<T>(selector)!;
  const square = find<SVGSVGElement>('.pad-square');
  square.setAttribute('role', 'application');
  square.setAttribute('tabindex', '0');

  function paint(): void {
    const { x, y, isDown, isShown } = caret;
    const pen = `<circle class="pen${isDown ? ' down' : ''}" cx="${x}" cy="${y}" r="${STROKE / 2}"/>`;
    square.innerHTML = inkHtml(strokes) + (isShown ? pen : '');
  }

  function show(probabilities: readonly number[], said = saidOf(data.labels, probabilities)): void {
    find('.shares').innerHTML =
      `<caption class="visually-hidden">Probabilities</caption>${barsHtml(data.labels, probabilities)}`;
    const place = find('.pad-said');
    if (place.textContent !== said) place.textContent = said;
  }

  /** One question at a time; what is drawn meanwhile is asked about when the answer has come. */
  async function put(): Promise<void> {
    const values = strokes.length > 0 ? toMnist(inkOf(strokes)) : null;
    if (question.isOpen) {
      question.isStale = true;
      return;
    }
    if (!values) return show([]);
    question.isOpen = true;
    const answer = ask ? await ask(data.asked, values, () => show([], WAITS)) : ({ gone: true } as const);
    question.isOpen = false;
    if ('gone' in answer) show([], GONE);
    else if ('problem' in answer) show([], answer.problem);
    else show(strokes.length > 0 ? answer.probabilities : []);
    if (question.isStale) {
      question.isStale = false;
      void put();
    }
  }

  function changed(): void {
    paint();
    void put();
  }

  function clear(): void {
    strokes = [];
    pointer = null;
    caret.isDown = false;
    changed();
  }

  function placeOf({ clientX, clientY }: PointerEvent): Point {
    const { left, top, width, height } = square.getBoundingClientRect();
    const at = (share: number) => Math.round(Math.min(1, Math.max(0, share)) * SIZE);
    return { x: at((clientX - left) / width), y: at((clientY - top) / height) };
  }

  square.addEventListener('pointerdown', (event) => {
    if (pointer !== null || event.button !== 0) return;
    event.preventDefault();
    square.focus({ preventScroll: true });
    square.setPointerCapture(event.pointerId);
    pointer = event.pointerId;
    caret.isShown = false;
    strokes.push([placeOf(event)]);
    changed();
  });
  square.addEventListener('pointermove', (event) => {
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    strokes.at(-1)?.push(...(events.length > 0 ? events : [event]).map(placeOf));
    changed();
  });
  for (const type of ['pointerup', 'pointercancel'] as const) {
    square.addEventListener(type, (event) => {
      if (event.pointerId === pointer) pointer = null;
    });
  }
  square.addEventListener('blur', () => {
    caret.isDown = false;
    caret.isShown = false;
    paint();
  });
  square.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const moves: Readonly<Record<string, Point>> = {
      ArrowLeft: { x: -KEY_STEP, y: 0 },
      ArrowRight: { x: KEY_STEP, y: 0 },
      ArrowUp: { x: 0, y: -KEY_STEP },
      ArrowDown: { x: 0, y: KEY_STEP },
    };
    const move = moves[event.key];
    const within = (value: number) => Math.min(SIZE - STROKE / 2, Math.max(STROKE / 2, value));
    if (move) {
      Object.assign(caret, { x: within(caret.x + move.x), y: within(caret.y + move.y) });
      if (caret.isDown) strokes.at(-1)?.push({ x: caret.x, y: caret.y });
    } else if (event.key === ' ' || event.key === 'Enter') {
      caret.isDown = !caret.isDown;
      if (caret.isDown) strokes.push([{ x: caret.x, y: caret.y }]);
    } else if (event.key === 'Escape') clear();
    else return;
    event.preventDefault();
    caret.isShown = true;
    if (move && !caret.isDown) paint();
    else changed();
  });
  for (const button of root.querySelectorAll('button')) {
    button.disabled = false;
    button.addEventListener('click', () => {
      if (button.dataset.do === 'clear') clear();
      else {
        example = (example + 1) % 10;
        strokes = strokesOf(example);
        changed();
      }
    });
  }
  paint();
  return {
    update(newer) {
      if (newer.panel === 'pad') data = newer;
      void put();
    },
    end: () => {},
  };
}
