// The page of the balanced pole: rounds that the program reports are played, their lengths drawn, and the wind is handed to it.

import { byId, formatCount, formatSeconds } from 'lamplight-notebook/ui/dom';
import { Curves } from '../../ui/curves';
import { Figures } from '../../ui/panels/figures';
import { Settings } from '../../ui/panels/settings';
import { openGallery, readingOf, type Values } from '../page';
import { RATE, Stage } from './stage';

/** Newtons of wind; a push of the network has ten. */
const WIND = 5;
const METHODS = { reinforce: 'REINFORCE', 'actor-critic': 'Actor-critic' } as const;
type Method = keyof typeof METHODS;
const EXPLAINED: Readonly<Record<Method, string>> = {
  reinforce: 'Each move is weighed by all that was earned after it.',
  'actor-critic':
    'A second network, the critic, foresees how long the pole will stand; moves are weighed by how they surprise it.',
};

const settings = new Settings(
  byId('settings', HTMLElement),
  { method: { kind: 'choice', label: 'Method', options: METHODS, value: 'reinforce' } },
  () => changed(),
);
const figures = new Figures(byId('figures', HTMLElement), {
  round: 'Round',
  mean: 'Moves, on average',
  all: 'Moves in all',
});
const stage = new Stage();
byId('carts', HTMLElement).append(stage.element);
const shown = byId('shown', HTMLElement);
const series = (label: string, color: string) => ({
  label,
  color,
  line: true,
  format: (value: number) => value.toFixed(0),
});
const curves = new Curves(byId('plot', HTMLElement), byId('keys', HTMLElement), {
  series: [series(METHODS.reinforce, '--flame'), series(METHODS['actor-critic'], '--dusk')],
  x: 'rounds',
  y: 'moves',
  describe: 'Moves until the pole falls, by round',
  range: (_low, high) => [0, Math.min(500, Math.max(50, high * 1.1))],
});
/** Mean lengths of the newest run by each method. */
const runs: Record<Method, number[]> = { reinforce: [], 'actor-critic': [] };
let moves = 0;

const page = openGallery({ draw });
changed();
for (const button of document.querySelectorAll<HTMLButtonElement>('#blow button')) {
  const way = Number(button.dataset.wind);
  button.addEventListener('pointerdown', (event) => {
    button.setPointerCapture(event.pointerId);
    blow(way * WIND);
  });
  button.addEventListener('keydown', ({ key }) => (key === ' ' || key === 'Enter') && blow(way * WIND));
  for (const type of ['pointerup', 'pointercancel', 'keyup', 'blur'] as const)
    button.addEventListener(type, () => blow(0));
}

function changed(): void {
  byId('explained', HTMLElement).textContent = EXPLAINED[settings.values.method as Method];
  give();
}

function blow(wind: number): void {
  if (stage.wind === wind) return;
  stage.wind = wind;
  give();
}

function give(): void {
  page.give({ method: settings.values.method, wind: stage.wind, seconds: Number.POSITIVE_INFINITY });
}

function draw(values: Values): void {
  const [states, lengths, state] = [readingOf(values.states), readingOf(values.lengths), readingOf(values.state)];
  if (states && lengths) {
    const [round, mean] = [Number(values.round), Number(values.mean)];
    count(values.method as Method, round, mean);
    moves += mean * lengths.data.length;
    figures.set({ round: String(round), mean: mean.toFixed(0), all: formatCount(moves) });
    stage.play({ states, lengths: lengths.data });
    stage.label = `Thirty-two carts in round ${round}; their poles stand for ${mean.toFixed(0)} moves on average`;
    aside('Thirty-two carts of the newest round, one of them bright');
  }
  if (state) {
    stage.show(state.data);
    const blown = stage.wind === 0 ? '' : ` in a wind from the ${stage.wind > 0 ? 'left' : 'right'}`;
    stage.label = `A cart that the trained network keeps under its pole${blown}`;
    // Said every ten seconds, not with every move.
    const seconds = 10 * Math.floor(Number(values.stood) / RATE / 10);
    aside(seconds > 0 ? `The network alone, upright for ${formatSeconds(seconds)}` : 'The network alone');
  }
}

/** Keeps the mean length of a round, and draws the curves of both methods. A round that comes again begins a new run. */
function count(method: Method, round: number, mean: number): void {
  const run = runs[method];
  if (round <= run.length) {
    run.length = 0;
    moves = 0;
  }
  run[round - 1] = mean;
  // A frame may have skipped a round.
  for (let i = 0; i < round; i++) run[i] ??= mean;
  const rounds = Math.max(runs.reinforce.length, runs['actor-critic'].length);
  for (let i = 0; i < rounds; i++) curves.add(i + 1, [runs.reinforce[i] ?? null, runs['actor-critic'][i] ?? null]);
  curves.draw();
}

/** Says beside the carts what they show. */
function aside(text: string): void {
  if (shown.textContent !== text) shown.textContent = text;
}
