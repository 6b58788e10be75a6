// The same picture, moved by some pixels, and what a dense and a convolutional network say of it, beside each other.

import { focusWhileScrollable } from '../ui/scrollable';
import type { Life, ShiftData } from './data';
import { field, fieldsHtml } from './fields';
import { barsHtml, percent, saidOf } from './pad';

const SIDE = 28;
const FARTHEST = 8;
const LEVELS = 8;
const LABELS = [...'0123456789'];

type Networks = typeof import('./shift-networks');

/** The squares of the picture, those of each grey as one path. */
function pictureHtml(picture: readonly number[]): string {
  const paths = new Map<number, string>();
  picture.forEach((value, i) => {
    const level = Math.round(LEVELS * value);
    if (level > 0) paths.set(level, `${paths.get(level) ?? ''}M${i % SIDE} ${Math.floor(i / SIDE)}h1v1h-1z`);
  });
  return [...paths].map(([level, path]) => `<path class="ink l${level}" d="${path}"/>`).join('');
}

const countWords = (count: number): string => `${count.toLocaleString('en')} learned numbers`;

const answerHtml = (name: string, title: string, count: number, probabilities: readonly number[]): string =>
  `<div class="answer" data-answer="${name}"><p class="touch-title">${title}</p><p class="hint">${countWords(count)}</p><p class="pad-said">${saidOf(LABELS, probabilities)}</p><table class="shares"><caption class="visually-hidden">Probabilities of the ${name} network</caption>${barsHtml(LABELS, probabilities)}</table></div>`;

function tableHtml({ right, tested }: ShiftData): string {
  const heads = right.dense.map((_, by) => `<th scope="col" class="number">${by}</th>`);
  const row = (name: string, shares: readonly number[]) =>
    `<tr><th scope="row">${name}</th>${shares.map((share) => `<td class="number">${percent(share)}</td>`).join('')}</tr>`;
  return `<div class="touch-scroll"><table class="right"><caption>Of ${tested.toLocaleString('en')} digits moved to the right by so many pixels, this share is named right</caption><thead><tr><th scope="col">Pixels</th>${heads.join('')}</tr></thead><tbody>${row('Dense', right.dense)}${row('Convolutional', right.convolutional)}</tbody></table></div>`;
}

const settingsHtml = ({ digit, across, down }: ShiftData): string =>
  fieldsHtml({
    digit: { label: 'Digit', options: Object.fromEntries(LABELS.map((label) => [label, label])), value: String(digit) },
    across: { label: 'To the right', min: -FARTHEST, max: FARTHEST, value: across },
    down: { label: 'Down', min: -FARTHEST, max: FARTHEST, value: down },
  });

/** The panel as it is first seen. */
export function shiftHtml(data: ShiftData): string {
  const { picture, counts, dense, convolutional } = data;
  return `<div class="shift-row"><div class="shift-left"><svg class="shift-picture" viewBox="0 0 ${SIDE} ${SIDE}" shape-rendering="crispEdges" role="img" aria-label="The picture. Arrow keys move it.">${pictureHtml(picture)}</svg><fieldset class="touch-fields" disabled><legend class="visually-hidden">The picture and where it stands</legend>${settingsHtml(data)}</fieldset></div>${answerHtml('dense', 'Dense', counts.dense, dense)}${answerHtml('convolutional', 'Convolutional', counts.convolutional, convolutional)}</div>
<p class="hint">Both have learned 20,000 digits that stand in the middle of their pictures. The digits here are new to them; each was chosen because both are sure of it in the middle.</p>
${tableHtml(data)}`;
}

/** Brings a panel that stands in the page to life: the networks come with it. */
export function wakeShift(root: HTMLElement, first: ShiftData): Life {
  let { digit, across, down } = first;
  let networks: Networks | null = null;
  const fields = root.querySelector<HTMLFieldSetElement>('.touch-fields')!;
  const picture = root.querySelector<SVGSVGElement>('.shift-picture')!;

  function draw(): void {
    if (!networks) return;
    const moved = networks.shifted(networks.digitOf(digit), across, down);
    picture.innerHTML = pictureHtml(moved);
    const answers = { dense: networks.byDense(moved), convolutional: networks.byConvolutions(moved) };
    for (const [name, probabilities] of Object.entries(answers)) {
      const place = root.querySelector(`[data-answer="${name}"]`)!;
      place.querySelector('.pad-said')!.textContent = saidOf(LABELS, probabilities);
      place.querySelector('tbody')!.outerHTML = barsHtml(LABELS, probabilities);
    }
  }

  function move(name: string, value: string): void {
    if (name === 'digit') digit = Number(value);
    else if (name === 'across') across = Number(value);
    else down = Number(value);
    draw();
  }

  void import('./shift-networks').then((loaded) => {
    networks = loaded;
    fields.disabled = false;
    picture.setAttribute('role', 'application');
    picture.setAttribute('tabindex', '0');
    draw();
  });
  field(fields, move);
  for (const box of root.querySelectorAll<HTMLElement>('.touch-scroll')) focusWhileScrollable(box);
  picture.addEventListener('keydown', (event) => {
    const moves: Readonly<Record<string, readonly [name: 'across' | 'down', by: number]>> = {
      ArrowLeft: ['across', -1],
      ArrowRight: ['across', 1],
      ArrowUp: ['down', -1],
      ArrowDown: ['down', 1],
    };
    const found = moves[event.key];
    if (!found) return;
    event.preventDefault();
    const [name, by] = found;
    const input = fields.querySelector<HTMLInputElement>(`[data-field="${name}"]`)!;
    input.value = String(Math.min(FARTHEST, Math.max(-FARTHEST, Number(input.value) + by)));
    input.dispatchEvent(new Event('input', { bubbles: true }));
  });
  return { end: () => {} };
}
